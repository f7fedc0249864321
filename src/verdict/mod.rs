//! The answer: who the peer is, by which proof, and every reason found on the way.
//!
//! A verdict never changes and is cheap to clone and to share. Its level is one of four; encrypted is not
//! authenticated, and weak is not either (HUM-07). An authenticated verdict can only be made by
//! [`verification`](crate::verification). It speaks of one domain, service and direction, and says nothing
//! about any other pair on the same stream (RFC 7712 §4).

mod alert;
mod attempt;
mod json;
mod reason;

pub use alert::Alert;
pub use attempt::{
    Attempt, DaneEvidence, Evidence, NotTried, Note, Outcome, PkixEvidence, PoshSummary, Proof,
};
pub use json::VERDICT_FORMAT;
pub use reason::{DialbackFailure, PolicyFailure, Reason, UserFailure};

use std::fmt;
use std::sync::Arc;

use crate::certificate::Chain;
use crate::name::{Direction, Domain, Service};
use crate::policy::Requirement;
use crate::proof::names::NameMatch;

/// How surely the peer is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// A certificate proof succeeded.
    Authenticated,
    /// A dialback answer alone: as good as the DNS it went through.
    Weak,
    /// TLS is up, and nobody is authenticated.
    EncryptedOnly,
    /// The peer must not be talked to.
    Refused,
}

/// By which proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// A certification authority's certificate.
    Pkix,
    /// PKIX, and an authority that PKIX-TA records name.
    PkixTa,
    /// PKIX, and a certificate that PKIX-EE records name.
    PkixEe,
    /// An authority that DANE-TA records name.
    DaneTa,
    /// A certificate that DANE-EE records name.
    DaneEe,
    /// A POSH fingerprint.
    Posh,
    /// The operator's word.
    Exception,
    /// A dialback answer.
    Dialback,
    /// A dialback answer over a way that DNSSEC protects.
    DialbackDnssec,
}

/// What the peer did about the key of its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Possession {
    /// A handshake showed that the peer holds the key (RFC 8446 §4.4.3).
    Shown,
    /// There was only a chain.
    NotShown,
}

/// Which connection a verdict belongs to: an identifier that the connection gave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Binding(pub u64);

/// The answer.
#[derive(Clone)]
pub struct Verdict(Arc<Facts>);

/// What a verdict is made of. Only `verification` fills it in.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) level: Level,
    pub(crate) method: Option<Method>,
    pub(crate) domain: Domain,
    pub(crate) service: Service,
    pub(crate) direction: Direction,
    pub(crate) name: Option<NameMatch>,
    pub(crate) attempts: Vec<Attempt>,
    /// Reasons that belong to no single proof.
    pub(crate) demands: Vec<Reason>,
    pub(crate) notes: Vec<Note>,
    pub(crate) chain: Option<Chain>,
    pub(crate) judged_at: i64,
    pub(crate) valid_until: Option<i64>,
    pub(crate) possession: Possession,
    pub(crate) resumed: bool,
    pub(crate) policy: String,
    pub(crate) requirement: Requirement,
    pub(crate) binding: Option<Binding>,
    /// Nothing that could still be learnt would better the verdict.
    pub(crate) is_final: bool,
}

impl Verdict {
    pub(crate) fn new(facts: Facts) -> Self {
        Self(Arc::new(facts))
    }

    /// The same verdict for a connection.
    pub(crate) fn bound_to(self, binding: Option<Binding>) -> Self {
        match binding {
            None => self,
            Some(_) => Self(Arc::new(Facts { binding, ..Arc::unwrap_or_clone(self.0) })),
        }
    }

    /// How surely the peer is known.
    pub fn level(&self) -> Level {
        self.0.level
    }

    /// By which proof; `None` unless authenticated or weak.
    pub fn method(&self) -> Option<Method> {
        self.0.method
    }

    /// The service domain that was judged.
    pub fn domain(&self) -> &Domain {
        &self.0.domain
    }

    /// The service.
    pub fn service(&self) -> Service {
        self.0.service
    }

    /// Our end of the stream.
    pub fn direction(&self) -> Direction {
        self.0.direction
    }

    /// The identity that was proved and how the certificate presents it, for methods that compare names.
    pub fn name(&self) -> Option<&NameMatch> {
        self.0.name.as_ref()
    }

    /// The trail: every proof once, in the order in which they are tried.
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// Every reason found, those of failed proofs beside a successful one too.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        self.0.attempts.iter().flat_map(|attempt| &attempt.reasons).chain(&self.0.demands)
    }

    /// What explains the verdict without deciding it.
    pub fn notes(&self) -> &[Note] {
        &self.0.notes
    }

    /// What the peer presented; there after a refusal, too (HUM-04).
    pub fn chain(&self) -> Option<&Chain> {
        self.0.chain.as_ref()
    }

    /// The time of the verdict, in Unix seconds.
    pub fn judged_at(&self) -> i64 {
        self.0.judged_at
    }

    /// The last second at which all that it rests on is valid: certificates of the path, records, document,
    /// exception (PKI-29). `None` when nothing ends.
    pub fn valid_until(&self) -> Option<i64> {
        self.0.valid_until
    }

    /// Whether a handshake showed that the peer holds the key.
    pub fn possession(&self) -> Possession {
        self.0.possession
    }

    /// Whether the chain came from an earlier handshake (RES-09).
    pub fn is_resumed(&self) -> bool {
        self.0.resumed
    }

    /// The name of the policy.
    pub fn policy(&self) -> &str {
        &self.0.policy
    }

    /// What the policy demands of this peer.
    pub fn requirement(&self) -> Requirement {
        self.0.requirement
    }

    /// The connection that it was made for.
    pub fn binding(&self) -> Option<Binding> {
        self.0.binding
    }

    /// Whether nothing that could still be learnt would better the verdict.
    pub(crate) fn is_final(&self) -> bool {
        self.0.is_final || self.0.level == Level::Authenticated
    }

    /// Whether the pair may be authorised under the policy of the verdict.
    pub fn is_permitted(&self) -> bool {
        self.permits(self.0.requirement)
    }

    /// Whether the pair may be authorised under `requirement`. A certificate proof counts only for a peer
    /// that showed that it holds the key.
    pub fn permits(&self, requirement: Requirement) -> bool {
        let proved = match self.0.level {
            Level::Authenticated => self.0.possession == Possession::Shown,
            Level::Weak => requirement != Requirement::Authenticate,
            Level::EncryptedOnly => false,
            Level::Refused => return false,
        };
        proved || requirement == Requirement::EncryptOnly
    }

    /// Whether SASL PLAIN may be used with this server: only with full validation (RFC 6120 §13.8.3, EXT-11).
    pub fn may_use_plain(&self) -> bool {
        self.0.level == Level::Authenticated && self.0.possession == Possession::Shown
    }

    /// The TLS alert that tells the peer why it is refused; `None` when it is not (PKI-27).
    pub fn alert(&self) -> Option<Alert> {
        (self.0.level == Level::Refused).then(|| alert::fitting(self.reasons()))
    }
}

impl Level {
    /// The name in our own data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authenticated => "authenticated",
            Self::Weak => "weak",
            Self::EncryptedOnly => "encrypted_only",
            Self::Refused => "refused",
        }
    }

    /// The level with this name; `None` when no level has it.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Authenticated, Self::Weak, Self::EncryptedOnly, Self::Refused];
        all.into_iter().find(|own| own.name() == name)
    }

    /// Whether less is proved about who the peer is. Encrypted only and refused prove nothing, both alike:
    /// which of them it is depends on the policy, not on the peer.
    pub fn proves_less_than(self, other: Self) -> bool {
        self.proven() < other.proven()
    }

    fn proven(self) -> u8 {
        match self {
            Self::Authenticated => 2,
            Self::Weak => 1,
            Self::EncryptedOnly | Self::Refused => 0,
        }
    }
}

impl Method {
    /// The name in our own data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pkix => "pkix",
            Self::PkixTa => "pkix-ta",
            Self::PkixEe => "pkix-ee",
            Self::DaneTa => "dane-ta",
            Self::DaneEe => "dane-ee",
            Self::Posh => "posh",
            Self::Exception => "exception",
            Self::Dialback => "dialback",
            Self::DialbackDnssec => "dialback+dnssec",
        }
    }

    /// Whether DNSSEC-signed records proved the certificate.
    pub fn is_dane(self) -> bool {
        matches!(self, Self::PkixTa | Self::PkixEe | Self::DaneTa | Self::DaneEe)
    }
}

impl fmt::Display for Verdict {
    /// One line, such as `example.org (s2s, initiating): refused: the certificate has expired`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (service, direction) = (self.service().name(), self.direction().name());
        write!(f, "{} ({service}, {direction}): {}", self.domain(), self.level().name())?;
        if let Some(method) = self.method() {
            return write!(f, " by {}", method.name());
        }
        for (index, reason) in self.reasons().enumerate() {
            write!(f, "{} {reason}", if index == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
