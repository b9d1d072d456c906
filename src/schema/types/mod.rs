//! The types of the schema, one file for each.

pub(crate) mod changes;
pub(crate) mod claims;
pub(crate) mod computed;
pub(crate) mod connections;
pub(crate) mod entities;
