//! What a verification asks the host, and what the host may answer.
//!
//! A question is an id, a kind and what exactly is asked. Any question may be answered "absent", "failed",
//! "bogus", "unsupported" or "not asked" without a look at its kind, so that a host which was built against
//! an older library never has to leave one open.

use crate::name::{Domain, Endpoint, Service};
use crate::proof::pkix::RevocationLists;
use crate::record::{Dnssec, Lookup, LookupFailure, PoshEvidence, PoshUrl, TlsaOwner, TlsaSet};
use crate::verification::{DialbackAnswer, History};

/// Names a question within its verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QuestionId(pub u32);

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name.
    pub id: QuestionId,
    /// What is asked.
    pub kind: QuestionKind,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuestionKind {
    /// The TLSA records of an owner name, with their DNSSEC state.
    Tlsa {
        /// The owner name.
        owner: TlsaOwner,
    },
    /// The POSH document at a URL, over verified HTTPS, one reference followed.
    Posh {
        /// The URL.
        url: PoshUrl,
        /// The service it is for.
        service: Service,
    },
    /// The server targets of a domain that connects to us, with the DNSSEC states of SRV and addresses.
    SrvAndAddresses {
        /// The claimed domain.
        domain: Domain,
    },
    /// What was seen of a domain before. It changes no verdict (CHG-02).
    History {
        /// The domain.
        domain: Domain,
        /// The service.
        service: Service,
    },
    /// Revocation lists at these URLs, besides those that the policy has.
    RevocationLists {
        /// The certificate's distribution points, as they stand in it: untrusted text.
        urls: Vec<Box<str>>,
    },
    /// Whether the operator knows a user by certificate or key (RFC 6120 §13.7.2.2.1, EXT-08).
    UserMapping {
        /// SHA-256 of the certificate.
        certificate: [u8; 32],
        /// SHA-256 of the key.
        public_key: [u8; 32],
    },
    /// What the authoritative server says of a dialback key.
    Dialback {
        /// The domain whose key it is.
        originating: Domain,
        /// The domain that received it.
        receiving: Domain,
        /// The stream it belongs to.
        stream_id: Box<str>,
    },
}

impl QuestionKind {
    /// The name in our own data.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Tlsa { .. } => "tlsa",
            Self::Posh { .. } => "posh",
            Self::SrvAndAddresses { .. } => "srv",
            Self::History { .. } => "history",
            Self::RevocationLists { .. } => "revocation_lists",
            Self::UserMapping { .. } => "user_mapping",
            Self::Dialback { .. } => "dialback",
        }
    }
}

/// An answer. One that is not of its question's kind is refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// There is nothing, in this DNSSEC state.
    Absent(Dnssec),
    /// It could not be had.
    Failed(LookupFailure),
    /// The host cannot ask this, or chose not to.
    NotAsked,
    /// TLSA records.
    Tlsa(TlsaSet),
    /// A POSH document.
    Posh(PoshEvidence),
    /// SRV targets.
    SrvAndAddresses(Vec<Endpoint>),
    /// What was seen before.
    History(History),
    /// Revocation lists, those of the policy included.
    RevocationLists(RevocationLists),
    /// The bare JID of a known user.
    UserMapping(Box<str>),
    /// A dialback answer.
    Dialback(DialbackAnswer),
}

impl Answer {
    /// The answers that fit every question, as a look-up without a value.
    pub(crate) fn without_value<T>(&self) -> Option<Lookup<T>> {
        match self {
            Self::Absent(state) => Some(Lookup::Absent(*state)),
            Self::Failed(failure) => Some(Lookup::Failed(*failure)),
            Self::NotAsked => Some(Lookup::NotAsked),
            _ => None,
        }
    }
}
