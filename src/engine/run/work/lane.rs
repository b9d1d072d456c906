//! The workers of one class, and the requests that wait for one of them, in a fair order.

use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::fair::{QueueRank, WorkerTimes};
use crate::engine::client::Client;

/// The worker time that a request is expected to use, until its real time is known.
const EXPECTED_MS: f64 = 10.0;
/// How often paused work checks whether its request was abandoned.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Workers, and the queue for them.
#[derive(Debug)]
pub(crate) struct Lane {
    /// Requests that may wait before they begin.
    queue_max: usize,
    /// Requests that may wait after they began, each of which occupies a thread.
    paused_max: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    free: usize,
    times: WorkerTimes,
    queue: Vec<Waiter>,
    arrivals: u64,
}

/// A request that waits for a worker.
#[derive(Debug)]
struct Waiter {
    arrival: u64,
    client: Client,
    wake: Wake,
}

/// How a waiter is woken: with a slot, or by a dropped channel if it is turned away.
#[derive(Debug)]
enum Wake {
    /// The request has not begun.
    Begin(oneshot::Sender<Slot>),
    /// The request was paused.
    Resume(mpsc::Sender<Slot>),
}

/// The right to a worker, returned to the lane when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    /// `None` only after [`Slot::forget`].
    lane: Option<Arc<Lane>>,
    client: Client,
    since: Instant,
}

/// Too many requests wait, none of a client with more worker time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QueueFull;

impl Lane {
    pub(crate) fn new(workers: usize, queue_max: usize, paused_max: usize) -> Arc<Self> {
        Arc::new(Self {
            queue_max,
            paused_max,
            state: Mutex::new(State {
                free: workers,
                times: WorkerTimes::default(),
                queue: Vec::new(),
                arrivals: 0,
            }),
        })
    }

    /// Waits for a slot. Dropping the future leaves the queue.
    pub(crate) async fn enter(self: &Arc<Self>, client: Client) -> Result<Slot, QueueFull> {
        let (wake, woken) = oneshot::channel();
        let _entry = match self.join(client, Wake::Begin(wake))? {
            Admission::Immediate(slot) => return Ok(slot),
            Admission::Queued(entry) => entry,
        };
        woken.await.map_err(|_| QueueFull)
    }

    /// Blocks the thread of paused work until it gets a slot. `None` once `is_over` reports that its request was abandoned.
    pub(crate) fn resume(
        self: &Arc<Self>,
        client: Client,
        is_over: impl Fn() -> bool,
    ) -> Result<Option<Slot>, QueueFull> {
        let (wake, woken) = mpsc::channel();
        let _entry = match self.join(client, Wake::Resume(wake))? {
            Admission::Immediate(slot) => return Ok(Some(slot)),
            Admission::Queued(entry) => entry,
        };
        loop {
            match woken.recv_timeout(POLL_INTERVAL) {
                Ok(slot) => return Ok(Some(slot)),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(QueueFull),
                Err(mpsc::RecvTimeoutError::Timeout) if is_over() => return Ok(None),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn join(self: &Arc<Self>, client: Client, wake: Wake) -> Result<Admission, QueueFull> {
        let mut state = self.state.lock();
        if state.free > 0 {
            state.free -= 1;
            return Ok(Admission::Immediate(self.slot(&mut state, client)));
        }
        self.make_room(&mut state, client, &wake)?;
        state.arrivals += 1;
        let arrival = state.arrivals;
        state.queue.push(Waiter { arrival, client, wake });
        drop(state);
        Ok(Admission::Queued(QueueEntry {
            lane: Arc::clone(self),
            arrival,
        }))
    }

    /// If too many wait, turns away a request of the client with the most worker time, possibly the new one.
    fn make_room(&self, state: &mut State, client: Client, wake: &Wake) -> Result<(), QueueFull> {
        let (max, is_same_kind): (usize, fn(&Wake) -> bool) = match wake {
            Wake::Begin(_) => (self.queue_max, |wake| matches!(wake, Wake::Begin(_))),
            Wake::Resume(_) => (self.paused_max, |wake| matches!(wake, Wake::Resume(_))),
        };
        let waiters = || {
            state
                .queue
                .iter()
                .enumerate()
                .filter(|(_, waiter)| is_same_kind(&waiter.wake))
        };
        if waiters().count() < max {
            return Ok(());
        }
        let ranked = waiters()
            .map(|(position, waiter)| (state.times.rank(waiter.client), waiter.client, waiter.arrival, position));
        // Of clients with equal rank the one with the most waiting requests; of one client the latest request.
        let queued = |other: Client| {
            waiters()
                .filter(|(_, waiter)| waiter.client.address() == other.address())
                .count()
        };
        let most = ranked.max_by(|a, b| {
            let key = |(rank, client, arrival, _): &(QueueRank, Client, u64, usize)| (*rank, queued(*client), *arrival);
            compare(key(a).0, key(b).0)
                .then_with(|| key(a).1.cmp(&key(b).1))
                .then_with(|| key(a).2.cmp(&key(b).2))
        });
        let Some((rank, other, _, position)) = most else {
            return Err(QueueFull);
        };
        // Including the new request.
        let own = (state.times.rank(client), queued(client) + 1);
        let is_served_less = compare(own.0, rank).then_with(|| own.1.cmp(&queued(other))).is_lt();
        if !is_served_less {
            return Err(QueueFull);
        }
        // Dropping the channel wakes the waiter with an error.
        drop(state.queue.swap_remove(position));
        Ok(())
    }

    fn slot(self: &Arc<Self>, state: &mut State, client: Client) -> Slot {
        state.times.begin(client, EXPECTED_MS);
        Slot {
            lane: Some(Arc::clone(self)),
            client,
            since: Instant::now(),
        }
    }

    /// Passes a slot on to the next waiter.
    fn release(self: &Arc<Self>, client: Client, used: Duration) {
        let mut state = self.state.lock();
        state.times.correct(client, used.as_secs_f64() * 1000.0 - EXPECTED_MS);
        while let Some(position) = state.next() {
            let Waiter { client, wake, .. } = state.queue.swap_remove(position);
            let slot = self.slot(&mut state, client);
            let unused = match wake {
                Wake::Begin(wake) => wake.send(slot).err(),
                Wake::Resume(wake) => wake.send(slot).err().map(|error| error.0),
            };
            // A waiter that gave up in the meantime has used no time.
            let Some(slot) = unused else { return };
            slot.forget();
            state.times.correct(client, -EXPECTED_MS);
        }
        state.free += 1;
    }

    /// Whether a client with less worker time than `client` waits, with the time that `client` has used so far.
    fn should_yield(&self, client: Client, used: Duration) -> bool {
        let state = self.state.lock();
        let (address, connection) = state.times.rank(client);
        let difference = used.as_secs_f64() * 1000.0 - EXPECTED_MS;
        let comes_first = |other: Client| {
            let rank = state.times.rank(other);
            // The time of a connection counts for its address as well.
            if other.address() == client.address() {
                rank.1 < connection + difference
            } else {
                rank.0 < address + difference
            }
        };
        let mut others = state.queue.iter().filter(|waiter| waiter.client != client);
        others.any(|waiter| comes_first(waiter.client))
    }

    /// The number of waiting requests that have not begun, and of paused ones.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> (usize, usize) {
        let state = self.state.lock();
        let paused = state
            .queue
            .iter()
            .filter(|waiter| matches!(waiter.wake, Wake::Resume(_)))
            .count();
        (state.queue.len() - paused, paused)
    }

    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.state.lock().free
    }
}

impl State {
    /// The position of the next waiter.
    fn next(&self) -> Option<usize> {
        let ranked = self.queue.iter().enumerate();
        let ranked = ranked.map(|(position, waiter)| (self.times.rank(waiter.client), waiter.arrival, position));
        let first = ranked.min_by(|a, b| compare(a.0, b.0).then_with(|| a.1.cmp(&b.1)));
        first.map(|(.., position)| position)
    }
}

fn compare(a: QueueRank, b: QueueRank) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then_with(|| a.1.total_cmp(&b.1))
}

enum Admission {
    Immediate(Slot),
    Queued(QueueEntry),
}

/// An entry in the queue, removed when dropped.
struct QueueEntry {
    lane: Arc<Lane>,
    arrival: u64,
}

impl Drop for QueueEntry {
    fn drop(&mut self) {
        self.lane
            .state
            .lock()
            .queue
            .retain(|waiter| waiter.arrival != self.arrival);
    }
}

impl Slot {
    /// The time since it was granted.
    pub(crate) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// Whether a client with less worker time waits for it.
    pub(crate) fn should_yield(&self) -> bool {
        let lane = self.lane.as_ref();
        lane.is_some_and(|lane| lane.should_yield(self.client, self.elapsed()))
    }

    /// Drops it without returning it to the lane.
    fn forget(mut self) {
        self.lane = None;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(lane) = self.lane.take() {
            lane.release(self.client, self.since.elapsed());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{net::IpAddr, thread};

    use super::*;

    fn client(number: u8) -> Client {
        Client::new(IpAddr::from([192, 0, 2, number]), u64::from(number))
    }

    /// A free slot.
    fn take_slot(lane: &Arc<Lane>, client: Client) -> Slot {
        lane.resume(client, || false).unwrap().unwrap()
    }

    fn wait_for(lane: &Lane, waiting: (usize, usize)) {
        let began = Instant::now();
        while lane.waiting() != waiting {
            assert!(began.elapsed() < Duration::from_secs(5), "{lane:?}");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_bounded_number_of_paused_requests_waits() {
        let lane = Lane::new(1, 0, 1);
        let slot = take_slot(&lane, client(1));
        thread::scope(|scope| {
            let paused = scope.spawn(|| lane.resume(client(2), || false).map(|slot| slot.is_some()));
            wait_for(&lane, (0, 1));
            // None of the clients has more worker time than the others.
            assert!(lane.resume(client(3), || false).is_err());
            drop(slot);
            assert_eq!(paused.join().unwrap(), Ok(true));
        });
        assert_eq!((lane.free(), lane.waiting()), (1, (0, 0)));
    }

    #[test]
    fn the_client_with_most_worker_time_makes_room() {
        let lane = Lane::new(1, 0, 1);
        for _ in 0..3 {
            drop(take_slot(&lane, client(1)));
        }
        let slot = take_slot(&lane, client(2));
        // The used times are not known to the millisecond, so a large difference is added.
        lane.state.lock().times.correct(client(1), 1_000.0);
        thread::scope(|scope| {
            let greedy = scope.spawn(|| lane.resume(client(1), || false).map(|slot| slot.is_some()));
            wait_for(&lane, (0, 1));
            let other = scope.spawn(|| lane.resume(client(3), || false).map(|slot| slot.is_some()));
            assert_eq!(greedy.join().unwrap(), Err(QueueFull));
            wait_for(&lane, (0, 1));
            drop(slot);
            assert_eq!(other.join().unwrap(), Ok(true));
        });
    }

    #[test]
    fn an_abandoned_wait_leaves_the_queue_and_loses_no_worker() {
        let lane = Lane::new(1, 4, 4);
        let slot = take_slot(&lane, client(1));
        assert_eq!(lane.resume(client(2), || true).map(|slot| slot.is_some()), Ok(false));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let waits = lane.enter(client(3));
            assert!(tokio::time::timeout(Duration::from_millis(10), waits).await.is_err());
        });
        assert_eq!(lane.waiting(), (0, 0));
        drop(slot);
        assert_eq!(lane.free(), 1);
    }
}
