//! Computed answers: paths, owners, groups, rankings, matches, searches, data issues.

pub(crate) mod common_connection;
pub(crate) mod corporate_group;
pub(crate) mod data_issue;
pub(crate) mod match_candidate;
pub(crate) mod path;
pub(crate) mod purchase_channel;
pub(crate) mod ranking;
pub(crate) mod search;
pub(crate) mod statistics;
pub(crate) mod subgraph;
pub(crate) mod timeline;
pub(crate) mod ultimate_owners;
