//! guanxi: a GraphQL server over an entity-relationship graph of business.

pub mod formats;
pub mod graph;
pub mod model;
pub mod schema;
