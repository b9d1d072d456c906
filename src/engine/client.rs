//! The client of a request, as far as the fair sharing of the workers is concerned.

use std::net::{IpAddr, Ipv6Addr};

/// The client of a request: a connection from an address. All connections of an address share the workers as one client, and so
/// do all operations of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Client {
    address: Option<IpAddr>,
    connection: u64,
}

impl Client {
    /// The connection with this number from `address`.
    #[must_use]
    pub fn new(address: IpAddr, connection: u64) -> Self {
        let address = match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            // An internet provider assigns a subscriber a network of 2^64 addresses, which it may use one after the other.
            IpAddr::V6(address) => {
                let network = Ipv6Addr::from_bits(address.to_bits() >> 64 << 64);
                IpAddr::V6(if address.is_loopback() { address } else { network })
            }
        };
        Self {
            address: Some(address),
            connection,
        }
    }

    /// Its IPv4 address or IPv6 network; `None` for the command line.
    pub(crate) fn address(self) -> Option<IpAddr> {
        self.address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_one_network_are_one_client() {
        let client = |address: &str| Client::new(address.parse().unwrap(), 1);
        assert_eq!(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::9"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
    }
}
