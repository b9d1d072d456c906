//! What the blocks of a mapping make of one row.

pub(in crate::formats::mapping) mod block;
pub(in crate::formats::mapping) mod entity;
pub(in crate::formats::mapping) mod properties;
pub(in crate::formats::mapping) mod relationship;
pub(in crate::formats::mapping) mod row_reader;
pub(in crate::formats::mapping) mod row_selector;
pub(in crate::formats::mapping) mod source;
