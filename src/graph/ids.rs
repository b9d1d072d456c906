//! Which row has which id while a graph is being made: the ids themselves stay where the rows keep them.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

/// Rows by their ids.
#[derive(Default)]
pub(super) struct Ids {
    rows: HashTable<u32>,
    hasher: RandomState,
}

impl Ids {
    /// The row with this id; `id_of` tells that of a row. O(1).
    pub(super) fn find<'t>(&self, id: &str, id_of: impl Fn(u32) -> &'t str) -> Option<u32> {
        let found = self.rows.find(self.hasher.hash_one(id), |row| id_of(*row) == id);
        found.copied()
    }

    /// Adds a row whose id is not there yet.
    pub(super) fn insert<'t>(&mut self, id: &str, row: u32, id_of: impl Fn(u32) -> &'t str) {
        let hasher = &self.hasher;
        self.rows
            .insert_unique(hasher.hash_one(id), row, |row| hasher.hash_one(id_of(*row)));
    }
}
