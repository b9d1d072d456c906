//! The records of a bulk insertion, and the estimate of whether one pays off.

use crate::{import::Origin, model::Noun, store::bulk_insert};

/// From one new record per this many rows of the base on, copying all rows pays off.
const ROWS_PER_ADDED: u64 = 4;

/// The records that are being added.
#[derive(Debug)]
pub(in crate::import) struct ImportInsert {
    pub(super) adding: bulk_insert::BulkInsert,
    /// The origins of the records added since the last entry.
    pub(super) origins: Vec<Vec<Origin>>,
    /// The number of added records.
    pub(super) count: u64,
}

/// Estimates from earlier drafts whether a bulk insertion pays off.
#[derive(Debug, Default)]
pub(in crate::import) struct InsertEstimate {
    /// The number of drafts, and of those stored so far.
    drafts: u64,
    put: u64,
    /// The number of changes so far.
    changes: u64,
    /// The number of records of the last bulk insertion.
    pub(super) last: Option<u64>,
}

impl InsertEstimate {
    /// Expects this many drafts.
    pub(in crate::import) fn expect(&mut self, drafts: u64) {
        *self = Self {
            drafts,
            ..Self::default()
        };
    }

    pub(in crate::import) fn note_put(&mut self, drafts: usize) {
        self.put += u64::try_from(drafts).unwrap_or(u64::MAX);
    }

    pub(in crate::import) fn note_change(&mut self) {
        self.changes += 1;
    }

    /// The estimated number of changes to come.
    pub(super) fn remaining_changes(&self) -> u64 {
        let drafts = self.drafts.saturating_sub(self.put);
        drafts.saturating_mul(self.changes) / self.put.max(1)
    }

    /// Whether enough changes remain to copy this many rows.
    pub(super) fn pays_off(&self, rows: usize) -> bool {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        // If the last bulk insertion ended early, the next one probably will, too.
        let is_enough = |bulk_insert: u64| bulk_insert.saturating_mul(ROWS_PER_ADDED) >= rows;
        is_enough(self.remaining_changes()) && self.last.is_none_or(is_enough)
    }
}

impl ImportInsert {
    /// The noun of the record with this id: any entity or source, and added relationships.
    pub(in crate::import) fn existing(&self, id: &str) -> Option<Noun> {
        self.adding.noun_of(id)
    }

    /// Whether the record with this id was added.
    pub(in crate::import) fn is_new(&self, id: &str) -> bool {
        self.adding.is_new(id)
    }
}
