//! The first records of a table, and what stands in their columns.

pub(in crate::formats::mapping::suggest) mod column;
pub(in crate::formats::mapping::suggest) mod dates;
pub(in crate::formats::mapping::suggest) mod meaning;
pub(in crate::formats::mapping::suggest) mod phrases;
pub(in crate::formats::mapping::suggest) mod rows;
pub(in crate::formats::mapping::suggest) mod states;
pub(in crate::formats::mapping::suggest) mod values;
