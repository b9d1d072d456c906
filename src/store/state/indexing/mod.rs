//! Updating the search index from state to state: by the next search, or in the background after many changes. Commits never wait
//! for it.

mod background;

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::index_file::IndexFile;
use crate::{
    graph::Snapshot,
    store::search::{self, Index, layers::update::IMMEDIATE_MAX},
};

/// How long after a failure the index is built again, since it may have failed for lack of memory.
const RETRY: Duration = Duration::from_secs(30);

/// Why searching is unavailable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchUnavailable {
    /// The index is being built.
    #[error("the search index is being built")]
    Building,
    /// It could not be built.
    #[error("the search index could not be built: {0}")]
    Failed(String),
}

/// When the index is first built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum IndexPreparation {
    /// By the first search.
    OnDemand,
    /// By [`crate::store::State::prepare`], while other queries are answered.
    InAdvance,
}

/// An index, or why there is none.
pub(in crate::store) type IndexResult = Result<Arc<Index>, String>;

/// The search index of the states with one base.
#[derive(Debug)]
pub(in crate::store) struct Indexing {
    preparation: IndexPreparation,
    index_file: OnceLock<Arc<IndexFile>>,
    work: Mutex<IndexingState>,
    changed: Condvar,
    /// The graph of the newest state.
    newest: Mutex<Snapshot>,
    /// The number of changes since the base that the index includes; the maximum while there is no index.
    known_changes: AtomicUsize,
    /// Whether a thread is updating the index.
    is_updating: AtomicBool,
    /// Whether a thread is merging layers.
    is_merging: AtomicBool,
    /// Whether a thread is rebuilding the index after a failure.
    is_rebuilding: AtomicBool,
}

#[derive(Debug)]
struct IndexingState {
    latest: Latest,
    /// Whether a thread is building the next index without the lock.
    busy: bool,
}

/// The newest index.
#[derive(Debug)]
enum Latest {
    None,
    /// The reason and the time.
    Failed(String, Instant),
    Built(BuiltIndex),
    /// To be converted from that of another base.
    Origin(Arc<Indexing>),
}

/// An index and its snapshot.
#[derive(Debug, Clone)]
struct BuiltIndex {
    graph: Snapshot,
    index: Arc<Index>,
}

impl Indexing {
    pub(in crate::store) fn new(graph: &Snapshot, preparation: IndexPreparation) -> Arc<Self> {
        Arc::new(Self::with_latest(Latest::None, graph, preparation, OnceLock::new()))
    }

    /// Stores the index in this file, and reads it from there.
    pub(in crate::store) fn set_index_file(&self, index_file: IndexFile) {
        // Set only once, when the store is opened.
        let _ = self.index_file.set(Arc::new(index_file));
    }

    /// Stops storing the index, after a running write.
    pub(in crate::store) fn close_index_file(&self) {
        self.index_file
            .get()
            .into_iter()
            .for_each(|index_file| index_file.close());
    }

    /// The index for a graph with another base, which is converted and not built again.
    pub(in crate::store) fn rebased(self: &Arc<Self>, graph: &Snapshot) -> Arc<Self> {
        let (latest, is_built) = match &self.lock().latest {
            Latest::None if self.preparation == IndexPreparation::OnDemand => (Latest::None, false),
            latest => (Latest::Origin(Arc::clone(self)), matches!(latest, Latest::Built(_))),
        };
        let rebased = Arc::new(Self::with_latest(
            latest,
            graph,
            self.preparation,
            self.index_file.clone(),
        ));
        if is_built {
            rebased.update_in_background();
        }
        rebased
    }

    fn with_latest(
        latest: Latest,
        graph: &Snapshot,
        preparation: IndexPreparation,
        index_file: OnceLock<Arc<IndexFile>>,
    ) -> Self {
        Self {
            preparation,
            index_file,
            work: Mutex::new(IndexingState { latest, busy: false }),
            changed: Condvar::new(),
            newest: Mutex::new(graph.clone()),
            known_changes: AtomicUsize::new(usize::MAX),
            is_updating: AtomicBool::new(false),
            is_merging: AtomicBool::new(false),
            is_rebuilding: AtomicBool::new(false),
        }
    }

    /// Sets the newest graph. After many changes without a search, a thread updates the index.
    pub(in crate::store) fn notify_next(self: &Arc<Self>, graph: &Snapshot) {
        *self.newest.lock() = graph.clone();
        if self.is_behind(graph) {
            self.update_in_background();
        }
    }

    fn is_behind(&self, graph: &Snapshot) -> bool {
        let known = self.known_changes.load(Ordering::Relaxed);
        graph.changes().saturating_sub(known) > IMMEDIATE_MAX / 2
    }

    /// Builds the first index, or reads it from disk, unless there is one. Concurrent calls wait for the first.
    pub(in crate::store) fn prepare(self: &Arc<Self>, graph: &Snapshot) {
        let mut work = self.lock();
        while work.busy {
            self.changed.wait(&mut work);
        }
        match &work.latest {
            Latest::None => drop(self.build_first(work, graph)),
            Latest::Origin(origin) => {
                let origin = Arc::clone(origin);
                drop(work);
                origin.prepare(&origin.newest());
                drop(self.index(graph));
            }
            Latest::Built(_) | Latest::Failed(..) => {}
        }
    }

    /// Why there is no index yet; `None` if there is one or the next search builds it.
    pub(in crate::store) fn search_unavailable(&self) -> Option<SearchUnavailable> {
        let origin = match &self.lock().latest {
            Latest::Failed(reason, _) => return Some(SearchUnavailable::Failed(reason.clone())),
            Latest::None if self.preparation == IndexPreparation::InAdvance => {
                return Some(SearchUnavailable::Building);
            }
            Latest::None | Latest::Built(_) => return None,
            Latest::Origin(origin) => Arc::clone(origin),
        };
        origin.search_unavailable()
    }

    /// The index for `graph`; `None` while the first one is being built in advance. Few changes since the last one are applied under
    /// the lock. For many changes, this waits for a thread that is already applying them.
    pub(in crate::store) fn index(self: &Arc<Self>, graph: &Snapshot) -> Option<IndexResult> {
        let mut work = self.lock();
        loop {
            match &work.latest {
                Latest::Failed(reason, at) => {
                    let (reason, is_due) = (reason.clone(), at.elapsed() >= RETRY);
                    if is_due && !work.busy {
                        self.rebuild_in_background();
                    }
                    return Some(Err(reason));
                }
                Latest::None if self.preparation == IndexPreparation::InAdvance => return None,
                Latest::None if !work.busy => work = self.build_first(work, graph),
                Latest::Origin(origin) if !work.busy => {
                    let origin = Arc::clone(origin);
                    work = self.convert(work, graph, &origin)?;
                }
                Latest::Built(built) => {
                    let built = built.clone();
                    let changed = graph.entities_differing_from(&built.graph);
                    let update = || catch_panic(|| built.index.updated(graph, &changed)).map(Arc::new);
                    let index = if changed.is_empty() {
                        Ok(Arc::clone(&built.index))
                    } else if changed.len() <= IMMEDIATE_MAX {
                        update()
                    } else if work.busy {
                        self.changed.wait(&mut work);
                        continue;
                    } else {
                        let (guard, index) = self.run_unlocked(work, update);
                        work = guard;
                        index
                    };
                    self.install(&mut work, graph, &index);
                    return Some(index);
                }
                Latest::None | Latest::Origin(_) => self.changed.wait(&mut work),
            }
        }
    }

    /// The first index.
    fn build_first<'a>(
        self: &'a Arc<Self>,
        work: MutexGuard<'a, IndexingState>,
        graph: &Snapshot,
    ) -> MutexGuard<'a, IndexingState> {
        let start = Instant::now();
        let stored = || self.index_file.get().and_then(|index_file| index_file.read(graph));
        let (mut work, (index, is_new)) = self.run_unlocked(work, || match catch_panic(|| Ok(stored())) {
            Ok(Some(stored)) => (Ok(Arc::new(stored)), false),
            _ => (catch_panic(|| Index::build(graph)).map(Arc::new), true),
        });
        match &index {
            Ok(index) => tracing::info!(
                entities = index.entities(),
                ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
                bytes = index.bytes(),
                "the search index is {}",
                if is_new { "built" } else { "read" }
            ),
            Err(error) => tracing::error!(%error, "the search index could not be built"),
        }
        self.replace(&mut work, graph, index);
        if is_new {
            // Searches must not wait for the disk.
            drop(work);
            self.write_to_disk();
            work = self.lock();
        }
        work
    }

    /// Converts the index of `origin` to this base; `None` while there is none.
    fn convert<'a>(
        self: &'a Arc<Self>,
        work: MutexGuard<'a, IndexingState>,
        graph: &Snapshot,
        origin: &Arc<Self>,
    ) -> Option<MutexGuard<'a, IndexingState>> {
        let from = origin.newest();
        let (mut work, index) = self.run_unlocked(work, || {
            let index = origin.index(&from)?;
            Some(index.and_then(|index| {
                catch_panic(|| {
                    if !graph.has_records_at(from.last_recorded_at()) {
                        // The times of its changes are unknown.
                        return Index::build(graph);
                    }
                    let changed = graph.entities_changed_after(from.last_recorded_at());
                    index.converted(&from, graph).updated(graph, &changed)
                })
            }))
        });
        self.replace(&mut work, graph, index?.map(Arc::new));
        Some(work)
    }

    /// Writes the large layer to disk, if the store has a folder.
    fn write_to_disk(&self) {
        let Some(index_file) = self.index_file.get() else {
            return;
        };
        let built = match &self.lock().latest {
            Latest::Built(built) => built.clone(),
            _ => return,
        };
        index_file.write(&built.index, &built.graph);
    }

    /// Makes this the newest index, if its state is later.
    fn install(self: &Arc<Self>, work: &mut IndexingState, graph: &Snapshot, index: &IndexResult) {
        let is_later = match &work.latest {
            Latest::Built(built) => built.graph.last_recorded_at() < graph.last_recorded_at(),
            _ => true,
        };
        match index {
            Ok(index) if is_later => self.replace(work, graph, Ok(Arc::clone(index))),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the search index could not follow a change"),
        }
    }

    fn replace(self: &Arc<Self>, work: &mut IndexingState, graph: &Snapshot, index: IndexResult) {
        work.latest = match index {
            Ok(index) => {
                self.known_changes.store(graph.changes(), Ordering::Relaxed);
                if index.merge_start().is_some() {
                    self.merge_in_background();
                }
                if self.is_behind(&self.newest()) {
                    self.update_in_background();
                }
                let graph = graph.clone();
                Latest::Built(BuiltIndex { graph, index })
            }
            Err(reason) => Latest::Failed(reason, Instant::now()),
        };
    }

    /// Runs `build` without the lock, but never two at a time.
    fn run_unlocked<'a, T>(
        &'a self,
        mut work: MutexGuard<'a, IndexingState>,
        build: impl FnOnce() -> T,
    ) -> (MutexGuard<'a, IndexingState>, T) {
        work.busy = true;
        drop(work);
        // Without this, other threads would wait forever after a panic.
        let result = panic::catch_unwind(AssertUnwindSafe(build));
        let mut work = self.lock();
        work.busy = false;
        self.changed.notify_all();
        match result {
            Ok(value) => (work, value),
            Err(panic) => {
                drop(work);
                panic::resume_unwind(panic)
            }
        }
    }

    fn newest(&self) -> Snapshot {
        self.newest.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, IndexingState> {
        self.work.lock()
    }
}

/// The result of `build`; a panic becomes an error, since searches would wait forever for the index otherwise.
fn catch_panic<T>(build: impl FnOnce() -> Result<T, search::Error>) -> Result<T, String> {
    // The unfinished result of a panic is dropped.
    let outcome = panic::catch_unwind(AssertUnwindSafe(build));
    outcome
        .map_err(|panic| panic_message(&*panic))
        .and_then(|result| result.map_err(|error| error.to_string()))
}

/// The message of a panic.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a panic: {}", text.unwrap_or("without a message"))
}

#[cfg(test)]
mod tests;
