//! What a person should be shown about a connection (RFC 7590 §3.6).
//!
//! The six things that clients should let users, and servers let administrators, find out – whether the stream
//! is encrypted, by which version and suite, how the peer was authenticated, its certificate, and what changed –
//! with what explains them. A report is a snapshot: it never changes, and can be made at any time, after a
//! failure too (HUM-01 to HUM-09).
//!
//! Its summary is one of five, and *encrypted* is never called *secure* (HUM-07). What changed since the last
//! time is an observation on a verdict ([`observe`](crate::verification::observe)), since it needs a history.

mod json;
mod text;

pub use json::REPORT_FORMAT;

use crate::certificate::{Certificate, Chain};
use crate::connection::{BindingKind, Cause, Connection, NoBinding, Time};
use crate::name::{Domain, Role, Transport};
use crate::parameter::{Alert, CipherSuite, Group, SignatureScheme, Version};
use crate::policy::Gate;
use crate::tls::HandshakeKind;
use crate::verdict::{Level, Verdict};

/// What to say in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Summary {
    /// A certificate proof says who the peer is.
    Authenticated,
    /// A dialback answer says so, no certificate.
    WeaklyVerified,
    /// TLS is up; who the peer is, nobody knows.
    EncryptedUnauthenticated,
    /// There is no TLS, or not yet.
    Plaintext,
    /// The attempt failed.
    Failed,
}

impl Summary {
    /// The name in our own data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authenticated => "authenticated",
            Self::WeaklyVerified => "weakly-verified",
            Self::EncryptedUnauthenticated => "encrypted-unauthenticated",
            Self::Plaintext => "plaintext",
            Self::Failed => "failed",
        }
    }
}

/// What was agreed in a handshake that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// The version.
    pub version: Version,
    /// The cipher suite.
    pub suite: CipherSuite,
    /// The group of the key exchange; `None` where TLS 1.2 resumed without one.
    pub group: Option<Group>,
    /// How the peer signed; `None` when it showed no certificate this time.
    pub signature_scheme: Option<SignatureScheme>,
    /// The application protocol.
    pub alpn: Option<Box<[u8]>>,
    /// The session was resumed from a ticket.
    pub resumed: bool,
    /// TLS 1.2 used the extended master secret; `None` in TLS 1.3.
    pub extended_master_secret: Option<bool>,
}

/// A report.
#[derive(Clone, Debug)]
pub struct Report {
    pub(super) made_at: i64,
    pub(super) summary: Summary,
    pub(super) role: Role,
    pub(super) transport: Transport,
    pub(super) domain: Option<Domain>,
    pub(super) negotiated: Option<Negotiated>,
    pub(super) server_name: Option<Box<str>>,
    pub(super) starttls_offered: Option<bool>,
    pub(super) starttls_required: Option<bool>,
    pub(super) clear_notes: Vec<&'static str>,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) peer: Option<Chain>,
    pub(super) own: Option<Certificate>,
    pub(super) bindings: Vec<(BindingKind, Option<NoBinding>)>,
    pub(super) gate: Gate,
    pub(super) policy: String,
    pub(super) relaxations: Vec<String>,
    pub(super) cause: Option<Cause>,
    pub(super) alert: Option<Alert>,
}

impl Report {
    /// Takes a snapshot of a connection.
    pub fn of(connection: &Connection, now: Time) -> Self {
        let features = connection.unverified().and_then(|seen| seen.features.as_ref());
        let notes = connection.unverified().map(|seen| seen.notes.as_slice()).unwrap_or_default();
        let policy = connection.policy();
        let negotiated = negotiated(connection);
        Self {
            made_at: now.unix_seconds,
            summary: summary(connection, negotiated.is_some()),
            role: connection.role(),
            transport: connection.transport(),
            domain: connection.domain().cloned(),
            negotiated,
            server_name: connection.server_name().map(Into::into),
            starttls_offered: features.map(|seen| seen.tls_offered),
            starttls_required: features.map(crate::stream::Features::tls_mandatory),
            clear_notes: notes.iter().map(|note| note.name()).collect(),
            verdicts: connection.verdicts().to_vec(),
            peer: Chain::parse(connection.peer_certificates()).ok(),
            own: connection.own_certificates().next().and_then(|der| Certificate::parse(der).ok()),
            bindings: BindingKind::ALL
                .map(|kind| (kind, connection.channel_binding(kind).err()))
                .into_iter()
                .collect(),
            gate: connection.gate(),
            policy: policy.name().to_owned(),
            relaxations: policy.relaxations().iter().map(ToString::to_string).collect(),
            cause: connection.cause().cloned(),
            alert: connection.alert(),
        }
    }

    /// What to say in one word (HUM-07).
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// Whether the stream is encrypted with TLS (HUM-01): the handshake is done, and nothing failed.
    pub fn is_encrypted(&self) -> bool {
        self.negotiated.is_some() && self.cause.is_none()
    }

    /// What was agreed (HUM-02, HUM-05).
    pub fn negotiated(&self) -> Option<&Negotiated> {
        self.negotiated.as_ref()
    }

    /// Whether what is said can be read later by whoever records it now and has a quantum computer then;
    /// `None` before there is a key exchange.
    pub fn is_safe_against_later_decryption(&self) -> Option<bool> {
        self.negotiated.as_ref()?.group.map(Group::is_post_quantum)
    }

    /// The verdicts, one per pair of domains (HUM-03).
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// The chain that the peer presented (HUM-04).
    pub fn peer(&self) -> Option<&Chain> {
        self.peer.as_ref()
    }

    /// The certificate that we showed.
    pub fn own(&self) -> Option<&Certificate> {
        self.own.as_ref()
    }

    /// Whether the server offered STARTTLS, as it said in the clear; `None` when there were no features.
    pub fn starttls_offered(&self) -> Option<bool> {
        self.starttls_offered
    }

    /// Whether STARTTLS was mandatory, as the server said in the clear.
    pub fn starttls_required(&self) -> Option<bool> {
        self.starttls_required
    }

    /// The channel bindings, each with the reason where there is none.
    pub fn bindings(&self) -> &[(BindingKind, Option<NoBinding>)] {
        &self.bindings
    }

    /// The name of the policy.
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// Why the attempt failed (HUM-09).
    pub fn cause(&self) -> Option<&Cause> {
        self.cause.as_ref()
    }
}

fn summary(connection: &Connection, is_established: bool) -> Summary {
    if connection.cause().is_some() {
        return Summary::Failed;
    }
    match connection.verdict(None).map(Verdict::level) {
        _ if !is_established => Summary::Plaintext,
        Some(Level::Authenticated) => Summary::Authenticated,
        Some(Level::Weak) => Summary::WeaklyVerified,
        Some(Level::EncryptedOnly | Level::Refused) | None => Summary::EncryptedUnauthenticated,
    }
}

fn negotiated(connection: &Connection) -> Option<Negotiated> {
    if connection.is_handshaking() {
        return None;
    }
    Some(Negotiated {
        version: connection.version()?,
        suite: connection.suite()?,
        group: connection.group(),
        signature_scheme: connection.signature_scheme(),
        alpn: connection.alpn().map(Into::into),
        resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
        extended_master_secret: connection.extended_master_secret(),
    })
}
