//! Changes, storage and bounds of values: changes, ids derived from the content of a record, limits of fields.

pub(super) mod change;
pub(super) mod dataset;
pub(super) mod derived_ids;
pub(super) mod limits;
pub(crate) mod serialized;
