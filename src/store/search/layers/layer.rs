//! A layer of the index: some entities as they were at one time. Its content never changes; rows that later layers supersede are
//! marked as deleted.

use std::sync::Arc;

use tantivy::directory::RamDirectory;

use super::{
    lexicon::Lexicon,
    segment::{Segment, at},
};
use crate::{graph::EntityIx, model::Timestamp, store::search::text::keys::Keys};

/// Some entities, with marks for deleted rows.
#[derive(Clone)]
pub(in crate::store::search) struct Layer {
    pub(in crate::store::search) body: Arc<LayerContent>,
    /// The entity of each row, ascending, as numbered by the snapshot of the index.
    pub(in crate::store::search) entities: Arc<[EntityIx]>,
    deleted: Arc<DeletedRows>,
}

/// The content of a layer, independent of the snapshot.
pub(in crate::store::search) struct LayerContent {
    pub(in crate::store::search) segments: Vec<Segment>,
    /// The words of all segments; `None` for a small layer.
    pub(in crate::store::search) lexicon: Option<Lexicon>,
    /// The rows by complete names and codes.
    pub(in crate::store::search) keys: Keys,
    /// The number of letters of each main name, by row.
    pub(in crate::store::search) lengths: Vec<u8>,
    /// Its files.
    pub(in crate::store::search) directory: RamDirectory,
    /// When the last change was recorded that it includes.
    pub(in crate::store::search) moment: Timestamp,
}

/// The deleted rows, whose entities are in later layers or no longer exist.
#[derive(Debug, Clone, Default)]
struct DeletedRows {
    /// A bit for each row; empty while no row is deleted.
    rows: Vec<u64>,
    /// The deleted documents of each segment, ascending.
    documents: Vec<Vec<u32>>,
    count: usize,
}

impl Layer {
    pub(in crate::store::search) fn new(body: Arc<LayerContent>, entities: Arc<[EntityIx]>) -> Self {
        Self {
            body,
            entities,
            deleted: Arc::default(),
        }
    }

    /// A layer whose rows have no entities yet.
    pub(in crate::store::search) fn unassigned(body: Arc<LayerContent>) -> Self {
        let entities = vec![EntityIx::FIRST; body.lengths.len()];
        Self::new(body, entities.into())
    }

    /// The number of rows that are not deleted.
    pub(in crate::store::search) fn live(&self) -> usize {
        self.entities.len() - self.deleted.count
    }

    pub(in crate::store::search) fn deleted(&self) -> usize {
        self.deleted.count
    }

    /// The entity of this row, unless it is deleted.
    pub(in crate::store::search) fn entity(&self, row: u32) -> Option<EntityIx> {
        let row = at(row);
        let word = self.deleted.rows.get(row / 64).copied().unwrap_or(0);
        let is_deleted = word >> (row % 64) & 1 == 1;
        self.entities.get(row).copied().filter(|_| !is_deleted)
    }

    /// The entities of the rows that are not deleted, ascending.
    pub(in crate::store::search) fn live_entities(&self) -> impl Iterator<Item = EntityIx> {
        (0..).take(self.entities.len()).filter_map(|row| self.entity(row))
    }

    /// The row of an entity, unless it is deleted.
    pub(in crate::store::search) fn row(&self, entity: EntityIx) -> Option<u32> {
        let first = self.entities.partition_point(|known| *known < entity);
        let mut rows = (u32::try_from(first).ok()?..).take_while(|row| self.entities.get(at(*row)) == Some(&entity));
        rows.find(|row| self.entity(*row).is_some())
    }

    /// The number of letters of the main name in this row.
    pub(in crate::store::search) fn length(&self, row: u32) -> u8 {
        self.body.lengths.get(at(row)).copied().unwrap_or(u8::MAX)
    }

    /// The deleted documents of a segment, ascending.
    pub(in crate::store::search) fn deleted_documents(&self, segment: usize) -> &[u32] {
        self.deleted.documents.get(segment).map_or(&[], Vec::as_slice)
    }

    /// Marks the rows of these entities as deleted. O(rows / 64 + entities).
    pub(in crate::store::search) fn mark_deleted(&mut self, entities: &[EntityIx]) {
        let rows: Vec<u32> = entities.iter().filter_map(|entity| self.row(*entity)).collect();
        self.mark_rows_deleted(&rows);
    }

    fn mark_rows_deleted(&mut self, rows: &[u32]) {
        if rows.is_empty() {
            return;
        }
        let deleted = Arc::make_mut(&mut self.deleted);
        deleted.rows.resize(self.entities.len().div_ceil(64), 0);
        deleted.documents.resize(self.body.segments.len(), Vec::new());
        for row in rows {
            deleted.rows[at(*row) / 64] |= 1 << (*row % 64);
        }
        deleted.count += rows.len();
        for (documents, segment) in deleted.documents.iter_mut().zip(&self.body.segments) {
            let document = |row: &u32| u32::try_from(segment.rows.binary_search(row).ok()?).ok();
            documents.extend(rows.iter().filter_map(document));
            // For two ascending runs a stable sort is faster than an unstable one.
            documents.sort();
        }
    }

    /// The same layer for another snapshot with these entities in its rows; rows with `None` are marked as deleted.
    pub(in crate::store::search) fn renumbered(&self, entities: Vec<Option<EntityIx>>) -> Self {
        let mut missing = Vec::new();
        // Rows without an entity repeat the number before theirs, so that all ascend.
        let mut last = EntityIx::FIRST;
        let mut numbers = Vec::with_capacity(entities.len());
        for (row, entity) in (0..).zip(entities) {
            if entity.is_none() && self.entity(row).is_some() {
                missing.push(row);
            }
            last = entity.unwrap_or(last);
            numbers.push(last);
        }
        let mut layer = Self {
            entities: numbers.into(),
            ..self.clone()
        };
        layer.mark_rows_deleted(&missing);
        layer
    }

    pub(in crate::store::search) fn bytes(&self) -> usize {
        let rows = self.body.segments.iter().map(|segment| segment.rows.len() * 4);
        self.body.directory.total_mem_usage()
            + self.body.lexicon.as_ref().map_or(0, Lexicon::bytes)
            + self.body.keys.bytes()
            + self.body.lengths.len()
            + self.entities.len() * size_of::<EntityIx>()
            + rows.sum::<usize>()
    }
}
