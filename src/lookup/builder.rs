//! How a look-up is set up: whom to ask, whom to trust, where it may go.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::TlsConnector;

use super::LookupError;
use super::dns::{DnsSettings, parse_anchors};
use super::guard::AddressGuard;
use super::handle::Lookup;
use super::https;
use crate::limits::LOOKUP_PENDING;
use crate::record::SrvMix;

/// Which DNS servers are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Servers {
    /// Those of the system (`/etc/resolv.conf`), read at the first look-up.
    System,
    /// These, over UDP, and over TCP when an answer is too long.
    Given(Vec<SocketAddr>),
}

/// Settings, as the worker needs them.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) dns: DnsSettings,
    pub(super) guard: AddressGuard,
    pub(super) https: Option<TlsConnector>,
    pub(super) https_port: u16,
    pub(super) posh_time_out: Duration,
    pub(super) srv_mix: SrvMix,
    pub(super) pending: usize,
}

/// Builds a [`Lookup`]. Nothing is opened, read or started before the first look-up.
#[derive(Clone)]
pub struct LookupBuilder {
    settings: Settings,
}

impl Default for LookupBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl LookupBuilder {
    /// The system's servers, the root's DNSSEC keys as built in, no HTTPS anchors (so no POSH), public addresses only.
    pub fn new() -> Self {
        let dns = DnsSettings {
            servers: Servers::System,
            trust_anchors: None,
            accept_without_dnssec: false,
            time_out: Duration::from_secs(5),
        };
        let settings = Settings {
            dns,
            guard: AddressGuard::public_only(),
            https: None,
            https_port: 443,
            posh_time_out: Duration::from_secs(10),
            srv_mix: SrvMix::Merged,
            pending: LOOKUP_PENDING,
        };
        Self { settings }
    }

    /// Which DNS servers are asked. They need not validate, but they must pass DNSSEC records on.
    #[must_use]
    pub fn servers(mut self, servers: Servers) -> Self {
        self.settings.dns.servers = servers;
        self
    }

    /// DNSSEC trust anchors in place of the root's: DNSKEY records in zone file form, one a line. DS records
    /// cannot be used. For an anchor that is not the root's give all keys of its zone. Names that are under no
    /// anchor are bogus.
    ///
    /// # Errors
    /// [`LookupError::TrustAnchors`] when a line is no DNSKEY record, or there is none.
    pub fn dnssec_trust_anchors(mut self, lines: &str) -> Result<Self, LookupError> {
        self.settings.dns.trust_anchors = Some(Arc::new(parse_anchors(lines)?));
        Ok(self)
    }

    /// Uses a resolver that leaves DNSSEC out, with every answer as insecure. What is lost: whoever sits
    /// between can take DNSSEC, and with it DANE, away from every domain. Off unless called.
    #[must_use]
    pub fn accept_resolver_without_dnssec(mut self) -> Self {
        self.settings.dns.accept_without_dnssec = true;
        self
    }

    /// Trust anchors for the HTTPS servers that hold POSH documents, each the DER of a certificate. Without any,
    /// POSH look-ups fail as unverified (POSH-02).
    ///
    /// # Errors
    /// [`LookupError::TrustAnchors`] when none of them is a certificate.
    pub fn https_trust_anchors(mut self, certificates: &[Vec<u8>]) -> Result<Self, LookupError> {
        self.settings.https = Some(https::connector(certificates).ok_or(LookupError::TrustAnchors)?);
        Ok(self)
    }

    /// The port of the well-known URL, 443 unless set; for tests and demonstrations on one machine.
    #[must_use]
    pub fn https_port(mut self, port: u16) -> Self {
        self.settings.https_port = port;
        self
    }

    /// Which addresses may be dialled on a stranger's word.
    #[must_use]
    pub fn address_guard(mut self, guard: AddressGuard) -> Self {
        self.settings.guard = guard;
        self
    }

    /// How the targets of the two transports are mixed (DTLS-02).
    #[must_use]
    pub fn srv_mix(mut self, mix: SrvMix) -> Self {
        self.settings.srv_mix = mix;
        self
    }

    /// How long one DNS question may take, one repetition and validation included; 5 s unless set.
    #[must_use]
    pub fn question_time_out(mut self, time_out: Duration) -> Self {
        self.settings.dns.time_out = time_out;
        self
    }

    /// How long fetching a POSH document may take, all hops together; 10 s unless set.
    #[must_use]
    pub fn posh_time_out(mut self, time_out: Duration) -> Self {
        self.settings.posh_time_out = time_out;
        self
    }

    /// How many look-ups may be submitted and not yet collected; [`LOOKUP_PENDING`] unless set.
    #[must_use]
    pub fn pending_limit(mut self, pending: usize) -> Self {
        self.settings.pending = pending;
        self
    }

    /// The handle. Opens and starts nothing.
    pub fn build(self) -> Lookup {
        Lookup::new(self.settings)
    }
}
