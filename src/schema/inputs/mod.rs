//! Inputs that several fields share: filters, sort orders, bounds, and the filter of traversals.

pub(in crate::schema) mod bounds;
pub(in crate::schema) mod filters;
pub(in crate::schema) mod identifier;
pub(in crate::schema) mod traversal;
