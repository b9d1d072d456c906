//! Carrying out changes: new rows in columns of their own, new places in the order of ids, and the maps that find both. The base
//! is not touched.

use std::{collections::HashMap, sync::Arc};

use imbl::OrdMap;
use jiff::Timestamp;

use super::{
    fill::{RowEnds, Rows, json_text},
    places::Plan,
    refused::Refused,
};
use crate::{
    graph::{
        base::{
            adjacency::Link,
            index::{identifier_key, key_of},
        },
        columns::{
            rows::{Recorded, Span},
            text::Text,
        },
        delta::{Changed, Delta, Late, Placed},
        ix::{EntityIx, RelationshipIx, SourceIx},
        read::snapshot::Snapshot,
    },
    model::{Change, Ends, Entity, EntityKind, Noun, Record, Relationship, Source, Step, fold},
};

/// What is being worked in.
pub(in crate::graph) struct Work<'a> {
    before: &'a Snapshot,
    delta: Delta,
    rows: Rows,
    /// The place of the new record time among all.
    now: u32,
    /// Where the rows of new versions belong.
    entities: Vec<EntityIx>,
    sources: Vec<SourceIx>,
    relationships: Vec<RelationshipIx>,
    /// The rows of entities that the same commit changes, by what refers to them.
    changed: HashMap<EntityIx, usize>,
    /// Where what is new belongs.
    plan: &'a mut Plan,
}

impl<'a> Work<'a> {
    /// Work on a copy of `before`, recorded at `at`. What is new has its place in `plan`.
    pub(in crate::graph) fn on(before: &'a Snapshot, at: Timestamp, plan: &'a mut Plan) -> Self {
        let mut delta = (*before.delta).clone();
        let now = before.base.times.len() + delta.times.len();
        delta.times.push_back(at);
        Self {
            before,
            delta,
            rows: Rows::default(),
            now: u32::try_from(now).unwrap_or(u32::MAX),
            entities: Vec::new(),
            sources: Vec::new(),
            relationships: Vec::new(),
            changed: HashMap::new(),
            plan,
        }
    }

    /// Carries out `steps`: entities and sources first, which relationships refer to.
    pub(in crate::graph) fn carry_out(mut self, steps: &[Step]) -> Result<Snapshot, Refused> {
        for step in steps {
            match &step.change {
                Change::Put(record) => match &**record {
                    Record::Entity(entity) => self.put_entity(entity, step.version)?,
                    Record::Source(source) => self.put_source(source, step.version)?,
                    Record::Relationship(_) => {}
                },
                Change::Retract { noun: Noun::Entity, id } => self.end_entity(id, EntityIx::NONE),
                Change::Retract { noun: Noun::Source, id } => self.end_source(id),
                Change::Retract { .. } | Change::Merge { .. } => {}
            }
        }
        for step in steps {
            match &step.change {
                Change::Put(record) => {
                    if let Record::Relationship(relationship) = &**record {
                        self.end_relationship(&relationship.id);
                        self.put_relationship(relationship, step.version)?;
                    }
                }
                Change::Retract {
                    noun: Noun::Relationship,
                    id,
                } => self.end_relationship(id),
                Change::Merge { from, into } => {
                    let into = self.entity(from, into)?;
                    self.end_entity(from, into);
                }
                Change::Retract { .. } => {}
            }
        }
        self.finish()
    }

    fn recorded(&self, version: u32) -> Recorded {
        Recorded {
            from: self.now,
            until: Recorded::OPEN,
            version,
        }
    }

    fn put_entity(&mut self, entity: &Entity, version: u32) -> Result<(), Refused> {
        self.end_entity(&entity.id, EntityIx::NONE);
        let ix = match self.find_entity(&entity.id) {
            Some(ix) => ix,
            None => {
                let ix = self.plan.entity(&entity.id);
                self.delta.entity_ids.insert(Arc::from(entity.id.as_str()), ix);
                ix
            }
        };
        let nothing = (Span::NONE, EntityIx::NONE);
        let recorded = self.recorded(version);
        let properties = json_text(entity.properties.as_ref());
        let row = self.rows.entity(entity, properties.as_deref(), recorded, nothing)?;
        self.changed.insert(ix, self.rows.columns.entities.len());
        self.rows.columns.entities.push(row);
        self.entities.push(ix);
        let names = std::iter::once(&entity.name).chain(entity.names.iter().map(|name| &name.text));
        for name in names {
            self.delta.by_name.insert((key_of(fold(name).as_str()), ix));
        }
        for identifier in &entity.identifiers {
            let key = identifier_key(&identifier.scheme, &identifier.value);
            self.delta.by_identifier.insert((key, ix));
        }
        Ok(())
    }

    fn put_source(&mut self, source: &Source, version: u32) -> Result<(), Refused> {
        self.end_source(&source.id);
        let ix = match self.find_source(&source.id) {
            Some(ix) => ix,
            None => {
                let ix = self.plan.source(&source.id);
                self.delta.source_ids.insert(Arc::from(source.id.as_str()), ix);
                ix
            }
        };
        let recorded = self.recorded(version);
        let row = self.rows.source(source, recorded, Span::NONE)?;
        self.rows.columns.sources.push(row);
        self.sources.push(ix);
        Ok(())
    }

    fn put_relationship(&mut self, relationship: &Relationship, version: u32) -> Result<(), Refused> {
        let id = relationship.id.as_str();
        let (from, to, unknown) = self.ends(relationship)?;
        let ix = self.place_relationship(id);
        let mut said = Vec::with_capacity(relationship.evidence.len());
        for statement in &relationship.evidence {
            let source = self.find_source(&statement.source).ok_or_else(|| Refused::Dangling {
                holder: statement.id.clone(),
                noun: Noun::Source,
                id: statement.source.clone(),
            })?;
            let speaker = statement
                .speaker
                .as_deref()
                .map(|speaker| self.entity(&statement.id, speaker));
            let speaker = speaker.transpose()?.unwrap_or(EntityIx::NONE);
            said.push((source, speaker));
            self.delta.by_source.insert((source, ix));
            speaker
                .known()
                .and_then(|speaker| self.delta.by_speaker.insert((speaker, ix)));
        }
        let recorded = self.recorded(version);
        let properties = json_text(relationship.properties.as_ref());
        let ends = (from, to, unknown);
        let row = self
            .rows
            .relationship(relationship, properties.as_deref(), recorded, ends, &said)?;
        match (from.known(), to.known()) {
            (Some(from), Some(to)) => {
                let outgoing = Link::new(ix, &row, recorded, self.kind(to));
                let incoming = Link::new(ix, &row, recorded, self.kind(from));
                self.delta.link((from, to), outgoing, incoming);
            }
            (known, other) => {
                known
                    .or(other)
                    .and_then(|known| self.delta.undisclosed.insert((known, ix)));
            }
        }
        if let Some(record) = &relationship.record {
            self.delta.by_record.insert((key_of(record.as_str()), ix));
        }
        let statements = self.rows.columns.statements(&row).iter().zip(&relationship.evidence);
        for (_, stated) in statements.filter(|(row, _)| row.id != Text::NONE) {
            self.delta.by_statement.insert((key_of(stated.id.as_str()), ix));
        }
        self.rows.columns.relationships.push(row);
        self.relationships.push(ix);
        Ok(())
    }

    /// The place of the next version of a relationship.
    fn place_relationship(&mut self, id: &str) -> RelationshipIx {
        let ix = self.plan.relationship(id);
        let first = self.delta.relationship_ids.get(id).map_or(ix, |(first, _)| *first);
        self.delta.relationship_ids.insert(Arc::from(id), (first, ix));
        ix
    }

    fn ends(&self, relationship: &Relationship) -> Result<RowEnds, Refused> {
        let entity = |id: &str| self.entity(&relationship.id, id);
        Ok(match &relationship.ends {
            Ends::Known { from, to } => (entity(from)?, entity(to)?, None),
            Ends::UnknownFrom { to, reason } => (EntityIx::NONE, entity(to)?, Some(*reason)),
            Ends::UnknownTo { from, reason } => (entity(from)?, EntityIx::NONE, Some(*reason)),
        })
    }

    /// Takes back the version of an entity that stands, if one does.
    fn end_entity(&mut self, id: &str, merged_into: EntityIx) {
        let Some(ix) = self.before.entity_with(id) else { return };
        if self.before.entity_version(ix, u32::MAX).recorded.until != Recorded::OPEN {
            return;
        }
        self.delta.size += 1;
        let mut changed = changed_of(&self.delta.entities, &ix);
        changed.end(self.now, merged_into);
        ix.base_row().into_iter().for_each(|row| self.delta.changed.insert(row));
        self.delta.entities.insert(ix, Arc::new(changed));
    }

    /// Takes back the version of a source that stands, if one does.
    fn end_source(&mut self, id: &str) {
        let Some(ix) = self.before.source_with(id) else { return };
        if self.before.source_version(ix, u32::MAX).recorded.until != Recorded::OPEN {
            return;
        }
        self.delta.size += 1;
        let mut changed = changed_of(&self.delta.sources, &ix);
        changed.end(self.now, EntityIx::NONE);
        self.delta.sources.insert(ix, Arc::new(changed));
    }

    /// Takes back the version of a relationship that stands, if one does.
    fn end_relationship(&mut self, id: &str) {
        let Some(ix) = self.before.versions_of(id).next_back() else {
            return;
        };
        if self.before.recorded(ix).until == Recorded::OPEN {
            let (columns, row) = self.before.relationship_row(ix);
            let ends = [row.from, row.to].map(|end| columns.entity(end));
            self.delta.end(ix, ends, self.now);
        }
    }

    fn find_entity(&self, id: &str) -> Option<EntityIx> {
        self.before
            .entity_with(id)
            .or_else(|| self.delta.entity_ids.get(id).copied())
    }

    fn find_source(&self, id: &str) -> Option<SourceIx> {
        self.before
            .source_with(id)
            .or_else(|| self.delta.source_ids.get(id).copied())
    }

    fn entity(&self, holder: &str, id: &str) -> Result<EntityIx, Refused> {
        self.find_entity(id).ok_or_else(|| Refused::Dangling {
            holder: holder.to_owned(),
            noun: Noun::Entity,
            id: id.to_owned(),
        })
    }

    fn kind(&self, entity: EntityIx) -> EntityKind {
        let changed = self
            .changed
            .get(&entity)
            .and_then(|row| self.rows.columns.entities.get(*row));
        let before = || self.before.entity_version(entity, u32::MAX).row;
        changed.unwrap_or_else(|| before()).kind
    }

    /// The state with everything worked in.
    fn finish(self) -> Result<Snapshot, Refused> {
        let Self {
            before,
            mut delta,
            rows,
            ..
        } = self;
        let columns = Arc::new(rows.finish());
        let placed = |row: u32| Placed {
            columns: Arc::clone(&columns),
            row,
            ended: None,
        };
        delta.size += self.entities.len() + self.sources.len() + self.relationships.len();
        for (row, ix) in (0..).zip(self.entities) {
            let mut changed = changed_of(&delta.entities, &ix);
            changed.versions.push(placed(row));
            ix.base_row().into_iter().for_each(|row| delta.changed.insert(row));
            delta.entities.insert(ix, Arc::new(changed));
        }
        for (row, ix) in (0..).zip(self.sources) {
            let mut changed = changed_of(&delta.sources, &ix);
            changed.versions.push(placed(row));
            delta.sources.insert(ix, Arc::new(changed));
        }
        for (row, ix) in (0..).zip(self.relationships) {
            delta.relationships.insert(ix, Late::Added(placed(row)));
        }
        Ok(Snapshot::with(Arc::clone(&before.base), delta))
    }
}

/// The versions of a record since the base, to be added to.
fn changed_of<I: Ord>(records: &OrdMap<I, Arc<Changed>>, ix: &I) -> Changed {
    records.get(ix).map(|changed| (**changed).clone()).unwrap_or_default()
}
