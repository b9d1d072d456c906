//! How values are changed, stored and bounded: changes, ids that follow from what a record says, limits of fields.

pub(super) mod change;
pub(super) mod dataset;
pub(super) mod derived_ids;
pub(super) mod limits;
pub(crate) mod serialized;
