//! Background threads that rebuild the index after a failure, update it, and merge its layers; at most one of each at a time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::{Indexing, Latest, catch_panic};
use crate::store::search::layers::update::IMMEDIATE_MAX;

impl Indexing {
    /// Starts a thread that builds the index again after a failure, unless one is running.
    pub(super) fn rebuild_in_background(self: &Arc<Self>) {
        let Some(task) = ExclusiveTask::start(self, |indexing| &indexing.is_rebuilding) else {
            return;
        };
        let indexing = Arc::clone(self);
        thread::spawn(move || {
            let _task = task;
            let work = indexing.lock();
            if matches!(work.latest, Latest::Failed(..)) && !work.busy {
                let newest = indexing.newest();
                drop(indexing.build_first(work, &newest));
            }
        });
    }

    /// Starts a thread that updates the index to the newest state, unless one is running.
    pub(super) fn update_in_background(self: &Arc<Self>) {
        let Some(mut task) = ExclusiveTask::start(self, |indexing| &indexing.is_updating) else {
            return;
        };
        let indexing = Arc::clone(self);
        thread::spawn(move || {
            loop {
                let newest = indexing.newest();
                // The next search retries and reports a failure.
                let outcome = indexing.index(&newest);
                drop(task);
                if !matches!(outcome, Some(Ok(_))) || !indexing.is_behind(&indexing.newest()) {
                    return;
                }
                // Changes made meanwhile did not start another thread.
                match ExclusiveTask::start(&indexing, |indexing| &indexing.is_updating) {
                    Some(next_task) => task = next_task,
                    None => return,
                }
            }
        });
    }

    /// Starts a thread that merges layers, unless one is running.
    pub(super) fn merge_in_background(self: &Arc<Self>) {
        let Some(mut task) = ExclusiveTask::start(self, |indexing| &indexing.is_merging) else {
            return;
        };
        let indexing = Arc::clone(self);
        thread::spawn(move || {
            loop {
                let mut merged = indexing.merge_once();
                while merged == Some(true) {
                    merged = indexing.merge_once();
                }
                drop(task);
                // After a failure the next change starts this again.
                if merged.is_none() || !indexing.needs_merge() {
                    return;
                }
                // Changes made meanwhile did not start another thread.
                match ExclusiveTask::start(&indexing, |indexing| &indexing.is_merging) {
                    Some(next_task) => task = next_task,
                    None => return,
                }
            }
        });
    }

    fn needs_merge(&self) -> bool {
        match &self.lock().latest {
            Latest::Built(built) => built.index.merge_start().is_some(),
            _ => false,
        }
    }

    /// Merges layers of the newest index while it stays in use. Returns whether there were too many; `None` after a failure.
    fn merge_once(self: &Arc<Self>) -> Option<bool> {
        let built = match &self.lock().latest {
            Latest::Built(built) => built.clone(),
            _ => return Some(false),
        };
        let Some(from) = built.index.merge_start() else {
            return Some(false);
        };
        let mut index = log_failure(catch_panic(|| built.index.merged_from(from, &built.graph)))?;
        let mut graph = built.graph;
        loop {
            let mut work = self.lock();
            let Latest::Built(latest) = &work.latest else {
                return Some(false);
            };
            let newer = latest.graph.clone();
            let changed = newer.entities_differing_from(&graph);
            let is_immediate = changed.len() <= IMMEDIATE_MAX;
            let catch_up = || catch_panic(|| index.updated(&newer, &changed));
            if is_immediate {
                let merged = log_failure(catch_up())?;
                self.replace(&mut work, &newer, Ok(Arc::new(merged)));
                break;
            }
            drop(work);
            let next = log_failure(catch_up())?;
            (index, graph) = (next, newer);
        }
        if from == 0 {
            self.write_to_disk();
        }
        Some(true)
    }
}

/// The exclusive right to a background task, until this is dropped.
pub(super) struct ExclusiveTask {
    indexing: Arc<Indexing>,
    flag: fn(&Indexing) -> &AtomicBool,
}

impl ExclusiveTask {
    /// `None` if another thread has it.
    pub(super) fn start(indexing: &Arc<Indexing>, flag: fn(&Indexing) -> &AtomicBool) -> Option<Self> {
        let is_running = flag(indexing).swap(true, Ordering::AcqRel);
        (!is_running).then(|| Self {
            indexing: Arc::clone(indexing),
            flag,
        })
    }
}

impl Drop for ExclusiveTask {
    fn drop(&mut self) {
        (self.flag)(&self.indexing).store(false, Ordering::Release);
    }
}

/// The result of a merge; a failure is logged.
fn log_failure<T>(result: Result<T, String>) -> Option<T> {
    result
        .inspect_err(|error| tracing::error!(%error, "the layers of the search index could not be merged"))
        .ok()
}
