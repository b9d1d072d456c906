//! The graph against naive readings of the data it was built from.

mod building;
mod control;
mod control_definition;
mod control_properties;
mod data_issues;
mod details;
mod diff;
mod facets;
mod filter_work;
mod filters;
mod history;
mod known_graphs;
mod ownership;
mod ownership_definition;
mod ownership_indirect;
mod ownership_properties;
mod paths;
mod random_changes;
mod ranking;
mod ranking_known;
mod ranking_stored;
mod sentences;
mod time;
mod timeline;
mod walking;
