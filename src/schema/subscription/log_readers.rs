//! Turns for reading the log from disk for subscribers: a few at a time, since all subscribers reconnect after a restart, and they
//! must not take the threads that serve requests or the whole machine. Each connection reads one page at a time, so that one with
//! a thousand subscriptions delays others by at most one page.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::engine::client::Client;

/// The maximum number of pages that are read at a time.
const READERS: usize = 2;

/// The turns of all subscriptions.
#[derive(Debug)]
pub(in crate::schema) struct LogReaders {
    pages: Arc<Semaphore>,
    clients: Mutex<HashMap<Client, ClientQueue>>,
}

/// The subscriptions of one connection that read or wait for their turn.
#[derive(Debug)]
struct ClientQueue {
    turn: Arc<Semaphore>,
    count: usize,
}

/// The right to read a page, held until it is dropped.
#[derive(Debug)]
pub(in crate::schema) struct ReadTurn {
    _page: OwnedSemaphorePermit,
    _client_turn: OwnedSemaphorePermit,
    _entry: ClientEntry,
}

/// Keeps the queue of a client alive while one of its subscriptions uses it.
#[derive(Debug)]
struct ClientEntry {
    readers: Arc<LogReaders>,
    client: Client,
}

impl Default for LogReaders {
    fn default() -> Self {
        Self {
            pages: Arc::new(Semaphore::new(READERS)),
            clients: Mutex::default(),
        }
    }
}

impl LogReaders {
    /// Waits for the turn of a subscription of `client`: after the earlier ones of the same client, and after at most one of each
    /// other client. None when the semaphore is closed. Dropping the future leaves the queue.
    pub(in crate::schema) async fn turn(self: &Arc<Self>, client: Client) -> Option<ReadTurn> {
        let (client_turn, entry) = self.enter(client);
        let client_turn = client_turn.acquire_owned().await.ok()?;
        let page = Arc::clone(&self.pages).acquire_owned().await.ok()?;
        Some(ReadTurn {
            _page: page,
            _client_turn: client_turn,
            _entry: entry,
        })
    }

    fn enter(self: &Arc<Self>, client: Client) -> (Arc<Semaphore>, ClientEntry) {
        let mut clients = self.clients.lock();
        let queue = clients.entry(client).or_insert_with(|| ClientQueue {
            turn: Arc::new(Semaphore::new(1)),
            count: 0,
        });
        queue.count += 1;
        let readers = Arc::clone(self);
        (Arc::clone(&queue.turn), ClientEntry { readers, client })
    }
}

impl Drop for ClientEntry {
    fn drop(&mut self) {
        let mut clients = self.readers.clients.lock();
        if let Some(queue) = clients.get_mut(&self.client) {
            queue.count -= 1;
            if queue.count == 0 {
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
        let readers = Arc::new(LogReaders::default());
        let first = readers.turn(client(1)).await.unwrap();
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let readers = Arc::clone(&readers);
                tokio::spawn(async move { drop(readers.turn(client(1)).await) })
            })
            .collect();
        tokio::task::yield_now().await;
        // The second page is free for another client, though a hundred subscriptions came earlier.
        let other = timeout(Duration::from_secs(10), readers.turn(client(2))).await.unwrap();
        assert!(
            timeout(Duration::from_millis(20), readers.turn(client(3)))
                .await
                .is_err()
        );
        drop(first);
        drop(other);
        for task in tasks {
            timeout(Duration::from_secs(10), task).await.unwrap().unwrap();
        }
        assert!(readers.clients.lock().is_empty(), "empty queues are removed");
    }

    #[tokio::test]
    async fn a_subscription_that_gives_up_leaves_the_queue() {
        let readers = Arc::new(LogReaders::default());
        let turn = readers.turn(client(1)).await.unwrap();
        assert!(
            timeout(Duration::from_millis(5), readers.turn(client(1)))
                .await
                .is_err()
        );
        drop(turn);
        assert!(
            timeout(Duration::from_secs(10), readers.turn(client(1)))
                .await
                .unwrap()
                .is_some()
        );
        assert!(readers.clients.lock().is_empty());
    }
}
