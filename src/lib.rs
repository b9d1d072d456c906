//! guanxi: a GraphQL server over an entity-relationship graph of business, where every relationship is a claim with
//! evidence, a status and dates.
//!
//! The modules; each uses only itself and those to its left:
//!
//! ```text
//! model ← auth ← graph ← edit ← store ← formats ← import ┐
//!                               engine ← schema ─────────┴ ← http ← cli
//! ```
//!
//! - [`model`]: the nouns and their rules, plain values.
//! - `auth`: API tokens, of which only hashes are stored.
//! - [`graph`]: the graph in memory, read through immutable snapshots, and the algorithms over it.
//! - `edit`: validates a proposed change against a snapshot: pure decisions, faults with their paths.
//! - [`store`]: the log of every change, the source of truth; and the state to read: the graph and the data derived from it.
//! - [`formats`]: readers and writers of files, among them guanxi's own tables.
//! - `import`: imports files into a store.
//! - [`engine`]: runs GraphQL requests, for any schema: limits, validation, cost, workers, errors.
//! - [`schema`]: the GraphQL schema and its resolvers.
//! - [`http`]: GraphQL over HTTP, health, and the pages.
//! - [`cli`]: arguments, environment, printing, exit codes.
//!
//! Start with `model::relationships::relationship`, then `graph::read::snapshot`, then `schema::query::root`.
//!
//! # What the library offers
//!
//! Other programs may build on these; the changelog lists what changes in them:
//!
//! - [`model`]: the values that records consist of, and how they are checked.
//! - [`formats`]: reading and writing files; [`formats::tables::bundled`] reads the bundled network.
//! - [`graph::Snapshot`]: the graph as of one moment, its walks and filters, and [`graph::algo`].
//! - [`store::Store`]: commits changes and returns states to read; [`store::folder::StoreFolder`] opens one on disk.
//! - [`schema::Api`] answers GraphQL requests without HTTP, with [`engine::Request`], [`engine::Limits`] and [`engine::Answer`];
//!   [`schema::MountedApi`] serves them by the services of async-graphql.
//! - [`http::router`]: everything that `guanxi serve` has, as routes of another application.
//!
//! - [`cli::run`]: the program itself.
//!
//! `auth`, `edit` and `import` are public for the program and its tests only, are left out of the documentation, and may change with
//! every version.

#[doc(hidden)]
pub mod auth;
pub mod cli;
#[doc(hidden)]
pub mod edit;
pub mod engine;
pub mod formats;
pub mod graph;
pub mod http;
#[doc(hidden)]
pub mod import;
pub mod model;
pub mod schema;
pub mod store;
