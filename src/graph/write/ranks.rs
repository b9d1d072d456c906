//! Numbers all entities of a snapshot without gaps, in the order of their ids: for computations over arrays.

use crate::graph::{columns::numbers::at, ix::EntityIx, read::snapshot::Snapshot};

/// The number of an entity among all of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::graph) struct Rank(pub(in crate::graph) u32);

impl Rank {
    /// No entity.
    pub(in crate::graph) const NONE: Self = Self(u32::MAX);

    /// The number as a position in a slice.
    pub(in crate::graph) fn at(self) -> usize {
        at(self.0)
    }
}

/// The numbers of a snapshot's entities.
#[derive(Debug, Clone)]
pub(in crate::graph) struct Ranks {
    rows: usize,
    /// The entities outside the base, each with its number, ascending.
    added: Vec<(EntityIx, Rank)>,
}

impl Ranks {
    pub(in crate::graph) fn of(snapshot: &Snapshot) -> Self {
        let added = snapshot.delta.entity_ids.values().copied();
        // The number counts the rows of the base and the added entities before it.
        let mut added: Vec<EntityIx> = added.collect();
        added.sort_unstable();
        Self {
            rows: snapshot.base.columns.entities.len(),
            added: added
                .into_iter()
                .zip(0..)
                .map(|(entity, before)| (entity, Rank(entity.rows() + before)))
                .collect(),
        }
    }

    /// The number of entities, independent of views.
    pub(in crate::graph) fn count(&self) -> usize {
        self.rows + self.added.len()
    }

    /// The number of `entity`. O(log of the entities added since the base).
    pub(in crate::graph) fn rank(&self, entity: EntityIx) -> Rank {
        let before = self.added.partition_point(|(added, _)| *added < entity);
        match entity.base_row() {
            Some(row) => Rank(row + u32::try_from(before).expect("rows are counted when they are built")),
            None => self.added[before].1,
        }
    }

    /// The entity with this number. O(log of the entities added since the base).
    pub(in crate::graph) fn entity(&self, rank: Rank) -> EntityIx {
        match self.added.binary_search_by_key(&rank, |(_, rank)| *rank) {
            Ok(place) => self.added[place].0,
            Err(before) => EntityIx::of_base(rank.0 - u32::try_from(before).expect("it is not after the rank")),
        }
    }
}
