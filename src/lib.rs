//! guanxi: a GraphQL server over an entity-relationship graph of business, where every relationship is a claim with
//! evidence, a status and dates.
//!
//! The rooms; a module uses only its own and what stands to its left:
//!
//! ```text
//! model ← auth ← graph ← edit ← store ← formats ← import ┐
//!                               engine ← schema ─────────┴ ← http ← cli
//! ```
//!
//! - [`model`]: the nouns and their rules, plain values.
//! - [`auth`]: API tokens, of which only hashes are stored.
//! - [`graph`]: the graph in memory, read through immutable snapshots, and the algorithms over it.
//! - [`edit`]: what a proposed change means for a snapshot: pure decisions, faults with their places.
//! - [`store`]: the log of every change, which is the truth; one state to read: the graph and what is derived from it once.
//! - [`formats`]: readers and writers of files, first of all of guanxi's own tables.
//! - [`import`]: bringing files into a store.
//! - [`engine`]: how a GraphQL request is run, whatever the schema says: limits, checks, cost, workers, errors.
//! - [`schema`]: what can be asked.
//! - [`http`]: GraphQL over HTTP, health, and the pages.
//! - [`cli`]: arguments, environment, printing, exit codes.
//!
//! Start with `model::relationship`, then `graph::snapshot`, then `schema::query`.

pub mod auth;
pub mod cli;
pub mod edit;
pub mod engine;
pub mod formats;
pub mod graph;
pub mod http;
pub mod import;
pub mod model;
pub mod schema;
pub mod store;
