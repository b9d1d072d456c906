//! The log of changes, in memory: what was recorded, in order, and a call for who waits for more.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::sync::watch;

use super::State;
use crate::{
    graph::Snapshot,
    model::{Entry, Step, Timestamp},
};

/// A state that changes, and the log of how.
#[derive(Debug)]
pub struct Store {
    state: RwLock<Arc<State>>,
    entries: Mutex<Vec<Arc<Entry>>>,
    newest: watch::Sender<u64>,
}

/// Why the log could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the log cannot be read: {0}")]
pub struct Error(pub String);

impl Store {
    /// A store whose changes last as long as the process.
    #[must_use]
    pub fn in_memory(graph: Snapshot) -> Self {
        Self::of(Arc::new(State::new(graph)))
    }

    /// The same over a state that there is already.
    #[must_use]
    pub fn of(state: Arc<State>) -> Self {
        Self {
            state: RwLock::new(state),
            entries: Mutex::new(Vec::new()),
            newest: watch::Sender::new(0),
        }
    }

    /// The latest published state.
    #[must_use]
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Entries after this position, oldest first, at most `max`.
    ///
    /// # Errors
    /// [`Error`] when the log cannot be read.
    pub fn entries_after(&self, after: u64, max: usize) -> Result<Vec<Arc<Entry>>, Error> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let start = usize::try_from(after).unwrap_or(usize::MAX).min(entries.len());
        Ok(entries[start..].iter().take(max).map(Arc::clone).collect())
    }

    /// The newest position; changes once per published group.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// Records steps as one entry.
    pub fn append(&self, steps: Vec<Step>, recorded_at: Timestamp) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let position = u64::try_from(entries.len()).unwrap_or(u64::MAX) + 1;
        entries.push(Arc::new(Entry {
            position,
            recorded_at,
            reason: None,
            by: None,
            retry: None,
            steps,
        }));
        self.newest.send_replace(position);
    }
}
