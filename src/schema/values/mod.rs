//! Values of the schema that are not types of the data: scalars, enums, ids, pages and cursors.

pub(in crate::schema) mod argument_hash;
pub(in crate::schema) mod enums;
pub(in crate::schema) mod node_key;
pub(in crate::schema) mod page;
pub(in crate::schema) mod scalars;
