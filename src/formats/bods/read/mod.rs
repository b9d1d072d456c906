//! Statements as entities and relationships. Start with `reader`.

pub(in crate::formats::bods) mod components;
pub(in crate::formats::bods) mod entity;
pub(in crate::formats::bods) mod interests;
pub(in crate::formats::bods) mod older;
pub(in crate::formats::bods) mod reader;
pub(in crate::formats::bods) mod relationship;
pub(in crate::formats::bods) mod replacements;
pub(in crate::formats::bods) mod sources;
pub(in crate::formats::bods) mod statement;
pub(in crate::formats::bods) mod values;
