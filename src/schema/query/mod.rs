//! The root fields of queries, by topic. Start with `root`: lookups and listings.

pub(in crate::schema) mod changes;
pub(in crate::schema) mod data_issues;
pub(in crate::schema) mod diffs;
pub(in crate::schema) mod matches;
pub(in crate::schema) mod rankings;
pub(in crate::schema) mod root;
pub(in crate::schema) mod search;
pub(in crate::schema) mod walks;
