//! What the blocks of a mapping make of one row.

pub(in crate::formats::mapping) mod apply;
pub(in crate::formats::mapping) mod block;
pub(in crate::formats::mapping) mod entity;
pub(in crate::formats::mapping) mod properties;
pub(in crate::formats::mapping) mod reading;
pub(in crate::formats::mapping) mod relationship;
pub(in crate::formats::mapping) mod source;
