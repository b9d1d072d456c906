//! A part of the graph, ready to draw.

use async_graphql::SimpleObject;

use crate::schema::types::{
    claims::{derivation::Derivation, relationship::Relationship},
    entities::entity::Entity,
};

/// An entity of a part of the graph.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct SubgraphEntity {
    /// The entity.
    pub(crate) entity: Entity,
    /// How many steps it is from the nearest start; 0 for a start.
    pub(crate) distance: i32,
}

/// A part of the graph, ready to draw: entities, and the relationships between them.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Subgraph {
    /// The entities, nearest first, then by id.
    pub(crate) entities: Vec<SubgraphEntity>,
    /// The relationships between these entities that the walk follows, by id; at most 10,000.
    pub(crate) relationships: Vec<Relationship>,
    /// Whether a bound left entities or relationships out.
    pub(crate) truncated: bool,
    /// What it rests on.
    pub(crate) derived_from: Derivation,
}
