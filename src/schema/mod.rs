//! The GraphQL schema: one file per type, resolvers of a few lines, errors with codes, limits. No HTTP.
//!
//! A request goes through `executor` (limits, parsing, checks, execution, errors); `query` holds the root fields, `viewer`
//! the snapshot and view that everything below a root field inherits.

mod absent;
mod answer;
mod api;
mod catalog;
mod changes;
mod client;
mod cost;
mod diffs;
mod document;
mod enums;
mod error;
mod executor;
mod feed;
mod filters;
mod handover;
mod input;
mod introspection;
mod key;
mod lexical;
mod limits;
mod matches;
mod measure;
mod merge;
mod mounted;
mod mutation;
mod page;
mod parse;
mod presence;
mod query;
mod rankings;
mod readers;
mod root_field;
mod scalars;
mod search;
mod soundness;
mod stated;
mod subscription;
mod tally;
mod traversal;
mod types;
mod variables;
mod view;
mod viewer;
mod walks;
mod work;

pub use answer::{Answer, Outcome};
pub use api::{Api, Clock, Event, Events, Started};
pub use catalog::Unreadable;
pub use client::Client;
pub use error::{Code, Error};
pub(crate) use executor::PERSISTED_QUERY;
pub use executor::{Operations, Request};
pub use handover::Handover;
pub(crate) use limits::Limit;
pub use limits::{Introspection, Limits};
pub use mounted::MountedApi;
