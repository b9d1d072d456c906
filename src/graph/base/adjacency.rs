//! The links between entities in both directions: petgraph's compressed rows, each pointing to a run of parallel links.

use petgraph::{Directed, csr::Csr};

use crate::{
    graph::{
        columns::{
            numbers::{at, number},
            rows::{RelationshipRow, Span, VersionSpan},
        },
        ix::{EntityIx, RelationshipIx},
    },
    model::{EntityKind, RelationshipKind, RelationshipStatus, catalog},
};

catalog! {
    /// The end of a relationship from which it is followed. Symmetric kinds match every direction.
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
    /// The direction from the other end.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Outgoing => Self::Incoming,
            Self::Incoming => Self::Outgoing,
            Self::Both => Self::Both,
        }
    }
}

/// The properties of a relationship that filters need, stored at each of its ends.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    pub(in crate::graph) relationship: RelationshipIx,
    /// The first day, as a number; the smallest when open.
    pub(in crate::graph) since: i32,
    /// The first day on which it no longer holds, as a number; the largest when open.
    pub(in crate::graph) until: i32,
    pub(in crate::graph) recorded: u32,
    pub(in crate::graph) retracted: u32,
    pub(in crate::graph) kind: RelationshipKind,
    pub(in crate::graph) status: RelationshipStatus,
    /// The kind of the entity at the other end.
    pub(in crate::graph) neighbor_kind: EntityKind,
    pub(in crate::graph) disputed: bool,
}

impl Link {
    /// The link of a relationship row, as recorded, to a neighbor of this kind.
    pub(in crate::graph) fn new(
        relationship: RelationshipIx,
        row: &RelationshipRow,
        recorded: VersionSpan,
        neighbor_kind: EntityKind,
    ) -> Self {
        Self {
            relationship,
            since: row.since_day().unwrap_or(i32::MIN),
            until: row.until_day().unwrap_or(i32::MAX),
            recorded: recorded.from,
            retracted: recorded.until,
            kind: row.kind,
            status: row.status,
            neighbor_kind,
            disputed: row.disputed(),
        }
    }
}

/// A link between rows of the base: 24 bytes.
#[derive(Debug, Clone, Copy)]
pub(in crate::graph) struct PackedLink {
    relationship: u32,
    since: i32,
    until: i32,
    recorded: u32,
    retracted: u32,
    kind: RelationshipKind,
    status: RelationshipStatus,
    neighbor_kind: EntityKind,
    disputed: bool,
}

const _: () = assert!(size_of::<PackedLink>() == 24, "a walk reads links by the million");

impl PackedLink {
    /// The link of the relationship in this row of the base.
    pub(in crate::graph) fn new(
        relationship: u32,
        row: &RelationshipRow,
        recorded: VersionSpan,
        neighbor_kind: EntityKind,
    ) -> Self {
        let link = Link::new(RelationshipIx::of_base(relationship), row, recorded, neighbor_kind);
        Self {
            relationship,
            since: link.since,
            until: link.until,
            recorded: link.recorded,
            retracted: link.retracted,
            kind: link.kind,
            status: link.status,
            neighbor_kind,
            disputed: link.disputed,
        }
    }

    fn link(&self) -> Link {
        Link {
            relationship: RelationshipIx::of_base(self.relationship),
            since: self.since,
            until: self.until,
            recorded: self.recorded,
            retracted: self.retracted,
            kind: self.kind,
            status: self.status,
            neighbor_kind: self.neighbor_kind,
            disputed: self.disputed,
        }
    }
}

/// All links of one direction between rows of the base.
#[derive(Debug)]
pub(in crate::graph) struct Adjacency {
    rows: Csr<(), Span, Directed>,
    links: Vec<PackedLink>,
}

impl Adjacency {
    /// An adjacency of `entities` rows. `each` calls its argument with all `(row, neighbor, relationship)`s, the same each time and
    /// in the order of their relationships. O(n), plus the sorting of each row.
    pub(in crate::graph) fn new(
        entities: usize,
        each: impl Fn(&mut dyn FnMut(u32, u32, u32)),
        link: impl Fn(u32, u32) -> PackedLink,
    ) -> Self {
        let mut offsets = vec![0_u32; entities + 1];
        each(&mut |row, _, _| offsets[at(row) + 1] += 1);
        for row in 0..entities {
            offsets[row + 1] += offsets[row];
        }
        let mut next = offsets.clone();
        let mut order = vec![(0_u32, 0_u32); at(offsets[entities])];
        each(&mut |row, neighbor, relationship| {
            let free = &mut next[at(row)];
            order[at(*free)] = (neighbor, relationship);
            *free += 1;
        });
        drop(next);
        let mut edges: Vec<(u32, u32, Span)> = Vec::new();
        for row in 0..entities {
            let (start, end) = (offsets[row], offsets[row + 1]);
            order[at(start)..at(end)].sort_unstable();
            for place in start..end {
                let (row, neighbor) = (number(row), order[at(place)].0);
                match edges.last_mut() {
                    Some((last_row, last_neighbor, run)) if (*last_row, *last_neighbor) == (row, neighbor) => {
                        run.len += 1;
                    }
                    _ => edges.push((row, neighbor, Span { start: place, len: 1 })),
                }
            }
        }
        let mut rows = Csr::from_sorted_edges(&edges).expect("the edges were sorted and joined above");
        while rows.node_count() < entities {
            rows.add_node(());
        }
        let links = order.into_iter();
        Self {
            rows,
            links: links
                .map(|(neighbor, relationship)| link(neighbor, relationship))
                .collect(),
        }
    }

    /// The number of links of a row, independent of views. O(1).
    pub(in crate::graph) fn count(&self, row: u32) -> usize {
        let runs = self.rows.edges_slice(row);
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
            return 0;
        };
        // The runs of a row are contiguous.
        at(last.start + last.len - first.start)
    }

    /// The links of a row with their neighbors, by neighbor, then relationship.
    pub(in crate::graph) fn links(&self, row: u32) -> impl Iterator<Item = (EntityIx, Link)> {
        let neighbors = self.rows.neighbors_slice(row).iter();
        let runs = self.rows.edges_slice(row).iter();
        neighbors.zip(runs).flat_map(|(neighbor, run)| {
            let neighbor = EntityIx::of_base(*neighbor);
            run.of(&self.links).iter().map(move |link| (neighbor, link.link()))
        })
    }
}
