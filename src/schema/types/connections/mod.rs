//! Pages of entities and relationships, and what is counted over all of them.

pub(crate) mod entity_connection;
pub(crate) mod facets;
pub(crate) mod relationship_connection;
