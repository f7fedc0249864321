//! A policy's TOML form from a file, with what it names.

use std::path::Path;
use std::sync::Arc;

use super::{AnchorReading, FileError, FileFault, read, revocation_lists, trust_anchors};
use crate::limits::POLICY_TEXT_BYTES;
use crate::policy::{Policy, PolicyDocument, PolicyTextError, TrustAnchorSource};

/// A policy that was read, and how its trust anchors were found.
#[derive(Clone, Debug)]
pub struct PolicyReading {
    /// The policy.
    pub policy: Arc<Policy>,
    /// How its trust anchors were found.
    pub anchors: AnchorReading,
}

/// Reads a policy and the trust anchors and revocation lists that it names. Relative paths in it start at
/// the policy's own directory.
///
/// # Errors
/// [`FileError`] of the first file that cannot be used, be it the policy or one that it names.
pub fn policy(path: &Path) -> Result<PolicyReading, FileError> {
    let refused = |error: PolicyTextError| FileError::new(path, FileFault::Policy(error));
    let bytes = read::bytes(path, POLICY_TEXT_BYTES)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| FileError::new(path, FileFault::NotUtf8))?;
    let mut document = PolicyDocument::read(text).map_err(refused)?;
    let base = path.parent().unwrap_or_else(|| Path::new(""));
    let sources: Vec<_> = document.trust_anchor_sources().iter().map(|one| placed(base, one)).collect();
    let anchors = trust_anchors(&sources)?;
    let paths: Vec<_> = document.revocation_list_sources().iter().map(|one| base.join(&**one)).collect();
    let lists = revocation_lists(paths.iter().map(AsRef::as_ref))?;
    document.builder().revocation_lists(lists).map_err(|error| refused(error.into()))?;
    let policy = document.build(anchors.anchors.clone()).map_err(refused)?;
    Ok(PolicyReading { policy, anchors })
}

/// A source with its path seen from `base`.
fn placed(base: &Path, source: &TrustAnchorSource) -> TrustAnchorSource {
    let join = |path: &str| base.join(path).to_str().map_or_else(|| path.into(), Into::into);
    match source {
        TrustAnchorSource::System => TrustAnchorSource::System,
        TrustAnchorSource::File(path) => TrustAnchorSource::File(join(path)),
        TrustAnchorSource::Directory(path) => TrustAnchorSource::Directory(join(path)),
    }
}
