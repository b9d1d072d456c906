//! Who reads the log from the disk for subscribers: a few at a time, since all come back after a restart, and none of them may
//! take the threads that serve requests or the whole machine. Each connection reads one page at a time, so that one with a
//! thousand subscriptions keeps nobody waiting for more than a page of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::engine::client::Client;

/// How many pages are read at a time.
const READERS: usize = 2;

/// Whose turn it is to read.
#[derive(Debug)]
pub(in crate::schema) struct Readers {
    pages: Arc<Semaphore>,
    clients: Mutex<HashMap<Client, Waiting>>,
}

/// The subscriptions of one connection that read or wait to.
#[derive(Debug)]
struct Waiting {
    turn: Arc<Semaphore>,
    count: usize,
}

/// The right to read a page, until it is dropped.
#[derive(Debug)]
pub(in crate::schema) struct Turn {
    _page: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
    _entered: Entered,
}

/// Keeps what is known of a client as long as one of its subscriptions needs it.
#[derive(Debug)]
struct Entered {
    readers: Arc<Readers>,
    client: Client,
}

impl Default for Readers {
    fn default() -> Self {
        Self {
            pages: Arc::new(Semaphore::new(READERS)),
            clients: Mutex::default(),
        }
    }
}

impl Readers {
    /// A turn for a subscription of `client`: after those of the same client that came before, and after one of each other.
    /// None when nothing is read any more. Dropping the future gives the place up.
    pub(in crate::schema) async fn turn(self: &Arc<Self>, client: Client) -> Option<Turn> {
        let (own, entered) = self.enter(client);
        let own = own.acquire_owned().await.ok()?;
        let page = Arc::clone(&self.pages).acquire_owned().await.ok()?;
        Some(Turn {
            _page: page,
            _own: own,
            _entered: entered,
        })
    }

    fn enter(self: &Arc<Self>, client: Client) -> (Arc<Semaphore>, Entered) {
        let mut clients = self.clients();
        let waiting = clients.entry(client).or_insert_with(|| Waiting {
            turn: Arc::new(Semaphore::new(1)),
            count: 0,
        });
        waiting.count += 1;
        let readers = Arc::clone(self);
        (Arc::clone(&waiting.turn), Entered { readers, client })
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<Client, Waiting>> {
        // Nothing in it is ever half done.
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut clients = self.readers.clients();
        if let Some(waiting) = clients.get_mut(&self.client) {
            waiting.count -= 1;
            if waiting.count == 0 {
                clients.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{net::Ipv4Addr, time::Duration};

    use tokio::time::timeout;

    use super::*;

    fn client(connection: u64) -> Client {
        Client::new(Ipv4Addr::LOCALHOST.into(), connection)
    }

    #[tokio::test]
    async fn a_connection_with_many_subscriptions_reads_one_page_at_a_time() {
        let readers = Arc::new(Readers::default());
        let first = readers.turn(client(1)).await.unwrap();
        let many: Vec<_> = (0..100)
            .map(|_| {
                let readers = Arc::clone(&readers);
                tokio::spawn(async move { drop(readers.turn(client(1)).await) })
            })
            .collect();
        tokio::task::yield_now().await;
        // The second place is free for another, though a hundred came before.
        let other = timeout(Duration::from_secs(10), readers.turn(client(2))).await.unwrap();
        assert!(
            timeout(Duration::from_millis(20), readers.turn(client(3)))
                .await
                .is_err()
        );
        drop(first);
        drop(other);
        for waiting in many {
            timeout(Duration::from_secs(10), waiting).await.unwrap().unwrap();
        }
        assert!(readers.clients().is_empty(), "what is over is forgotten");
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_nothing_behind() {
        let readers = Arc::new(Readers::default());
        let held = readers.turn(client(1)).await.unwrap();
        assert!(
            timeout(Duration::from_millis(5), readers.turn(client(1)))
                .await
                .is_err()
        );
        drop(held);
        assert!(
            timeout(Duration::from_secs(10), readers.turn(client(1)))
                .await
                .unwrap()
                .is_some()
        );
        assert!(readers.clients().is_empty());
    }
}
