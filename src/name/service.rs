//! The two services of XMPP, the two ends of a stream, and the words that belong to each.

/// Which of the two XMPP services a stream belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Client to server: `jabber:client`, SRV `_xmpp-client`.
    C2s,
    /// Server to server: `jabber:server`, SRV `_xmpp-server`.
    S2s,
}

/// Which end of the stream we are (RFC 6120 §1.4: initiating and receiving entity).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// We opened the connection; the peer is a TLS server.
    Initiating,
    /// We accepted the connection; the peer is a TLS client.
    Receiving,
}

/// Service and direction together: the four roles of the standards' tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Role {
    /// The service of the stream.
    pub service: Service,
    /// Our end of it.
    pub direction: Direction,
}

impl Role {
    /// A client that connects to a server.
    pub const C2S_CLIENT: Self = Self { service: Service::C2s, direction: Direction::Initiating };
    /// A server that accepts a client.
    pub const C2S_SERVER: Self = Self { service: Service::C2s, direction: Direction::Receiving };
    /// A server that connects to another server.
    pub const S2S_INITIATING: Self = Self { service: Service::S2s, direction: Direction::Initiating };
    /// A server that accepts another server.
    pub const S2S_RECEIVING: Self = Self { service: Service::S2s, direction: Direction::Receiving };
}

impl Service {
    /// The name in our own data: `c2s` or `s2s`.
    pub fn name(self) -> &'static str {
        match self {
            Self::C2s => "c2s",
            Self::S2s => "s2s",
        }
    }

    /// The service label of SRV records under STARTTLS and of SRV-IDs, whatever the transport (DTLS-16).
    pub fn srv_label(self) -> &'static str {
        match self {
            Self::C2s => "_xmpp-client",
            Self::S2s => "_xmpp-server",
        }
    }

    /// The service label of SRV records for direct TLS (XEP-0368 §3).
    pub fn direct_srv_label(self) -> &'static str {
        match self {
            Self::C2s => "_xmpps-client",
            Self::S2s => "_xmpps-server",
        }
    }

    /// The ALPN protocol ID (XEP-0368 §7).
    pub fn alpn(self) -> &'static [u8] {
        match self {
            Self::C2s => b"xmpp-client",
            Self::S2s => b"xmpp-server",
        }
    }

    /// The service name in POSH URLs (RFC 7711 §3, POSH-01).
    pub fn posh_name(self) -> &'static str {
        match self {
            Self::C2s => "xmpp-client",
            Self::S2s => "xmpp-server",
        }
    }

    /// The content namespace of the stream (RFC 6120 §4.8.2).
    pub fn namespace(self) -> &'static str {
        match self {
            Self::C2s => "jabber:client",
            Self::S2s => "jabber:server",
        }
    }

    /// The port to fall back to when a domain has no SRV record (STLS-31).
    pub fn default_port(self) -> u16 {
        match self {
            Self::C2s => 5222,
            Self::S2s => 5269,
        }
    }
}

impl Direction {
    /// The name in our own data: `initiating` or `receiving`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Initiating => "initiating",
            Self::Receiving => "receiving",
        }
    }
}
