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
mod known;
mod ownership;
mod ownership_definition;
mod ownership_indirect;
mod ownership_properties;
mod paths;
mod ranking;
mod ranking_kept;
mod ranking_known;
mod sentences;
mod time;
mod timeline;
mod walking;
mod wishes;
