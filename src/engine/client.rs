//! Who asks, as far as sharing the server goes.

use std::net::{IpAddr, Ipv6Addr};

/// Who asks: a connection of an address. Whoever has many of them shares the server as one, and so do the operations of a
/// connection.
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
            // A subscriber is given a network of 2^64 addresses, and may use one after the other.
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

    /// Its address, or the network that counts as one; none for the command line.
    pub(crate) fn address(self) -> Option<IpAddr> {
        self.address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_one_subscriber_are_one() {
        let client = |address: &str| Client::new(address.parse().unwrap(), 1);
        assert_eq!(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::9"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
    }
}
