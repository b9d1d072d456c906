//! Running a request that was checked: on which threads, until when, and what it answers. Start with `executor`.

pub(crate) mod absent;
pub(crate) mod executor;
pub(crate) mod introspection;
pub(crate) mod presence;
pub(crate) mod root_field;
pub(crate) mod work;
