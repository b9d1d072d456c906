//! What readers and the writer of a store share.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize},
    },
    thread::JoinHandle,
};

use tokio::sync::watch;

use super::clock::Clock;
use crate::store::{folder::snapshots::BasePlace, log::Log, state::current::State};

/// What readers and the writer share.
#[derive(Debug)]
pub(in crate::store) struct Shared {
    pub(in crate::store) state: RwLock<Arc<State>>,
    pub(in crate::store) log: Log,
    pub(in crate::store) position: watch::Sender<u64>,
    pub(in crate::store) clock: Clock,
    /// Held by whoever changes what is read.
    pub(in crate::store) turn: Mutex<()>,
    /// Whether a new base is being made, and who makes it.
    pub(in crate::store) settling: AtomicBool,
    /// From how many changes on it is tried again to make one that could not be made.
    pub(in crate::store) settle_from: AtomicUsize,
    /// Whether one is made only when that is asked for.
    pub(in crate::store) only_when_asked: AtomicBool,
    /// Whether an import adds records of which no state is made yet.
    pub(in crate::store) adding: AtomicBool,
    pub(in crate::store) settler: Mutex<Option<JoinHandle<()>>>,
    /// Held by whoever makes one.
    pub(in crate::store) settler_turn: Mutex<()>,
    /// Where a base is written; nowhere where changes last as long as the process.
    pub(in crate::store) place: Option<BasePlace>,
    /// What is known to be damaged in the log.
    pub(in crate::store) damage: Mutex<Vec<String>>,
    /// Whether the store is being closed.
    pub(in crate::store) closing: AtomicBool,
}

impl Shared {
    pub(in crate::store) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::store) fn state(&self) -> Arc<State> {
        // A state is replaced whole, so that nothing is half done whoever panics.
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes `state`, which holds everything up to `position`, the one that is read.
    pub(in crate::store) fn publish(&self, state: Arc<State>, position: u64) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
        self.position.send_replace(position);
    }
}
