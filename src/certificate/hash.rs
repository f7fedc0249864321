//! Digests of bytes in parts, as arrays.

use aws_lc_rs::digest::{self, SHA256};

/// SHA-256 of the parts, one behind the other.
pub(crate) fn sha_256<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    digest_of(&SHA256, parts)
}

/// The digest of the parts, one behind the other. `N` is the algorithm's own length.
pub(super) fn digest_of<'a, const N: usize>(
    algorithm: &'static digest::Algorithm,
    parts: impl IntoIterator<Item = &'a [u8]>,
) -> [u8; N] {
    let mut context = digest::Context::new(algorithm);
    parts.into_iter().for_each(|part| context.update(part));
    *context.finish().as_ref().first_chunk().expect("each caller asks for the digest's own length")
}
