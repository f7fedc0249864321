//! What an operator says about one peer: pins, exceptions and other demands (PKI-28).
//!
//! A *pin* restricts: with one, a peer needs a pinned key besides its proof. An *exception* authenticates:
//! this certificate or key speaks for this domain until a given time.

use crate::name::Domain;
use crate::policy::{Policy, Requirement};

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

/// What holds for one peer after its own table, if it has one, was laid over the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerDemands<'p> {
    /// What must be known of the peer.
    pub requirement: Requirement,
    /// Whether DANE must prove the peer.
    pub dane_required: bool,
    /// Keys of which one must be the peer's; empty means any.
    pub pins: &'p [Pin],
    /// Certificates or keys that authenticate the peer.
    pub exceptions: &'p [Exception],
    /// The domain whose table was laid over the policy; `None` when the policy speaks alone.
    pub owner: Option<&'p Domain>,
}

impl Policy {
    /// What holds for a peer.
    ///
    /// The table of the domain itself counts; else that of its nearest ancestor written with subdomains
    /// (ATK-OP-04). One table counts, never two: what it leaves open is the policy's.
    #[must_use]
    pub fn for_peer(&self, domain: &Domain) -> PeerDemands<'_> {
        let Some((owner, peer)) = self.peer_entry(domain) else {
            return PeerDemands {
                requirement: self.requirement,
                dane_required: self.dane_required,
                pins: &[],
                exceptions: &[],
                owner: None,
            };
        };
        PeerDemands {
            requirement: peer.requirement.unwrap_or(self.requirement),
            dane_required: peer.dane_required.unwrap_or(self.dane_required),
            pins: &peer.pins,
            exceptions: &peer.exceptions,
            owner: Some(owner),
        }
    }

    fn peer_entry(&self, domain: &Domain) -> Option<(&Domain, &PeerPolicy)> {
        if let Some(exact) = self.peers.get_key_value(domain) {
            return Some(exact);
        }
        if self.peers.is_empty() || domain.address().is_some() {
            return None;
        }
        let mut rest = domain.as_ascii();
        while let Some((_, parent)) = rest.split_once('.') {
            let ancestor = Domain::parse(parent).ok()?;
            match self.peers.get_key_value(&ancestor) {
                Some((owner, peer)) if peer.with_subdomains => return Some((owner, peer)),
                _ => rest = parent,
            }
        }
        None
    }
}
