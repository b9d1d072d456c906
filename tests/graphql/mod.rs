//! The answers of the schema over the bundled graph.

mod filters;
mod lookup;
mod ownership;
mod paging;
mod schema;
mod seed;
mod views;
