//! The six files, one each.

pub(in crate::formats::tables) mod entities;
pub(in crate::formats::tables) mod evidence;
pub(in crate::formats::tables) mod identifiers;
pub(in crate::formats::tables) mod names;
pub(in crate::formats::tables) mod relationships;
pub(in crate::formats::tables) mod sources;
