//! The GraphQL schema: one file per type, resolvers of a few lines, errors with codes, limits. No HTTP.
//!
//! A request goes through `executor` (limits, parsing, checks, execution, errors); `query` holds the root fields, `viewer`
//! the snapshot and view that everything below a root field inherits.

mod api;
mod changes;
mod diffs;
mod enums;
mod feed;
mod filters;
mod key;
mod matches;
mod mounted;
mod mutation;
mod page;
mod query;
mod rankings;
mod readers;
mod scalars;
mod search;
mod soundness;
mod stated;
mod subscription;
mod traversal;
mod types;
mod view;
mod viewer;
mod walks;

pub use api::{Api, Clock, Event, Events, Started};
pub use mounted::MountedApi;

#[cfg(test)]
mod work_tests;
