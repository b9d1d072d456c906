//! The layers of an index, each with the words of a part of the entities: built, stored and updated. Start with `build`.

pub(super) mod build;
pub(super) mod fields;
pub(super) mod layer;
pub(super) mod lexicon;
pub(super) mod segment;
pub(in crate::store) mod stored_layer;
pub(in crate::store) mod update;
