//! What an operator says about one peer: pins, exceptions and other demands (PKI-28).
//!
//! A *pin* restricts: with one, a peer needs a pinned key besides its proof. An *exception* authenticates:
//! this certificate or key speaks for this domain until a given time.

use crate::name::Domain;
use crate::policy::Requirement;

/// What a pin or an exception names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PinnedDigest {
    /// SHA-256 of the end-entity certificate's DER.
    Certificate([u8; 32]),
    /// SHA-256 of the end-entity certificate's SubjectPublicKeyInfo.
    PublicKey([u8; 32]),
}

/// One pinned key of a peer; several are alternatives, so that a backup key can be pinned ahead.
pub type Pin = PinnedDigest;

/// A certificate or key that authenticates a peer by the operator's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exception {
    /// What is accepted.
    pub digest: PinnedDigest,
    /// Until when, in seconds since 1970 UTC, inclusive. There is no exception without an end.
    pub until: i64,
}

/// Demands for one peer domain; `None` means what the policy says for everyone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeerPolicy {
    /// Whether this entry also covers subdomains; an exact domain does not (ATK-OP-04).
    pub with_subdomains: bool,
    /// Another requirement than the policy's.
    pub requirement: Option<Requirement>,
    /// Whether DANE must prove this peer.
    pub dane_required: Option<bool>,
    /// Keys of which one must be the peer's.
    pub pins: Vec<Pin>,
    /// Certificates or keys that authenticate this peer.
    pub exceptions: Vec<Exception>,
}

impl PeerPolicy {
    /// Whether the entry, written for `owner`, covers `domain`.
    pub fn covers(&self, owner: &Domain, domain: &Domain) -> bool {
        owner == domain || (self.with_subdomains && domain.is_within(owner))
    }
}
