//! Policies in few words: a preset with trust anchors, and what a test changes in it.

use std::sync::Arc;

use xmpptls::policy::{PinnedDigest, Policy, PolicyBuilder, PolicyError, Preset};
use xmpptls::proof::pkix::TrustAnchors;

use super::ca::root;

/// A root for policies that want one.
pub(crate) fn trusted() -> TrustAnchors {
    TrustAnchors::from_der([root().der.as_slice()])
}

/// A builder for a preset that has trust anchors.
pub(crate) fn builder(preset: Preset) -> PolicyBuilder {
    let mut builder = PolicyBuilder::new(preset);
    builder.trust_anchors(trusted()).unwrap();
    builder
}

pub(crate) fn key(byte: u8) -> PinnedDigest {
    PinnedDigest::PublicKey([byte; 32])
}

pub(crate) type Change = fn(&mut PolicyBuilder) -> Result<&mut PolicyBuilder, PolicyError>;

pub(crate) fn built(preset: Preset, change: Change) -> Result<Arc<Policy>, PolicyError> {
    let mut builder = builder(preset);
    change(&mut builder)?;
    builder.build()
}

#[track_caller]
pub(crate) fn accepts(preset: Preset, change: Change) -> Arc<Policy> {
    built(preset, change).unwrap()
}
