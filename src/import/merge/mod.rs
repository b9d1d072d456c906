//! Merges records with one id, and decides which of several versions wins.

pub(super) mod dated_records;
pub(super) mod figures;
pub(super) mod merged_entities;
pub(super) mod properties;
pub(super) mod records;
pub(super) mod specificity;
pub(super) mod stated;
pub(super) mod statements;
pub(super) mod versions;
