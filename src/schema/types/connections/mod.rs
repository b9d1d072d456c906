//! Pages of entities and relationships, and the counts over all pages.

pub(crate) mod entity_connection;
pub(crate) mod facets;
pub(crate) mod relationship_connection;
