//! The graph in memory: entities and relationships held compactly, read through immutable snapshots, and the algorithms
//! over them. No I/O, no clock, no GraphQL. Node, link and hop are words of this layer only.

mod adjacency;
pub mod algo;
mod apply;
mod arrange;
mod base;
mod bits;
mod budget;
mod build;
mod cold;
mod columns;
mod delta;
mod digest;
mod expand;
mod facets;
mod fill;
mod filter;
mod finder;
mod ids;
mod index;
mod ix;
mod listing;
mod lookup;
mod mask;
mod merge;
mod order;
mod pack;
mod page;
mod places;
mod ranks;
mod read;
mod rebuild;
mod record;
mod respace;
mod rows;
mod since;
mod snapshot;
mod sorted;
mod text;
mod unresolved;
mod versions;
mod work;

pub use adjacency::{Direction, Link};
pub use apply::{Refused, created};
pub use budget::{Budget, Exhausted};
pub use build::Builder;
pub use expand::{Crossing, Expand, Step, Traversal, Walker};
pub use facets::{FacetCount, Group, GroupKey, Rows};
pub use filter::{
    AmountFilter, CountFilter, DateFilter, EntityFilter, EntitySet, EvidenceFilter, IdentifierFilter, IntFilter,
    NumberFilter, Pattern, PropertyFilter, RelationshipFilter, RelationshipsFilter, Scan, TextFilter,
};
pub use ix::{EntityIx, EvidenceIx, RelationshipIx, SourceIx};
pub use mask::Mask;
pub use order::{EntityOrderField, Key, Order, OrderDirection, Ordered, Position, RelationshipOrderField, Seen};
pub use pack::Unreadable;
pub use page::{Between, Page, Take, Window, count, page, page_of_many, page_of_sorted};
pub use read::{EntityRef, EvidenceRef, NameRef, RelationshipRef, SourceRef};

pub use snapshot::{Hop, Snapshot};
pub use sorted::Listed;
pub use unresolved::Unresolved;
pub use versions::RecordVersion;

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
