//! The three kinds of records, as entities and relationships.

pub(in crate::formats::gleif) mod entity;
pub(in crate::formats::gleif) mod exception;
pub(in crate::formats::gleif) mod field_meaning;
pub(in crate::formats::gleif) mod names;
pub(in crate::formats::gleif) mod parts;
pub(in crate::formats::gleif) mod properties;
pub(in crate::formats::gleif) mod relationship;
