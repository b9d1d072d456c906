//! The log: every commit in order. Kept in memory here, so it lasts as long as the process.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use crate::model::{Entry, Retry};

/// The entries so far.
#[derive(Debug, Default)]
pub(super) struct Log {
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: Vec<Arc<Entry>>,
    /// By key: the digest, and the position.
    retries: HashMap<String, (u64, u64)>,
}

impl Log {
    /// The position of the last entry; 0 before the first.
    pub(super) fn last_position(&self) -> u64 {
        self.read(|kept| u64::try_from(kept.entries.len()).unwrap_or(u64::MAX))
    }

    /// Adds entries, which follow those before.
    pub(super) fn append(&self, entries: &[Arc<Entry>]) -> Result<(), String> {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        for entry in entries {
            if let Some(Retry { key, digest }) = &entry.retry {
                kept.retries.insert(key.clone(), (*digest, entry.position));
            }
            kept.entries.push(Arc::clone(entry));
        }
        Ok(())
    }

    /// At most `max` entries after `position`, oldest first.
    pub(super) fn entries_after(&self, position: u64, max: usize) -> Result<Vec<Arc<Entry>>, String> {
        let start = usize::try_from(position).unwrap_or(usize::MAX);
        Ok(self.read(|kept| kept.entries.iter().skip(start).take(max).cloned().collect()))
    }

    /// The digest and the position of what was recorded under this key.
    pub(super) fn retried(&self, key: &str) -> Result<Option<(u64, u64)>, String> {
        Ok(self.read(|kept| kept.retries.get(key).copied()))
    }

    fn read<T>(&self, read: impl FnOnce(&Kept) -> T) -> T {
        read(&self.kept.read().unwrap_or_else(PoisonError::into_inner))
    }
}
