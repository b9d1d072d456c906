//! What stands in relationships, and what says so: entities, their identifiers and countries, sources.

pub(super) mod country;
pub(super) mod entity;
pub(super) mod identifier;
pub(super) mod source;
