//! What callers write: filters, orders, bounds, and how a walk goes.

pub(in crate::schema) mod bounds;
pub(in crate::schema) mod filters;
pub(in crate::schema) mod identifier;
pub(in crate::schema) mod traversal;
