//! Applies changes: new rows in columns of their own, new places in the order of ids, and the maps that index both. The base is not
//! modified.

use std::{collections::HashMap, sync::Arc};

use imbl::OrdMap;
use jiff::Timestamp;

use super::{
    apply_error::ApplyError,
    fill::{RowBuilder, RowEnds, json_text},
    places::Plan,
};
use crate::{
    graph::{
        base::{
            adjacency::Link,
            index::{identifier_key, key_of},
        },
        columns::{
            rows::{Span, VersionSpan},
            text::Text,
        },
        delta::{Delta, DeltaRow, RecordDelta, RelationshipDelta},
        ix::{EntityIx, RelationshipIx, SourceIx},
        read::snapshot::Snapshot,
    },
    model::{AppliedChange, Change, Ends, Entity, EntityKind, Noun, Record, Relationship, Source, fold},
};

/// A commit being applied.
pub(in crate::graph) struct Applier<'a> {
    before: &'a Snapshot,
    delta: Delta,
    rows: RowBuilder,
    /// The position of the new record time among all.
    now: u32,
    /// The places of the new rows.
    entities: Vec<EntityIx>,
    sources: Vec<SourceIx>,
    relationships: Vec<RelationshipIx>,
    /// The new rows of entities that the same commit changes.
    changed_rows: HashMap<EntityIx, usize>,
    /// The places of new ids.
    plan: &'a mut Plan,
}

impl<'a> Applier<'a> {
    /// Starts with a copy of `before`, to be recorded at `at`. New ids have their places in `plan`.
    pub(in crate::graph) fn new(before: &'a Snapshot, at: Timestamp, plan: &'a mut Plan) -> Self {
        let mut delta = (*before.delta).clone();
        let now = before.base.times.len() + delta.times.len();
        delta.times.push_back(at);
        Self {
            before,
            delta,
            rows: RowBuilder::default(),
            now: u32::try_from(now).unwrap_or(u32::MAX),
            entities: Vec::new(),
            sources: Vec::new(),
            relationships: Vec::new(),
            changed_rows: HashMap::new(),
            plan,
        }
    }

    /// Applies `steps`: entities and sources first, as relationships refer to them.
    pub(in crate::graph) fn apply(mut self, steps: &[AppliedChange]) -> Result<Snapshot, ApplyError> {
        for step in steps {
            match &step.change {
                Change::Put(record) => match &**record {
                    Record::Entity(entity) => self.put_entity(entity, step.version)?,
                    Record::Source(source) => self.put_source(source, step.version)?,
                    Record::Relationship(_) => {}
                },
                Change::Retract { noun: Noun::Entity, id } => self.retract_entity(id, EntityIx::NONE),
                Change::Retract { noun: Noun::Source, id } => self.retract_source(id),
                Change::Retract { .. } | Change::Merge { .. } => {}
            }
        }
        for step in steps {
            match &step.change {
                Change::Put(record) => {
                    if let Record::Relationship(relationship) = &**record {
                        self.retract_relationship(&relationship.id);
                        self.put_relationship(relationship, step.version)?;
                    }
                }
                Change::Retract {
                    noun: Noun::Relationship,
                    id,
                } => self.retract_relationship(id),
                Change::Merge { from, into } => {
                    let into = self.entity(from, into)?;
                    self.retract_entity(from, into);
                }
                Change::Retract { .. } => {}
            }
        }
        self.finish()
    }

    fn recorded(&self, version: u32) -> VersionSpan {
        VersionSpan {
            from: self.now,
            until: VersionSpan::OPEN,
            version,
        }
    }

    fn put_entity(&mut self, entity: &Entity, version: u32) -> Result<(), ApplyError> {
        self.retract_entity(&entity.id, EntityIx::NONE);
        let ix = match self.find_entity(&entity.id) {
            Some(ix) => ix,
            None => {
                let ix = self.plan.entity(&entity.id);
                self.delta.entity_ids.insert(Arc::from(entity.id.as_str()), ix);
                ix
            }
        };
        let no_older = (Span::NONE, EntityIx::NONE);
        let recorded = self.recorded(version);
        let properties = json_text(entity.properties.as_ref());
        let row = self.rows.entity(entity, properties.as_deref(), recorded, no_older)?;
        self.changed_rows.insert(ix, self.rows.columns.entities.len());
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

    fn put_source(&mut self, source: &Source, version: u32) -> Result<(), ApplyError> {
        self.retract_source(&source.id);
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

    fn put_relationship(&mut self, relationship: &Relationship, version: u32) -> Result<(), ApplyError> {
        let id = relationship.id.as_str();
        let (from, to, unknown) = self.ends(relationship)?;
        let ix = self.place_relationship(id);
        let mut attributions = Vec::with_capacity(relationship.evidence.len());
        for statement in &relationship.evidence {
            let source = self
                .find_source(&statement.source)
                .ok_or_else(|| ApplyError::Dangling {
                    holder: statement.id.clone(),
                    noun: Noun::Source,
                    id: statement.source.clone(),
                })?;
            let speaker = statement
                .speaker
                .as_deref()
                .map(|speaker| self.entity(&statement.id, speaker));
            let speaker = speaker.transpose()?.unwrap_or(EntityIx::NONE);
            attributions.push((source, speaker));
            self.delta.by_source.insert((source, ix));
            speaker
                .to_option()
                .and_then(|speaker| self.delta.by_speaker.insert((speaker, ix)));
        }
        let recorded = self.recorded(version);
        let properties = json_text(relationship.properties.as_ref());
        let ends = (from, to, unknown);
        let row = self
            .rows
            .relationship(relationship, properties.as_deref(), recorded, ends, &attributions)?;
        match (from.to_option(), to.to_option()) {
            (Some(from), Some(to)) => {
                let outgoing = Link::new(ix, &row, recorded, self.kind(to));
                let incoming = Link::new(ix, &row, recorded, self.kind(from));
                self.delta.link((from, to), outgoing, incoming);
            }
            (from, to) => {
                from.or(to)
                    .and_then(|disclosed| self.delta.undisclosed.insert((disclosed, ix)));
            }
        }
        if let Some(record) = &relationship.record {
            self.delta.by_record.insert((key_of(record.as_str()), ix));
        }
        let statements = self.rows.columns.statements(&row).iter().zip(&relationship.evidence);
        for (_, statement) in statements.filter(|(row, _)| row.id != Text::NONE) {
            self.delta.by_statement.insert((key_of(statement.id.as_str()), ix));
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

    fn ends(&self, relationship: &Relationship) -> Result<RowEnds, ApplyError> {
        let entity = |id: &str| self.entity(&relationship.id, id);
        Ok(match &relationship.ends {
            Ends::Known { from, to } => (entity(from)?, entity(to)?, None),
            Ends::UnknownFrom { to, reason } => (EntityIx::NONE, entity(to)?, Some(*reason)),
            Ends::UnknownTo { from, reason } => (entity(from)?, EntityIx::NONE, Some(*reason)),
        })
    }

    /// Retracts the current version of an entity, if there is one.
    fn retract_entity(&mut self, id: &str, merged_into: EntityIx) {
        let Some(ix) = self.before.entity_with(id) else { return };
        if self.before.entity_version(ix, u32::MAX).recorded.until != VersionSpan::OPEN {
            return;
        }
        self.delta.size += 1;
        let mut record = record_delta(&self.delta.entities, &ix);
        record.retract(self.now, merged_into);
        ix.base_row()
            .into_iter()
            .for_each(|row| self.delta.changed_entities.insert(row));
        self.delta.entities.insert(ix, Arc::new(record));
    }

    /// Retracts the current version of a source, if there is one.
    fn retract_source(&mut self, id: &str) {
        let Some(ix) = self.before.source_with(id) else { return };
        if self.before.source_version(ix, u32::MAX).recorded.until != VersionSpan::OPEN {
            return;
        }
        self.delta.size += 1;
        let mut record = record_delta(&self.delta.sources, &ix);
        record.retract(self.now, EntityIx::NONE);
        self.delta.sources.insert(ix, Arc::new(record));
    }

    /// Retracts the current version of a relationship, if there is one.
    fn retract_relationship(&mut self, id: &str) {
        let Some(ix) = self.before.versions_of(id).next_back() else {
            return;
        };
        if self.before.recorded(ix).until == VersionSpan::OPEN {
            let (columns, row) = self.before.relationship_row(ix);
            let ends = [row.from, row.to].map(|end| columns.entity(end));
            self.delta.retract(ix, ends, self.now);
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

    fn entity(&self, holder: &str, id: &str) -> Result<EntityIx, ApplyError> {
        self.find_entity(id).ok_or_else(|| ApplyError::Dangling {
            holder: holder.to_owned(),
            noun: Noun::Entity,
            id: id.to_owned(),
        })
    }

    fn kind(&self, entity: EntityIx) -> EntityKind {
        let changed_row = self
            .changed_rows
            .get(&entity)
            .and_then(|row| self.rows.columns.entities.get(*row));
        let before = || self.before.entity_version(entity, u32::MAX).row;
        changed_row.unwrap_or_else(|| before()).kind
    }

    /// The state with all changes.
    fn finish(self) -> Result<Snapshot, ApplyError> {
        let Self {
            before,
            mut delta,
            rows,
            ..
        } = self;
        let columns = Arc::new(rows.finish());
        let delta_row = |row: u32| DeltaRow {
            columns: Arc::clone(&columns),
            row,
            retraction: None,
        };
        delta.size += self.entities.len() + self.sources.len() + self.relationships.len();
        for (row, ix) in (0..).zip(self.entities) {
            let mut record = record_delta(&delta.entities, &ix);
            record.versions.push(delta_row(row));
            ix.base_row()
                .into_iter()
                .for_each(|row| delta.changed_entities.insert(row));
            delta.entities.insert(ix, Arc::new(record));
        }
        for (row, ix) in (0..).zip(self.sources) {
            let mut record = record_delta(&delta.sources, &ix);
            record.versions.push(delta_row(row));
            delta.sources.insert(ix, Arc::new(record));
        }
        for (row, ix) in (0..).zip(self.relationships) {
            delta.relationships.insert(ix, RelationshipDelta::Added(delta_row(row)));
        }
        Ok(Snapshot::with(Arc::clone(&before.base), delta))
    }
}

/// The versions of a record since the base, for additions.
fn record_delta<I: Ord>(records: &OrdMap<I, Arc<RecordDelta>>, ix: &I) -> RecordDelta {
    records.get(ix).map(|record| (**record).clone()).unwrap_or_default()
}
