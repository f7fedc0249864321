//! What the operator demands of a peer and of its TLS: data, built once and frozen.
//!
//! A policy holds demands, never facts about a peer and never a decision; `verification` is where it meets
//! proofs, `connection` where it meets bytes. It is strict by default, and every relaxation has a name that
//! says what is lost ([`Policy::relaxations`]).
//!
//! A policy starts from a dated [`Preset`] that never changes. [`PolicyBuilder`] changes it, each setting
//! once, and [`PolicyBuilder::build`] refuses settings that contradict each other, naming both. The same
//! settings have a TOML form ([`PolicyDocument`]) that is read strictly and printed with every value
//! ([`Policy::to_toml`]).
//!
//! ```
//! use xmpptls::policy::{PolicyBuilder, Preset, Requirement};
//!
//! let mut builder = PolicyBuilder::new(Preset::S2s2026);
//! builder.requirement(Requirement::EncryptOnly)?;
//! let policy = builder.build()?;
//! assert_eq!(policy.name(), "s2s-2026+changes");
//! assert_eq!(policy.relaxations()[0].name(), "encrypt-only");
//! # Ok::<(), xmpptls::policy::PolicyError>(())
//! ```
//!
//! This room reads no file: trust anchors and revocation lists are named here and handed in by the caller;
//! the room `files` reads them.

mod access;
mod builder;
mod contradiction;
mod demand;
mod error;
mod fingerprint;
mod peer;
mod preset;
mod relaxation;
mod setting;
mod text;
mod value;

pub use builder::PolicyBuilder;
pub use contradiction::Contradiction;
pub use demand::{
    ClientCertificate, DaneUsages, Directions, Gate, Requirement, Resumption, Revocation, StarttlsDemand,
    TimeLimits, TrustAnchorSource, UnknownServerName,
};
pub use error::PolicyError;
pub use peer::{Exception, PeerDemands, PeerPolicy, Pin, PinnedDigest};
pub use preset::Preset;
pub use relaxation::Relaxation;
pub use setting::Setting;
pub use text::{DigestError, Expected, PolicyDocument, PolicyTextError, TextFault};

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::name::{Domain, Service};
use crate::parameter::{Parameters, Version};
use crate::proof::pkix::{RevocationLists, TrustAnchors};

/// A frozen policy. Cheap to share behind an `Arc`; never changes after it was built.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) name: String,
    pub(crate) preset: Preset,
    pub(crate) service: Service,
    pub(crate) directions: Directions,
    pub(crate) requirement: Requirement,
    pub(crate) starttls: StarttlsDemand,
    pub(crate) gate: Gate,
    pub(crate) parameters: Parameters,
    pub(crate) trust_anchors: TrustAnchors,
    pub(crate) trust_anchor_sources: Vec<TrustAnchorSource>,
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
    pub(crate) revocation_lists: RevocationLists,
    pub(crate) revocation_list_sources: Vec<Box<str>>,
    pub(crate) client_certificate: ClientCertificate,
    pub(crate) client_certificate_minimum: Version,
    pub(crate) unknown_server_name: UnknownServerName,
    pub(crate) strict_virtual_hosts: bool,
    pub(crate) from_mismatch_is_refused: bool,
    pub(crate) starttls_server_name: bool,
    pub(crate) alpn: bool,
    pub(crate) require_alpn: bool,
    pub(crate) resumption: Resumption,
    pub(crate) key_log: bool,
    pub(crate) time_limits: TimeLimits,
    pub(crate) peers: BTreeMap<Domain, PeerPolicy>,
    pub(crate) fingerprint: OnceLock<[u8; 32]>,
}
