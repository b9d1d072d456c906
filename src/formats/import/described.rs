//! Which entities an import describes, and what they are: a relationship may be known before its ends are, and until then they
//! are known by their ids alone.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use crate::model::EntityKind;

/// The kinds of entities, by the hashes of their ids. The key of the hashes is drawn anew each time, so that none is likely to be
/// taken for another, whoever chose them.
#[derive(Debug, Default)]
pub(super) struct Described {
    kinds: HashMap<u64, EntityKind>,
    hasher: RandomState,
}

impl Described {
    /// The import describes an entity of this kind.
    pub(super) fn insert(&mut self, id: &str, kind: EntityKind) {
        self.kinds.entry(self.hasher.hash_one(id)).or_insert(kind);
    }

    /// What an entity is that the import describes.
    pub(super) fn kind(&self, id: &str) -> Option<EntityKind> {
        self.kinds.get(&self.hasher.hash_one(id)).copied()
    }
}
