//! The values of the command line: words, domains, places, times.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use clap::ValueEnum;
use xmpptls::name::{Direction, Domain, Service};

/// A service, as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ServiceWord {
    /// Client to server
    C2s,
    /// Server to server
    S2s,
}

impl ServiceWord {
    pub(crate) fn service(self) -> Service {
        match self {
            Self::C2s => Service::C2s,
            Self::S2s => Service::S2s,
        }
    }
}

/// Our end, as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DirectionWord {
    /// We connect
    Initiating,
    /// The peer connects
    Receiving,
}

impl DirectionWord {
    pub(crate) fn direction(self) -> Direction {
        match self {
            Self::Initiating => Direction::Initiating,
            Self::Receiving => Direction::Receiving,
        }
    }
}

/// How TLS starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Start {
    /// XML first, then STARTTLS
    Starttls,
    /// TLS from the first byte
    Direct,
}

pub(crate) fn domain(text: &str) -> Result<Domain, String> {
    Domain::parse(text).map_err(|error| error.to_string())
}

pub(super) fn place(text: &str) -> Result<(Domain, u16), String> {
    let (host, port) = text.rsplit_once(':').ok_or("HOST:PORT is wanted")?;
    let port = port.parse().map_err(|_| "the port is a number from 1 to 65535")?;
    Ok((domain(host)?, port))
}

pub(super) fn resolver(text: &str) -> Result<SocketAddr, String> {
    let address = |ip: IpAddr| SocketAddr::new(ip, 53);
    text.parse()
        .or_else(|_| text.parse().map(address))
        .map_err(|_| "an IP address is wanted, with a port or without".to_owned())
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u16>() {
        Ok(count @ 1..=600) => Ok(Duration::from_secs(count.into())),
        _ => Err("a number from 1 to 600 is wanted".into()),
    }
}
