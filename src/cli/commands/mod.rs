//! The commands. Each file holds one or a few, and none reads arguments that are not its own.

pub(super) mod check;
pub(super) mod export;
pub(super) mod import;
mod issues;
mod load;
pub(super) mod query;
pub(super) mod schema;
pub(super) mod serve;
pub(super) mod store;
mod suggest;
pub(super) mod token;
