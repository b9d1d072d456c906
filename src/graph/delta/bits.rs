//! A set of rows with copy-on-write parts: a test takes a nanosecond, a copy shares the unchanged parts.

use std::sync::Arc;

use crate::graph::columns::numbers::at;

/// The number of words of a part: 32,768 rows.
const WORDS: usize = 512;

/// A set of rows.
#[derive(Debug, Clone, Default)]
pub(in crate::graph) struct Bits {
    parts: Vec<Option<Arc<[u64; WORDS]>>>,
}

impl Bits {
    /// Whether `row` is in the set.
    pub(in crate::graph) fn contains(&self, row: u32) -> bool {
        let (part, word, bit) = place(row);
        let words = self.parts.get(part).and_then(Option::as_deref);
        words.is_some_and(|words| words[word] & bit != 0)
    }

    /// Adds `row`.
    pub(in crate::graph) fn insert(&mut self, row: u32) {
        let (part, word, bit) = place(row);
        if self.parts.len() <= part {
            self.parts.resize(part + 1, None);
        }
        let words = self.parts[part].get_or_insert_with(|| Arc::new([0; WORDS]));
        Arc::make_mut(words)[word] |= bit;
    }
}

fn place(row: u32) -> (usize, usize, u64) {
    let word = at(row / 64);
    (word / WORDS, word % WORDS, 1 << (row % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserted_rows_are_contained_and_copies_are_unaffected() {
        let rows = [0, 1, 63, 64, 32_767, 32_768, 1_000_000];
        let mut bits = Bits::default();
        for (added, row) in rows.iter().enumerate() {
            let before = bits.clone();
            bits.insert(*row);
            assert!(!before.contains(*row) && bits.contains(*row));
            assert_eq!(rows.iter().filter(|row| bits.contains(**row)).count(), added + 1);
        }
        assert!(!bits.contains(2) && !bits.contains(u32::MAX));
    }
}
