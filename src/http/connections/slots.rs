//! The slots for connections, a bounded number of them. If a connection waits for one, those that have been idle longest are closed:
//! idle connections must not keep out clients with requests.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::sleep,
};

/// How long a connection may be idle at least, even if others wait: its next request may be on the way.
const IDLE_MIN: Duration = Duration::from_millis(250);
/// How often idle connections are closed while another one waits.
const RECLAIM_INTERVAL: Duration = Duration::from_millis(50);
/// The divisor of the number of open connections that are closed at a time, so that not every new connection has to examine all of them.
const RECLAIM_DIVISOR: usize = 64;
/// Instead of a time: a request is being answered.
const BUSY: u64 = u64::MAX;

/// The slots, and the connections in them.
#[derive(Debug)]
pub(in crate::http) struct ConnectionSlots {
    permits: Arc<Semaphore>,
    open: Arc<Mutex<HashMap<u64, Arc<Activity>>>>,
    next_number: AtomicU64,
    began: Instant,
}

/// The activity of a connection.
#[derive(Debug)]
pub(in crate::http) struct Activity {
    began: Instant,
    /// When the last request was answered, in milliseconds since the server began; [`BUSY`] while one is being answered.
    idle_since: AtomicU64,
    /// Whether its client does not read the data sent to it.
    unread: AtomicBool,
    close_request: Notify,
}

/// The slot of a connection, until it is dropped.
#[derive(Debug)]
pub(in crate::http) struct ConnectionSlot {
    pub(in crate::http) activity: Arc<Activity>,
    number: u64,
    open: Arc<Mutex<HashMap<u64, Arc<Activity>>>>,
    _permit: OwnedSemaphorePermit,
}

impl ConnectionSlots {
    pub(in crate::http) fn new(connections_max: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(connections_max.clamp(1, Semaphore::MAX_PERMITS))),
            open: Arc::default(),
            next_number: AtomicU64::new(0),
            began: Instant::now(),
        }
    }

    /// Waits for a slot. Dropping the future takes none.
    pub(in crate::http) async fn acquire(&self) -> ConnectionSlot {
        loop {
            if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
                return self.new_slot(permit);
            }
            self.reclaim_idle();
            tokio::select! {
                Ok(permit) = Arc::clone(&self.permits).acquire_owned() => return self.new_slot(permit),
                () = sleep(RECLAIM_INTERVAL) => {}
            }
        }
    }

    fn new_slot(&self, permit: OwnedSemaphorePermit) -> ConnectionSlot {
        let activity = Arc::new(Activity {
            began: self.began,
            idle_since: AtomicU64::new(BUSY),
            unread: AtomicBool::new(false),
            close_request: Notify::new(),
        });
        activity.end();
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        self.open.lock().insert(number, Arc::clone(&activity));
        ConnectionSlot {
            activity,
            number,
            open: Arc::clone(&self.open),
            _permit: permit,
        }
    }

    /// Requests that the connections that have been idle longest are closed, if it was long enough.
    fn reclaim_idle(&self) {
        let now = since(self.began);
        let open = self.open.lock();
        let mut idle: Vec<(u64, u64)> = open
            .iter()
            .filter_map(|(number, activity)| Some((activity.idle_since()?, *number)))
            .filter(|(since, _)| now.saturating_sub(*since) >= millis(IDLE_MIN))
            .collect();
        idle.sort_unstable();
        for (_, number) in idle.iter().take((open.len() / RECLAIM_DIVISOR).max(1)) {
            if let Some(activity) = open.get(number) {
                activity.close_request.notify_one();
            }
        }
    }
}

impl Activity {
    /// Notes that a request has arrived.
    pub(in crate::http) fn begin(&self) {
        self.idle_since.store(BUSY, Ordering::Relaxed);
    }

    /// Notes that it was answered.
    pub(in crate::http) fn end(&self) {
        self.idle_since.store(since(self.began), Ordering::Relaxed);
    }

    /// Sets whether the client does not read the data sent to it.
    pub(in crate::http) fn set_unread(&self, unread: bool) {
        self.unread.store(unread, Ordering::Relaxed);
    }

    fn idle_since(&self) -> Option<u64> {
        let since = self.idle_since.load(Ordering::Relaxed);
        (since != BUSY && !self.unread.load(Ordering::Relaxed)).then_some(since)
    }

    /// Completes if the connection is idle and another one needs its slot.
    pub(in crate::http) async fn close_requested(&self) {
        loop {
            self.close_request.notified().await;
            // A request may have arrived in the meantime.
            if self.idle_since().is_some() {
                return;
            }
        }
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.open.lock().remove(&self.number);
    }
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
    async fn the_longest_idle_connection_is_closed_and_busy_ones_stay() {
        let slots = ConnectionSlots::new(3);
        let busy = slots.acquire().await;
        busy.activity.begin();
        let unread = slots.acquire().await;
        unread.activity.set_unread(true);
        let idle = slots.acquire().await;
        let closing = async {
            idle.activity.close_requested().await;
            drop(idle);
        };
        let began = Instant::now();
        let (slot, ()) = timeout(Duration::from_secs(10), async {
            tokio::join!(slots.acquire(), closing)
        })
        .await
        .unwrap();
        assert!(began.elapsed() >= IDLE_MIN - RECLAIM_INTERVAL, "{:?}", began.elapsed());
        // No connection is idle any more.
        slot.activity.begin();
        assert!(timeout(IDLE_MIN * 2, slots.acquire()).await.is_err());
        for slot in [&busy, &unread] {
            assert!(timeout(Duration::ZERO, slot.activity.close_requested()).await.is_err());
        }
        drop(unread);
        timeout(Duration::from_secs(10), slots.acquire()).await.unwrap();
    }
}
