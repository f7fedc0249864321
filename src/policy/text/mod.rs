//! The TOML form of a policy.
//!
//! It is read strictly: a key that does not exist, a word that is not one of the list or a value of the
//! wrong type is an error with its line and column, and with the nearest word that does exist
//! (ATK-OP-03). It is printed with every value spelled out, and what is printed reads to an equal policy.
//!
//! ```toml
//! preset = "s2s-2026"
//!
//! [pkix]
//! trust_anchors = ["system"]
//!
//! [peer."example.org"]
//! pins = [{ public_key = "sha-256:2wkLlWvmjTVTsFCJhRdA9bLCCmNVkFnmGBtsqXBDnhs=" }]
//! ```
//!
//! The form names files and stores and does not read them; `docs/policy.md` lists every key.

mod digest;
mod error;
mod nearest;
mod print;
mod read;
mod time;
mod value;

pub use digest::DigestError;
pub use error::{Expected, PolicyTextError, TextFault};

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::{Policy, PolicyBuilder, Setting, TrustAnchorSource};
use crate::name::Domain;
use crate::proof::pkix::TrustAnchors;

/// A policy as it was read, without the trust anchors that it names.
#[derive(Clone, Debug)]
pub struct PolicyDocument {
    text: Box<str>,
    builder: PolicyBuilder,
    positions: Positions,
}

/// Where in the text settings and peers' tables are.
#[derive(Clone, Debug, Default)]
struct Positions {
    settings: BTreeMap<Setting, Range<usize>>,
    peers: BTreeMap<Domain, Range<usize>>,
}

impl PolicyDocument {
    /// Reads a policy.
    ///
    /// # Errors
    /// [`PolicyTextError`] with the place of the first fault.
    pub fn read(text: &str) -> Result<Self, PolicyTextError> {
        read::document(text)
    }

    /// Where the text says that trust anchors come from; reading them is the caller's part.
    #[must_use]
    pub fn trust_anchor_sources(&self) -> &[TrustAnchorSource] {
        self.builder.sources()
    }

    /// The files that the text names for revocation lists.
    #[must_use]
    pub fn revocation_list_sources(&self) -> &[Box<str>] {
        self.builder.lists()
    }

    /// The builder with what was read, for further settings.
    pub fn builder(&mut self) -> &mut PolicyBuilder {
        &mut self.builder
    }

    /// Builds the policy with these trust anchors.
    ///
    /// # Errors
    /// What [`PolicyBuilder::build`] refuses, with the place of a setting that is to blame, if the text has
    /// one.
    pub fn build(mut self, anchors: TrustAnchors) -> Result<Arc<Policy>, PolicyTextError> {
        let built = self.builder.trust_anchors(anchors).and_then(|builder| builder.build());
        built.map_err(|error| {
            let (first, second) = error.settings();
            let place = |setting: Option<Setting>| self.positions.settings.get(&setting?).cloned();
            let peer = error.peer().and_then(|peer| self.positions.peers.get(peer)).cloned();
            let span = peer.or_else(|| place(first)).or_else(|| place(second));
            PolicyTextError::new(&self.text, span, TextFault::Policy(error))
        })
    }
}
