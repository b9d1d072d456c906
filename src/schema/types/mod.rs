//! The types of the schema, one file for each.

pub(crate) mod candidate;
pub(crate) mod change;
pub(crate) mod channel;
pub(crate) mod common;
pub(crate) mod derivation;
pub(crate) mod diff;
pub(crate) mod entities;
pub(crate) mod entity;
pub(crate) mod evidence;
pub(crate) mod facets;
pub(crate) mod figures;
pub(crate) mod group;
pub(crate) mod issue;
pub(crate) mod kinds;
pub(crate) mod neighbors;
pub(crate) mod ownership;
pub(crate) mod path;
pub(crate) mod payload;
pub(crate) mod ranking;
pub(crate) mod relationship;
pub(crate) mod search;
pub(crate) mod source;
pub(crate) mod statistics;
pub(crate) mod subgraph;
pub(crate) mod timeline;
pub(crate) mod user_error;
