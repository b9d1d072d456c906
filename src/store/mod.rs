//! The truth: one call commits changes, one call gives a state to read; the search index, the log of changes. No GraphQL, no
//! HTTP.

pub mod folder;
pub mod log;
mod open;
pub mod search;
mod state;
mod write;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use tokio::sync::watch;

use self::{
    folder::{Guest, snapshots::BasePlace},
    log::{Log, Readable},
    write::{
        clock::Clock,
        commit::{Pending, Proposal, Receipt},
        shared::Shared,
        writer::Writer,
    },
};
pub use self::{
    open::{
        health::Trouble,
        load,
        store::{OpenError, ReplayError, check_written, read, replayed},
        unresolved::{WAITING, read as unresolved},
    },
    state::{current::State, indexing::Unsearchable, rankings::RANKINGS_MAX},
    write::clock::{AHEAD_MAX, Fault as ClockFault, last_entry_ahead},
    write::{adding, commit},
};
use crate::model::{Entry, Timestamp};

/// Where everything that is known is kept and changed. Readers take a state and keep it; they never wait for writers.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use std::sync::Arc;
/// use guanxi::{
///     formats::tables,
///     graph::Snapshot,
///     model::{Change, Entity, EntityKind, Record, Timestamp},
///     store::{State, Store, commit::Proposal},
/// };
///
/// let graph = Snapshot::build(&tables::bundled()?)?;
/// let store = Store::in_memory(Arc::new(State::new(graph)));
/// let before = store.state();
/// let company = Record::Entity(Entity::new("alpha", EntityKind::Company, "Alpha AG")?);
/// let receipt = store.commit(Proposal {
///     retry: None,
///     by: None,
///     reason: Some("An example".to_owned()),
///     at: Timestamp::now(),
///     decide: Box::new(|_| Ok(vec![Change::Put(Box::new(company))])),
/// })?;
/// let is_known = |state: &State| {
///     let graph = state.graph();
///     graph.entity_by_id("alpha", &graph.everything_known()).is_some()
/// };
/// assert!(is_known(&receipt.state) && is_known(&store.state()));
/// assert!(!is_known(&before), "readers keep the state that they have");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Store {
    shared: Arc<Shared>,
    writer: Writer,
    verification: Mutex<Option<JoinHandle<()>>>,
    /// Last, since the folder is another's once the log is closed.
    folder: Option<Folder>,
}

/// The folder of a store, as this process has it.
#[derive(Debug)]
struct Folder {
    dir: PathBuf,
    guest: Mutex<Guest>,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// The position of the last entry, which is as many as there are.
    pub position: u64,
    /// When the store was begun; none where changes last as long as the process.
    pub began_at: Option<Timestamp>,
    /// Bytes of the log on disk; 0 where there is none.
    pub log_bytes: u64,
}

/// How many changes the next start may read from the log: about 0.3 seconds.
const REPLAYED_MAX: usize = 6_000;

impl Store {
    /// A store that begins with this state and whose changes last as long as the process.
    #[must_use]
    pub fn in_memory(state: Arc<State>) -> Self {
        Self::over(state, Log::Memory(log::Memory::default()))
    }

    /// A store with this state, which holds everything that this log does.
    #[must_use]
    pub fn over(state: Arc<State>, log: Log) -> Self {
        Self::with(state, log, None, None)
    }

    fn with(state: Arc<State>, log: Log, folder: Option<Folder>, place: Option<BasePlace>) -> Self {
        let shared = Arc::new(Shared {
            state: RwLock::new(state),
            position: watch::Sender::new(log.last_position()),
            log,
            clock: Clock::start(),
            turn: Mutex::default(),
            settling: AtomicBool::new(false),
            settle_from: AtomicUsize::new(0),
            only_when_asked: AtomicBool::new(false),
            adding: AtomicBool::new(false),
            settler: Mutex::default(),
            settler_turn: Mutex::default(),
            place,
            damage: Mutex::default(),
            closing: AtomicBool::new(false),
        });
        shared.write_in_time();
        Self {
            writer: Writer::start(Arc::clone(&shared)),
            shared,
            verification: Mutex::default(),
            folder,
        }
    }

    /// How much there is.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let folder = self.folder.as_ref();
        Figures {
            position: *self.shared.position.borrow(),
            began_at: match &self.shared.log {
                Log::Memory(_) => None,
                Log::Durable(log) => Some(log.began_at()),
            },
            // A file that cannot be looked at is seen by whoever writes to it.
            log_bytes: folder.map_or(0, |folder| folder::log_bytes(&folder.dir).unwrap_or_default()),
        }
    }

    /// What is wrong with a clock that says `now`, beside how long this store has been open and what it holds.
    #[must_use]
    pub fn clock_fault(&self, now: Timestamp) -> Option<ClockFault> {
        let last = self.state().graph().last_recorded_at();
        self.shared
            .clock
            .check(now)
            .err()
            .or_else(|| last_entry_ahead(last, now))
    }

    /// Lets the lock of the folder say under which address the store is served. Nothing to say without a folder.
    ///
    /// # Errors
    /// [`folder::Error::Io`] when it cannot be written.
    pub fn tell_address(&self, address: &str) -> Result<(), folder::Error> {
        let Some(folder) = &self.folder else { return Ok(()) };
        match &mut *folder.guest.lock().unwrap_or_else(PoisonError::into_inner) {
            Guest::Alone(home) => home.tell_address(address),
            Guest::Beside(_) | Guest::Unwritable(..) => Ok(()),
        }
    }

    /// Makes what changed part of the graph's base, and writes that for the next start. Happens by itself when much has
    /// changed. Blocks for seconds where there are millions.
    ///
    /// # Errors
    /// [`commit::Error::Unavailable`]; then the old base serves on.
    pub fn settle(&self) -> Result<(), commit::Error> {
        self.shared.settle()
    }

    /// Makes a new base from now on only when [`settle`](Self::settle) is called: whoever changes much at a time knows when that
    /// delays nothing.
    pub fn settle_only_when_asked(&self) {
        self.shared.only_when_asked.store(true, Ordering::Release);
    }

    /// The same before the process ends, if what changed would take the next start long to read from the log, and there is a
    /// place for a base. Blocks as long.
    pub fn settle_before_end(&self) {
        let changes = self.state().graph().changes();
        if self.shared.place.is_none() || changes < REPLAYED_MAX {
            return;
        }
        // The log has everything: the next start takes longer, and nothing is lost.
        if let Err(error) = self.settle() {
            tracing::warn!(%error, changes, "what changed is not part of the base; the next start reads it from the log");
        }
    }

    /// Whether it was opened to be read, and takes no changes as long as the process lives.
    #[must_use]
    pub fn is_to_read(&self) -> bool {
        self.shared.log.failure().is_some_and(|failure| !failure.passing)
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
    /// [`commit::Error`]; then nothing was changed, unless it is [`commit::Error::Unsure`].
    pub fn commit(&self, proposal: Proposal) -> Result<Receipt, commit::Error> {
        self.submit(proposal, Readable::Unknown)?.wait()
    }

    /// The same for who does something else until the answer is there.
    ///
    /// # Errors
    /// [`commit::Error::Busy`] and [`commit::Error::Unavailable`]; then nothing was changed.
    pub fn submit(&self, proposal: Proposal, readable: Readable) -> Result<Pending, commit::Error> {
        self.writer.submit(proposal, readable)
    }

    /// At most `max` entries of the log after `position`, oldest first. Those it answers are readable in [`Store::state`].
    ///
    /// # Errors
    /// [`commit::Error::Unavailable`] when the log cannot be read.
    pub fn entries_after(&self, position: u64, max: usize) -> Result<Vec<Arc<Entry>>, commit::Error> {
        self.shared
            .log
            .entries_after(position, self.shown(position, max))
            .map_err(|error| commit::Error::Unavailable(error.to_string()))
    }

    /// The same without reading from disk; none where that takes it.
    #[must_use]
    pub fn recent_after(&self, position: u64, max: usize) -> Option<Vec<Arc<Entry>>> {
        self.shared.log.recent_after(position, self.shown(position, max))
    }

    /// What an import remembered under this key.
    ///
    /// # Errors
    /// [`commit::Error::Unavailable`] when it cannot be read.
    pub fn note(&self, key: &str) -> Result<Option<Vec<u8>>, commit::Error> {
        self.shared.log.note(key).map_err(|error| unavailable(&error))
    }

    /// What imports remember, to be asked by other threads. The store must outlive it.
    #[must_use]
    pub fn memory(&self) -> Memory {
        Memory(Arc::clone(&self.shared))
    }

    /// At most `max` of the notes whose keys begin with `prefix`, from the key `from` on, in the order of their keys.
    ///
    /// # Errors
    /// [`commit::Error::Unavailable`] when they cannot be read.
    pub fn notes(&self, prefix: &str, from: &str, max: usize) -> Result<Vec<(String, Vec<u8>)>, commit::Error> {
        self.shared
            .log
            .notes(prefix, from, max)
            .map_err(|error| unavailable(&error))
    }

    /// Remembers notes, each in place of the one before; one of nothing is forgotten. They are no part of what is known, but are
    /// kept and copied with it.
    ///
    /// # Errors
    /// [`commit::Error::Unavailable`] when they cannot be written.
    pub fn remember(&self, notes: &BTreeMap<String, Option<Vec<u8>>>) -> Result<(), commit::Error> {
        let _turn = self.shared.turn();
        self.shared.log.remember(notes).map_err(|error| unavailable(&error))
    }

    /// How many of `max` entries after `position` may be shown: what is durable already may not be yet.
    fn shown(&self, position: u64, max: usize) -> usize {
        let shown = self.shared.position.borrow().saturating_sub(position);
        usize::try_from(shown).map_or(max, |shown| shown.min(max))
    }

    /// The position of the last entry, and word of every next one. What it says is readable in [`Store::state`].
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.shared.position.subscribe()
    }
}

/// What imports remember.
#[derive(Debug)]
pub struct Memory(Arc<Shared>);

impl Memory {
    /// What an import remembered under this key.
    ///
    /// # Errors
    /// [`commit::Error::Unavailable`] when it cannot be read.
    pub fn note(&self, key: &str) -> Result<Option<Vec<u8>>, commit::Error> {
        self.0.log.note(key).map_err(|error| unavailable(&error))
    }
}

fn unavailable(error: &log::Error) -> commit::Error {
    commit::Error::Unavailable(error.to_string())
}

impl Drop for Store {
    /// Finishes what waits, and a base that is being made: the folder is somebody else's afterwards.
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Release);
        self.writer.stop();
        let verification = self.verification.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(verification) = verification.take() {
            // A panic was told where it happened.
            let _ = verification.join();
        }
        let settler = self
            .shared
            .settler
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(settler) = settler {
            // A panic was told where it happened.
            let _ = settler.join();
        }
        self.shared.state().close_shelf();
    }
}
