//! The trail: which proof was tried, with what, and how it ended (DNA-01, HUM-03).

use crate::name::Domain;
use crate::policy::PinnedDigest;
use crate::proof::names::NameMatch;
use crate::proof::pkix::RevocationOutcome;
use crate::record::{Dnssec, PoshHash, PoshUrl, TlsaOwner, TlsaRecord, UnusableTlsa};
use crate::verdict::{Method, Reason};

/// A way to prove a peer, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Proof {
    /// TLSA records.
    Dane,
    /// Certification authorities.
    Pkix,
    /// A POSH document.
    Posh,
    /// The operator's word.
    Exception,
    /// A dialback answer.
    Dialback,
}

impl Proof {
    /// All of them, in the order in which they are tried (DNA-19).
    pub const ALL: [Self; 5] = [Self::Dane, Self::Pkix, Self::Posh, Self::Exception, Self::Dialback];

    /// The name in our own data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dane => "dane",
            Self::Pkix => "pkix",
            Self::Posh => "posh",
            Self::Exception => "exception",
            Self::Dialback => "dialback",
        }
    }
}

/// How a proof ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It proved the peer.
    Passed(Method),
    /// It was tried and proved nothing; the reasons say why.
    Failed,
    /// It could not be tried.
    NotTried(NotTried),
    /// It was not needed, or could not have changed anything: another proof had decided.
    Skipped,
}

/// Why a proof could not be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotTried {
    /// There is no such evidence: no record, no document, no exception.
    Absent,
    /// DNSSEC does not protect the way to the peer.
    DnsNotSecure,
    /// The peer presented no certificate.
    NoCertificate,
    /// All records are unusable.
    NoUsableRecords,
    /// The evidence was not asked for, or is not there yet.
    NotAsked,
    /// The proof says nothing about this service and direction.
    OtherRole,
    /// The policy does not use it.
    Policy,
}

impl Outcome {
    /// The name in our own data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed(_) => "passed",
            Self::Failed => "failed",
            Self::NotTried(_) => "not_tried",
            Self::Skipped => "skipped",
        }
    }
}

impl NotTried {
    /// The name in our own data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::DnsNotSecure => "dns_not_secure",
            Self::NoCertificate => "no_certificate",
            Self::NoUsableRecords => "no_usable_records",
            Self::NotAsked => "not_asked",
            Self::OtherRole => "other_role",
            Self::Policy => "policy",
        }
    }
}

/// What a proof had to work with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// Nothing.
    None,
    /// TLSA records.
    Dane(Box<DaneEvidence>),
    /// Trust anchors.
    Pkix(Box<PkixEvidence>),
    /// A POSH document.
    Posh(Box<PoshSummary>),
    /// An exception.
    Exception {
        /// What it accepts.
        digest: PinnedDigest,
        /// Until when, in Unix seconds.
        until: i64,
    },
    /// A dialback answer.
    Dialback {
        /// The key is the authoritative server's.
        valid: bool,
        /// DNSSEC protected the way to the authoritative server (DNA-03).
        dnssec: bool,
        /// It was asked over TLS.
        over_tls: bool,
    },
}

/// What DANE had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaneEvidence {
    /// The state of the SRV answer; `None` when there is none.
    pub srv: Option<Dnssec>,
    /// The state of the addresses.
    pub addresses: Dnssec,
    /// The owner name whose records were used (DANE-19).
    pub owner: Option<TlsaOwner>,
    /// The state of the TLSA answer.
    pub tlsa: Option<Dnssec>,
    /// How many records take part.
    pub usable: usize,
    /// Those that do not.
    pub unusable: Vec<UnusableTlsa>,
    /// The record that proved the certificate.
    pub matched: Option<TlsaRecord>,
    /// The name that was proved, for usages that compare names.
    pub name: Option<NameMatch>,
}

/// What PKIX had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PkixEvidence {
    /// How many trust anchors there are.
    pub anchors: usize,
    /// The name of the anchor that issued the path, for people.
    pub anchor: Option<String>,
    /// The name that was proved.
    pub name: Option<NameMatch>,
    /// What is known about revocation.
    pub revocation: Option<RevocationOutcome>,
}

/// What POSH had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoshSummary {
    /// The document's URL.
    pub url: PoshUrl,
    /// Where it referred to.
    pub reference: Option<PoshUrl>,
    /// When it was fetched, in Unix seconds.
    pub fetched_at: i64,
    /// How many fingerprints it has.
    pub fingerprints: usize,
    /// The hash of the fingerprint that proved the certificate.
    pub matched: Option<PoshHash>,
}

/// One proof of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which proof.
    pub proof: Proof,
    /// How it ended.
    pub outcome: Outcome,
    /// With what.
    pub evidence: Evidence,
    /// Why it failed.
    pub reasons: Vec<Reason>,
}

impl Attempt {
    pub(crate) fn new(proof: Proof, outcome: Outcome) -> Self {
        Self { proof, outcome, evidence: Evidence::None, reasons: Vec::new() }
    }

    pub(crate) fn failed(proof: Proof, reasons: Vec<Reason>) -> Self {
        Self { reasons, ..Self::new(proof, Outcome::Failed) }
    }

    pub(crate) fn with(self, evidence: Evidence) -> Self {
        Self { evidence, ..self }
    }

    /// The method by which it proved the peer.
    pub fn method(&self) -> Option<Method> {
        if let Outcome::Passed(method) = self.outcome { Some(method) } else { None }
    }
}

/// A note beside a verdict: explains, decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The configured host counted as a name of the peer.
    ConfiguredHostCounted(Domain),
    /// The policy uses all four TLSA usages.
    DanePkixUsagesEnabled,
    /// DANE proved an inbound peer by our own rule (DANE-22).
    DaneInboundLocalPolicy,
    /// The TLSA records of an inbound peer's targets do not name its certificate.
    DaneInboundMismatch,
    /// TLSA records exist, and none is usable.
    DaneNoUsableRecords,
    /// DNSSEC does not protect the way to the peer.
    DaneNotSecure,
    /// More TLSA records than are looked at.
    DaneRecordsDropped(usize),
    /// TLSA records took no part.
    DaneRecordsUnusable(usize),
    /// A dialback answer could still prove the peer weakly.
    DialbackPending,
    /// The accepted certificate says that it is an authority.
    EeIsCaAccepted,
    /// The policy asks for encryption only.
    EncryptOnlyPolicy,
    /// Evidence that could have been asked for was not.
    EvidenceNotAsked(Proof),
    /// The exception ends within seven days.
    ExceptionEndsSoon(i64),
    /// An exception accepted the peer.
    ExceptionUsed,
    /// A certificate for clients only was accepted for a server.
    ClientAuthOnlyAccepted,
    /// Presented names of a wrong form were ignored.
    NamesIgnored(usize),
    /// The verdict was made from a chain alone.
    PossessionNotShown,
    /// The document wants to be good for longer than the policy allows.
    PoshLifetimeCut,
    /// Another proof succeeded while POSH named other certificates.
    PoshMismatch,
    /// POSH proved a certificate that names no host that we know.
    PoshNoKnownName,
    /// The connection was resumed.
    Resumed,
    /// Nothing said whether the certificate was revoked.
    RevocationUnknown,
    /// A server used its server certificate as TLS client.
    ServerCertificateAsClient,
    /// A stapled OCSP answer came and was not checked.
    StapleUnchecked,
}

impl Note {
    /// The number, stable for good.
    pub fn code(&self) -> crate::numbers::NoteCode {
        use crate::numbers::NoteCode;
        match self {
            Self::ConfiguredHostCounted(_) => NoteCode::ConfiguredHostCounted,
            Self::DanePkixUsagesEnabled => NoteCode::DanePkixUsagesEnabled,
            Self::DaneInboundLocalPolicy => NoteCode::DaneInboundLocalPolicy,
            Self::DaneInboundMismatch => NoteCode::DaneInboundMismatch,
            Self::DaneNoUsableRecords => NoteCode::DaneNoUsableRecords,
            Self::DaneNotSecure => NoteCode::DaneNotSecure,
            Self::DaneRecordsDropped(_) => NoteCode::DaneRecordsDropped,
            Self::DaneRecordsUnusable(_) => NoteCode::DaneRecordsUnusable,
            Self::DialbackPending => NoteCode::DialbackPending,
            Self::EeIsCaAccepted => NoteCode::EeIsCaAccepted,
            Self::EncryptOnlyPolicy => NoteCode::EncryptOnlyPolicy,
            Self::EvidenceNotAsked(_) => NoteCode::EvidenceNotAsked,
            Self::ExceptionEndsSoon(_) => NoteCode::ExceptionEndsSoon,
            Self::ExceptionUsed => NoteCode::ExceptionUsed,
            Self::ClientAuthOnlyAccepted => NoteCode::ClientAuthOnlyAccepted,
            Self::NamesIgnored(_) => NoteCode::NamesIgnored,
            Self::PossessionNotShown => NoteCode::PossessionNotShown,
            Self::PoshLifetimeCut => NoteCode::PoshLifetimeCut,
            Self::PoshMismatch => NoteCode::PoshMismatch,
            Self::PoshNoKnownName => NoteCode::PoshNoKnownName,
            Self::Resumed => NoteCode::Resumed,
            Self::RevocationUnknown => NoteCode::RevocationUnknown,
            Self::ServerCertificateAsClient => NoteCode::ServerCertificateAsClient,
            Self::StapleUnchecked => NoteCode::StapleUnchecked,
        }
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let message = self.code().message();
        match self {
            Self::ConfiguredHostCounted(domain) => write!(f, "{message}: {domain}"),
            Self::DaneRecordsDropped(count)
            | Self::DaneRecordsUnusable(count)
            | Self::NamesIgnored(count) => write!(f, "{message} ({count})"),
            Self::EvidenceNotAsked(proof) => write!(f, "{message}: {}", proof.name()),
            _ => f.write_str(message),
        }
    }
}
