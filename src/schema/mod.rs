//! The GraphQL schema: one file per type, resolvers of a few lines, errors with codes, limits. No HTTP.
//!
//! A request goes through `executor` (limits, parsing, checks, execution, errors); `query` holds the root fields, `viewer`
//! the snapshot and view that everything below a root field inherits.

mod api;
mod context;
mod inputs;
mod mounted;
mod mutation;
mod query;
mod subscription;
mod types;
mod values;

pub use api::{Api, Clock, Event, Events, Started};
pub use mounted::MountedApi;

#[cfg(test)]
mod work_tests;
