//! The next state of a graph: what a commit changes becomes new versions of records, and the old ones remain for who asks
//! what was known before. All of it or nothing.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
};

use jiff::Timestamp;

use super::{places::Added, refused::Refused, work::Work};
use crate::{
    graph::{
        columns::rows::Recorded,
        ix::{EntityIx, RelationshipIx},
        read::snapshot::Snapshot,
    },
    model::{Action, Change, Entity, Evidence, Noun, Record, Step},
};

impl Snapshot {
    /// The state after these changes, recorded at `at`, and what each of them did.
    ///
    /// # Errors
    /// [`Refused`] when they cannot be carried out together.
    pub fn apply(&self, changes: Vec<Change>, at: Timestamp) -> Result<(Self, Vec<Step>), Refused> {
        if at <= self.last_recorded_at() {
            let last = self.last_recorded_at();
            return Err(Refused::NotLater { last, at });
        }
        let mut named = HashSet::with_capacity(changes.len());
        if let Some(twice) = changes.iter().find(|change| !named.insert(change.id())) {
            return Err(Refused::Twice {
                id: twice.id().to_owned(),
            });
        }
        let done = changes.iter().map(|change| self.done_by(change, &named));
        let done: Vec<Done> = done.collect::<Result<_, _>>()?;
        let steps = changes.into_iter().zip(done);
        let steps: Vec<Step> = steps.map(|(change, done)| done.by(change)).collect();
        let mut added = Added::default();
        added.extend(steps.iter().map(|step| &step.change));
        let next = match added.plan(self) {
            Some(mut plan) => Work::on(self, at, &mut plan).carry_out(&steps)?,
            None => {
                let (respaced, mut plan) = self.respaced(&steps)?;
                Work::on(&respaced, at, &mut plan).carry_out(&steps)?
            }
        };
        steps.iter().try_for_each(|step| next.stands(step))?;
        Ok((next, steps))
    }

    /// What a change does to its record. The commit names these records.
    fn done_by(&self, change: &Change, named: &HashSet<&str>) -> Result<Done, Refused> {
        let (noun, id) = (change.noun(), change.id());
        let before = self.latest(id);
        if let Some((has, ..)) = before.filter(|(has, ..)| *has != noun) {
            return Err(Refused::Taken {
                id: id.to_owned(),
                noun: has,
            });
        }
        let stands = before.is_some_and(|(_, recorded, _)| recorded.until == Recorded::OPEN);
        if let Change::Put(record) = change
            && let Record::Entity(entity) = &**record
            && let Some(ix) = self.entity_with(id)
            && let is = self.entity_version(ix, u32::MAX).row.kind
            && stands
            && is != entity.kind
            && self.connecting(ix).any(|relationship| !named.contains(&*relationship))
        {
            return Err(Refused::Kind { id: id.to_owned(), is });
        }
        let version = before.map_or(0, |(_, recorded, _)| recorded.version);
        let (action, version) = match change {
            Change::Put(_) if stands => (Action::Updated, version + 1),
            Change::Put(_) => (Action::Created, version + 1),
            _ if !stands => {
                return Err(Refused::Unknown {
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
        Ok(Done {
            action,
            version,
            entities,
        })
    }

    /// The ids of the relationships that stand between the entity and others.
    fn connecting(&self, entity: EntityIx) -> impl Iterator<Item = Cow<'_, str>> {
        let stands = |ix: &RelationshipIx| self.recorded(*ix).until == Recorded::OPEN;
        let standing = self.all_links(entity).filter(stands);
        standing.map(|ix| self.relationship(ix).id())
    }

    /// The changes by which an entity that stands is this one, which may be of another kind: with it, all that connects it is
    /// recorded anew. O(its relationships).
    #[must_use]
    pub fn as_another_kind(&self, entity: Entity) -> Vec<Change> {
        let found = self.entity_with(&entity.id);
        // One that leads back to the entity itself is met twice.
        let ids: BTreeSet<Cow<'_, str>> = found.into_iter().flat_map(|ix| self.connecting(ix)).collect();
        let standing = ids.iter().filter_map(|id| self.versions_of(id).next_back());
        let anew = standing.map(|ix| Record::Relationship(self.relationship(ix).record()));
        std::iter::once(Record::Entity(entity))
            .chain(anew)
            .map(|record| Change::Put(Box::new(record)))
            .collect()
    }

    /// The latest version of the record with this id, whatever it is.
    fn latest(&self, id: &str) -> Option<(Noun, Recorded, Option<RelationshipIx>)> {
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

    /// Whether what `step` refers to, or what refers to it, stands in this state, in which it is carried out.
    fn stands(&self, step: &Step) -> Result<(), Refused> {
        let stands = |id: &str, noun| {
            let until = match noun {
                Noun::Entity => self
                    .entity_with(id)
                    .map(|ix| self.entity_version(ix, u32::MAX).recorded.until),
                Noun::Source => self
                    .source_with(id)
                    .map(|ix| self.source_version(ix, u32::MAX).recorded.until),
                Noun::Relationship => self.versions_of(id).next_back().map(|ix| self.recorded(ix).until),
            };
            until == Some(Recorded::OPEN)
        };
        let refer = |holder: &str, noun: Noun, id: &str| {
            stands(id, noun).then_some(()).ok_or_else(|| Refused::Dangling {
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
                self.is_unused(from)
            }
            Change::Retract { noun: Noun::Entity, id } => self.is_unused(id),
            Change::Retract { noun: Noun::Source, id } => {
                let source = self.source_with(id).expect("it was taken back");
                let using = self
                    .by_source(source)
                    .map(|statement| self.statement(statement).relationship());
                self.none_stands(id, using)
            }
            Change::Retract { .. } => Ok(()),
        }
    }

    /// Whether nothing that stands refers to the entity.
    fn is_unused(&self, id: &str) -> Result<(), Refused> {
        let entity = self.entity_with(id).expect("it was taken back");
        let links = self.all_links(entity);
        let undisclosed = self.all_undisclosed(entity);
        let quoting = self
            .by_speaker(entity)
            .map(|statement| self.statement(statement).relationship());
        self.none_stands(id, links.chain(undisclosed).chain(quoting))
    }

    fn none_stands(&self, id: &str, using: impl Iterator<Item = RelationshipIx>) -> Result<(), Refused> {
        let stands = |ix: &RelationshipIx| self.recorded(*ix).until == Recorded::OPEN;
        match using.into_iter().find(stands) {
            Some(using) => Err(Refused::InUse {
                id: id.to_owned(),
                by: self.relationship(using).id().into_owned(),
            }),
            None => Ok(()),
        }
    }
}

/// What a change does.
struct Done {
    action: Action,
    version: u32,
    entities: Vec<String>,
}

impl Done {
    fn by(self, change: Change) -> Step {
        let Self {
            action,
            version,
            entities,
        } = self;
        Step {
            change,
            action,
            version,
            entities,
        }
    }
}

/// What a commit does that puts a record under an id which nothing had before.
#[must_use]
pub fn created(record: Record) -> Step {
    let mut entities: Vec<String> = about(&record);
    entities.sort_unstable();
    entities.dedup();
    Step {
        change: Change::Put(Box::new(record)),
        action: Action::Created,
        version: 1,
        entities,
    }
}

/// The entities that a record is about.
fn about(record: &Record) -> Vec<String> {
    match record {
        Record::Entity(entity) => vec![entity.id.clone()],
        Record::Source(_) => Vec::new(),
        Record::Relationship(relationship) => relationship.ends.known().map(str::to_owned).collect(),
    }
}
