//! guanxi: a GraphQL server over an entity-relationship graph of business.

pub mod graph;
pub mod model;
