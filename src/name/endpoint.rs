//! Where and how a connection goes, and how surely we know that.
//!
//! An endpoint carries the DNSSEC state of everything that led to it, because that state decides which
//! names and which TLSA records count (RFC 7673 §3, DANE-02 to DANE-07).

use crate::name::Domain;
use crate::record::Dnssec;

/// How TLS starts on an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// XML first, then STARTTLS (RFC 6120 §5).
    Starttls,
    /// TLS from the first byte (XEP-0368).
    DirectTls,
    /// The host has spoken STARTTLS itself, or TLS runs on something else; only TLS is ours.
    TlsOnly,
}

impl Transport {
    /// The name in our own data: `starttls`, `direct-tls` or `tls-only`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Starttls => "starttls",
            Self::DirectTls => "direct-tls",
            Self::TlsOnly => "tls-only",
        }
    }
}

/// A target to connect to, with the DNSSEC state of the chain that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The host that is dialled: the SRV target, or the domain itself.
    pub target: Domain,
    /// The port, as the SRV record or the fallback gave it.
    pub port: u16,
    /// How TLS starts there; the owner name of the SRV record decides, never the port (DTLS-01).
    pub transport: Transport,
    /// The state of the SRV answer with its CNAMEs; `None` when the domain has no SRV record.
    pub srv: Option<Dnssec>,
    /// The best state among the A and AAAA answers of the target (DANE-05).
    pub addresses: Dnssec,
    /// The name that the target's CNAMEs end at, when every step was secure (DANE-19).
    pub canonical: Option<Domain>,
    /// The user or administrator tied this host to the domain by hand (STLS-32).
    pub configured: bool,
}

impl Endpoint {
    /// An endpoint that the user configured: target and port, nothing known from DNS.
    pub fn configured(target: Domain, port: u16, transport: Transport) -> Self {
        Self {
            target,
            port,
            transport,
            srv: None,
            addresses: Dnssec::Insecure,
            canonical: None,
            configured: true,
        }
    }
}
