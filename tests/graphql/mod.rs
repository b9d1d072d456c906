//! The answers of the schema over the bundled graph.

mod control;
mod cost;
mod data_issues;
mod facets;
mod filters;
mod ids;
mod isolation;
mod lookup;
mod matching;
mod mutations;
mod ownership;
mod paging;
mod paging_far;
mod ranking;
mod reach;
mod schema;
mod search;
mod seed;
mod shapes;
mod time;
mod validity;
mod views;
mod walks;
