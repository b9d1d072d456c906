//! Finding rows by key, and rows grouped by owner: sorted arrays instead of maps, so that millions stay small.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Rows by the hash of a key. The caller compares the key itself: hashes may collide.
#[derive(Debug, Default)]
pub(super) struct KeyIndex {
    entries: Vec<(u64, u32)>,
}

impl KeyIndex {
    /// An index of `(key, row)` pairs, hashed by [`hash_of`].
    pub(super) fn new(mut entries: Vec<(u64, u32)>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        Self { entries }
    }

    /// An index of what another one held.
    pub(super) fn of_sorted(entries: Vec<(u64, u32)>) -> Self {
        Self { entries }
    }

    /// All it holds, sorted.
    pub(super) fn entries(&self) -> &[(u64, u32)] {
        &self.entries
    }

    /// The rows whose key has this hash, ascending. O(log n).
    pub(super) fn rows(&self, hash: u64) -> impl Iterator<Item = u32> {
        let start = self.entries.partition_point(|(known, _)| *known < hash);
        self.entries[start..]
            .iter()
            .take_while(move |(known, _)| *known == hash)
            .map(|(_, row)| *row)
    }
}

/// The hash of a key, equal in every run.
pub(super) fn hash_of(key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// Rows grouped by an owner: `(owner, row)`, sorted.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pairs: Vec<(u32, u32)>,
}

impl Groups {
    /// Groups these pairs.
    pub(super) fn new(mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        pairs.shrink_to_fit();
        Self { pairs }
    }

    /// The rows of `owner`, ascending. O(log n).
    pub(super) fn rows(&self, owner: u32) -> impl Iterator<Item = u32> {
        let start = self.pairs.partition_point(|(known, _)| *known < owner);
        self.pairs[start..]
            .iter()
            .take_while(move |(known, _)| *known == owner)
            .map(|(_, row)| *row)
    }
}
