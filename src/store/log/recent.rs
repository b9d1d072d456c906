//! The newest entries of a log in memory, for readers that follow it, bounded in number and bytes.

use std::{collections::VecDeque, sync::Arc};

use super::prepared::PreparedEntry;
use crate::model::Entry;

/// The maximum number of entries.
const ENTRIES_MAX: usize = 1024;
/// The maximum of their total size before packing, which is about their size in memory.
const BYTES_MAX: usize = 16 << 20;

/// The newest entries.
#[derive(Debug, Default)]
pub(super) struct RecentEntries {
    last: u64,
    entries: VecDeque<(Arc<Entry>, usize)>,
    bytes: usize,
}

impl RecentEntries {
    /// No entries of a log that ends with entry `last`.
    pub(super) fn empty_at(last: u64) -> Self {
        Self {
            last,
            ..Self::default()
        }
    }

    /// The position of the last entry; 0 if the log is empty.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn push(&mut self, prepared: &PreparedEntry) {
        self.last = prepared.entry().position;
        self.bytes += prepared.plain_bytes();
        self.entries
            .push_back((Arc::clone(prepared.entry()), prepared.plain_bytes()));
        while self.entries.len() > ENTRIES_MAX || self.bytes > BYTES_MAX {
            let Some((_, bytes)) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= bytes;
        }
    }

    /// At most `max` entries after this position, if they are in memory.
    pub(super) fn after(&self, position: u64, max: usize) -> Option<Vec<Arc<Entry>>> {
        if position >= self.last {
            return Some(Vec::new());
        }
        let first = self.entries.front()?.0.position;
        let skipped = usize::try_from((position + 1).checked_sub(first)?).ok()?;
        let entries = self.entries.iter().skip(skipped).take(max);
        Some(entries.map(|(entry, _)| Arc::clone(entry)).collect())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    /// An entry whose reason repeats one letter, so that it packs into a few bytes.
    fn entry(position: u64, letters: usize) -> PreparedEntry {
        let entry = Entry {
            position,
            recorded_at: Timestamp::UNIX_EPOCH,
            reason: Some("a".repeat(letters)),
            by: None,
            retry: None,
            steps: Vec::new(),
        };
        PreparedEntry::new(Arc::new(entry)).unwrap()
    }

    #[test]
    fn entries_count_by_their_size_before_packing() {
        let mut recent = RecentEntries::empty_at(0);
        for position in 1..=20 {
            recent.push(&entry(position, 1 << 20));
        }
        assert!(recent.entries.len() < 17, "{}", recent.entries.len());
        assert!(recent.bytes <= BYTES_MAX);
        assert!(recent.after(0, 9).is_none(), "the first entries are on disk only");
        assert_eq!(recent.after(19, 9).map(|entries| entries.len()), Some(1));
        recent.push(&entry(21, BYTES_MAX + 1));
        assert!(recent.entries.is_empty() && recent.bytes == 0 && recent.last() == 21);
        assert!(recent.after(20, 9).is_none());
    }
}
