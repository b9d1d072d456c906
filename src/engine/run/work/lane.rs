//! Workers of one sort, and those that wait for one of them, in a fair order.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::fair::{Rank, Shares};
use crate::engine::client::Client;

/// For how long a worker is expected to be needed, until it is known.
const EXPECTED_MS: f64 = 10.0;
/// How often work that waits between its parts looks whether anyone still waits for it.
const LOOK: Duration = Duration::from_millis(50);

/// Workers, and the places of those that wait for one.
#[derive(Debug)]
pub(crate) struct Lane {
    /// Requests that may wait before they begin.
    queue_max: usize,
    /// Requests that may wait after they began, each of which holds a thread.
    paused_max: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    free: usize,
    shares: Shares,
    waiting: Vec<Waiting>,
    arrivals: u64,
}

/// One that waits.
#[derive(Debug)]
struct Waiting {
    arrival: u64,
    client: Client,
    wake: Wake,
}

/// How it is told: by a slot, or by nothing where it must make room.
#[derive(Debug)]
enum Wake {
    /// It has not begun.
    Begin(oneshot::Sender<Slot>),
    /// It goes on.
    Resume(mpsc::Sender<Slot>),
}

/// The right to a worker. Given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    /// None only while it is handed on.
    lane: Option<Arc<Lane>>,
    client: Client,
    since: Instant,
}

/// Too many wait, and nobody of them was served more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Lane {
    pub(crate) fn new(workers: usize, queue_max: usize, paused_max: usize) -> Arc<Self> {
        Arc::new(Self {
            queue_max,
            paused_max,
            state: Mutex::new(State {
                free: workers,
                shares: Shares::default(),
                waiting: Vec::new(),
                arrivals: 0,
            }),
        })
    }

    /// A slot, when one is free. Dropping the future gives the place up.
    pub(crate) async fn enter(self: &Arc<Self>, client: Client) -> Result<Slot, Full> {
        let (wake, woken) = oneshot::channel();
        let _place = match self.join(client, Wake::Begin(wake))? {
            Joined::Free(slot) => return Ok(slot),
            Joined::Waits(place) => place,
        };
        woken.await.map_err(|_| Full)
    }

    /// The same for work that has begun, on its thread. None when `is_over` says that nobody waits for it any more.
    pub(crate) fn resume(self: &Arc<Self>, client: Client, is_over: impl Fn() -> bool) -> Result<Option<Slot>, Full> {
        let (wake, woken) = mpsc::channel();
        let _place = match self.join(client, Wake::Resume(wake))? {
            Joined::Free(slot) => return Ok(Some(slot)),
            Joined::Waits(place) => place,
        };
        loop {
            match woken.recv_timeout(LOOK) {
                Ok(slot) => return Ok(Some(slot)),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(Full),
                Err(mpsc::RecvTimeoutError::Timeout) if is_over() => return Ok(None),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn join(self: &Arc<Self>, client: Client, wake: Wake) -> Result<Joined, Full> {
        let mut state = self.state();
        if state.free > 0 {
            state.free -= 1;
            return Ok(Joined::Free(self.slot(&mut state, client)));
        }
        self.make_room(&mut state, client, &wake)?;
        state.arrivals += 1;
        let arrival = state.arrivals;
        state.waiting.push(Waiting { arrival, client, wake });
        drop(state);
        Ok(Joined::Waits(Place {
            lane: Arc::clone(self),
            arrival,
        }))
    }

    /// Where too many wait, whoever of them was served most is turned away, be it the one that comes.
    fn make_room(&self, state: &mut State, client: Client, wake: &Wake) -> Result<(), Full> {
        let (max, alike): (usize, fn(&Wake) -> bool) = match wake {
            Wake::Begin(_) => (self.queue_max, |wake| matches!(wake, Wake::Begin(_))),
            Wake::Resume(_) => (self.paused_max, |wake| matches!(wake, Wake::Resume(_))),
        };
        let all = || {
            state
                .waiting
                .iter()
                .enumerate()
                .filter(|(_, waiting)| alike(&waiting.wake))
        };
        if all().count() < max {
            return Ok(());
        }
        let ranked = all().map(|(place, waiting)| {
            (
                state.shares.rank(waiting.client),
                waiting.client,
                waiting.arrival,
                place,
            )
        });
        // Of one client the last to come; of several, one of whoever has most of them waiting.
        let crowd = |other: Client| {
            all()
                .filter(|(_, waiting)| waiting.client.address() == other.address())
                .count()
        };
        let most = ranked.max_by(|a, b| {
            let key = |(rank, client, arrival, _): &(Rank, Client, u64, usize)| (*rank, crowd(*client), *arrival);
            compare(key(a).0, key(b).0)
                .then_with(|| key(a).1.cmp(&key(b).1))
                .then_with(|| key(a).2.cmp(&key(b).2))
        });
        let Some((rank, other, _, place)) = most else {
            return Err(Full);
        };
        // With the one that comes.
        let own = (state.shares.rank(client), crowd(client) + 1);
        let is_behind = compare(own.0, rank).then_with(|| own.1.cmp(&crowd(other))).is_lt();
        if !is_behind {
            return Err(Full);
        }
        // Dropping what would have woken it tells it.
        drop(state.waiting.swap_remove(place));
        Ok(())
    }

    fn slot(self: &Arc<Self>, state: &mut State, client: Client) -> Slot {
        state.shares.begin(client, EXPECTED_MS);
        Slot {
            lane: Some(Arc::clone(self)),
            client,
            since: Instant::now(),
        }
    }

    /// Hands a slot on to whoever comes next.
    fn release(self: &Arc<Self>, client: Client, used: Duration) {
        let mut state = self.state();
        state.shares.correct(client, used.as_secs_f64() * 1000.0 - EXPECTED_MS);
        while let Some(place) = state.next() {
            let Waiting { client, wake, .. } = state.waiting.swap_remove(place);
            let slot = self.slot(&mut state, client);
            let refused = match wake {
                Wake::Begin(wake) => wake.send(slot).err(),
                Wake::Resume(wake) => wake.send(slot).err().map(|error| error.0),
            };
            // Who gave up in between has used nothing.
            let Some(slot) = refused else { return };
            slot.forget();
            state.shares.correct(client, -EXPECTED_MS);
        }
        state.free += 1;
    }

    /// Whether somebody waits who was served less than `client`, once what it used by now is counted.
    fn is_wanted_more(&self, client: Client, used: Duration) -> bool {
        let state = self.state();
        let (address, connection) = state.shares.rank(client);
        let more = used.as_secs_f64() * 1000.0 - EXPECTED_MS;
        let comes_first = |other: Client| {
            let rank = state.shares.rank(other);
            // What this one uses is used by its address as well.
            if other.address() == client.address() {
                rank.1 < connection + more
            } else {
                rank.0 < address + more
            }
        };
        let mut others = state.waiting.iter().filter(|waiting| waiting.client != client);
        others.any(|waiting| comes_first(waiting.client))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whatever is done under the lock is done or not begun.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many wait that have not begun, and how many that have.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> (usize, usize) {
        let state = self.state();
        let begun = state
            .waiting
            .iter()
            .filter(|waiting| matches!(waiting.wake, Wake::Resume(_)))
            .count();
        (state.waiting.len() - begun, begun)
    }

    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.state().free
    }
}

impl State {
    /// Who is served next.
    fn next(&self) -> Option<usize> {
        let ranked = self.waiting.iter().enumerate();
        let ranked = ranked.map(|(place, waiting)| (self.shares.rank(waiting.client), waiting.arrival, place));
        let first = ranked.min_by(|a, b| compare(a.0, b.0).then_with(|| a.1.cmp(&b.1)));
        first.map(|(.., place)| place)
    }
}

fn compare(a: Rank, b: Rank) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then_with(|| a.1.total_cmp(&b.1))
}

enum Joined {
    Free(Slot),
    Waits(Place),
}

/// A place among those that wait, given up when dropped.
struct Place {
    lane: Arc<Lane>,
    arrival: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lane
            .state()
            .waiting
            .retain(|waiting| waiting.arrival != self.arrival);
    }
}

impl Slot {
    /// How long it has been held.
    pub(crate) fn held(&self) -> Duration {
        self.since.elapsed()
    }

    /// Whether somebody who was served less waits for it.
    pub(crate) fn is_wanted_more(&self) -> bool {
        let lane = self.lane.as_ref();
        lane.is_some_and(|lane| lane.is_wanted_more(self.client, self.held()))
    }

    /// Drops it without giving it back.
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

    /// A slot that is free.
    fn taken(lane: &Arc<Lane>, client: Client) -> Slot {
        lane.resume(client, || false).unwrap().unwrap()
    }

    fn until(lane: &Lane, waiting: (usize, usize)) {
        let began = Instant::now();
        while lane.waiting() != waiting {
            assert!(began.elapsed() < Duration::from_secs(5), "{lane:?}");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_bounded_number_waits_between_turns() {
        let lane = Lane::new(1, 0, 1);
        let slot = taken(&lane, client(1));
        thread::scope(|scope| {
            let paused = scope.spawn(|| lane.resume(client(2), || false).map(|slot| slot.is_some()));
            until(&lane, (0, 1));
            // Nobody of them was served more than the others.
            assert!(lane.resume(client(3), || false).is_err());
            drop(slot);
            assert_eq!(paused.join().unwrap(), Ok(true));
        });
        assert_eq!((lane.free(), lane.waiting()), (1, (0, 0)));
    }

    #[test]
    fn who_was_served_most_makes_room_for_who_was_served_less() {
        let lane = Lane::new(1, 0, 1);
        for _ in 0..3 {
            drop(taken(&lane, client(1)));
        }
        let slot = taken(&lane, client(2));
        // What those used is not known to the millisecond; that one of them holds a worker is.
        lane.state().shares.correct(client(1), 1_000.0);
        thread::scope(|scope| {
            let greedy = scope.spawn(|| lane.resume(client(1), || false).map(|slot| slot.is_some()));
            until(&lane, (0, 1));
            let other = scope.spawn(|| lane.resume(client(3), || false).map(|slot| slot.is_some()));
            assert_eq!(greedy.join().unwrap(), Err(Full));
            until(&lane, (0, 1));
            drop(slot);
            assert_eq!(other.join().unwrap(), Ok(true));
        });
    }

    #[test]
    fn who_gives_up_leaves_the_place_and_no_worker_is_lost() {
        let lane = Lane::new(1, 4, 4);
        let slot = taken(&lane, client(1));
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
