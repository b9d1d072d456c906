//! Whether a request is one that the schema allows: its fields, values and variables, and what is asked for twice.

pub(crate) mod document;
pub(crate) mod input;
pub(crate) mod merge;
pub(crate) mod scalars;
pub(crate) mod variables;
