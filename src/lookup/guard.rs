//! Which addresses a stranger's records may lead us to.
//!
//! Whoever publishes an SRV record, an address or a POSH reference decides where we connect. Without a guard a
//! remote domain could make a server probe its own inside (loopback, the local network, the cloud's metadata
//! service). So only addresses of the public Internet pass, and what the operator allows besides; the guard
//! looks at the address that is dialled, not at a name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A range of addresses: an address and the length of its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text is not a network: it is no address, or its prefix is longer than the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkError;

impl std::fmt::Display for NetworkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not an IP network")
    }
}

impl std::error::Error for NetworkError {}

impl Network {
    /// A network; bits of `address` behind the prefix do not matter.
    ///
    /// # Errors
    /// [`NetworkError`] when the prefix is longer than 32 or 128 bits.
    pub fn new(address: IpAddr, prefix: u8) -> Result<Self, NetworkError> {
        let longest = if address.is_ipv4() { 32 } else { 128 };
        if prefix > longest { Err(NetworkError) } else { Ok(Self { address, prefix }) }
    }

    /// Whether an address of the same family lies within.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or an address alone.
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), |prefix| prefix.parse().map_err(|_| NetworkError))?;
        Self::new(address, prefix)
    }
}

/// The addresses that may be dialled on a stranger's word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressGuard {
    allowed: Vec<Network>,
    everything: bool,
}

impl AddressGuard {
    /// Public addresses only.
    pub fn public_only() -> Self {
        Self::default()
    }

    /// Every address. What is lost: a remote domain can make this machine connect to its own inside.
    pub fn allow_everything() -> Self {
        Self { allowed: Vec::new(), everything: true }
    }

    /// Allows a network besides, for domains that live in it.
    #[must_use]
    pub fn allow(mut self, network: Network) -> Self {
        self.allowed.push(network);
        self
    }

    /// Whether this address may be dialled.
    pub fn permits(&self, address: IpAddr) -> bool {
        self.everything || is_public(address) || self.allowed.iter().any(|network| network.contains(address))
    }
}

/// Whether an address is for everyone on the Internet (the special registries of RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        [0 | 10 | 127, ..] | [224..=255, ..] => true,
        [100, second, ..] => (64..128).contains(&second),
        [169, 254, ..] | [192, 168, ..] | [192, 0, 0 | 2, _] | [192, 88, 99, _] => true,
        [172, second, ..] => (16..32).contains(&second),
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // The gateway of RFC 6052 leads to the IPv4 address within.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        // Within the global unicast space: protocol assignments with Teredo, documentation, and 6to4.
        [0x2001, second, ..] => second > 0x1ff && second != 0xdb8,
        [0x2002, ..] => false,
        [0x3fff, second, ..] => second > 0xfff,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(guard: &AddressGuard, address: &str) -> bool {
        guard.permits(address.parse().unwrap())
    }

    #[test]
    fn addresses_that_are_not_for_everyone_are_refused() {
        let guard = AddressGuard::public_only();
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:9.9.9.9",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::1",
            "3fff::1",
            "4000::1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
        ] {
            assert!(!permits(&guard, address), "{address}");
        }
    }

    #[test]
    fn neighbours_of_the_refused_ranges_are_accepted() {
        let guard = AddressGuard::public_only();
        for address in [
            "1.0.0.1",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.0.0.1",
            "128.0.0.1",
            "169.253.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "203.0.112.1",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860::1",
            "2003::1",
            "2a00::1",
            "64:ff9b::909:909",
        ] {
            assert!(permits(&guard, address), "{address}");
        }
    }

    #[test]
    fn an_allowed_network_opens_itself_and_nothing_beside_it() {
        let guard = AddressGuard::public_only().allow("127.0.0.0/30".parse().unwrap());
        assert!(permits(&guard, "127.0.0.3"));
        assert!(!permits(&guard, "127.0.0.4"));
        assert!(!permits(&guard, "::ffff:127.0.0.1"));
        let guard = guard.allow("fd00:1::/32".parse().unwrap()).allow("::1".parse().unwrap());
        assert!(permits(&guard, "fd00:1:ffff::1") && permits(&guard, "::1"));
        assert!(!permits(&guard, "fd00:2::1") && !permits(&guard, "::2"));
        assert!(permits(&AddressGuard::allow_everything(), "127.0.0.1"));
    }

    #[test]
    fn networks_are_read_whole_or_not_at_all() {
        assert!(Network::from_str("0.0.0.0/0").unwrap().contains("9.9.9.9".parse().unwrap()));
        assert!(Network::from_str("::/0").unwrap().contains("2001::".parse().unwrap()));
        for text in ["", "127.0.0.1/33", "::1/129", "127.0.0.1/", "127.0.0.1/-1", "localhost", "1.2.3/8"] {
            assert_eq!(Network::from_str(text), Err(NetworkError), "{text:?}");
        }
    }
}
