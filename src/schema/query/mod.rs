//! The root fields, by question. Start with `root`: looking up and listing.

pub(in crate::schema) mod changes;
pub(in crate::schema) mod data_issues;
pub(in crate::schema) mod diffs;
pub(in crate::schema) mod matches;
pub(in crate::schema) mod rankings;
pub(in crate::schema) mod root;
pub(in crate::schema) mod search;
pub(in crate::schema) mod walks;
