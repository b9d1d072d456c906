//! Rows by key, and rows grouped by owner: sorted arrays instead of maps, to save memory for millions.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::{graph::columns::numbers::at, model::comparable};

/// Rows by the hash of a key. The caller compares the key itself: hashes may collide.
#[derive(Debug, Default)]
pub(in crate::graph) struct KeyIndex {
    entries: Vec<(u32, u32)>,
}

impl KeyIndex {
    /// An index of `(key, row)` pairs, hashed by [`key_of`].
    pub(in crate::graph) fn new(mut entries: Vec<(u32, u32)>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        Self { entries }
    }

    /// An index of the sorted entries of another one.
    pub(in crate::graph) fn of_sorted(entries: Vec<(u32, u32)>) -> Self {
        Self { entries }
    }

    /// All entries, sorted.
    pub(in crate::graph) fn entries(&self) -> &[(u32, u32)] {
        &self.entries
    }

    /// The rows whose key has this hash, ascending. O(log n).
    pub(in crate::graph) fn rows(&self, hash: u32) -> impl Iterator<Item = u32> {
        let start = self.entries.partition_point(|(entry, _)| *entry < hash);
        self.entries[start..]
            .iter()
            .take_while(move |(entry, _)| *entry == hash)
            .map(|(_, row)| *row)
    }
}

/// The hash of a key, equal in every run.
pub(in crate::graph) fn key_of(key: impl Hash) -> u32 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let [.., one, two, three, four] = hasher.finish().to_be_bytes();
    u32::from_be_bytes([one, two, three, four])
}

/// The hash of an identifier in the form in which it is compared; the scheme is in lower case.
pub(in crate::graph) fn identifier_key(scheme: &str, value: &str) -> u32 {
    key_of((scheme, &*comparable(scheme, value)))
}

/// Rows grouped by an owner.
#[derive(Debug, Default)]
pub(in crate::graph) struct Groups {
    /// The start of the rows of each owner, and the end of the last; empty without rows.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Groups {
    /// Groups rows by owner, a number below `owners`. `each` calls its argument with all pairs `(owner, row)`, rows ascending, and
    /// the same each time. O(n).
    pub(in crate::graph) fn new(owners: usize, each: impl Fn(&mut dyn FnMut(u32, u32))) -> Self {
        // Duplicate pairs of an owner and a row are adjacent.
        let mut last = Vec::new();
        let mut starts: Vec<u32> = Vec::new();
        each(&mut |owner, row| {
            if starts.is_empty() {
                (starts, last) = (vec![0; owners + 2], vec![u32::MAX; owners]);
            }
            if std::mem::replace(&mut last[at(owner)], row) != row {
                starts[at(owner) + 2] += 1;
            }
        });
        if starts.is_empty() {
            return Self::default();
        }
        for owner in 2..starts.len() {
            starts[owner] += starts[owner - 1];
        }
        // During placement, `starts[owner + 1]` is the position of the owner's next row.
        let mut rows = vec![0; starts.last().map_or(0, |end| at(*end))];
        last.fill(u32::MAX);
        each(&mut |owner, row| {
            if std::mem::replace(&mut last[at(owner)], row) != row {
                let next = &mut starts[at(owner) + 1];
                rows[at(*next)] = row;
                *next += 1;
            }
        });
        starts.pop();
        Self { starts, rows }
    }

    /// The rows of `owner`, ascending. O(1).
    pub(in crate::graph) fn rows(&self, owner: u32) -> impl Iterator<Item = u32> {
        let ends = self.starts.get(at(owner)).zip(self.starts.get(at(owner) + 1));
        let rows = ends.map_or(&[][..], |(start, end)| &self.rows[at(*start)..at(*end)]);
        rows.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_owner_has_its_rows_once_and_in_order(
            pairs in proptest::collection::vec((0u32..5, 0u32..20), 0..60)
        ) {
            let mut sorted = pairs.clone();
            sorted.sort_by_key(|(_, row)| *row);
            let groups = Groups::new(5, |add| sorted.iter().for_each(|(owner, row)| add(*owner, *row)));
            for owner in 0..6 {
                let expected: BTreeSet<u32> = pairs.iter().filter(|pair| pair.0 == owner).map(|pair| pair.1).collect();
                prop_assert_eq!(groups.rows(owner).collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn groups_without_rows_use_no_memory() {
        assert_eq!(Groups::new(1_000, |_| {}).starts.capacity(), 0);
    }
}
