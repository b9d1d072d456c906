//! What differs between two states of a graph, and where the entities of one stand in another: for what is derived from a
//! state and kept up with the next ones.

use std::sync::Arc;

use imbl::ordmap::DiffItem;
use jiff::Timestamp;

use super::snapshot::Snapshot;
use crate::graph::{
    columns::rows::Recorded,
    delta::{Changed, Placed},
    ix::EntityIx,
};

/// Below one in so many, ids are looked up one by one instead of in passing all.
const FEW: usize = 20;

impl Snapshot {
    /// Whether this and `other` have the same base, so that what stands in both is referred to alike.
    #[must_use]
    pub fn shares_base_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.base, &other.base)
    }

    /// The entities that are in one of the two states and not in the other, or in another version, ascending. The states
    /// share a base. What they share is not looked at.
    #[must_use]
    pub fn entities_differing_from(&self, other: &Self) -> Vec<EntityIx> {
        let differing = other.delta.entities.diff(&self.delta.entities);
        let entity = |item: DiffItem<'_, '_, EntityIx, Arc<Changed>>| match item {
            DiffItem::Add(entity, _) | DiffItem::Remove(entity, _) => *entity,
            DiffItem::Update { new: (entity, _), .. } => *entity,
        };
        differing.map(entity).collect()
    }

    /// The entities that were recorded or taken back after `moment`, ascending. O(n).
    #[must_use]
    pub fn entities_changed_after(&self, moment: Timestamp) -> Vec<EntityIx> {
        let passed = self.times_until(moment);
        let is_later = |recorded: Recorded| {
            recorded.from >= passed || (recorded.until != Recorded::OPEN && recorded.until >= passed)
        };
        let latest = |entity: &EntityIx| self.entity_version(*entity, u32::MAX).recorded;
        self.all_entities().filter(|entity| is_later(latest(entity))).collect()
    }

    /// How often something was recorded after `moment`.
    #[must_use]
    pub fn records_after(&self, moment: Timestamp) -> usize {
        let all = self.base.times.len() + self.delta.times.len();
        all - usize::try_from(self.times_until(moment)).unwrap_or(all).min(all)
    }

    /// Whether something was recorded at `moment` exactly.
    #[must_use]
    pub fn recorded_something_at(&self, moment: Timestamp) -> bool {
        let last = self.times_until(moment).checked_sub(1);
        last.and_then(|last| self.time(last)) == Some(moment)
    }

    /// The entities with these ids, which ascend, whoever knows them; none for an id that nobody has.
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

/// Whether they are the same rows, taken back alike: then nothing has to be read.
impl PartialEq for Changed {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || (self.ended == other.ended && self.versions == other.versions)
    }
}

impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.columns, &other.columns) && self.row == other.row && self.ended == other.ended
    }
}
