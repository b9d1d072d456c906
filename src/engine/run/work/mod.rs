//! Where long work runs: a bounded number of workers beside the threads that serve requests, so that a lookup answers
//! whatever else is being computed. A request runs on one thread from its first field to its last, so that its answer
//! stands in the order in which it was asked. Work that nobody waits for is told to stop, and holds its worker until it does.
//!
//! Those that wait for a worker come in a fair order (see `fair`). Work that turns out long leaves the workers for short work, and a
//! lookup that does leaves the thread that serves requests; they share the workers for long work by turns.

mod fair;
pub(crate) mod lane;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task,
    time::timeout_at,
};

use self::lane::{Full, Lane, Slot};
use crate::engine::{client::Client, error::Error, limits::Limits};

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
pub(crate) const CHANGES_AT_A_TIME: usize = 64;
/// How long a lookup may take, and how much of a processor's time work that is short. After that it goes on among the long.
const SHORT: Duration = Duration::from_millis(10);
/// How much longer work may take that is short than it uses a processor, since others use it as well.
const SHARED: u32 = 5;
/// How long the turn of long work is while others wait that were served less.
const TURN: Duration = Duration::from_millis(20);
/// How long another thread takes to serve what a thread served that is left to a lookup, mostly, and how long it is waited for at
/// most, where others use the processors.
const TAKEN_OVER: Duration = Duration::from_millis(2);
const TAKEN_OVER_MAX: Duration = Duration::from_secs(1);
/// Requests that may be between two turns. Each holds a thread.
const PAUSED_MAX: usize = 256;

/// The workers of one server, shared by all requests. Long work has workers of its own, so that whoever types into a search
/// box does not wait behind it; and so have changes, so that nobody who reads waits for the disk.
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
            changes: lane(CHANGES_AT_A_TIME),
            queue_max: limits.queue_max,
        }
    }

    /// The most threads that work of this pool needs at a time.
    pub(crate) fn threads_max(limits: &Limits) -> usize {
        let workers = usize::try_from(limits.workers_max.max(1)).unwrap_or(usize::MAX);
        workers.saturating_mul(2).saturating_add(CHANGES_AT_A_TIME + PAUSED_MAX)
    }

    /// Runs `work` on a worker, when one is free. Dropping the future leaves the work running until it looks whether it was
    /// stopped. `turn` is that of the work, which pauses it.
    ///
    /// # Errors
    /// TIMEOUT when no worker was free before `deadline`, UNAVAILABLE when too many requests wait for one.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        sort: Work,
        turn: &Turn,
        deadline: Instant,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Error> {
        let slot = timeout_at(deadline.into(), self.lane(sort).enter(turn.0.client));
        let slot = slot.await.map_err(|_| {
            Error::timeout(
                "No worker was free before the time for this request was over. Try again, or ask for less at a time. The server's settings are --workers-max and --timeout-ms.",
            )
        })?;
        let slot = slot.map_err(|Full| self.full(sort))?;
        let runtime = Handle::current();
        let running = turn.clone();
        let working = task::spawn_blocking(move || {
            // Held by the work and not by who waits for it: work that was left must not make room for more before it ends.
            running.begin(Some(slot), sort);
            let _ended = Ended(&running);
            runtime.block_on(work)
        });
        let worked = working
            .await
            .map_err(|error| Error::internal(format!("work on a worker failed: {error}")));
        if turn.0.was_turned_away.load(Ordering::Relaxed) {
            return Err(self.full(Work::Long));
        }
        worked
    }

    pub(crate) fn lane(&self, sort: Work) -> &Arc<Lane> {
        match sort {
            Work::Long => &self.long,
            Work::Lookup | Work::Short => &self.short,
            Work::Change => &self.changes,
        }
    }

    fn full(&self, sort: Work) -> Error {
        if sort == Work::Change {
            return Error::unavailable(format!(
                "{CHANGES_AT_A_TIME} changes are being recorded and {} wait. Nothing was changed. Try again in a moment. The server's setting is --queue-max.",
                self.queue_max
            ));
        }
        Error::unavailable(format!(
            "All workers for requests like this are busy and {} requests wait for one, of whom nobody was served more. Try again in a moment. The server's settings are --workers-max and --queue-max.",
            self.queue_max
        ))
    }
}

/// The turn of one request on the workers. Its work looks here from time to time, and is paused here while others are served.
/// Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Turn(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: Pool,
    client: Client,
    created: Instant,
    /// When it is looked again whether others are to be served, in microseconds after that moment.
    look_at: AtomicU64,
    running: Mutex<Option<Running>>,
    was_turned_away: AtomicBool,
}

/// Work that has a worker.
#[derive(Debug)]
struct Running {
    sort: Work,
    /// None while it is paused, and for a lookup.
    slot: Option<Slot>,
    began: Instant,
    /// The processor's time that its thread had used by then.
    used_before: Duration,
}

impl Running {
    /// How much of its time is left as short work, seen from its thread.
    fn left(&self, now: Instant) -> Duration {
        let used = processor_time().saturating_sub(self.used_before);
        SHORT.saturating_sub(used.max(now.saturating_duration_since(self.began) / SHARED))
    }
}

impl Turn {
    pub(crate) fn new(pool: &Pool, client: Client) -> Self {
        Self(Arc::new(Inner {
            pool: pool.clone(),
            client,
            created: Instant::now(),
            look_at: AtomicU64::new(u64::MAX),
            running: Mutex::default(),
            was_turned_away: AtomicBool::new(false),
        }))
    }

    /// Gives the worker to others where it is their turn, and waits until it is its own again. False when it was turned away, or
    /// `is_over` said so meanwhile: then it must end. Called from the thread of the work.
    pub(crate) fn goes_on(&self, now: Instant, is_over: impl Fn() -> bool) -> bool {
        let since = micros(now.saturating_duration_since(self.0.created));
        if since < self.0.look_at.load(Ordering::Relaxed) {
            return true;
        }
        let mut running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(running) = &mut *running else {
            return true;
        };
        let left = running.left(now);
        let Running { sort, slot, .. } = running;
        match sort {
            Work::Short if !left.is_zero() => {
                self.look_after(left);
                return true;
            }
            Work::Short => *sort = Work::Long,
            Work::Lookup if leaves_its_thread() => *sort = Work::Long,
            Work::Long if slot.as_ref().is_some_and(Slot::is_wanted_more) => {}
            // Changes are not paused: who waits for them waits for the disk as well.
            _ => {
                self.look_after(TURN);
                return true;
            }
        }
        let was_lookup = slot.take().is_none();
        let resume = || self.0.pool.long.resume(self.0.client, is_over);
        let resumed = match was_lookup {
            true => task::block_in_place(|| {
                // Once another thread serves what this one served, that stays so until the work ends.
                let (serves, served) = mpsc::channel();
                Handle::current().spawn(async move { serves.send(()) });
                let _ = served.recv_timeout(TAKEN_OVER_MAX);
                thread::sleep(TAKEN_OVER);
                resume()
            }),
            false => resume(),
        };
        self.0.was_turned_away.fetch_or(resumed.is_err(), Ordering::Relaxed);
        *slot = resumed.ok().flatten();
        self.look_after(TURN);
        slot.is_some()
    }

    /// Begins a lookup on the thread that serves the request, until what is returned is dropped.
    pub(crate) fn begin_lookup(&self) -> impl Drop + use<'_> {
        self.begin(None, Work::Lookup);
        Ended(self)
    }

    fn begin(&self, slot: Option<Slot>, sort: Work) {
        let used_before = processor_time();
        *self.0.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(Running {
            sort,
            slot,
            began: Instant::now(),
            used_before,
        });
        match sort {
            Work::Lookup | Work::Short => self.look_after(SHORT),
            Work::Long => self.look_after(TURN),
            Work::Change => {}
        }
    }

    fn look_after(&self, time: Duration) {
        let at = micros(self.0.created.elapsed() + time);
        self.0.look_at.store(at, Ordering::Relaxed);
    }
}

/// The processor's time that this thread has used; where that is not to be had, the time that has passed.
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

/// Whether what waits on this thread can be served by another.
fn leaves_its_thread() -> bool {
    Handle::try_current().is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Gives the worker back when dropped, however the work ended.
struct Ended<'a>(&'a Turn);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        let running = self.0.0.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(running);
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
