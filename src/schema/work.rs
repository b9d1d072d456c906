//! Where long work runs: a bounded number of workers beside the threads that serve requests, so that a lookup answers
//! whatever else is being computed. A request runs on one worker from its first field to its last, so that its answer
//! stands in the order in which it was asked. Work that nobody waits for is told to stop, and holds its worker until it does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
    time::timeout_at,
};

use super::{error::Error, limits::Limits};

/// How much work a request may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// Next to none: no worker is needed.
    #[default]
    Lookup,
    /// Mostly milliseconds: a search, a walk, a filtered listing.
    Short,
    /// It looks at the whole graph, or answers very much.
    Long,
    /// A change: mostly it waits until it is on disk.
    Change,
}

/// Changes that are carried out at a time. Those that wait together share one write, and hold no processor meanwhile.
const CHANGES_AT_A_TIME: usize = 64;

/// The workers of one server, shared by all requests. Long work has workers of its own, so that whoever types into a search
/// box does not wait behind it; and so have changes, so that nobody who reads waits for the disk.
#[derive(Debug)]
pub(crate) struct Pool {
    short: Lane,
    long: Lane,
    changes: Lane,
    queue_max: u64,
}

/// Workers, and the places of those that wait for one.
#[derive(Debug)]
struct Lane {
    workers: Arc<Semaphore>,
    queue: Semaphore,
}

impl Pool {
    pub(crate) fn new(limits: &Limits) -> Self {
        let permits =
            |max: u64| usize::try_from(max).map_or(Semaphore::MAX_PERMITS, |max| max.min(Semaphore::MAX_PERMITS));
        let lane = |workers| Lane {
            workers: Arc::new(Semaphore::new(workers)),
            queue: Semaphore::new(permits(limits.queue_max)),
        };
        let workers = permits(limits.workers_max.max(1));
        Self {
            short: lane(workers),
            long: lane(workers),
            changes: lane(CHANGES_AT_A_TIME),
            queue_max: limits.queue_max,
        }
    }

    /// Runs `work` on a worker, when one is free. Dropping the future leaves the work running until it looks whether it was
    /// stopped.
    ///
    /// # Errors
    /// TIMEOUT when no worker was free before `deadline`, UNAVAILABLE when too many requests wait for one.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        sort: Work,
        deadline: Instant,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Error> {
        let worker = timeout_at(deadline.into(), self.enter(sort)).await.unwrap_or_else(|_| {
            Err(Error::timeout(
                "No worker was free before the time for this request was over. Try again, or ask for less at a time. The server's settings are --workers-max and --timeout-ms.",
            ))
        })?;
        let runtime = Handle::current();
        let working = task::spawn_blocking(move || {
            // Held by the work and not by who waits for it: work that was left must not make room for more before it ends.
            let _worker = worker;
            runtime.block_on(work)
        });
        working
            .await
            .map_err(|error| Error::internal(format!("work on a worker failed: {error}")))
    }

    async fn enter(&self, sort: Work) -> Result<OwnedSemaphorePermit, Error> {
        let lane = match sort {
            Work::Long => &self.long,
            Work::Lookup | Work::Short => &self.short,
            Work::Change => &self.changes,
        };
        if let Ok(worker) = Arc::clone(&lane.workers).try_acquire_owned() {
            return Ok(worker);
        }
        let _waiting = lane.queue.try_acquire().map_err(|_| self.full(sort))?;
        let worker = Arc::clone(&lane.workers).acquire_owned().await;
        worker.map_err(|_| Error::internal("the semaphore of the workers is closed"))
    }

    fn full(&self, sort: Work) -> Error {
        if sort == Work::Change {
            return Error::unavailable(format!(
                "{CHANGES_AT_A_TIME} changes are being recorded and {} wait. Nothing was changed. Try again in a moment. The server's setting is --queue-max.",
                self.queue_max
            ));
        }
        Error::unavailable(format!(
            "All workers for requests like this are busy and {} requests wait for one. Try again in a moment. The server's settings are --workers-max and --queue-max.",
            self.queue_max
        ))
    }
}

/// Whether anyone still waits for the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets it when dropped: with the answer, or with the request that was given up.
    pub(crate) fn on_drop(&self) -> StopOnDrop {
        StopOnDrop(self.clone())
    }
}

/// Sets a [`Stop`] when dropped.
#[derive(Debug)]
pub(crate) struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
