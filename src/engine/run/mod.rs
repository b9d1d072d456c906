//! Executes a validated request: its threads, its deadline, and its answer. Start with `executor`.

pub(crate) mod absent_variables;
pub(crate) mod empty_objects;
pub(crate) mod executor;
pub(crate) mod introspection;
pub(crate) mod root_field;
pub(crate) mod work;
