//! The floor below which a key or a signature proves nothing, by any method (RFC 9325 §4.5, RFC 9155).

use crate::certificate::{KeyAlgorithm, KeyInfo, SignatureAlgorithm, SignatureHash};

/// The bits of a key that is too small to prove anything; `None` for one that is not.
///
/// RSA and DSA keys need 2048 bits, curves 224 (RFC 9325 §4.5, PAR-10). A size that cannot be told counts
/// as 0 for these. The floor holds under DANE and POSH as well.
pub fn key_is_too_weak(key: &KeyInfo) -> Option<u32> {
    let floor = match key.algorithm {
        KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss | KeyAlgorithm::Dsa => 2048,
        KeyAlgorithm::Ec(_) => 224,
        _ => return None,
    };
    let bits = key.bits.unwrap_or_default();
    (bits < floor).then_some(bits)
}

/// Whether a certificate's signature proves nothing because of its hash: MD2, MD5 or SHA-1 (RFC 9155, PAR-11).
///
/// Not asked for trust anchors, nor where the signature is not relied on (DANE-EE, POSH).
pub fn signature_is_too_weak(algorithm: &SignatureAlgorithm) -> bool {
    matches!(algorithm.hash, Some(SignatureHash::Md2 | SignatureHash::Md5 | SignatureHash::Sha1))
}
