//! The parties of a table, and how they are related.

pub(in crate::formats::mapping::suggest) mod column_owner;
pub(in crate::formats::mapping::suggest) mod identify;
pub(in crate::formats::mapping::suggest) mod party;
pub(in crate::formats::mapping::suggest) mod party_kind;
pub(in crate::formats::mapping::suggest) mod party_words;
pub(in crate::formats::mapping::suggest) mod relate;
pub(in crate::formats::mapping::suggest) mod shape;
