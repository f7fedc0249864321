//! What the policy demands of one peer: its own entry over what is said for everyone.

use crate::name::Domain;
use crate::policy::{Exception, PeerPolicy, Pin, Policy, Requirement};

/// The demands for one peer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demands<'a> {
    pub(crate) requirement: Requirement,
    pub(crate) dane_required: bool,
    pub(crate) pins: &'a [Pin],
    pub(crate) exceptions: &'a [Exception],
}

impl<'a> Demands<'a> {
    /// The entry that names the domain itself counts; without one, that of its closest ancestor that covers
    /// subdomains (ATK-OP-04). Entries do not add up.
    pub(crate) fn of(policy: &'a Policy, domain: &Domain) -> Self {
        let covering = policy.peers.iter().filter(|(owner, peer)| peer.covers(owner, domain));
        let entry = covering.max_by_key(|(owner, _)| owner.as_ascii().len()).map(|(_, peer)| peer);
        Self {
            requirement: entry.and_then(|peer| peer.requirement).unwrap_or(policy.requirement),
            dane_required: entry.and_then(|peer| peer.dane_required).unwrap_or(policy.dane_required),
            pins: entry.map_or(&[], |peer: &PeerPolicy| &peer.pins),
            exceptions: entry.map_or(&[], |peer| &peer.exceptions),
        }
    }
}
