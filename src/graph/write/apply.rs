//! The next state of a graph: the changes of a commit become new versions of records, and the old ones remain for views of earlier
//! knowledge. All or nothing.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
};

use jiff::Timestamp;

use super::{applier::Applier, apply_error::ApplyError, places::AddedIds};
use crate::{
    graph::{
        columns::rows::VersionSpan,
        ix::{EntityIx, RelationshipIx},
        read::snapshot::Snapshot,
    },
    model::{Action, AppliedChange, Change, Entity, Evidence, Noun, Record},
};

impl Snapshot {
    /// The state after these changes, recorded at `at`, and the steps of the commit.
    ///
    /// # Errors
    /// [`ApplyError`] if they cannot be applied together.
    pub fn apply(&self, changes: Vec<Change>, at: Timestamp) -> Result<(Self, Vec<AppliedChange>), ApplyError> {
        if at <= self.last_recorded_at() {
            let last = self.last_recorded_at();
            return Err(ApplyError::NotLater { last, at });
        }
        let mut changed_ids = HashSet::with_capacity(changes.len());
        if let Some(duplicate) = changes.iter().find(|change| !changed_ids.insert(change.id())) {
            return Err(ApplyError::DuplicateChange {
                id: duplicate.id().to_owned(),
            });
        }
        let effects = changes.iter().map(|change| self.effect_of(change, &changed_ids));
        let effects: Vec<Effect> = effects.collect::<Result<_, _>>()?;
        let steps = changes.into_iter().zip(effects);
        let steps: Vec<AppliedChange> = steps.map(|(change, effect)| effect.into_step(change)).collect();
        let mut added = AddedIds::default();
        added.extend(steps.iter().map(|step| &step.change));
        let next = match added.plan(self) {
            Some(mut plan) => Applier::new(self, at, &mut plan).apply(&steps)?,
            None => {
                let (respaced, mut plan) = self.respaced(&steps)?;
                Applier::new(&respaced, at, &mut plan).apply(&steps)?
            }
        };
        steps.iter().try_for_each(|step| next.check_references(step))?;
        Ok((next, steps))
    }

    /// The effect of a change on its record, in a commit that changes the records with `changed_ids`.
    fn effect_of(&self, change: &Change, changed_ids: &HashSet<&str>) -> Result<Effect, ApplyError> {
        let (noun, id) = (change.noun(), change.id());
        let before = self.latest(id);
        if let Some((owner, ..)) = before.filter(|(owner, ..)| *owner != noun) {
            return Err(ApplyError::IdInUse {
                id: id.to_owned(),
                noun: owner,
            });
        }
        let is_current = before.is_some_and(|(_, recorded, _)| recorded.until == VersionSpan::OPEN);
        if let Change::Put(record) = change
            && let Record::Entity(entity) = &**record
            && let Some(ix) = self.entity_with(id)
            && let kind = self.entity_version(ix, u32::MAX).row.kind
            && is_current
            && kind != entity.kind
            && self
                .current_links(ix)
                .any(|relationship| !changed_ids.contains(&*relationship))
        {
            return Err(ApplyError::KindChange {
                id: id.to_owned(),
                kind,
            });
        }
        let version = before.map_or(0, |(_, recorded, _)| recorded.version);
        let (action, version) = match change {
            Change::Put(_) if is_current => (Action::Updated, version + 1),
            Change::Put(_) => (Action::Created, version + 1),
            _ if !is_current => {
                return Err(ApplyError::Unknown {
                    noun,
                    id: id.to_owned(),
                });
            }
            Change::Retract { .. } => (Action::Retracted, version),
            Change::Merge { .. } => (Action::Merged, version),
        };
        let mut entities: Vec<String> = Vec::new();
        match change {
            Change::Put(record) => entities.extend(about(record)),
            Change::Merge { into, .. } => entities.extend([into.clone()]),
            Change::Retract { .. } => {}
        }
        if noun == Noun::Entity {
            entities.push(id.to_owned());
        }
        if let Some(relationship) = before.and_then(|(.., relationship)| relationship) {
            let read = self.relationship(relationship);
            let ends = [read.from(), read.to()].into_iter().flatten();
            entities.extend(ends.map(|end| self.entity(end).id().to_owned()));
        }
        entities.sort_unstable();
        entities.dedup();
        Ok(Effect {
            action,
            version,
            entities,
        })
    }

    /// The ids of the current relationships between the entity and others.
    fn current_links(&self, entity: EntityIx) -> impl Iterator<Item = Cow<'_, str>> {
        let is_current = |ix: &RelationshipIx| self.recorded(*ix).until == VersionSpan::OPEN;
        let current = self.all_links(entity).filter(is_current);
        current.map(|ix| self.relationship(ix).id())
    }

    /// The changes that replace a current entity by this one, possibly of another kind: its relationships are recorded again with
    /// it. O(its relationships).
    #[must_use]
    pub fn as_another_kind(&self, entity: Entity) -> Vec<Change> {
        let existing = self.entity_with(&entity.id);
        // A relationship of the entity with itself is listed twice.
        let ids: BTreeSet<Cow<'_, str>> = existing.into_iter().flat_map(|ix| self.current_links(ix)).collect();
        let current = ids.iter().filter_map(|id| self.versions_of(id).next_back());
        let relationships = current.map(|ix| Record::Relationship(self.relationship(ix).record()));
        std::iter::once(Record::Entity(entity))
            .chain(relationships)
            .map(|record| Change::Put(Box::new(record)))
            .collect()
    }

    /// The latest version of the record with this id, of any kind.
    fn latest(&self, id: &str) -> Option<(Noun, VersionSpan, Option<RelationshipIx>)> {
        let entity = || {
            let entity = self.entity_with(id)?;
            Some((Noun::Entity, self.entity_version(entity, u32::MAX).recorded, None))
        };
        let source = || {
            let source = self.source_with(id)?;
            Some((Noun::Source, self.source_version(source, u32::MAX).recorded, None))
        };
        let relationship = || {
            let relationship = self.versions_of(id).next_back()?;
            let recorded = self.recorded(relationship);
            Some((Noun::Relationship, recorded, Some(relationship)))
        };
        entity().or_else(source).or_else(relationship)
    }

    /// Checks references from and to the record of `step` in this state, in which it is applied.
    fn check_references(&self, step: &AppliedChange) -> Result<(), ApplyError> {
        let is_current = |id: &str, noun| {
            let until = match noun {
                Noun::Entity => self
                    .entity_with(id)
                    .map(|ix| self.entity_version(ix, u32::MAX).recorded.until),
                Noun::Source => self
                    .source_with(id)
                    .map(|ix| self.source_version(ix, u32::MAX).recorded.until),
                Noun::Relationship => self.versions_of(id).next_back().map(|ix| self.recorded(ix).until),
            };
            until == Some(VersionSpan::OPEN)
        };
        let refer = |holder: &str, noun: Noun, id: &str| {
            is_current(id, noun).then_some(()).ok_or_else(|| ApplyError::Dangling {
                holder: holder.to_owned(),
                noun,
                id: id.to_owned(),
            })
        };
        match &step.change {
            Change::Put(record) => match &**record {
                Record::Relationship(relationship) => {
                    relationship
                        .ends
                        .known()
                        .try_for_each(|end| refer(&relationship.id, Noun::Entity, end))?;
                    relationship.evidence.iter().try_for_each(
                        |Evidence {
                             id, source, speaker, ..
                         }| {
                            refer(id, Noun::Source, source)?;
                            speaker
                                .as_deref()
                                .map_or(Ok(()), |speaker| refer(id, Noun::Entity, speaker))
                        },
                    )
                }
                Record::Entity(_) | Record::Source(_) => Ok(()),
            },
            Change::Merge { from, into } => {
                refer(from, Noun::Entity, into)?;
                self.check_unused(from)
            }
            Change::Retract { noun: Noun::Entity, id } => self.check_unused(id),
            Change::Retract { noun: Noun::Source, id } => {
                let source = self.source_with(id).expect("it was retracted");
                let using = self
                    .by_source(source)
                    .map(|statement| self.statement(statement).relationship());
                self.check_none_current(id, using)
            }
            Change::Retract { .. } => Ok(()),
        }
    }

    /// Checks that no current record refers to the entity.
    fn check_unused(&self, id: &str) -> Result<(), ApplyError> {
        let entity = self.entity_with(id).expect("it was retracted");
        let links = self.all_links(entity);
        let undisclosed = self.all_undisclosed(entity);
        let quoting = self
            .by_speaker(entity)
            .map(|statement| self.statement(statement).relationship());
        self.check_none_current(id, links.chain(undisclosed).chain(quoting))
    }

    fn check_none_current(&self, id: &str, using: impl Iterator<Item = RelationshipIx>) -> Result<(), ApplyError> {
        let is_current = |ix: &RelationshipIx| self.recorded(*ix).until == VersionSpan::OPEN;
        match using.into_iter().find(is_current) {
            Some(using) => Err(ApplyError::InUse {
                id: id.to_owned(),
                by: self.relationship(using).id().into_owned(),
            }),
            None => Ok(()),
        }
    }
}

/// The effect of a change.
struct Effect {
    action: Action,
    version: u32,
    entities: Vec<String>,
}

impl Effect {
    fn into_step(self, change: Change) -> AppliedChange {
        let Self {
            action,
            version,
            entities,
        } = self;
        AppliedChange {
            change,
            action,
            version,
            entities,
        }
    }
}

/// The step of a commit that creates a record with an unused id.
#[must_use]
pub fn creation_step(record: Record) -> AppliedChange {
    let mut entities: Vec<String> = about(&record);
    entities.sort_unstable();
    entities.dedup();
    AppliedChange {
        change: Change::Put(Box::new(record)),
        action: Action::Created,
        version: 1,
        entities,
    }
}

/// The ids of the entities that a record is about.
fn about(record: &Record) -> Vec<String> {
    match record {
        Record::Entity(entity) => vec![entity.id.clone()],
        Record::Source(_) => Vec::new(),
        Record::Relationship(relationship) => relationship.ends.known().map(str::to_owned).collect(),
    }
}
