//! The GraphQL schema: one file per type, resolvers of a few lines, errors with codes, limits. No HTTP.
//!
//! A request goes through `engine::run::executor` (limits, parsing, checks, execution, errors); `query` holds the root fields,
//! `context` the snapshot and view that every field below a root field inherits.

mod api;
mod context;
mod inputs;
mod mounted;
mod mutation;
mod query;
mod subscription;
mod types;
mod values;

pub use api::{Api, Clock, Reply, SubscriptionEvent, SubscriptionEvents};
pub use mounted::MountedApi;

#[cfg(test)]
mod work_tests;
