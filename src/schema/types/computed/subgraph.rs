//! A subgraph, ready to draw.

use async_graphql::SimpleObject;

use crate::schema::types::{
    claims::{derivation::Derivation, relationship::Relationship},
    entities::entity::Entity,
};

/// An entity of a subgraph.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct SubgraphEntity {
    /// The entity.
    pub(crate) entity: Entity,
    /// The number of steps from the nearest start; 0 for a start itself.
    pub(crate) distance: i32,
}

/// A subgraph, ready to draw: entities, and the relationships between them.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Subgraph {
    /// The entities, nearest first, then by id.
    pub(crate) entities: Vec<SubgraphEntity>,
    /// The relationships between these entities that the filter follows, by id; at most 10,000.
    pub(crate) relationships: Vec<Relationship>,
    /// Whether entities or relationships were omitted because of a limit on their number.
    pub(crate) truncated: bool,
    /// What it is derived from.
    pub(crate) derived_from: Derivation,
}
