//! The graph in memory: entities and relationships in compact form, read through immutable snapshots, and the algorithms
//! over them. No I/O, no clock, no GraphQL. Node, link and hop are words of this layer only.

pub mod algo;
mod base;
mod budget;
mod columns;
mod delta;
mod ix;
mod query;
mod read;
mod write;

pub use base::adjacency::{Direction, Link};
pub use budget::{Budget, Exhausted};
pub use delta::unresolved::UnresolvedRelationship;
pub use ix::{EntityIx, EvidenceIx, RelationshipIx, SourceIx};
pub use query::{
    expand::{Crossing, Expand, Step, Traversal, Walker},
    facets::{FacetCount, Group, GroupKey, ListingRows},
    filter::{
        AmountFilter, CountFilter, DateFilter, EntityFilter, EntitySet, EvidenceFilter, IdentifierFilter, IntFilter,
        NumberFilter, Pattern, PropertyFilter, RelationshipFilter, RelationshipsFilter, Scan, TextFilter,
    },
    hops::Hop,
    listing_scope::ListingScope,
    order::{EntityOrderField, Order, OrderDirection, Ordered, Position, RelationshipOrderField, SortKey},
    page::{Page, Take, Window, count, page, page_of_many, page_of_sorted},
};
pub use read::{
    listing::IdRange,
    mask::Mask,
    refs::{EntityRef, EvidenceRef, NameRef, RelationshipRef, SourceRef},
    snapshot::{IncidentRelationship, Snapshot},
    versions::RecordVersion,
};
pub use write::{apply::creation_step, apply_error::ApplyError, build::GraphBuilder, pack::UnpackError};

/// Why a dataset cannot become a graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A reference to a missing record.
    #[error("{holder} refers to the {noun} {id:?}, which is not in the data")]
    Dangling {
        /// The id of the record with the reference.
        holder: String,
        /// The kind of the missing record.
        noun: &'static str,
        /// The id of the missing record.
        id: String,
    },
    /// Two records with the same id.
    #[error("the id {id:?} is used twice; ids are unique among entities, relationships and sources")]
    Duplicate {
        /// The id.
        id: String,
    },
    /// More than the graph can hold.
    #[error("the data holds more {noun} than a graph can ({max})")]
    TooLarge {
        /// The kind of the items.
        noun: &'static str,
        /// The limit.
        max: u32,
    },
}
