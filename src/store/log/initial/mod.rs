//! The initial data of a log, written before its first entry. Start with `create` and `load`.

pub(super) mod background_load;
pub(super) mod create;
pub(super) mod load;
