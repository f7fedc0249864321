//! What a check found out, as data. Text, JSON and the page are made from this and nothing else.

use std::net::SocketAddr;

use xmpptls::name::{Domain, Endpoint, Service};
use xmpptls::record::{Dnssec, Lookup, LookupFailure, PoshEvidence, TlsaOwner, TlsaSet};
use xmpptls::report::Report;
use xmpptls::verdict::{Attempt, Verdict};

use super::inside::Offers;

/// How bad it is; the exit code of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// Everything is reached and authenticated.
    Good,
    /// It works, and less surely than it should.
    Weak,
    /// Peers that demand authentication refuse it.
    Refused,
    /// It could not be tested.
    Untested,
}

impl Severity {
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Weak => 1,
            Self::Refused => 2,
            Self::Untested => 3,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Weak => "weak",
            Self::Refused => "refused",
            Self::Untested => "untested",
        }
    }

    /// The severity of several things together: what is refused counts before what could not be tested.
    pub(crate) fn together(all: impl IntoIterator<Item = Self>) -> Self {
        let weight = |severity: &Self| match severity {
            Self::Good => 0,
            Self::Weak => 1,
            Self::Untested => 2,
            Self::Refused => 3,
        };
        all.into_iter().max_by_key(weight).unwrap_or(Self::Untested)
    }
}

/// A domain that was checked.
#[derive(Debug)]
pub(crate) struct DomainCheck {
    pub(crate) domain: Domain,
    pub(crate) checked_at: i64,
    /// Whose certificate we showed.
    pub(crate) shown_as: Option<Domain>,
    pub(crate) services: Vec<ServiceCheck>,
}

impl DomainCheck {
    pub(crate) fn severity(&self) -> Severity {
        Severity::together(self.services.iter().map(|service| service.severity))
    }
}

/// One service of the domain.
#[derive(Debug)]
pub(crate) struct ServiceCheck {
    pub(crate) service: Service,
    pub(crate) severity: Severity,
    /// Where the service is; endpoints stand in `endpoints`.
    pub(crate) found: Found,
    /// The resolver leaves DNSSEC out (ATK-OP-06).
    pub(crate) resolver_without_dnssec: bool,
    pub(crate) posh: Lookup<PoshEvidence>,
    pub(crate) endpoints: Vec<EndpointCheck>,
    pub(crate) mend: Vec<Mend>,
    pub(crate) changes: Vec<ChangeNote>,
}

/// How the search for the service ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// There are endpoints.
    Endpoints,
    /// The user gave them.
    Given,
    /// The domain says that it does not offer the service, or does not exist.
    Absent(Dnssec),
    /// It could not be found out.
    Failed(LookupFailure),
}

/// Something that changed since the last time, or that could not be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChangeNote {
    /// `first_seen`, `same`, `new_issuer` …
    pub(crate) change: &'static str,
    /// `info`, `warning` or `alarm`.
    pub(crate) loudness: &'static str,
    pub(crate) text: String,
    /// Where: `host:port` of each endpoint, none when it is about the history itself.
    pub(crate) endpoints: Vec<String>,
}

/// One address of one endpoint.
#[derive(Debug)]
pub(crate) struct EndpointCheck {
    pub(crate) endpoint: Endpoint,
    pub(crate) tlsa: Vec<(TlsaOwner, Lookup<TlsaSet>)>,
    /// The address that was dialled; `None` when there is none.
    pub(crate) address: Option<SocketAddr>,
    pub(crate) contact: Contact,
    pub(crate) severity: Severity,
    /// What RFC 7590 asks to be shown, also after a failure; `None` when nothing was connected.
    pub(crate) report: Option<Box<Report>>,
    pub(crate) verdict: Option<Verdict>,
    /// Each proof for itself, as if there were no other.
    pub(crate) proofs: Vec<Attempt>,
    /// Servers that accept dialback would talk to it, and no certificate proves it.
    pub(crate) dialback_only: bool,
    pub(crate) offers: Option<Offers>,
    /// The server asked for our certificate in the handshake.
    pub(crate) asks_for_certificate: bool,
    pub(crate) resumption: Option<Resumption>,
    pub(crate) injection: Option<Injection>,
    /// How long all of it took.
    pub(crate) milliseconds: u64,
}

/// How far a connection got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contact {
    /// TLS was agreed on.
    Tls,
    /// The address answered, and TLS was not reached.
    NoTls,
    /// Nothing answered.
    Unreachable(Silence),
    /// It has no address.
    NoAddress(Option<LookupFailure>),
    /// DNSSEC forbids to connect.
    Forbidden,
}

/// How nothing answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    Refused,
    TimedOut,
    Unreachable,
}

impl Silence {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Refused => "the connection was refused",
            Self::TimedOut => "nothing answered in time",
            Self::Unreachable => "the network does not lead there",
        }
    }
}

/// Whether a second connection resumed the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resumption {
    Resumed,
    Full,
    /// The second connection did not come about.
    Failed,
}

/// What a server did with bytes behind `<starttls/>` (STLS-08, CVE-2011-0411 and its kin).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Injection {
    /// It refused to go on.
    Refused,
    /// It went on and forgot them.
    Dropped,
    /// It took them for part of the protected stream.
    Taken,
    /// It could not be told.
    Unclear,
}

impl Injection {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Dropped => "dropped",
            Self::Taken => "taken",
            Self::Unclear => "unclear",
        }
    }
}

/// How much it matters that something is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// It would be better.
    Advice,
    /// It weakens, or will soon break.
    Important,
    /// Peers refuse, or an attacker gets in.
    Urgent,
}

impl Weight {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Important => "important",
            Self::Urgent => "urgent",
        }
    }
}

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mend {
    pub(crate) weight: Weight,
    /// Its name in our own data.
    pub(crate) code: &'static str,
    /// What to do, in a sentence or two.
    pub(crate) text: String,
    /// Where it shows: `host:port` of each endpoint, none when it is about the domain.
    pub(crate) endpoints: Vec<String>,
    /// What to publish: records in zone file form.
    pub(crate) publish: Vec<String>,
}
