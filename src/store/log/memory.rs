//! The log of a store without a folder: as long as the process lives.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use super::{Error, Prepared, Used, follow};
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

    pub(super) fn retry(&self, key: &str) -> Option<Used> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.retries.get(key).copied()
    }
}

fn position(entries: &[Arc<Entry>]) -> u64 {
    entries.last().map_or(0, |entry| entry.position)
}
