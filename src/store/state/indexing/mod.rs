//! The search index as states follow each other: kept up by whoever searches first, or ahead in the background when much has
//! changed. Commits never wait for it.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::index_file::Shelf;
use crate::{
    graph::Snapshot,
    store::search::{self, Index, follow::AT_ONCE},
};

/// How long after a failure the index is built anew: what failed for want of memory may not fail again.
const RETRY: Duration = Duration::from_secs(30);

/// Why nothing can be searched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsearchable {
    /// The index is being built.
    #[error("the search index is being built")]
    Unprepared,
    /// It could not be built.
    #[error("the search index could not be built: {0}")]
    Failed(String),
}

/// When the index is first built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Preparation {
    /// By the first question that needs it.
    WhenAsked,
    /// By [`crate::store::State::prepare`], while questions are answered already.
    Ahead,
}

/// An index, or why there is none.
pub(in crate::store) type Outcome = Result<Arc<Index>, String>;

/// What the states of one base search.
#[derive(Debug)]
pub(in crate::store) struct Indexing {
    preparation: Preparation,
    shelf: OnceLock<Arc<Shelf>>,
    work: Mutex<Work>,
    changed: Condvar,
    /// The last state that was made.
    newest: Mutex<Snapshot>,
    /// How many changes since the base the index knows; the largest number while there is none.
    known_changes: AtomicUsize,
    /// Whether a thread is catching up.
    following: AtomicBool,
    /// Whether a thread makes fewer layers of many.
    tidying: AtomicBool,
    /// Whether a thread builds the index anew after a failure.
    rebuilding: AtomicBool,
}

#[derive(Debug)]
struct Work {
    latest: Latest,
    /// Whether somebody is making the next one outside the lock.
    busy: bool,
}

/// The last index that was made.
#[derive(Debug)]
enum Latest {
    None,
    /// Why, and when.
    Failed(String, Instant),
    Made(Made),
    /// That of another base, once it is there.
    Of(Arc<Indexing>),
}

/// An index and the snapshot that it is for.
#[derive(Debug, Clone)]
struct Made {
    graph: Snapshot,
    index: Arc<Index>,
}

impl Indexing {
    pub(in crate::store) fn new(graph: &Snapshot, preparation: Preparation) -> Arc<Self> {
        Arc::new(Self::beginning_with(Latest::None, graph, preparation, OnceLock::new()))
    }

    /// Lets the index be kept on disk, and read from there.
    pub(in crate::store) fn keep_on(&self, shelf: Shelf) {
        // Said once, by whoever opens the store.
        let _ = self.shelf.set(Arc::new(shelf));
    }

    /// Ends keeping the index on disk; what is being written is finished.
    pub(in crate::store) fn close_shelf(&self) {
        self.shelf.get().into_iter().for_each(|shelf| shelf.close());
    }

    /// The same for a graph with another base. What is indexed is not indexed again.
    pub(in crate::store) fn moved_to(self: &Arc<Self>, graph: &Snapshot) -> Arc<Self> {
        let (latest, is_made) = match &self.lock().latest {
            Latest::None if self.preparation == Preparation::WhenAsked => (Latest::None, false),
            latest => (Latest::Of(Arc::clone(self)), matches!(latest, Latest::Made(_))),
        };
        let moved = Arc::new(Self::beginning_with(
            latest,
            graph,
            self.preparation,
            self.shelf.clone(),
        ));
        if is_made {
            moved.follow();
        }
        moved
    }

    fn beginning_with(latest: Latest, graph: &Snapshot, preparation: Preparation, shelf: OnceLock<Arc<Shelf>>) -> Self {
        Self {
            preparation,
            shelf,
            work: Mutex::new(Work { latest, busy: false }),
            changed: Condvar::new(),
            newest: Mutex::new(graph.clone()),
            known_changes: AtomicUsize::new(usize::MAX),
            following: AtomicBool::new(false),
            tidying: AtomicBool::new(false),
            rebuilding: AtomicBool::new(false),
        }
    }

    /// Tells that this is the next state. When much has changed that nobody searched for, a thread catches up.
    pub(in crate::store) fn told(self: &Arc<Self>, graph: &Snapshot) {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = graph.clone();
        if self.is_behind(graph) {
            self.follow();
        }
    }

    fn is_behind(&self, graph: &Snapshot) -> bool {
        let known = self.known_changes.load(Ordering::Relaxed);
        graph.changes().saturating_sub(known) > AT_ONCE / 2
    }

    /// Builds the first index, or reads the one that is kept, unless there is one. Whoever calls while another does waits for
    /// that one.
    pub(in crate::store) fn prepare(self: &Arc<Self>, graph: &Snapshot) {
        let mut work = self.lock();
        while work.busy {
            work = self.wait(work);
        }
        match &work.latest {
            Latest::None => drop(self.first(work, graph)),
            Latest::Of(origin) => {
                let origin = Arc::clone(origin);
                drop(work);
                origin.prepare(&origin.newest());
                drop(self.index(graph));
            }
            Latest::Made(_) | Latest::Failed(..) => {}
        }
    }

    /// Why there is no index, where somebody would have to wait for one or there will be none.
    pub(in crate::store) fn unsearchable(&self) -> Option<Unsearchable> {
        let origin = match &self.lock().latest {
            Latest::Failed(reason, _) => return Some(Unsearchable::Failed(reason.clone())),
            Latest::None if self.preparation == Preparation::Ahead => return Some(Unsearchable::Unprepared),
            Latest::None | Latest::Made(_) => return None,
            Latest::Of(origin) => Arc::clone(origin),
        };
        origin.unsearchable()
    }

    /// The index for `graph`; none while the first one is being built, where that is done ahead. What changed since the last
    /// is worked in: at once when it is little. Where it is much and another is at it already, that one is waited for.
    pub(in crate::store) fn index(self: &Arc<Self>, graph: &Snapshot) -> Option<Outcome> {
        let mut work = self.lock();
        loop {
            match &work.latest {
                Latest::Failed(reason, at) => {
                    let (reason, is_due) = (reason.clone(), at.elapsed() >= RETRY);
                    if is_due && !work.busy {
                        self.build_again();
                    }
                    return Some(Err(reason));
                }
                Latest::None if self.preparation == Preparation::Ahead => return None,
                Latest::None if !work.busy => work = self.first(work, graph),
                Latest::Of(origin) if !work.busy => {
                    let origin = Arc::clone(origin);
                    work = self.moved(work, graph, &origin)?;
                }
                Latest::Made(made) => {
                    let made = made.clone();
                    let changed = graph.entities_differing_from(&made.graph);
                    let follow = || caught(|| made.index.followed_by(graph, &changed)).map(Arc::new);
                    let index = if changed.is_empty() {
                        Ok(Arc::clone(&made.index))
                    } else if changed.len() <= AT_ONCE {
                        follow()
                    } else if work.busy {
                        work = self.wait(work);
                        continue;
                    } else {
                        let (again, index) = self.apart(work, follow);
                        work = again;
                        index
                    };
                    self.install(&mut work, graph, &index);
                    return Some(index);
                }
                Latest::None | Latest::Of(_) => work = self.wait(work),
            }
        }
    }

    /// The first index.
    fn first<'a>(self: &'a Arc<Self>, work: MutexGuard<'a, Work>, graph: &Snapshot) -> MutexGuard<'a, Work> {
        let start = Instant::now();
        let kept = || self.shelf.get().and_then(|shelf| shelf.read(graph));
        let (mut work, (index, is_new)) = self.apart(work, || match caught(|| Ok(kept())) {
            Ok(Some(kept)) => (Ok(Arc::new(kept)), false),
            _ => (caught(|| Index::build(graph)).map(Arc::new), true),
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
            // Whoever waits for the index need not wait for the disk.
            drop(work);
            self.keep();
            work = self.lock();
        }
        work
    }

    /// The index of `origin` for this base; none while there is none.
    fn moved<'a>(
        self: &'a Arc<Self>,
        work: MutexGuard<'a, Work>,
        graph: &Snapshot,
        origin: &Arc<Self>,
    ) -> Option<MutexGuard<'a, Work>> {
        let from = origin.newest();
        let (mut work, index) = self.apart(work, || {
            let index = origin.index(&from)?;
            Some(index.and_then(|index| {
                caught(|| {
                    if !graph.has_records_at(from.last_recorded_at()) {
                        // What it knows was never recorded.
                        return Index::build(graph);
                    }
                    let changed = graph.entities_changed_after(from.last_recorded_at());
                    index.moved(&from, graph).followed_by(graph, &changed)
                })
            }))
        });
        self.replace(&mut work, graph, index?.map(Arc::new));
        Some(work)
    }

    /// Lets a thread build the index anew after a failure, unless one does.
    fn build_again(self: &Arc<Self>) {
        let Some(alone) = Alone::of(self, |indexing| &indexing.rebuilding) else {
            return;
        };
        let indexing = Arc::clone(self);
        thread::spawn(move || {
            let _alone = alone;
            let work = indexing.lock();
            if matches!(work.latest, Latest::Failed(..)) && !work.busy {
                let newest = indexing.newest();
                drop(indexing.first(work, &newest));
            }
        });
    }

    /// Lets a thread catch up with the newest state, unless one does.
    fn follow(self: &Arc<Self>) {
        let Some(mut alone) = Alone::of(self, |indexing| &indexing.following) else {
            return;
        };
        let indexing = Arc::clone(self);
        thread::spawn(move || {
            loop {
                let newest = indexing.newest();
                // A failure is told to who searches, who tries it again.
                let outcome = indexing.index(&newest);
                drop(alone);
                if !matches!(outcome, Some(Ok(_))) || !indexing.is_behind(&indexing.newest()) {
                    return;
                }
                // What came in the meantime found this thread at it.
                match Alone::of(&indexing, |indexing| &indexing.following) {
                    Some(again) => alone = again,
                    None => return,
                }
            }
        });
    }

    /// Lets a thread make fewer layers of many, unless one does.
    fn tidy(self: &Arc<Self>) {
        let Some(mut alone) = Alone::of(self, |indexing| &indexing.tidying) else {
            return;
        };
        let indexing = Arc::clone(self);
        thread::spawn(move || {
            loop {
                let mut tidied = indexing.tidy_once();
                while tidied == Some(true) {
                    tidied = indexing.tidy_once();
                }
                drop(alone);
                // After a failure the next change leads here again.
                if tidied.is_none() || !indexing.is_untidy() {
                    return;
                }
                // What came in the meantime found this thread at it.
                match Alone::of(&indexing, |indexing| &indexing.tidying) {
                    Some(again) => alone = again,
                    None => return,
                }
            }
        });
    }

    fn is_untidy(&self) -> bool {
        match &self.lock().latest {
            Latest::Made(made) => made.index.untidy_from().is_some(),
            _ => false,
        }
    }

    /// Makes fewer layers of the last index, while others go on with it. Whether there were too many; none when it
    /// failed.
    fn tidy_once(self: &Arc<Self>) -> Option<bool> {
        let made = match &self.lock().latest {
            Latest::Made(made) => made.clone(),
            _ => return Some(false),
        };
        let Some(from) = made.index.untidy_from() else {
            return Some(false);
        };
        let mut index = said(caught(|| made.index.merged_from(from, &made.graph)))?;
        let mut graph = made.graph;
        loop {
            let mut work = self.lock();
            let Latest::Made(latest) = &work.latest else {
                return Some(false);
            };
            let target = latest.graph.clone();
            let changed = target.entities_differing_from(&graph);
            let is_little = changed.len() <= AT_ONCE;
            let catch_up = || caught(|| index.followed_by(&target, &changed));
            if is_little {
                let tidied = said(catch_up())?;
                self.replace(&mut work, &target, Ok(Arc::new(tidied)));
                break;
            }
            drop(work);
            let next = said(catch_up())?;
            (index, graph) = (next, target);
        }
        if from == 0 {
            self.keep();
        }
        Some(true)
    }

    /// Writes the large layer to disk, where there is a place for it.
    fn keep(&self) {
        let Some(shelf) = self.shelf.get() else { return };
        let made = match &self.lock().latest {
            Latest::Made(made) => made.clone(),
            _ => return,
        };
        shelf.write(&made.index, &made.graph);
    }

    /// Makes this the last index, if it is of a later state.
    fn install(self: &Arc<Self>, work: &mut Work, graph: &Snapshot, index: &Outcome) {
        let is_later = match &work.latest {
            Latest::Made(made) => made.graph.last_recorded_at() < graph.last_recorded_at(),
            _ => true,
        };
        match index {
            Ok(index) if is_later => self.replace(work, graph, Ok(Arc::clone(index))),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the search index could not follow a change"),
        }
    }

    fn replace(self: &Arc<Self>, work: &mut Work, graph: &Snapshot, index: Outcome) {
        work.latest = match index {
            Ok(index) => {
                self.known_changes.store(graph.changes(), Ordering::Relaxed);
                if index.untidy_from().is_some() {
                    self.tidy();
                }
                if self.is_behind(&self.newest()) {
                    self.follow();
                }
                let graph = graph.clone();
                Latest::Made(Made { graph, index })
            }
            Err(reason) => Latest::Failed(reason, Instant::now()),
        };
    }

    /// Does something outside the lock, which nobody else does meanwhile.
    fn apart<'a, T>(&'a self, mut work: MutexGuard<'a, Work>, make: impl FnOnce() -> T) -> (MutexGuard<'a, Work>, T) {
        work.busy = true;
        drop(work);
        // Everybody would wait for ever for who panics here.
        let made = panic::catch_unwind(AssertUnwindSafe(make));
        let mut work = self.lock();
        work.busy = false;
        self.changed.notify_all();
        match made {
            Ok(made) => (work, made),
            Err(panic) => {
                drop(work);
                panic::resume_unwind(panic)
            }
        }
    }

    fn newest(&self) -> Snapshot {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        // What fails under the lock is caught before anything is replaced.
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&'a self, work: MutexGuard<'a, Work>) -> MutexGuard<'a, Work> {
        self.changed.wait(work).unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to do something that only one thread does at a time. Given up when dropped, however the thread ends.
struct Alone {
    indexing: Arc<Indexing>,
    flag: fn(&Indexing) -> &AtomicBool,
}

impl Alone {
    /// None when another thread has it.
    fn of(indexing: &Arc<Indexing>, flag: fn(&Indexing) -> &AtomicBool) -> Option<Self> {
        let is_taken = flag(indexing).swap(true, Ordering::AcqRel);
        (!is_taken).then(|| Self {
            indexing: Arc::clone(indexing),
            flag,
        })
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        (self.flag)(&self.indexing).store(false, Ordering::Release);
    }
}

/// What was made; a failure is said in the program's log.
fn said<T>(made: Result<T, String>) -> Option<T> {
    made.inspect_err(|error| tracing::error!(%error, "the search index could not be made smaller"))
        .ok()
}

/// What `make` makes, or why there is nothing: a panic too is told, since everybody would wait for ever for an index that
/// never comes.
fn caught<T>(make: impl FnOnce() -> Result<T, search::Error>) -> Result<T, String> {
    // Nothing is seen again of what a panic leaves half done.
    let outcome = panic::catch_unwind(AssertUnwindSafe(make));
    outcome
        .map_err(|panic| told(&*panic))
        .and_then(|made| made.map_err(|error| error.to_string()))
}

/// What a panic says.
fn told(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a panic: {}", text.unwrap_or("without a message"))
}

#[cfg(test)]
mod tests;
