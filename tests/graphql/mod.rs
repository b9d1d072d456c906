//! The answers of the schema over the bundled graph.

mod cost;
mod filters;
mod lookup;
mod matching;
mod ownership;
mod paging;
mod reach;
mod schema;
mod search;
mod seed;
mod views;
mod walks;
