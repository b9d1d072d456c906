//! Differences between two states of a graph, and entities of one in the other: for indexes derived from a state and updated to
//! later ones.

use std::sync::Arc;

use imbl::ordmap::DiffItem;
use jiff::Timestamp;

use super::snapshot::Snapshot;
use crate::graph::{
    columns::rows::VersionSpan,
    delta::{DeltaRow, RecordDelta},
    ix::EntityIx,
};

/// Below this fraction of all ids, they are looked up one by one instead of by one pass over all.
const FEW: usize = 20;

impl Snapshot {
    /// Whether both have the same base, so that references to rows are valid in both.
    #[must_use]
    pub fn shares_base_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.base, &other.base)
    }

    /// The entities that are in only one of the two states, or in different versions, ascending. The states must share a base.
    /// Shared parts are skipped.
    #[must_use]
    pub fn entities_differing_from(&self, other: &Self) -> Vec<EntityIx> {
        let differing = other.delta.entities.diff(&self.delta.entities);
        let entity = |item: DiffItem<'_, '_, EntityIx, Arc<RecordDelta>>| match item {
            DiffItem::Add(entity, _) | DiffItem::Remove(entity, _) => *entity,
            DiffItem::Update { new: (entity, _), .. } => *entity,
        };
        differing.map(entity).collect()
    }

    /// The entities recorded or retracted after `moment`, ascending. O(n).
    #[must_use]
    pub fn entities_changed_after(&self, moment: Timestamp) -> Vec<EntityIx> {
        let passed = self.times_until(moment);
        let is_later = |recorded: VersionSpan| {
            recorded.from >= passed || (recorded.until != VersionSpan::OPEN && recorded.until >= passed)
        };
        let latest = |entity: &EntityIx| self.entity_version(*entity, u32::MAX).recorded;
        self.all_entities().filter(|entity| is_later(latest(entity))).collect()
    }

    /// The number of record times after `moment`.
    #[must_use]
    pub fn records_after(&self, moment: Timestamp) -> usize {
        let all = self.base.times.len() + self.delta.times.len();
        all - usize::try_from(self.times_until(moment)).unwrap_or(all).min(all)
    }

    /// Whether there are records of exactly `moment`.
    #[must_use]
    pub fn has_records_at(&self, moment: Timestamp) -> bool {
        let last = self.times_until(moment).checked_sub(1);
        last.and_then(|last| self.time(last)) == Some(moment)
    }

    /// The entities with these ascending ids, independent of views; `None` for an unknown id.
    pub fn entities_with_ids<'a>(&self, ids: impl ExactSizeIterator<Item = &'a str>) -> Vec<Option<EntityIx>> {
        let all = self.base.columns.entities.len() + self.delta.entity_ids.len();
        if ids.len() < all / FEW {
            return ids.map(|id| self.entity_with(id)).collect();
        }
        let mut others = self.all_entities().peekable();
        let find = |id: &str| {
            while let Some(other) = others.peek() {
                match self.entity(*other).id().cmp(id) {
                    std::cmp::Ordering::Less => drop(others.next()),
                    std::cmp::Ordering::Equal => return Some(*other),
                    std::cmp::Ordering::Greater => return None,
                }
            }
            None
        };
        ids.map(find).collect()
    }
}

/// Equal if they are the same rows with the same retractions; reads no rows.
impl PartialEq for RecordDelta {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || (self.retraction == other.retraction && self.versions == other.versions)
    }
}

impl PartialEq for DeltaRow {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.columns, &other.columns) && self.row == other.row && self.retraction == other.retraction
    }
}
