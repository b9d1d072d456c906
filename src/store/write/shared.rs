//! The state that readers and the writer of a store share.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize},
    },
    thread::JoinHandle,
};

use parking_lot::{Mutex, MutexGuard, RwLock};
use tokio::sync::watch;

use super::clock::ClockCheck;
use crate::store::{folder::snapshots::BaseLocation, log::Log, state::current::State};

/// The state that readers and the writer share.
#[derive(Debug)]
pub(in crate::store) struct Shared {
    pub(in crate::store) state: RwLock<Arc<State>>,
    pub(in crate::store) log: Log,
    pub(in crate::store) position: watch::Sender<u64>,
    pub(in crate::store) clock: ClockCheck,
    /// Locked while the visible state changes.
    pub(in crate::store) write_lock: Mutex<()>,
    /// Whether a new base is being built in the background.
    pub(in crate::store) is_rebasing: AtomicBool,
    /// The number of changes from which a failed rebase is retried.
    pub(in crate::store) rebase_retry_from: AtomicUsize,
    /// Whether bases are only built by explicit calls.
    pub(in crate::store) is_rebase_manual: AtomicBool,
    /// Whether a bulk insertion is running, or was dropped.
    pub(in crate::store) is_bulk_inserting: AtomicBool,
    pub(in crate::store) rebase_thread: Mutex<Option<JoinHandle<()>>>,
    /// Locked while a base is built.
    pub(in crate::store) rebase_lock: Mutex<()>,
    /// Where bases are written; `None` for a store in memory.
    pub(in crate::store) base_location: Option<BaseLocation>,
    /// The known damage of the log.
    pub(in crate::store) damage: Mutex<Vec<String>>,
    /// Whether the store is being closed.
    pub(in crate::store) closing: AtomicBool,
}

impl Shared {
    pub(in crate::store) fn lock_writes(&self) -> MutexGuard<'_, ()> {
        self.write_lock.lock()
    }

    pub(in crate::store) fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read())
    }

    /// Publishes `state`, which includes all entries up to `position`.
    pub(in crate::store) fn publish(&self, state: Arc<State>, position: u64) {
        *self.state.write() = state;
        self.position.send_replace(position);
    }
}
