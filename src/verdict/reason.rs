//! Why: each reason is the failure of one proof, with its data, its number and its clause.

use std::fmt;

use crate::certificate::ChainError;
use crate::numbers::ReasonCode;
use crate::proof::dane::DaneFailure;
use crate::proof::exception::{ExceptionFailure, PinFailure};
use crate::proof::pkix::PkixFailure;
use crate::proof::posh::PoshFailure;
use crate::record::LookupFailure;

/// One reason of a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// DANE forbids the peer.
    Dane(DaneFailure),
    /// Dialback proves nothing.
    Dialback(DialbackFailure),
    /// An exception does not help.
    Exception(ExceptionFailure),
    /// The certificates cannot be read, or are too many.
    Unreadable(ChainError),
    /// There is no certificate to prove anything with.
    NoCertificate,
    /// The key is not pinned.
    Pin(PinFailure),
    /// PKIX proves nothing.
    Pkix(PkixFailure),
    /// The policy demands more than was proved.
    Policy(PolicyFailure),
    /// POSH proves nothing.
    Posh(PoshFailure),
    /// A user cannot be told from the certificate.
    User(UserFailure),
}

/// Why dialback proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DialbackFailure {
    /// The authoritative server says that the key is not its own.
    Invalid,
    /// The authoritative server could not be asked; `None` when there is none.
    Unanswered(Option<LookupFailure>),
    /// The key was verified over a connection without TLS, and the policy wants TLS on both legs.
    WithoutTls,
}

/// What a policy demands beyond what was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyFailure {
    /// A proof, and none succeeded.
    AuthenticationRequired,
    /// A proof by DANE.
    DaneRequired,
    /// That POSH does not contradict.
    PoshMismatchFinal,
}

/// Why a certificate does not make its holder a user (RFC 6120 §13.7.2.2, XEP-0178 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserFailure {
    /// The client may not act as the user that it asks for.
    AuthzidForeign,
    /// The authorization identity is no bare JID, or for servers no bare domain.
    AuthzidMalformed,
    /// The certificate names several users, and the client chose none.
    AuthzidRequired,
    /// The certificate names no user of a served domain.
    NoIdentity,
}

impl Reason {
    /// The number, stable for good.
    pub fn code(&self) -> ReasonCode {
        match self {
            Self::Dane(failure) => dane(failure),
            Self::Dialback(DialbackFailure::Invalid) => ReasonCode::DialbackInvalid,
            Self::Dialback(DialbackFailure::Unanswered(_)) => ReasonCode::DialbackUnanswered,
            Self::Dialback(DialbackFailure::WithoutTls) => ReasonCode::DialbackWithoutTls,
            Self::Exception(ExceptionFailure::Ended { .. }) => ReasonCode::ExceptionEnded,
            Self::NoCertificate | Self::Unreadable(ChainError::Empty) => ReasonCode::NoCertificate,
            Self::Unreadable(ChainError::Leaf(_)) => ReasonCode::MalformedCert,
            Self::Unreadable(ChainError::TooLong) => ReasonCode::ChainTooLong,
            Self::Pin(_) => ReasonCode::PinMismatch,
            Self::Pkix(failure) => failure.code(),
            Self::Policy(PolicyFailure::AuthenticationRequired) => ReasonCode::AuthenticationRequired,
            Self::Policy(PolicyFailure::DaneRequired) => ReasonCode::DaneRequired,
            Self::Policy(PolicyFailure::PoshMismatchFinal) => ReasonCode::PoshMismatchFinal,
            Self::Posh(failure) => posh(failure),
            Self::User(UserFailure::AuthzidForeign) => ReasonCode::UserAuthzidForeign,
            Self::User(UserFailure::AuthzidMalformed) => ReasonCode::UserAuthzidMalformed,
            Self::User(UserFailure::AuthzidRequired) => ReasonCode::UserAuthzidRequired,
            Self::User(UserFailure::NoIdentity) => ReasonCode::UserNoIdentity,
        }
    }

    /// The failure of a certificate in it, whichever proof it belongs to.
    pub fn certificate_failure(&self) -> Option<&PkixFailure> {
        match self {
            Self::Pkix(failure)
            | Self::Dane(DaneFailure::Path(failure))
            | Self::Posh(PoshFailure::Certificate(failure)) => Some(failure),
            _ => None,
        }
    }
}

fn dane(failure: &DaneFailure) -> ReasonCode {
    match failure {
        DaneFailure::DnsBogus { .. } => ReasonCode::DaneDnsBogus,
        DaneFailure::Mismatch { .. } => ReasonCode::DaneMismatch,
        DaneFailure::Path(failure) => failure.code(),
        DaneFailure::Stale { .. } => ReasonCode::DaneRecordsStale,
    }
}

fn posh(failure: &PoshFailure) -> ReasonCode {
    match failure {
        PoshFailure::BadDocument => ReasonCode::PoshBadDocument,
        PoshFailure::Certificate(failure) => failure.code(),
        PoshFailure::FetchFailed(_) => ReasonCode::PoshFetchFailed,
        PoshFailure::ForeignDocument => ReasonCode::PoshForeignDocument,
        PoshFailure::Mismatch { .. } => ReasonCode::PoshMismatch,
        PoshFailure::Stale { .. } => ReasonCode::PoshStale,
    }
}

impl fmt::Display for Reason {
    /// One line; what a peer wrote in it is escaped (HUM-08).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dane(failure) => failure.fmt(f),
            Self::Exception(failure) => failure.fmt(f),
            Self::Pin(failure) => failure.fmt(f),
            Self::Pkix(failure) => failure.fmt(f),
            Self::Unreadable(error) => error.fmt(f),
            Self::Posh(failure) => failure.fmt(f),
            Self::Dialback(_) | Self::NoCertificate | Self::Policy(_) | Self::User(_) => {
                f.write_str(self.code().message())
            }
        }
    }
}
