//! Where something was seen: like is compared with like, endpoint by endpoint.
//!
//! A domain may have endpoints that differ for good: a new server beside an old one, an expired certificate on
//! one of two addresses. Each is measured by what was seen there before. Only a place that was never seen is
//! measured by its kin, so that somebody who leads people to a place of his own does not begin with a clean
//! slate.

use xmpptls::name::Transport;

use crate::check::facts::EndpointCheck;

/// How a place was come upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The records of the domain name it.
    Records,
    /// The user gave it. It says nothing about the places that the domain names.
    Given,
    /// It stands for all that was seen at places that are not kept one by one any more.
    Earlier,
}

/// One address of one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) source: Source,
    pub(crate) target: String,
    pub(crate) port: u16,
    pub(crate) transport: String,
    pub(crate) address: String,
}

/// How near a place is to another that was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nearness {
    /// It is the same.
    Same,
    /// Another address of the same endpoint.
    OtherAddress,
    /// Another endpoint of the same service.
    OtherEndpoint,
}

impl Source {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Given => "given",
            Self::Earlier => "earlier",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Records, Self::Given, Self::Earlier].into_iter().find(|own| own.name() == name)
    }
}

impl Place {
    pub(crate) fn of(check: &EndpointCheck, source: Source) -> Self {
        let own = &check.endpoint;
        Self {
            source,
            target: own.target.as_ascii().to_owned(),
            port: own.port,
            transport: own.transport.name().to_owned(),
            address: check.address.map(|address| address.ip().to_string()).unwrap_or_default(),
        }
    }

    /// The place of all that is not kept one by one.
    pub(crate) fn earlier() -> Self {
        Self {
            source: Source::Earlier,
            target: String::new(),
            port: 0,
            transport: String::new(),
            address: String::new(),
        }
    }

    /// How near another place is; `None` when nothing about one follows from the other.
    pub(crate) fn nearness(&self, other: &Self) -> Option<Nearness> {
        let endpoint = |own: &Self| (own.target.clone(), own.port, own.transport.clone());
        if self == other {
            return Some(Nearness::Same);
        }
        if self.source == Source::Given || other.source == Source::Given {
            return None;
        }
        let is_endpoint = endpoint(self) == endpoint(other);
        Some(if is_endpoint { Nearness::OtherAddress } else { Nearness::OtherEndpoint })
    }

    /// For people: `xmpp.example.org:5222  STARTTLS  192.0.2.1`.
    pub(crate) fn text(&self) -> String {
        if self.source == Source::Earlier {
            return "elsewhere, earlier".into();
        }
        let transport = if self.transport == Transport::Starttls.name() { "STARTTLS" } else { "direct TLS" };
        let place = format!("{}:{}", self.target, self.port);
        let address = if place.contains(&self.address) { "" } else { &self.address };
        let given = if self.source == Source::Given { "(given)" } else { "" };
        let parts = [place.as_str(), transport, address, given];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
    }
}
