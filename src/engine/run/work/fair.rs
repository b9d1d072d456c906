//! In which order those that wait get a worker: whoever was served least comes first, by address, then by connection, then by
//! time of arrival. Having asked nothing for a while earns nothing: who comes anew stands where those stand who are served now.
//!
//! This is start-time fair queueing (P. Goyal, H. Vin, H. Cheng, 1996) on two levels, in milliseconds of a worker's time.

use std::{collections::HashMap, net::IpAddr};

use crate::engine::client::Client;

/// How much each of those that compete was served.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    /// How far those are who are served now.
    now: f64,
    addresses: HashMap<Option<IpAddr>, Share>,
}

#[derive(Debug, Default)]
struct Share {
    served: f64,
    /// How far those of its connections are that are served now.
    now: f64,
    connections: HashMap<Client, f64>,
}

/// Where somebody stands: less comes first.
pub(crate) type Rank = (f64, f64);

/// From how many clients on those are forgotten that have no more than anyone.
const REMEMBERED_MAX: usize = 1_024;

impl Shares {
    /// Where a client stands.
    pub(crate) fn rank(&self, client: Client) -> Rank {
        let Some(share) = self.addresses.get(&client.address()) else {
            return (self.now, 0.0);
        };
        let served = share.connections.get(&client).copied().unwrap_or_default();
        (share.served.max(self.now), served.max(share.now))
    }

    /// Counts that a client begins to be served, at first for `expected` milliseconds.
    pub(crate) fn begin(&mut self, client: Client, expected: f64) {
        let (address, connection) = self.rank(client);
        self.forget();
        self.now = self.now.max(address);
        let share = self.addresses.entry(client.address()).or_default();
        share.now = share.now.max(connection);
        share.served = address + expected;
        share.connections.insert(client, connection + expected);
    }

    /// Counts `more` milliseconds than expected, or fewer.
    pub(crate) fn correct(&mut self, client: Client, more: f64) {
        let Some(share) = self.addresses.get_mut(&client.address()) else {
            return;
        };
        share.served += more;
        if let Some(served) = share.connections.get_mut(&client) {
            *served += more;
        }
    }

    /// Forgets those who stand where anyone stands who comes anew. Where too many do not, also those who were served least.
    fn forget(&mut self) {
        if self.remembered() < REMEMBERED_MAX {
            return;
        }
        let now = self.now;
        self.addresses.retain(|_, share| {
            let among = share.now;
            share.connections.retain(|_, served| *served > among);
            share.served > now
        });
        if self.remembered() < REMEMBERED_MAX {
            return;
        }
        let middle = middle(self.addresses.values().map(|share| share.served));
        let is_one = self.addresses.len() == 1;
        self.addresses.retain(|_, share| is_one || share.served > middle);
        for share in self
            .addresses
            .values_mut()
            .filter(|share| share.connections.len() > REMEMBERED_MAX / 2)
        {
            let middle = self::middle(share.connections.values().copied());
            share.connections.retain(|_, served| *served > middle);
        }
    }

    fn remembered(&self) -> usize {
        self.addresses
            .values()
            .map(|share| share.connections.len().max(1))
            .sum()
    }
}

/// The one in the middle.
fn middle(numbers: impl Iterator<Item = f64>) -> f64 {
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

    /// Serves those that always want more, `rounds` times, and counts how often each was served.
    fn served(shares: &mut Shares, clients: &[Client], rounds: usize) -> Vec<usize> {
        let mut counts = vec![0; clients.len()];
        for _ in 0..rounds {
            let ranks = clients.iter().map(|client| shares.rank(*client)).enumerate();
            let (first, _) = ranks.min_by(|(_, a), (_, b)| a.partial_cmp(b).unwrap()).unwrap();
            shares.begin(clients[first], 10.0);
            counts[first] += 1;
        }
        counts
    }

    #[test]
    fn addresses_are_served_alike_and_so_are_the_connections_of_each() {
        let mut shares = Shares::default();
        let clients = [client(1, 1), client(1, 2), client(1, 3), client(2, 4)];
        assert_eq!(served(&mut shares, &clients, 60), [10, 10, 10, 30]);
    }

    #[test]
    fn who_comes_anew_is_served_next_and_has_earned_no_more_than_that() {
        let mut shares = Shares::default();
        let heavy = client(1, 1);
        served(&mut shares, &[heavy], 100);
        let anew = client(2, 2);
        assert!(shares.rank(anew) < shares.rank(heavy));
        let counts = served(&mut shares, &[heavy, anew], 100);
        assert!(counts[1] <= 51, "{counts:?}");
    }

    #[test]
    fn time_that_was_used_counts_and_not_that_which_was_expected() {
        let mut shares = Shares::default();
        let (long, short) = (client(1, 1), client(2, 2));
        for client in [long, short] {
            shares.begin(client, 10.0);
        }
        shares.correct(long, 90.0);
        shares.correct(short, -9.0);
        let counts = served(&mut shares, &[long, short], 9);
        assert_eq!(counts, [0, 9], "100 ms against 1 ms");
    }

    #[test]
    fn a_bounded_number_is_remembered_whoever_asks() {
        for (addresses, used) in [(200, 0.0), (200, 5.0), (1, 5.0), (255, -9.9), (1, 0.0)] {
            let mut shares = Shares::default();
            for connection in 0..20_000 {
                let client = client(u8::try_from(connection % addresses).unwrap(), connection);
                shares.begin(client, 10.0);
                shares.correct(client, used);
                assert!(shares.remembered() <= 2 * REMEMBERED_MAX, "{addresses} {used}");
            }
        }
    }
}
