//! The relationships behind a field such as `owners`: tested on links, without reading rows if possible.

use crate::{
    graph::{
        base::adjacency::{Direction, Link},
        ix::{EntityIx, RelationshipIx},
        read::snapshot::Snapshot,
    },
    model::{EntityKind, RelationshipKind, Set},
};

/// The relationships behind a field: `owners` are incoming OWNS.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    /// Of these kinds.
    pub kinds: Set<RelationshipKind>,
    /// In this direction.
    pub direction: Direction,
    /// With a neighbor of these kinds.
    pub neighbor_kinds: Set<EntityKind>,
}

impl Pattern {
    /// Everything, from either end.
    #[must_use]
    pub fn any() -> Self {
        Self {
            kinds: Set::all(),
            direction: Direction::Both,
            neighbor_kinds: Set::all(),
        }
    }

    /// Every relationship in `direction`.
    #[must_use]
    pub fn in_direction(direction: Direction) -> Self {
        Self {
            direction,
            ..Self::any()
        }
    }

    /// Whether a link listed in direction `side` fits.
    pub(in crate::graph) fn fits_link(&self, link: &Link, side: Direction) -> bool {
        let fits_direction = self.direction == Direction::Both || self.direction == side || link.kind.is_symmetric();
        fits_direction && self.kinds.contains(link.kind) && self.neighbor_kinds.contains(link.neighbor_kind)
    }

    /// Whether a relationship of `entity` with a known neighbor fits.
    #[must_use]
    pub fn fits_disclosed(
        &self,
        snapshot: &Snapshot,
        entity: EntityIx,
        (relationship, neighbor): (RelationshipIx, EntityIx),
    ) -> bool {
        let read = snapshot.relationship(relationship);
        let kind = read.kind();
        let fits_direction = match self.direction {
            Direction::Both => true,
            Direction::Outgoing => kind.is_symmetric() || read.from() == Some(entity),
            Direction::Incoming => kind.is_symmetric() || read.to() == Some(entity),
        };
        fits_direction && self.kinds.contains(kind) && self.neighbor_kinds.contains(snapshot.entity(neighbor).kind())
    }

    /// Whether a relationship of `known` with an undisclosed end fits. The kind of that end is not known.
    #[must_use]
    pub fn fits_undisclosed(&self, snapshot: &Snapshot, known: EntityIx, relationship: RelationshipIx) -> bool {
        let read = snapshot.relationship(relationship);
        let kind = read.kind();
        let side = if read.from() == Some(known) {
            Direction::Outgoing
        } else {
            Direction::Incoming
        };
        let fits_direction = self.direction == Direction::Both || self.direction == side || kind.is_symmetric();
        fits_direction && self.kinds.contains(kind)
    }
}
