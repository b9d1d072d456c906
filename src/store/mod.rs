//! Durable storage: committing changes, reading states, the log of changes and the search index. No GraphQL, no HTTP.

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
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use self::{
    folder::{FolderAccess, snapshots::BaseLocation},
    log::{Log, RoundTrip},
    write::{
        clock::ClockCheck,
        commit::{Pending, Proposal, Receipt},
        shared::Shared,
        writer::Writer,
    },
};
pub use self::{
    open::{
        health::HealthProblem,
        load,
        store::{OpenError, ReplayError, check_base, read, replay},
        unresolved::{WAITING_PREFIX, read as unresolved},
    },
    state::{current::State, indexing::SearchUnavailable, rankings::RANKINGS_MAX},
    write::clock::{AHEAD_MAX, ClockFault, last_entry_ahead},
    write::{bulk_insert, commit},
};
use crate::model::{Entry, Timestamp};

/// Stores the data and changes it. Readers take a state, which never changes; they never wait for writers.
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
/// assert!(!is_known(&before), "the state of a reader does not change");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Store {
    shared: Arc<Shared>,
    writer: Writer,
    verification: Mutex<Option<JoinHandle<()>>>,
    /// Dropped last, since other processes may use the folder afterwards.
    folder: Option<Folder>,
}

/// The folder of a store, and how this process can use it.
#[derive(Debug)]
struct Folder {
    dir: PathBuf,
    access: Mutex<FolderAccess>,
}

/// The size of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// The position of the last entry, which is the number of entries.
    pub position: u64,
    /// When the store was created; `None` for a store in memory.
    pub began_at: Option<Timestamp>,
    /// The size of the log on disk in bytes; 0 for a store in memory.
    pub log_bytes: u64,
}

/// The number of changes that the next start may read from the log, in about 0.3 seconds.
const REPLAYED_MAX: usize = 6_000;

impl Store {
    /// A store in memory that starts with this state.
    #[must_use]
    pub fn in_memory(state: Arc<State>) -> Self {
        Self::with_log(state, Log::Memory(log::Memory::default()))
    }

    /// A store with this log, and a state that includes all of its entries.
    #[must_use]
    pub fn with_log(state: Arc<State>, log: Log) -> Self {
        Self::with(state, log, None, None)
    }

    fn with(state: Arc<State>, log: Log, folder: Option<Folder>, base_location: Option<BaseLocation>) -> Self {
        let shared = Arc::new(Shared {
            state: RwLock::new(state),
            position: watch::Sender::new(log.last_position()),
            log,
            clock: ClockCheck::start(),
            write_lock: Mutex::default(),
            is_rebasing: AtomicBool::new(false),
            rebase_retry_from: AtomicUsize::new(0),
            is_rebase_manual: AtomicBool::new(false),
            is_bulk_inserting: AtomicBool::new(false),
            rebase_thread: Mutex::default(),
            rebase_lock: Mutex::default(),
            base_location,
            damage: Mutex::default(),
            closing: AtomicBool::new(false),
        });
        shared.write_base_in_background();
        Self {
            writer: Writer::start(Arc::clone(&shared)),
            shared,
            verification: Mutex::default(),
            folder,
        }
    }

    /// The size of the store.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let folder = self.folder.as_ref();
        Figures {
            position: *self.shared.position.borrow(),
            began_at: match &self.shared.log {
                Log::Memory(_) => None,
                Log::Durable(log) => Some(log.began_at()),
            },
            // An unreadable file is reported by the next write.
            log_bytes: folder.map_or(0, |folder| folder::log_bytes(&folder.dir).unwrap_or_default()),
        }
    }

    /// The fault of a clock that shows `now`, judged by how long this store has been open and by its last entry.
    #[must_use]
    pub fn clock_fault(&self, now: Timestamp) -> Option<ClockFault> {
        let last = self.state().graph().last_recorded_at();
        self.shared
            .clock
            .check(now)
            .err()
            .or_else(|| last_entry_ahead(last, now))
    }

    /// Writes the address at which the store is served to the lock file. Does nothing without a folder.
    ///
    /// # Errors
    /// [`folder::Error::Io`] when it cannot be written.
    pub fn write_address(&self, address: &str) -> Result<(), folder::Error> {
        let Some(folder) = &self.folder else { return Ok(()) };
        match &mut *folder.access.lock() {
            FolderAccess::Exclusive(store_folder) => store_folder.write_address(address),
            FolderAccess::InUse(_) | FolderAccess::ReadOnly(..) => Ok(()),
        }
    }

    /// Builds a new base of the graph with all changes, and writes it for the next start. Happens automatically after many
    /// changes. Blocks for seconds for millions of records.
    ///
    /// # Errors
    /// [`commit::Error::Unavailable`]; then the old base stays in use.
    pub fn rebase(&self) -> Result<(), commit::Error> {
        self.shared.rebase()
    }

    /// Builds new bases only by calls of [`rebase`](Self::rebase) from now on: callers that make many changes know the best time.
    pub fn disable_automatic_rebase(&self) {
        self.shared.is_rebase_manual.store(true, Ordering::Release);
    }

    /// Calls [`rebase`](Self::rebase) before the process ends, if the store has a folder and the next start would have to read many
    /// changes from the log.
    pub fn rebase_before_exit(&self) {
        let changes = self.state().graph().changes();
        if self.shared.base_location.is_none() || changes < REPLAYED_MAX {
            return;
        }
        // The log has everything: the next start takes longer, but nothing is lost.
        if let Err(error) = self.rebase() {
            tracing::warn!(%error, changes, "the changes are not part of the base; the next start reads them from the log");
        }
    }

    /// Whether the store was opened for reading only.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.shared.log.failure().is_some_and(|failure| !failure.is_retried)
    }

    /// The latest state.
    #[must_use]
    pub fn state(&self) -> Arc<State> {
        self.shared.state()
    }

    /// Decides, applies and records a proposal, and returns when it is durable and visible to readers. Proposals that wait at the
    /// same time share one write. Blocks, so it must not be called by threads that drive futures.
    ///
    /// # Errors
    /// [`commit::Error`]; then nothing was changed, unless it is [`commit::Error::OutcomeUnknown`].
    pub fn commit(&self, proposal: Proposal) -> Result<Receipt, commit::Error> {
        self.submit(proposal, RoundTrip::Unchecked)?.wait()
    }

    /// Submits a proposal as [`Store::commit`], without waiting for the result.
    ///
    /// # Errors
    /// [`commit::Error::Busy`] and [`commit::Error::Unavailable`]; then nothing was changed.
    pub fn submit(&self, proposal: Proposal, round_trip: RoundTrip) -> Result<Pending, commit::Error> {
        self.writer.submit(proposal, round_trip)
    }

    /// At most `max` entries of the log after `position`, oldest first. Their changes are visible in [`Store::state`].
    ///
    /// # Errors
    /// [`commit::Error::Unavailable`] when the log cannot be read.
    pub fn entries_after(&self, position: u64, max: usize) -> Result<Vec<Arc<Entry>>, commit::Error> {
        self.shared
            .log
            .entries_after(position, self.visible(position, max))
            .map_err(|error| commit::Error::Unavailable(error.to_string()))
    }

    /// As [`Store::entries_after`], but `None` if that would read from disk.
    #[must_use]
    pub fn recent_after(&self, position: u64, max: usize) -> Option<Vec<Arc<Entry>>> {
        self.shared.log.recent_after(position, self.visible(position, max))
    }

    /// The note with this key.
    ///
    /// # Errors
    /// [`commit::Error::Unavailable`] when it cannot be read.
    pub fn note(&self, key: &str) -> Result<Option<Vec<u8>>, commit::Error> {
        self.shared.log.note(key).map_err(|error| unavailable(&error))
    }

    /// Reads notes in other threads. The store must outlive it.
    #[must_use]
    pub fn note_reader(&self) -> NoteReader {
        NoteReader(Arc::clone(&self.shared))
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

    /// Replaces notes by key, and removes those with `None`. Notes are not part of the data, but are stored and copied with it.
    ///
    /// # Errors
    /// [`commit::Error::Unavailable`] when they cannot be written.
    pub fn write_notes(&self, notes: &BTreeMap<String, Option<Vec<u8>>>) -> Result<(), commit::Error> {
        let _write_guard = self.shared.lock_writes();
        self.shared.log.write_notes(notes).map_err(|error| unavailable(&error))
    }

    /// The number of entries after `position`, at most `max`, that are visible to readers: durable ones may not be yet.
    fn visible(&self, position: u64, max: usize) -> usize {
        let visible = self.shared.position.borrow().saturating_sub(position);
        usize::try_from(visible).map_or(max, |visible| visible.min(max))
    }

    /// Watches the position of the last entry. Its changes are visible in [`Store::state`].
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.shared.position.subscribe()
    }
}

/// Reads the notes of a store.
#[derive(Debug)]
pub struct NoteReader(Arc<Shared>);

impl NoteReader {
    /// The note with this key.
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
    /// Finishes waiting proposals and background work: other processes may use the folder afterwards.
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Release);
        self.writer.stop();
        let verification = self.verification.get_mut();
        if let Some(verification) = verification.take() {
            // A panic was reported by its thread.
            let _ = verification.join();
        }
        let rebase_thread = self.shared.rebase_thread.lock().take();
        if let Some(rebase_thread) = rebase_thread {
            // A panic was reported by its thread.
            let _ = rebase_thread.join();
        }
        self.shared.state().close_index_file();
    }
}
