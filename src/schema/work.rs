//! Where long work runs: a bounded number of workers beside the threads that serve requests, so that a lookup answers
//! whatever else is being computed. Work that nobody waits for is told to stop, and holds its worker until it does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
    time::timeout_at,
};

use super::{error::Error, limits::Limits, viewer::Viewer};

/// Runs `work` on a worker, when one is free. For what looks at more than a page: scans, sorts, walks, algorithms.
///
/// `work` must charge the viewer's budget as it goes on: that is how it is stopped when the time is over or the client is
/// gone. What it needs of the GraphQL context is read before.
///
/// # Errors
/// Those of `work`; TIMEOUT when no worker was free in time, UNAVAILABLE when too many requests wait for one.
pub(crate) async fn run<T: Send + 'static>(
    viewer: &Viewer,
    work: impl FnOnce(&Viewer) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let place = viewer.lane().enter().await?;
    let viewer = viewer.clone();
    let working = task::spawn_blocking(move || {
        // Held by the work and not by who waits for it: work that was left must not make room for more before it ends.
        let _place = place;
        viewer.budget().charge(0)?;
        work(&viewer)
    });
    working
        .await
        .unwrap_or_else(|error| Err(Error::internal(format!("work on a worker failed: {error}"))))
}

/// The workers of one server, shared by all requests.
#[derive(Debug)]
pub(crate) struct Pool {
    workers: Arc<Semaphore>,
    queue: Semaphore,
    queue_max: u64,
}

impl Pool {
    pub(crate) fn new(limits: &Limits) -> Self {
        let permits =
            |max: u64| usize::try_from(max).map_or(Semaphore::MAX_PERMITS, |max| max.min(Semaphore::MAX_PERMITS));
        Self {
            workers: Arc::new(Semaphore::new(permits(limits.workers_max.max(1)))),
            queue: Semaphore::new(permits(limits.queue_max)),
            queue_max: limits.queue_max,
        }
    }

    fn full(&self) -> Error {
        Error::unavailable(format!(
            "All workers are busy and {} requests wait for one. Try again in a moment. The server's settings are --workers-max and --queue-max.",
            self.queue_max
        ))
    }
}

/// One request's way to the workers. It takes one at a time, so that no request can hold them all.
#[derive(Debug)]
pub(crate) struct Lane {
    pool: Arc<Pool>,
    turn: Arc<Semaphore>,
    deadline: Instant,
}

/// A worker that is held, until this is dropped.
struct Place {
    _worker: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
}

impl Lane {
    pub(crate) fn new(pool: Arc<Pool>, deadline: Instant) -> Self {
        Self {
            pool,
            turn: Arc::new(Semaphore::new(1)),
            deadline,
        }
    }

    async fn enter(&self) -> Result<Place, Error> {
        match timeout_at(self.deadline.into(), self.wait()).await {
            Ok(entered) => entered,
            Err(_) => Err(Error::timeout(
                "No worker was free before the time for this request was over. Try again, or ask for less at a time. The server's settings are --workers-max and --timeout-ms.",
            )),
        }
    }

    async fn wait(&self) -> Result<Place, Error> {
        let turn = take(&self.turn).await?;
        if let Ok(worker) = Arc::clone(&self.pool.workers).try_acquire_owned() {
            return Ok(Place {
                _worker: worker,
                _turn: turn,
            });
        }
        let _waiting = self.pool.queue.try_acquire().map_err(|_| self.pool.full())?;
        Ok(Place {
            _worker: take(&self.pool.workers).await?,
            _turn: turn,
        })
    }
}

async fn take(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Error> {
    let taken = Arc::clone(permits).acquire_owned().await;
    taken.map_err(|_| Error::internal("the semaphore of the workers is closed"))
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
