//! Ids in eight bytes each, since a register has millions of them.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

/// A set of ids, by their hashes. The key of the hashes is drawn anew each time, so that none is likely to be taken for another,
/// whoever chose them.
#[derive(Debug, Default)]
pub(in crate::import) struct Ids {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl Ids {
    pub(in crate::import) fn insert(&mut self, id: &str) {
        self.hashes.insert(self.hasher.hash_one(id));
    }

    pub(in crate::import) fn contains(&self, id: &str) -> bool {
        !self.hashes.is_empty() && self.hashes.contains(&self.hasher.hash_one(id))
    }
}
