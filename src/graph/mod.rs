//! The graph in memory: entities and relationships held compactly, read through immutable snapshots, and the algorithms
//! over them. No I/O, no clock, no GraphQL. Node, link and hop are words of this layer only.

pub mod algo;
mod ask;
mod base;
mod budget;
mod columns;
mod delta;
mod ix;
mod read;
mod write;

pub use ask::{
    expand::{Crossing, Expand, Step, Traversal, Walker},
    facets::{FacetCount, Group, GroupKey, Rows},
    filter::{
        AmountFilter, CountFilter, DateFilter, EntityFilter, EntitySet, EvidenceFilter, IdentifierFilter, IntFilter,
        NumberFilter, Pattern, PropertyFilter, RelationshipFilter, RelationshipsFilter, Scan, TextFilter,
    },
    hops::Hop,
    listed::Listed,
    order::{EntityOrderField, Key, Order, OrderDirection, Ordered, Position, RelationshipOrderField},
    page::{Page, Take, Window, count, page, page_of_many, page_of_sorted},
};
pub use base::adjacency::{Direction, Link};
pub use budget::{Budget, Exhausted};
pub use delta::unresolved::Unresolved;
pub use ix::{EntityIx, EvidenceIx, RelationshipIx, SourceIx};
pub use read::{
    listing::IdRange,
    mask::Mask,
    refs::{EntityRef, EvidenceRef, NameRef, RelationshipRef, SourceRef},
    snapshot::{Seen, Snapshot},
    versions::RecordVersion,
};
pub use write::{apply::created, build::Builder, pack::Unreadable, refused::Refused};

/// Why a dataset cannot become a graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A reference to nothing.
    #[error("{holder} refers to the {noun} {id:?}, which is not in the data")]
    Dangling {
        /// What holds the reference.
        holder: String,
        /// What it refers to.
        noun: &'static str,
        /// By which id.
        id: String,
    },
    /// Two nodes with one id.
    #[error("the id {id:?} is used twice; ids are unique among entities, relationships and sources")]
    Duplicate {
        /// The id.
        id: String,
    },
    /// More than the graph can hold.
    #[error("the data holds more {noun} than a graph can ({max})")]
    TooLarge {
        /// Of what.
        noun: &'static str,
        /// The limit.
        max: u32,
    },
}
