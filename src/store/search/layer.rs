//! A layer of the index: some entities as they were at one moment. A layer never changes; which of its rows a later layer
//! supersedes is told beside it.

use std::sync::Arc;

use tantivy::directory::RamDirectory;

use super::{
    keys::Keys,
    lexicon::Lexicon,
    segment::{Segment, at},
};
use crate::{graph::EntityIx, model::Timestamp};

/// Some entities, and what stands for them no longer.
#[derive(Clone)]
pub(super) struct Layer {
    pub(super) body: Arc<Body>,
    /// Who stands in each row, ascending; in the numbers of the snapshot that the index is for.
    pub(super) entities: Arc<[EntityIx]>,
    dead: Arc<Dead>,
}

/// What a layer holds, whatever the snapshot.
pub(super) struct Body {
    pub(super) segments: Vec<Segment>,
    /// The words of all segments; none where these are small.
    pub(super) lexicon: Option<Lexicon>,
    /// Who goes by a whole name or code.
    pub(super) keys: Keys,
    /// How many letters each main name has, by row.
    pub(super) lengths: Vec<u8>,
    /// Its files.
    pub(super) directory: RamDirectory,
    /// When the last change was recorded that it knows.
    pub(super) moment: Timestamp,
}

/// The rows that are not found: others stand for their entities, or nothing does.
#[derive(Debug, Clone, Default)]
struct Dead {
    /// A bit for each row; empty as long as none is dead.
    rows: Vec<u64>,
    /// The dead documents of each segment, ascending.
    documents: Vec<Vec<u32>>,
    count: usize,
}

impl Layer {
    pub(super) fn new(body: Arc<Body>, entities: Arc<[EntityIx]>) -> Self {
        Self {
            body,
            entities,
            dead: Arc::default(),
        }
    }

    /// A layer of which nobody knows yet who stands in its rows.
    pub(super) fn of_nobody(body: Arc<Body>) -> Self {
        let entities = vec![EntityIx::FIRST; body.lengths.len()];
        Self::new(body, entities.into())
    }

    /// How many rows stand.
    pub(super) fn live(&self) -> usize {
        self.entities.len() - self.dead.count
    }

    pub(super) fn dead(&self) -> usize {
        self.dead.count
    }

    /// Who stands in this row, unless it is dead.
    pub(super) fn entity(&self, row: u32) -> Option<EntityIx> {
        let row = at(row);
        let word = self.dead.rows.get(row / 64).copied().unwrap_or(0);
        let is_dead = word >> (row % 64) & 1 == 1;
        self.entities.get(row).copied().filter(|_| !is_dead)
    }

    /// Those that stand, ascending.
    pub(super) fn standing(&self) -> impl Iterator<Item = EntityIx> {
        (0..).take(self.entities.len()).filter_map(|row| self.entity(row))
    }

    /// The row of an entity that stands in this layer.
    pub(super) fn row(&self, entity: EntityIx) -> Option<u32> {
        let first = self.entities.partition_point(|known| *known < entity);
        let mut rows = (u32::try_from(first).ok()?..).take_while(|row| self.entities.get(at(*row)) == Some(&entity));
        rows.find(|row| self.entity(*row).is_some())
    }

    /// How many letters the main name in this row has.
    pub(super) fn length(&self, row: u32) -> u8 {
        self.body.lengths.get(at(row)).copied().unwrap_or(u8::MAX)
    }

    /// The dead documents of a segment, ascending.
    pub(super) fn dead_documents(&self, segment: usize) -> &[u32] {
        self.dead.documents.get(segment).map_or(&[], Vec::as_slice)
    }

    /// Lets the rows of these entities stand no longer. O(rows / 64 + entities).
    pub(super) fn bury(&mut self, entities: &[EntityIx]) {
        let rows: Vec<u32> = entities.iter().filter_map(|entity| self.row(*entity)).collect();
        self.bury_rows(&rows);
    }

    fn bury_rows(&mut self, rows: &[u32]) {
        if rows.is_empty() {
            return;
        }
        let dead = Arc::make_mut(&mut self.dead);
        dead.rows.resize(self.entities.len().div_ceil(64), 0);
        dead.documents.resize(self.body.segments.len(), Vec::new());
        for row in rows {
            dead.rows[at(*row) / 64] |= 1 << (*row % 64);
        }
        dead.count += rows.len();
        for (documents, segment) in dead.documents.iter_mut().zip(&self.body.segments) {
            let document = |row: &u32| u32::try_from(segment.rows.binary_search(row).ok()?).ok();
            documents.extend(rows.iter().filter_map(document));
            // Two ascending runs: this is faster than what is unstable.
            documents.sort();
        }
    }

    /// The same layer for another snapshot, in which its entities are these; those that are none there stand no longer.
    pub(super) fn renumbered(&self, entities: Vec<Option<EntityIx>>) -> Self {
        let mut gone = Vec::new();
        // Rows of nobody take the number before theirs, so that all still ascend.
        let mut last = EntityIx::FIRST;
        let mut numbers = Vec::with_capacity(entities.len());
        for (row, entity) in (0..).zip(entities) {
            if entity.is_none() && self.entity(row).is_some() {
                gone.push(row);
            }
            last = entity.unwrap_or(last);
            numbers.push(last);
        }
        let mut layer = Self {
            entities: numbers.into(),
            ..self.clone()
        };
        layer.bury_rows(&gone);
        layer
    }

    pub(super) fn bytes(&self) -> usize {
        let rows = self.body.segments.iter().map(|segment| segment.rows.len() * 4);
        self.body.directory.total_mem_usage()
            + self.body.lexicon.as_ref().map_or(0, Lexicon::bytes)
            + self.body.keys.bytes()
            + self.body.lengths.len()
            + self.entities.len() * size_of::<EntityIx>()
            + rows.sum::<usize>()
    }
}
