//! The log of a store without a folder, which exists as long as the process.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use parking_lot::RwLock;

use super::{CommittedRetry, Error, PreparedEntry, prepared::check_positions};
use crate::model::Entry;

/// Entries in memory.
#[derive(Debug, Default)]
pub struct Memory {
    contents: RwLock<Contents>,
}

#[derive(Debug, Default)]
struct Contents {
    /// The entry at position `n` has the index `n - 1`.
    entries: Vec<Arc<Entry>>,
    retries: HashMap<String, CommittedRetry>,
    notes: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    pub(super) fn append(&self, entries: &[PreparedEntry]) -> Result<(), Error> {
        let mut contents = self.contents.write();
        check_positions(position(&contents.entries), entries)?;
        for prepared in entries {
            let entry = prepared.entry();
            if let Some(retry) = &entry.retry {
                let committed = CommittedRetry {
                    digest: retry.digest,
                    position: entry.position,
                };
                contents.retries.insert(retry.key.clone(), committed);
            }
            contents.entries.push(Arc::clone(entry));
        }
        Ok(())
    }

    pub(super) fn entries_after(&self, position: u64, max: usize) -> Vec<Arc<Entry>> {
        let contents = self.contents.read();
        let skipped = usize::try_from(position).unwrap_or(usize::MAX);
        contents
            .entries
            .iter()
            .skip(skipped)
            .take(max)
            .map(Arc::clone)
            .collect()
    }

    pub(super) fn last_position(&self) -> u64 {
        position(&self.contents.read().entries)
    }

    pub(super) fn note(&self, key: &str) -> Option<Vec<u8>> {
        let contents = self.contents.read();
        contents.notes.get(key).cloned()
    }

    pub(super) fn notes(&self, prefix: &str, from: &str, max: usize) -> Vec<(String, Vec<u8>)> {
        let contents = self.contents.read();
        let from = contents.notes.range(from.max(prefix).to_owned()..);
        let with_prefix = from.take_while(|(key, _)| key.starts_with(prefix)).take(max);
        with_prefix.map(|(key, note)| (key.clone(), note.clone())).collect()
    }

    pub(super) fn write_notes(&self, notes: &BTreeMap<String, Option<Vec<u8>>>) {
        let mut contents = self.contents.write();
        for (key, note) in notes {
            match note {
                Some(note) => contents.notes.insert(key.clone(), note.clone()),
                None => contents.notes.remove(key),
            };
        }
    }

    pub(super) fn retry(&self, key: &str) -> Option<CommittedRetry> {
        let contents = self.contents.read();
        contents.retries.get(key).copied()
    }
}

fn position(entries: &[Arc<Entry>]) -> u64 {
    entries.last().map_or(0, |entry| entry.position)
}
