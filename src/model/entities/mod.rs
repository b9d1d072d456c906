//! Entities, their identifiers and countries, and sources.

pub(super) mod country;
pub(super) mod entity;
pub(super) mod identifier;
pub(super) mod source;
