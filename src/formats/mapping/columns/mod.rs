//! The columns and rows of a table, and texts with columns in them.

pub(in crate::formats::mapping) mod cell_texts;
pub(in crate::formats::mapping) mod csv_options;
pub(in crate::formats::mapping) mod fill_down;
pub(in crate::formats::mapping) mod filter;
pub(in crate::formats::mapping) mod header;
pub(in crate::formats::mapping) mod months;
pub(in crate::formats::mapping) mod pattern;
pub(in crate::formats::mapping) mod row;
pub(in crate::formats::mapping) mod rows;
pub(in crate::formats::mapping) mod template;
pub(in crate::formats::mapping) mod value;
