//! Exceptions and pins: what the operator says about one certificate or key (RFC 9525 §6.6, PKI-28).
//!
//! An exception authenticates: this certificate or key, for this domain, until then. A pin restricts: with
//! one, no other key will do, whatever else is proved. An exception does not tie later connections to its
//! certificate, and a pin proves nothing by itself.

use std::fmt;

use crate::certificate::Certificate;
use crate::policy::{Exception, Pin, PinnedDigest};

/// Why an exception does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExceptionFailure {
    /// It names the certificate, and its time has passed.
    Ended {
        /// The last second of its time, in Unix seconds.
        until: i64,
    },
}

/// The certificate's key is none of those pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinFailure {
    /// How many are pinned.
    pub pinned: usize,
}

/// Looks for an exception for the certificate: `Ok(None)` when no exception names it. Of several the one
/// that lasts longest counts.
///
/// # Errors
/// [`ExceptionFailure::Ended`].
pub fn verify(
    leaf: &Certificate,
    exceptions: &[Exception],
    time: i64,
) -> Result<Option<Exception>, ExceptionFailure> {
    let own = Digests::of(leaf);
    let own = exceptions.iter().filter(|exception| own.are_named_by(&exception.digest));
    match own.max_by_key(|exception| exception.until) {
        Some(exception) if time > exception.until => Err(ExceptionFailure::Ended { until: exception.until }),
        found => Ok(found.copied()),
    }
}

/// Whether the certificate's key is pinned; with no pins at all, any key will do.
///
/// # Errors
/// [`PinFailure`].
pub fn keeps_pins(leaf: Option<&Certificate>, pins: &[Pin]) -> Result<(), PinFailure> {
    if pins.is_empty() {
        return Ok(());
    }
    let own = leaf.map(Digests::of);
    let is_pinned = own.is_some_and(|own| pins.iter().any(|pin| own.are_named_by(pin)));
    if is_pinned { Ok(()) } else { Err(PinFailure { pinned: pins.len() }) }
}

/// What exceptions and pins are compared with, made once for all of them.
struct Digests {
    certificate: [u8; 32],
    public_key: [u8; 32],
}

impl Digests {
    fn of(leaf: &Certificate) -> Self {
        Self { certificate: leaf.digest_sha256(), public_key: leaf.spki_sha256() }
    }

    fn are_named_by(&self, digest: &PinnedDigest) -> bool {
        match digest {
            PinnedDigest::Certificate(digest) => *digest == self.certificate,
            PinnedDigest::PublicKey(digest) => *digest == self.public_key,
        }
    }
}

impl fmt::Display for ExceptionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended { .. } => f.write_str("the exception for this certificate has ended"),
        }
    }
}

impl fmt::Display for PinFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key is none of those pinned for this peer")
    }
}
