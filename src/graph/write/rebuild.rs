//! A new base of all records of a snapshot, which absorbs its delta. Streams: at most one record is in memory as a value.

use std::{collections::HashMap, sync::Arc};

use imbl::OrdSet;
use jiff::Timestamp;

use super::{fill::RowBuilder, ranks::Ranks};
use crate::graph::{
    Error,
    base::{Base, Title, index::KeyIndex},
    columns::{numbers::count, rows::Span},
    ix::{EntityIx, SourceIx},
    read::{
        refs::{EntityRef, SourceRef},
        snapshot::Snapshot,
    },
};

/// A copy of the rows of a snapshot, without most indexes.
pub(in crate::graph) struct RowCopy {
    pub(in crate::graph) rows: RowBuilder,
    /// The distinct record times, ascending.
    pub(in crate::graph) times: Vec<Timestamp>,
    /// Hashes of names with the entities.
    pub(in crate::graph) by_name: Vec<(u32, u32)>,
    /// Hashes of identifiers with the entities.
    pub(in crate::graph) by_identifier: Vec<(u32, u32)>,
}

impl Snapshot {
    /// The number of versions that were added or retracted since the base.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.delta.size
    }

    /// The number of rows of the base: entities, sources, and versions of relationships.
    #[must_use]
    pub fn base_rows(&self) -> usize {
        let columns = &self.base.columns;
        columns.entities.len() + columns.relationships.len() + columns.sources.len()
    }

    /// Builds hash indexes of ids, also for snapshots derived from this one: for imports, which look up millions. O(n) and some ten
    /// bytes for each row, once.
    pub fn index_ids(&self) {
        self.base.index_ids();
    }

    /// The same graph with a new base and an empty delta. O(n log n).
    ///
    /// # Errors
    /// [`Error`] when there is more than a graph can hold.
    pub fn rebuilt(&self) -> Result<Self, Error> {
        let RowCopy {
            mut rows,
            times,
            by_name,
            by_identifier,
        } = self.copy_rows()?;
        let title = self.title_row(&mut rows)?;
        let keys = (KeyIndex::new(by_name), KeyIndex::new(by_identifier));
        Ok(self.on_base(Base::new(rows.finish(), times, keys, title)))
    }

    /// A copy of all rows, in the order of a new base.
    pub(in crate::graph) fn copy_rows(&self) -> Result<RowCopy, Error> {
        let mut rows = RowBuilder::default();
        let ranks = Ranks::of(self);
        let entity = |ix: EntityIx| {
            ix.to_option()
                .map_or(EntityIx::NONE, |ix| EntityIx::of_base(ranks.rank(ix).0))
        };
        let mut sources: HashMap<SourceIx, SourceIx> = HashMap::new();
        for ix in self.all_sources() {
            sources.insert(ix, SourceIx::of_base(count("sources", sources.len())?));
            self.add_source(&mut rows, ix)?;
        }
        for ix in self.all_entities() {
            self.add_entity(&mut rows, ix, entity)?;
        }
        for ix in self.all_relationships() {
            let (columns, row) = self.relationship_row(ix);
            let end = |end| entity(columns.entity(end));
            let ends = (end(row.from), end(row.to), row.unknown);
            let statements = self.statements_of(ix);
            let attributions = statements.map(|(_, columns, row)| {
                let (source, speaker) = (columns.source(row.source), columns.entity(row.speaker));
                (sources[&source], entity(speaker))
            });
            let attributions: Vec<_> = attributions.collect();
            let read = self.relationship(ix);
            let (record, properties) = (read.without_properties(), read.properties());
            let row = rows.relationship(&record, properties.as_deref(), self.recorded(ix), ends, &attributions)?;
            rows.columns.relationships.push(row);
        }
        let keys = |index: &KeyIndex, added: &OrdSet<(u32, EntityIx)>| -> Vec<(u32, u32)> {
            let of_base = index
                .entries()
                .iter()
                .map(|(hash, row)| (*hash, EntityIx::of_base(*row)));
            let all = of_base.chain(added.iter().copied());
            all.map(|(hash, ix)| (hash, ranks.rank(ix).0)).collect()
        };
        let (base, delta) = (&self.base, &self.delta);
        Ok(RowCopy {
            rows,
            times: base.times.iter().chain(&delta.times).copied().collect(),
            by_name: keys(&base.by_name, &delta.by_name),
            by_identifier: keys(&base.by_identifier, &delta.by_identifier),
        })
    }

    /// The title, with its texts among these rows.
    pub(in crate::graph) fn title_row(&self, rows: &mut RowBuilder) -> Result<Title, Error> {
        Ok(Title {
            title: rows.texts.push(self.title())?,
            description: rows.texts.intern_optional(self.description())?,
            licence: rows.texts.intern_optional(self.licence())?,
            began: self.base.title.began,
        })
    }

    /// A snapshot on a base with all records of this one, with its unresolved relationships and id indexes.
    pub(in crate::graph) fn on_base(&self, base: Base) -> Self {
        if self.base.finder.get().is_some() {
            base.index_ids();
        }
        Self::of(base).with_shared_unresolved(Arc::clone(&self.delta.unresolved))
    }

    fn add_source(&self, rows: &mut RowBuilder, ix: SourceIx) -> Result<(), Error> {
        let versions = self.source_versions(ix);
        let older = older(rows.columns.older_sources.len(), versions.len())?;
        for (place, version) in versions.iter().enumerate() {
            let record = SourceRef::of(self, *version).record();
            let row = rows.source(&record, version.recorded, older)?;
            let is_latest = place + 1 == versions.len();
            let column = if is_latest {
                &mut rows.columns.sources
            } else {
                &mut rows.columns.older_sources
            };
            column.push(row);
        }
        Ok(())
    }

    fn add_entity(
        &self,
        rows: &mut RowBuilder,
        ix: EntityIx,
        entity: impl Fn(EntityIx) -> EntityIx,
    ) -> Result<(), Error> {
        let versions = self.entity_versions(ix);
        let older = older(rows.columns.older_entities.len(), versions.len())?;
        for (place, version) in versions.iter().enumerate() {
            let read = EntityRef::of(self, *version);
            let (record, properties) = (read.without_properties(), read.properties());
            let merged_into = version.merged_into.map_or(EntityIx::NONE, &entity);
            let before = (older, merged_into);
            let row = rows.entity(&record, properties.as_deref(), version.recorded, before)?;
            let is_latest = place + 1 == versions.len();
            let column = if is_latest {
                &mut rows.columns.entities
            } else {
                &mut rows.columns.older_entities
            };
            column.push(row);
        }
        Ok(())
    }
}

/// The span of all but the last of `versions`, after `others`.
fn older(others: usize, versions: usize) -> Result<Span, Error> {
    Ok(Span {
        start: count("versions", others)?,
        len: count("versions", versions.saturating_sub(1))?,
    })
}
