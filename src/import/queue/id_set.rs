//! A set of ids in eight bytes each, since a register has millions of them.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

/// A set of ids, by their hashes. The hash key is random for each import, so that collisions are unlikely even for
/// hostile ids.
#[derive(Debug, Default)]
pub(in crate::import) struct IdSet {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl IdSet {
    pub(in crate::import) fn insert(&mut self, id: &str) {
        self.hashes.insert(self.hasher.hash_one(id));
    }

    pub(in crate::import) fn contains(&self, id: &str) -> bool {
        !self.hashes.is_empty() && self.hashes.contains(&self.hasher.hash_one(id))
    }
}
