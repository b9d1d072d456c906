//! The order in which waiting requests get a worker: the client with the least worker time first, by address, then by connection,
//! then by time of arrival. Idle time earns no credit: a new client starts level with the clients being served now.
//!
//! This is start-time fair queueing (P. Goyal, H. Vin, H. Cheng, 1996) on two levels, in milliseconds of a worker's time.

use std::{collections::HashMap, net::IpAddr};

use crate::engine::client::Client;

/// The worker time of the competing clients.
#[derive(Debug, Default)]
pub(crate) struct WorkerTimes {
    /// The virtual time: the served time of the address being served now.
    now: f64,
    addresses: HashMap<Option<IpAddr>, AddressTime>,
}

#[derive(Debug, Default)]
struct AddressTime {
    served: f64,
    /// The same among its connections.
    now: f64,
    connections: HashMap<Client, f64>,
}

/// The position of a client in the order: the served time of its address, then of its connection; less comes first.
pub(crate) type QueueRank = (f64, f64);

/// The number of clients from which on those without more time than a new one are forgotten.
const CLIENTS_MAX: usize = 1_024;

impl WorkerTimes {
    /// The position of a client in the order.
    pub(crate) fn rank(&self, client: Client) -> QueueRank {
        let Some(address_time) = self.addresses.get(&client.address()) else {
            return (self.now, 0.0);
        };
        let served = address_time.connections.get(&client).copied().unwrap_or_default();
        (address_time.served.max(self.now), served.max(address_time.now))
    }

    /// Counts `expected` milliseconds for a client that gets a worker.
    pub(crate) fn begin(&mut self, client: Client, expected: f64) {
        let (address, connection) = self.rank(client);
        self.forget();
        self.now = self.now.max(address);
        let address_time = self.addresses.entry(client.address()).or_default();
        address_time.now = address_time.now.max(connection);
        address_time.served = address + expected;
        address_time.connections.insert(client, connection + expected);
    }

    /// Adds the difference, positive or negative, between the used and the expected milliseconds.
    pub(crate) fn correct(&mut self, client: Client, difference: f64) {
        let Some(address_time) = self.addresses.get_mut(&client.address()) else {
            return;
        };
        address_time.served += difference;
        if let Some(served) = address_time.connections.get_mut(&client) {
            *served += difference;
        }
    }

    /// Forgets clients that are level with a new one; if too many remain, also those with less than the median time.
    fn forget(&mut self) {
        if self.client_count() < CLIENTS_MAX {
            return;
        }
        let now = self.now;
        self.addresses.retain(|_, address_time| {
            let level = address_time.now;
            address_time.connections.retain(|_, served| *served > level);
            address_time.served > now
        });
        if self.client_count() < CLIENTS_MAX {
            return;
        }
        let median = median(self.addresses.values().map(|address_time| address_time.served));
        let is_only_one = self.addresses.len() == 1;
        self.addresses
            .retain(|_, address_time| is_only_one || address_time.served > median);
        for address_time in self
            .addresses
            .values_mut()
            .filter(|address_time| address_time.connections.len() > CLIENTS_MAX / 2)
        {
            let median = self::median(address_time.connections.values().copied());
            address_time.connections.retain(|_, served| *served > median);
        }
    }

    fn client_count(&self) -> usize {
        self.addresses
            .values()
            .map(|address_time| address_time.connections.len().max(1))
            .sum()
    }
}

/// The median; 0 without numbers.
fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    let half = numbers.len() / 2;
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.get(half).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(address: u8, connection: u64) -> Client {
        Client::new(IpAddr::from([192, 0, 2, address]), connection)
    }

    /// Gives a worker to one of the clients, all of which always have requests waiting, `rounds` times; returns how often each got one.
    fn serve(times: &mut WorkerTimes, clients: &[Client], rounds: usize) -> Vec<usize> {
        let mut counts = vec![0; clients.len()];
        for _ in 0..rounds {
            let ranks = clients.iter().map(|client| times.rank(*client)).enumerate();
            let (first, _) = ranks.min_by(|(_, a), (_, b)| a.partial_cmp(b).unwrap()).unwrap();
            times.begin(clients[first], 10.0);
            counts[first] += 1;
        }
        counts
    }

    #[test]
    fn addresses_share_equally_and_so_do_the_connections_of_each() {
        let mut times = WorkerTimes::default();
        let clients = [client(1, 1), client(1, 2), client(1, 3), client(2, 4)];
        assert_eq!(serve(&mut times, &clients, 60), [10, 10, 10, 30]);
    }

    #[test]
    fn a_new_client_is_next_but_has_no_further_credit() {
        let mut times = WorkerTimes::default();
        let heavy = client(1, 1);
        serve(&mut times, &[heavy], 100);
        let newcomer = client(2, 2);
        assert!(times.rank(newcomer) < times.rank(heavy));
        let counts = serve(&mut times, &[heavy, newcomer], 100);
        assert!(counts[1] <= 51, "{counts:?}");
    }

    #[test]
    fn used_time_counts_rather_than_expected_time() {
        let mut times = WorkerTimes::default();
        let (long, short) = (client(1, 1), client(2, 2));
        for client in [long, short] {
            times.begin(client, 10.0);
        }
        times.correct(long, 90.0);
        times.correct(short, -9.0);
        let counts = serve(&mut times, &[long, short], 9);
        assert_eq!(counts, [0, 9], "100 ms against 1 ms");
    }

    #[test]
    fn a_bounded_number_of_clients_is_remembered() {
        for (addresses, used) in [(200, 0.0), (200, 5.0), (1, 5.0), (255, -9.9), (1, 0.0)] {
            let mut times = WorkerTimes::default();
            for connection in 0..20_000 {
                let client = client(u8::try_from(connection % addresses).unwrap(), connection);
                times.begin(client, 10.0);
                times.correct(client, used);
                assert!(times.client_count() <= 2 * CLIENTS_MAX, "{addresses} {used}");
            }
        }
    }
}
