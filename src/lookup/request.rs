//! What can be asked of a look-up, and what comes back.

use std::net::IpAddr;
use std::time::Duration;

use super::effort::Effort;
use crate::name::{Domain, Endpoint, Service};
use crate::record::{Dnssec, Lookup, LookupFailure};

/// One look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// Where to connect for a domain's service: SRV and addresses (RFC 6120 §3.2, XEP-0368).
    Candidates {
        /// The domain whose service is meant.
        domain: Domain,
        /// The service.
        service: Service,
    },
    /// All that an initiating entity needs before it connects: candidates, TLSA for each, and POSH.
    Gather {
        /// The domain whose service is meant.
        domain: Domain,
        /// The service.
        service: Service,
    },
    /// SRV, addresses and TLSA of a domain that a peer claims to be (DANE-22); no POSH.
    Claimed {
        /// The claimed domain.
        domain: Domain,
        /// The service.
        service: Service,
    },
    /// Addresses and TLSA of one endpoint, such as one that the user configured.
    Endpoint {
        /// The endpoint; its `srv` state decides whether TLSA counts, its other states are looked up anew.
        endpoint: Endpoint,
    },
    /// TLSA at these hosts and this port, the first that has secure records; the caller has seen that DANE
    /// applies (DANE-02, DANE-05).
    Tlsa {
        /// TLSA base domains, the preferred one first (DANE-19).
        bases: Vec<Domain>,
        /// The port.
        port: u16,
    },
    /// The POSH document of a domain's service (RFC 7711).
    Posh {
        /// The domain.
        domain: Domain,
        /// The service; the documents of the two are never mixed (ATK-PO-07).
        service: Service,
    },
}

/// The number of a submitted look-up, unique within its handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub(super) u64);

impl RequestId {
    /// The number, never 0.
    pub fn number(self) -> u64 {
        self.0
    }

    /// The look-up with this number, as a host gave it back.
    pub fn from_number(number: u64) -> Self {
        Self(number)
    }
}

/// What a look-up found, with its cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// The round trips it took.
    pub effort: Effort,
    /// The resolver leaves DNSSEC out: what looks bogus may only be unsigned on the way, and DANE cannot be
    /// used behind it (ATK-OP-06).
    pub resolver_without_dnssec: bool,
}

/// An answer, by the kind of request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// For [`Request::Candidates`] and [`Request::Claimed`]. `Absent`: the domain does not offer the service.
    Candidates(Lookup<Vec<Candidate>>),
    /// For [`Request::Gather`].
    Gathered {
        /// Where to connect.
        candidates: Lookup<Vec<Candidate>>,
        /// The POSH document.
        posh: Lookup<PoshDocument>,
    },
    /// For [`Request::Endpoint`].
    Endpoint(Candidate),
    /// For [`Request::Tlsa`].
    Tlsa(Lookup<TlsaAnswer>),
    /// For [`Request::Posh`].
    Posh(Lookup<PoshDocument>),
}

/// A target to try, in the order of the list it stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Target, port, transport, and the DNSSEC states that led there. When its `addresses` state is bogus or
    /// indeterminate and its `srv` state secure, DANE forbids to connect (RFC 7673 §3.2).
    pub endpoint: Endpoint,
    /// Addresses in the order of trying, families in turn (RFC 8305).
    pub addresses: Lookup<Vec<IpAddr>>,
    /// TLSA, asked only when SRV (if any) and addresses are secure (DANE-05); else `NotAsked`.
    pub tlsa: Lookup<TlsaAnswer>,
}

impl Candidate {
    /// An endpoint of which nothing was known in time.
    pub(super) fn late(mut endpoint: Endpoint) -> Self {
        endpoint.addresses = Dnssec::Indeterminate;
        endpoint.canonical = None;
        let addresses = Lookup::Failed(LookupFailure::Timeout);
        Self { endpoint, addresses, tlsa: Lookup::NotAsked }
    }
}

/// TLSA records as they were served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsaAnswer {
    /// The TLSA base domain they were found at (RFC 7671 §7).
    pub base: Domain,
    /// The records: usage, selector, matching type and association data (RFC 6698 §2.1), unjudged.
    pub records: Vec<TlsaData>,
    /// The worst state on the way to them.
    pub dnssec: Dnssec,
    /// How long they may be used from now on (DANE-20).
    pub life: Duration,
}

/// The data of one TLSA record (RFC 6698 §2.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TlsaData {
    /// Certificate usage.
    pub usage: u8,
    /// Selector.
    pub selector: u8,
    /// Matching type.
    pub matching: u8,
    /// Certificate association data.
    pub data: Vec<u8>,
}

/// A POSH fingerprints document, fetched over HTTPS from a server that proved its name at every step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoshDocument {
    /// The JSON text with the fingerprints, not yet judged.
    pub document: Vec<u8>,
    /// Seconds of validity: the lower of both documents' `expires`, and at most seven days (POSH-10).
    pub expires: u32,
    /// How long it may be used from now on.
    pub life: Duration,
    /// The URL that the document came from in the end.
    pub url: String,
}
