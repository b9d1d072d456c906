//! The workers for long work: a bounded number beside the threads that serve requests, so that a lookup answers
//! regardless of other computations. A request runs on one thread from its first field to its last, so that the answer
//! has the order of the request. Work of an abandoned request is signalled to stop, and occupies its worker until it does.
//!
//! Waiting requests get workers in a fair order (see `fair`). Work that turns out to be long leaves the workers for short work, and a
//! long lookup leaves the thread that serves requests; both then take turns on the workers for long work.

mod fair;
pub(crate) mod lane;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task,
    time::timeout_at,
};

use self::lane::{Lane, QueueFull, Slot};
use crate::engine::{
    client::Client,
    error::Error,
    limits::{CONCURRENT_CHANGES_MAX, Limits, PAUSED_MAX},
};

/// The class of the work of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum WorkClass {
    /// Almost no work: needs no worker.
    #[default]
    Lookup,
    /// Typically milliseconds: a search, a traversal, a filtered listing.
    Short,
    /// Scans the whole graph, or has a very large answer.
    Long,
    /// A change: mostly waits for the disk.
    Change,
}

/// How long a lookup may take, and how much processor time short work. After that both continue as long work.
const SHORT_WORK_MAX: Duration = Duration::from_millis(10);
/// How many times longer than its processor time short work may take, since others use the processors as well.
const WALL_TIME_FACTOR: u32 = 5;
/// The length of a turn of long work while clients with less worker time wait.
const TURN_LENGTH: Duration = Duration::from_millis(20);
/// How long another thread usually takes to take over from a serving thread that a lookup occupies, and how long the lookup waits for
/// it at most, when the processors are busy.
const TAKEOVER: Duration = Duration::from_millis(2);
const TAKEOVER_MAX: Duration = Duration::from_secs(1);
/// The workers of one server, shared by all requests. Long work has workers of its own, so that a search-as-you-type request
/// does not wait behind it; so do changes, so that no query waits for the disk.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    pub(crate) short: Arc<Lane>,
    pub(crate) long: Arc<Lane>,
    changes: Arc<Lane>,
    queue_max: u64,
}

impl Pool {
    pub(crate) fn new(limits: &Limits) -> Self {
        let count = |max: u64| usize::try_from(max).unwrap_or(usize::MAX);
        let lane = |workers| Lane::new(workers, count(limits.queue_max), PAUSED_MAX);
        let workers = count(limits.workers_max.max(1));
        Self {
            short: lane(workers),
            long: lane(workers),
            changes: lane(CONCURRENT_CHANGES_MAX),
            queue_max: limits.queue_max,
        }
    }

    /// Runs `work` on a worker once one is free. Dropping the future leaves the work running until it checks whether it was
    /// stopped. `turn` is the turn of the work, which pauses it.
    ///
    /// # Errors
    /// TIMEOUT when no worker was free before `deadline`, UNAVAILABLE when too many requests wait for one.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        class: WorkClass,
        turn: &WorkerTurn,
        deadline: Instant,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Error> {
        let slot = timeout_at(deadline.into(), self.lane(class).enter(turn.0.client));
        let slot = slot.await.map_err(|_| {
            Error::timeout(
                "No worker was free before the time for this request was up. Try again, or request less at a time. The server's settings are --workers-max and --timeout-ms.",
            )
        })?;
        let slot = slot.map_err(|QueueFull| self.full(class))?;
        let runtime = Handle::current();
        let running = turn.clone();
        let handle = task::spawn_blocking(move || {
            // Owned by the work rather than by its request: abandoned work must not free its worker before it ends.
            running.begin(Some(slot), class);
            let _guard = EndOnDrop(&running);
            runtime.block_on(work)
        });
        let output = handle
            .await
            .map_err(|error| Error::internal(format!("work on a worker failed: {error}")));
        if turn.0.was_rejected.load(Ordering::Relaxed) {
            return Err(self.full(WorkClass::Long));
        }
        output
    }

    pub(crate) fn lane(&self, class: WorkClass) -> &Arc<Lane> {
        match class {
            WorkClass::Long => &self.long,
            WorkClass::Lookup | WorkClass::Short => &self.short,
            WorkClass::Change => &self.changes,
        }
    }

    fn full(&self, class: WorkClass) -> Error {
        if class == WorkClass::Change {
            return Error::unavailable(format!(
                "{CONCURRENT_CHANGES_MAX} changes are being recorded and {} wait. Nothing was changed. Try again in a moment. The server's setting is --queue-max.",
                self.queue_max
            ));
        }
        Error::unavailable(format!(
            "All workers for requests like this are busy and {} requests wait for one, none of a client with more worker time. Try again in a moment. The server's settings are --workers-max and --queue-max.",
            self.queue_max
        ))
    }
}

/// The turn of one request on the workers. Its work calls [`WorkerTurn::checkpoint`] from time to time, and is paused there while
/// others are served. Clones share their state.
#[derive(Debug, Clone)]
pub(crate) struct WorkerTurn(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: Pool,
    client: Client,
    created: Instant,
    /// When the next check is due, in microseconds after `created`.
    check_at: AtomicU64,
    running: Mutex<Option<RunningWork>>,
    was_rejected: AtomicBool,
}

/// Work that has a worker.
#[derive(Debug)]
struct RunningWork {
    class: WorkClass,
    /// `None` while it is paused, and for a lookup.
    slot: Option<Slot>,
    began: Instant,
    /// The processor time of its thread at that moment.
    used_before: Duration,
}

impl RunningWork {
    /// The remaining time as short work. Call it on the thread of the work.
    fn remaining(&self, now: Instant) -> Duration {
        let used = processor_time().saturating_sub(self.used_before);
        SHORT_WORK_MAX.saturating_sub(used.max(now.saturating_duration_since(self.began) / WALL_TIME_FACTOR))
    }
}

impl WorkerTurn {
    pub(crate) fn new(pool: &Pool, client: Client) -> Self {
        Self(Arc::new(Inner {
            pool: pool.clone(),
            client,
            created: Instant::now(),
            check_at: AtomicU64::new(u64::MAX),
            running: Mutex::default(),
            was_rejected: AtomicBool::new(false),
        }))
    }

    /// Yields the worker if it is the turn of others, and waits for the next turn. False if it was rejected, or
    /// `is_over` became true meanwhile: then the work must end. Call it on the thread of the work.
    pub(crate) fn checkpoint(&self, now: Instant, is_over: impl Fn() -> bool) -> bool {
        let since = micros(now.saturating_duration_since(self.0.created));
        if since < self.0.check_at.load(Ordering::Relaxed) {
            return true;
        }
        let mut running = self.0.running.lock();
        let Some(running) = &mut *running else {
            return true;
        };
        let remaining = running.remaining(now);
        let RunningWork { class, slot, .. } = running;
        match class {
            WorkClass::Short if !remaining.is_zero() => {
                self.check_after(remaining);
                return true;
            }
            WorkClass::Short => *class = WorkClass::Long,
            WorkClass::Lookup if can_leave_thread() => *class = WorkClass::Long,
            WorkClass::Long if slot.as_ref().is_some_and(Slot::should_yield) => {}
            // Changes are not paused: they mostly wait for the disk.
            _ => {
                self.check_after(TURN_LENGTH);
                return true;
            }
        }
        let was_lookup = slot.take().is_none();
        let resume = || self.0.pool.long.resume(self.0.client, is_over);
        let resumed = match was_lookup {
            true => task::block_in_place(|| {
                // Waits until another thread serves in place of this one, which lasts until the work ends.
                let (takeover, taken_over) = mpsc::channel();
                Handle::current().spawn(async move { takeover.send(()) });
                let _ = taken_over.recv_timeout(TAKEOVER_MAX);
                thread::sleep(TAKEOVER);
                resume()
            }),
            false => resume(),
        };
        self.0.was_rejected.fetch_or(resumed.is_err(), Ordering::Relaxed);
        *slot = resumed.ok().flatten();
        self.check_after(TURN_LENGTH);
        slot.is_some()
    }

    /// Begins a lookup on the serving thread; dropping the returned guard ends it.
    pub(crate) fn begin_lookup(&self) -> impl Drop + use<'_> {
        self.begin(None, WorkClass::Lookup);
        EndOnDrop(self)
    }

    fn begin(&self, slot: Option<Slot>, class: WorkClass) {
        let used_before = processor_time();
        *self.0.running.lock() = Some(RunningWork {
            class,
            slot,
            began: Instant::now(),
            used_before,
        });
        match class {
            WorkClass::Lookup | WorkClass::Short => self.check_after(SHORT_WORK_MAX),
            WorkClass::Long => self.check_after(TURN_LENGTH),
            WorkClass::Change => {}
        }
    }

    fn check_after(&self, time: Duration) {
        let at = micros(self.0.created.elapsed() + time);
        self.0.check_at.store(at, Ordering::Relaxed);
    }
}

/// The processor time of this thread; the elapsed time on systems that do not provide it.
fn processor_time() -> Duration {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(time).unwrap_or_default()
    }
    #[cfg(not(unix))]
    {
        static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        START.elapsed()
    }
}

/// Whether another thread can take over serving from this one.
fn can_leave_thread() -> bool {
    Handle::try_current().is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Returns the worker when dropped, however the work ended.
struct EndOnDrop<'a>(&'a WorkerTurn);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        let running = self.0.0.running.lock().take();
        drop(running);
    }
}

/// The stop signal of a request: set once its answer is no longer needed.
#[derive(Debug, Clone, Default)]
pub(crate) struct StopSignal(Arc<AtomicBool>);

impl StopSignal {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// A guard that sets the signal when dropped: with the answer, or when the request is abandoned.
    pub(crate) fn on_drop(&self) -> StopOnDrop {
        StopOnDrop(self.clone())
    }
}

/// Sets the [`StopSignal`] when dropped.
#[derive(Debug)]
pub(crate) struct StopOnDrop(StopSignal);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}
