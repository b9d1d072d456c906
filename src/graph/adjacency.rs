//! Who is linked to whom, in both directions: petgraph's compressed rows, each pointing to a run of parallel links.

use petgraph::{Directed, csr::Csr};

use super::rows::{EntityIx, RelationshipIx, Span};
use crate::model::{EntityKind, RelationshipKind, RelationshipStatus, catalog};

catalog! {
    /// From which end of a relationship one looks. Symmetric kinds match every direction.
    pub enum Direction as "a direction" {
        /// From its start: the relationship leads to the neighbor.
        Outgoing = "OUTGOING",
        /// From its end: the relationship comes from the neighbor.
        Incoming = "INCOMING",
        /// From either end.
        Both = "BOTH",
    }
}

impl Direction {
    /// The same relationships, seen from the other end.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Outgoing => Self::Incoming,
            Self::Incoming => Self::Outgoing,
            Self::Both => Self::Both,
        }
    }
}

/// What a filter needs to know of a relationship, beside each of its ends: 24 bytes.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    pub(super) relationship: RelationshipIx,
    /// The first day, as a number; the smallest when open.
    pub(super) since: i32,
    /// The first day on which it no longer holds, as a number; the largest when open.
    pub(super) until: i32,
    pub(super) recorded: u32,
    pub(super) retracted: u32,
    pub(super) kind: RelationshipKind,
    pub(super) status: RelationshipStatus,
    /// What the entity at the other end is.
    pub(super) neighbor_kind: EntityKind,
    pub(super) disputed: bool,
}

const _: () = assert!(size_of::<Link>() == 24, "a walk reads links by the million");

/// All links of one direction.
#[derive(Debug)]
pub(super) struct Adjacency {
    rows: Csr<(), Span, Directed>,
    links: Vec<Link>,
}

impl Adjacency {
    /// An adjacency of `entities` rows with these `(row, neighbor, link)`s. O(n log n).
    pub(super) fn new(entities: usize, mut triples: Vec<(EntityIx, EntityIx, Link)>) -> Self {
        triples.sort_unstable_by_key(|(row, neighbor, link)| (*row, *neighbor, link.relationship));
        let mut edges: Vec<(u32, u32, Span)> = Vec::new();
        for (position, (row, neighbor, _)) in (0u32..).zip(&triples) {
            match edges.last_mut() {
                Some((last_row, last_neighbor, run)) if (*last_row, *last_neighbor) == (row.0, neighbor.0) => {
                    run.len += 1
                }
                _ => edges.push((
                    row.0,
                    neighbor.0,
                    Span {
                        start: position,
                        len: 1,
                    },
                )),
            }
        }
        let mut rows = Csr::from_sorted_edges(&edges).expect("the edges were sorted and joined above");
        while rows.node_count() < entities {
            rows.add_node(());
        }
        Self {
            rows,
            links: triples.into_iter().map(|(_, _, link)| link).collect(),
        }
    }

    /// How many links an entity has, whoever sees them. O(1).
    pub(super) fn count(&self, entity: EntityIx) -> usize {
        let runs = self.rows.edges_slice(entity.0);
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
            return 0;
        };
        // The runs of a row stand one after the other.
        let count = last.start + last.len - first.start;
        usize::try_from(count).expect("a row fits the address space")
    }

    /// The links of an entity with the neighbor each leads to, by neighbor, then relationship.
    pub(super) fn links(&self, entity: EntityIx) -> impl Iterator<Item = (EntityIx, &Link)> {
        let neighbors = self.rows.neighbors_slice(entity.0).iter();
        let runs = self.rows.edges_slice(entity.0).iter();
        neighbors
            .zip(runs)
            .flat_map(|(neighbor, run)| run.of(&self.links).iter().map(|link| (EntityIx(*neighbor), link)))
    }
}
