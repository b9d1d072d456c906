//! The truth: one call commits changes, one call gives a state to read; the search index, the log of changes. No GraphQL, no
//! HTTP.

pub mod commit;
pub mod edit;
mod log;
pub mod matching;
mod rankings;
pub mod search;
mod state;
mod writer;

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;

use self::{
    commit::{Proposal, Receipt},
    log::Log,
    writer::Writer,
};
pub use self::{
    rankings::RANKINGS_MAX,
    state::{State, Unsearchable},
};
use crate::model::Entry;

/// Where everything that is known is kept and changed. Readers take a state and keep it; they never wait for writers.
#[derive(Debug)]
pub struct Store {
    shared: Arc<Shared>,
    writer: Writer,
}

/// What readers and the writer share.
#[derive(Debug)]
struct Shared {
    state: RwLock<Arc<State>>,
    log: Log,
    position: watch::Sender<u64>,
}

impl Store {
    /// A store that begins with this state and whose changes last as long as the process.
    #[must_use]
    pub fn in_memory(state: Arc<State>) -> Self {
        let shared = Arc::new(Shared {
            state: RwLock::new(state),
            log: Log::default(),
            position: watch::Sender::new(0),
        });
        Self {
            writer: Writer::start(Arc::clone(&shared)),
            shared,
        }
    }

    /// The latest state.
    #[must_use]
    pub fn state(&self) -> Arc<State> {
        self.shared.state()
    }

    /// Decides, carries out and records a proposal, and answers when it is durable and can be read. Proposals that wait at the
    /// same time share one write. Blocks: not for threads that drive futures.
    ///
    /// # Errors
    /// [`commit::Error`]; then nothing was changed.
    pub fn commit(&self, proposal: Proposal) -> Result<Receipt, commit::Error> {
        self.writer.commit(proposal)
    }

    /// At most `max` entries of the log after `position`, oldest first. Those it answers are readable in [`Store::state`].
    ///
    /// # Errors
    /// [`commit::Error::Unavailable`] when the log cannot be read.
    pub fn entries_after(&self, position: u64, max: usize) -> Result<Vec<Arc<Entry>>, commit::Error> {
        self.shared
            .log
            .entries_after(position, max)
            .map_err(commit::Error::Unavailable)
    }

    /// The position of the last entry, and word of every next one. What it says is readable in [`Store::state`].
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.shared.position.subscribe()
    }
}

impl Shared {
    fn state(&self) -> Arc<State> {
        // A state is replaced whole, so that nothing is half done whoever panics.
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes `state`, which holds everything up to `position`, the one that is read.
    fn publish(&self, state: Arc<State>, position: u64) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
        self.position.send_replace(position);
    }
}
