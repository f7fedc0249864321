//! What the operator demands of a peer and of its TLS: data, built once and frozen.
//!
//! A policy holds demands, never facts about a peer and never a decision; `verification` is where it meets
//! proofs, `connection` where it meets bytes. It is strict by default, and every relaxation has a name that
//! says what is lost ([`Policy::relaxations`]).

mod demand;
mod peer;

pub use demand::{
    ClientCertificate, DaneUsages, Gate, Requirement, Resumption, Revocation, StarttlsDemand, TimeLimits,
    UnknownServerName,
};
pub use peer::{Exception, PeerPolicy, Pin, PinnedDigest};

use std::collections::BTreeMap;

use crate::name::{Domain, Service};

/// A frozen policy. Cheap to share behind an `Arc`; never changes after it was built.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) name: String,
    pub(crate) service: Service,
    pub(crate) requirement: Requirement,
    pub(crate) starttls: StarttlsDemand,
    pub(crate) gate: Gate,
    pub(crate) pkix: bool,
    pub(crate) dane: DaneUsages,
    pub(crate) dane_inbound: bool,
    pub(crate) dane_required: bool,
    pub(crate) posh: bool,
    pub(crate) posh_mismatch_is_final: bool,
    pub(crate) posh_maximum_age: u32,
    pub(crate) dialback: bool,
    pub(crate) dialback_requires_tls: bool,
    pub(crate) accept_client_auth_only: bool,
    pub(crate) configured_host_counts: bool,
    pub(crate) revocation: Revocation,
    pub(crate) client_certificate: ClientCertificate,
    pub(crate) unknown_server_name: UnknownServerName,
    pub(crate) require_alpn: bool,
    pub(crate) resumption: Resumption,
    pub(crate) time_limits: TimeLimits,
    pub(crate) peers: BTreeMap<Domain, PeerPolicy>,
}
