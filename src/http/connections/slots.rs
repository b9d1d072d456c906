//! The connections that are open at a time, a bounded number of them. Where another comes, those that have been idle longest
//! make room for it: connections that ask for nothing must not keep out whoever does.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::sleep,
};

/// How long a connection may be idle in any case, when others wait: its next request may be on the way.
const IDLE_MIN: Duration = Duration::from_millis(250);
/// How often it is looked whether there is room.
const PAUSE: Duration = Duration::from_millis(50);
/// Which part of all connections makes room at a time, so that not every new connection looks at all of them.
const PART: usize = 64;
/// In place of a time: a request is being answered.
const BUSY: u64 = u64::MAX;

/// Who has a place, and how many there are.
#[derive(Debug)]
pub(in crate::http) struct Room {
    permits: Arc<Semaphore>,
    open: Arc<Mutex<HashMap<u64, Arc<Activity>>>>,
    entered: AtomicU64,
    began: Instant,
}

/// What a connection is doing.
#[derive(Debug)]
pub(in crate::http) struct Activity {
    began: Instant,
    /// Milliseconds since the server began when it last had something to answer; [`BUSY`] while it has.
    idle_since: AtomicU64,
    /// Whether its client does not take what is sent to it.
    unread: AtomicBool,
    asked_to_go: Notify,
}

/// The place of a connection, until it is dropped.
#[derive(Debug)]
pub(in crate::http) struct Place {
    pub(in crate::http) activity: Arc<Activity>,
    number: u64,
    open: Arc<Mutex<HashMap<u64, Arc<Activity>>>>,
    _permit: OwnedSemaphorePermit,
}

impl Room {
    pub(in crate::http) fn new(connections_max: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(connections_max.clamp(1, Semaphore::MAX_PERMITS))),
            open: Arc::default(),
            entered: AtomicU64::new(0),
            began: Instant::now(),
        }
    }

    /// A place for one connection, as soon as there is one. Dropping the future takes none.
    pub(in crate::http) async fn enter(&self) -> Place {
        loop {
            if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
                return self.place(permit);
            }
            self.make_room();
            tokio::select! {
                Ok(permit) = Arc::clone(&self.permits).acquire_owned() => return self.place(permit),
                () = sleep(PAUSE) => {}
            }
        }
    }

    fn place(&self, permit: OwnedSemaphorePermit) -> Place {
        let activity = Arc::new(Activity {
            began: self.began,
            idle_since: AtomicU64::new(BUSY),
            unread: AtomicBool::new(false),
            asked_to_go: Notify::new(),
        });
        activity.end();
        let number = self.entered.fetch_add(1, Ordering::Relaxed);
        lock(&self.open).insert(number, Arc::clone(&activity));
        Place {
            activity,
            number,
            open: Arc::clone(&self.open),
            _permit: permit,
        }
    }

    /// Asks those that have been idle longest to go, if long enough.
    fn make_room(&self) {
        let now = since(self.began);
        let open = lock(&self.open);
        let mut idle: Vec<(u64, u64)> = open
            .iter()
            .filter_map(|(number, activity)| Some((activity.idle_since()?, *number)))
            .filter(|(since, _)| now.saturating_sub(*since) >= millis(IDLE_MIN))
            .collect();
        idle.sort_unstable();
        for (_, number) in idle.iter().take((open.len() / PART).max(1)) {
            if let Some(activity) = open.get(number) {
                activity.asked_to_go.notify_one();
            }
        }
    }
}

impl Activity {
    /// A request came.
    pub(in crate::http) fn begin(&self) {
        self.idle_since.store(BUSY, Ordering::Relaxed);
    }

    /// It is answered.
    pub(in crate::http) fn end(&self) {
        self.idle_since.store(since(self.began), Ordering::Relaxed);
    }

    /// Says whether the client takes what is sent to it.
    pub(in crate::http) fn set_unread(&self, unread: bool) {
        self.unread.store(unread, Ordering::Relaxed);
    }

    fn idle_since(&self) -> Option<u64> {
        let since = self.idle_since.load(Ordering::Relaxed);
        (since != BUSY && !self.unread.load(Ordering::Relaxed)).then_some(since)
    }

    /// Completes when the connection is idle and another needs its place.
    pub(in crate::http) async fn must_go(&self) {
        loop {
            self.asked_to_go.notified().await;
            // A request may have come meanwhile.
            if self.idle_since().is_some() {
                return;
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.open).remove(&self.number);
    }
}

fn lock(open: &Mutex<HashMap<u64, Arc<Activity>>>) -> MutexGuard<'_, HashMap<u64, Arc<Activity>>> {
    // Nothing is half done whoever panics.
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

fn since(began: Instant) -> u64 {
    millis(began.elapsed())
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(BUSY - 1)
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn the_longest_idle_makes_room_and_the_busy_stay() {
        let room = Room::new(3);
        let busy = room.enter().await;
        busy.activity.begin();
        let unread = room.enter().await;
        unread.activity.set_unread(true);
        let idle = room.enter().await;
        let leaving = async {
            idle.activity.must_go().await;
            drop(idle);
        };
        let began = Instant::now();
        let (place, ()) = timeout(Duration::from_secs(10), async { tokio::join!(room.enter(), leaving) })
            .await
            .unwrap();
        assert!(began.elapsed() >= IDLE_MIN - PAUSE, "{:?}", began.elapsed());
        // Nobody is left who could go.
        place.activity.begin();
        assert!(timeout(IDLE_MIN * 2, room.enter()).await.is_err());
        for place in [&busy, &unread] {
            assert!(timeout(Duration::ZERO, place.activity.must_go()).await.is_err());
        }
        drop(unread);
        timeout(Duration::from_secs(10), room.enter()).await.unwrap();
    }
}
