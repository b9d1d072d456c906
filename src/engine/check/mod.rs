//! Validates a request against the schema: its fields, values, variables, and repeated fields.

pub(crate) mod document;
pub(crate) mod input;
pub(crate) mod merge;
pub(crate) mod scalars;
pub(crate) mod variables;
