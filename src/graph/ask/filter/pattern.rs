//! The relationships a short name stands for: tested on links, without reading rows where that can be helped.

use crate::{
    graph::{
        base::adjacency::{Direction, Link},
        ix::{EntityIx, RelationshipIx},
        read::snapshot::Snapshot,
    },
    model::{EntityKind, RelationshipKind, Set},
};

/// The relationships a short name stands for: `owners` are OWNS that come in.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    /// Of these kinds.
    pub kinds: Set<RelationshipKind>,
    /// Seen from this end.
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

    /// From `direction`, whatever it is.
    #[must_use]
    pub fn seen(direction: Direction) -> Self {
        Self {
            direction,
            ..Self::any()
        }
    }

    /// Whether a link that was found on the side of `found` fits.
    pub(in crate::graph) fn fits_link(&self, link: &Link, found: Direction) -> bool {
        let seen = self.direction == Direction::Both || self.direction == found || link.kind.is_symmetric();
        seen && self.kinds.contains(link.kind) && self.neighbor_kinds.contains(link.neighbor_kind)
    }

    /// Whether a relationship with a known neighbor, seen from `entity`, fits.
    #[must_use]
    pub fn fits_disclosed(
        &self,
        snapshot: &Snapshot,
        entity: EntityIx,
        (relationship, neighbor): (RelationshipIx, EntityIx),
    ) -> bool {
        let read = snapshot.relationship(relationship);
        let kind = read.kind();
        let is_seen = match self.direction {
            Direction::Both => true,
            Direction::Outgoing => kind.is_symmetric() || read.from() == Some(entity),
            Direction::Incoming => kind.is_symmetric() || read.to() == Some(entity),
        };
        is_seen && self.kinds.contains(kind) && self.neighbor_kinds.contains(snapshot.entity(neighbor).kind())
    }

    /// Whether a relationship with an undisclosed end, seen from `known`, fits. The kind of that end is not known.
    #[must_use]
    pub fn fits_undisclosed(&self, snapshot: &Snapshot, known: EntityIx, relationship: RelationshipIx) -> bool {
        let read = snapshot.relationship(relationship);
        let kind = read.kind();
        let found = if read.from() == Some(known) {
            Direction::Outgoing
        } else {
            Direction::Incoming
        };
        let seen = self.direction == Direction::Both || self.direction == found || kind.is_symmetric();
        seen && self.kinds.contains(kind)
    }
}
