//! Which dialback error answers a pair that may not join (XEP-0220 §2.4.2, §2.5; DNA-11).

use crate::record::LookupFailure;
use crate::verdict::{DialbackFailure, Level, Reason, Verdict};

/// A stanza error condition in a `db:result` or `db:verify` of type `error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialbackCondition {
    /// The key is wrong.
    Forbidden,
    /// The domain is not served here.
    ItemNotFound,
    /// The request is malformed.
    NotAcceptable,
    /// A certificate or another proof is wanted.
    NotAuthorized,
    /// TLS is wanted first.
    PolicyViolation,
    /// The authoritative server does not answer.
    RemoteConnectionFailed,
    /// DNS names no authoritative server.
    RemoteServerNotFound,
    /// The authoritative server answers too late.
    RemoteServerTimeout,
    /// Too much waits already.
    ResourceConstraint,
}

impl DialbackCondition {
    /// The element's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden",
            Self::ItemNotFound => "item-not-found",
            Self::NotAcceptable => "not-acceptable",
            Self::NotAuthorized => "not-authorized",
            Self::PolicyViolation => "policy-violation",
            Self::RemoteConnectionFailed => "remote-connection-failed",
            Self::RemoteServerNotFound => "remote-server-not-found",
            Self::RemoteServerTimeout => "remote-server-timeout",
            Self::ResourceConstraint => "resource-constraint",
        }
    }
}

/// The condition that tells a peer why its pair is refused; `None` when it is not, or not yet.
///
/// A pair that came without TLS has no verdict: the answer is [`DialbackCondition::PolicyViolation`].
pub fn dialback_condition(verdict: &Verdict) -> Option<DialbackCondition> {
    if verdict.level() != Level::Refused {
        return None;
    }
    let of_dialback = verdict.reasons().find_map(|reason| match reason {
        Reason::Dialback(failure) => Some(*failure),
        _ => None,
    });
    Some(match of_dialback {
        None => DialbackCondition::NotAuthorized,
        Some(DialbackFailure::Invalid) => DialbackCondition::Forbidden,
        Some(DialbackFailure::WithoutTls) => DialbackCondition::PolicyViolation,
        Some(DialbackFailure::Unanswered(why)) => match why {
            Some(LookupFailure::Timeout) => DialbackCondition::RemoteServerTimeout,
            Some(LookupFailure::Unreachable | LookupFailure::HttpsUnverified) => {
                DialbackCondition::RemoteConnectionFailed
            }
            _ => DialbackCondition::RemoteServerNotFound,
        },
    })
}
