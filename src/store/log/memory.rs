//! The log of a store without a folder: as long as the process lives.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use super::{Error, Prepared, Used, prepared::follow};
use crate::model::Entry;

/// Entries in memory.
#[derive(Debug, Default)]
pub struct Memory {
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The entry at position `n` stands at `n - 1`.
    entries: Vec<Arc<Entry>>,
    retries: HashMap<String, Used>,
    notes: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    pub(super) fn append(&self, entries: &[Prepared]) -> Result<(), Error> {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        follow(position(&kept.entries), entries)?;
        for prepared in entries {
            let entry = prepared.entry();
            if let Some(retry) = &entry.retry {
                let used = Used {
                    digest: retry.digest,
                    position: entry.position,
                };
                kept.retries.insert(retry.key.clone(), used);
            }
            kept.entries.push(Arc::clone(entry));
        }
        Ok(())
    }

    pub(super) fn entries_after(&self, position: u64, max: usize) -> Vec<Arc<Entry>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let skipped = usize::try_from(position).unwrap_or(usize::MAX);
        kept.entries.iter().skip(skipped).take(max).map(Arc::clone).collect()
    }

    pub(super) fn last_position(&self) -> u64 {
        position(&self.kept.read().unwrap_or_else(PoisonError::into_inner).entries)
    }

    pub(super) fn note(&self, key: &str) -> Option<Vec<u8>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.notes.get(key).cloned()
    }

    pub(super) fn notes(&self, prefix: &str, from: &str, max: usize) -> Vec<(String, Vec<u8>)> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let from = kept.notes.range(from.max(prefix).to_owned()..);
        let of_prefix = from.take_while(|(key, _)| key.starts_with(prefix)).take(max);
        of_prefix.map(|(key, note)| (key.clone(), note.clone())).collect()
    }

    pub(super) fn remember(&self, notes: &BTreeMap<String, Option<Vec<u8>>>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        for (key, note) in notes {
            match note {
                Some(note) => kept.notes.insert(key.clone(), note.clone()),
                None => kept.notes.remove(key),
            };
        }
    }

    pub(super) fn retry(&self, key: &str) -> Option<Used> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.retries.get(key).copied()
    }
}

fn position(entries: &[Arc<Entry>]) -> u64 {
    entries.last().map_or(0, |entry| entry.position)
}
