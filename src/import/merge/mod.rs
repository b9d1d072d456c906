//! What several records say together of one thing, and which of several versions holds.

pub(super) mod merge_properties;
pub(super) mod merge_records;
pub(super) mod merge_statements;
pub(super) mod merged;
pub(super) mod specificity;
pub(super) mod versions;
pub(super) mod whole;
