//! The publisher's side of POSH: the documents to serve for a set of certificates (RFC 7711 §3, POSH-18).

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::engine::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::record::PoshUrl;

/// A certificate to publish.
#[derive(Clone, Copy, Debug)]
pub struct PoshCertificate<'a> {
    /// Its DER.
    pub der: &'a [u8],
    /// Its end, in seconds since 1970 UTC.
    pub not_after: i64,
}

/// What a publisher should know about a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PoshWarning {
    /// The certificate with this index ends before the document may stop being relied on.
    OutlivesCertificate(usize),
    /// `expires` is 0: the document revokes what it publishes.
    Revokes,
    /// There is no certificate, and so no document that anyone accepts.
    NoCertificate,
}

/// Writes the fingerprints document for `certificates`, the renewed one first, and what to be warned of.
///
/// Each descriptor has `sha-256` and `sha-512`, padded. `expires` is in seconds from when it is served.
pub fn posh_document(
    certificates: &[PoshCertificate<'_>],
    expires: u32,
    now: i64,
) -> (String, Vec<PoshWarning>) {
    let descriptors: Vec<serde_json::Value> = certificates
        .iter()
        .map(|certificate| {
            serde_json::json!({
                "sha-256": STANDARD.encode(digest(&SHA256, certificate.der)),
                "sha-512": STANDARD.encode(digest(&SHA512, certificate.der)),
            })
        })
        .collect();
    let mut warnings = Vec::new();
    if expires == 0 {
        warnings.push(PoshWarning::Revokes);
    }
    if certificates.is_empty() {
        warnings.push(PoshWarning::NoCertificate);
    }
    let end = now.saturating_add(i64::from(expires));
    for (index, certificate) in certificates.iter().enumerate() {
        if certificate.not_after < end {
            warnings.push(PoshWarning::OutlivesCertificate(index));
        }
    }
    (serde_json::json!({ "fingerprints": descriptors, "expires": expires }).to_string(), warnings)
}

/// Writes the document that refers to `url` (RFC 7711 §3.2).
pub fn posh_reference(url: &PoshUrl, expires: u32) -> String {
    serde_json::json!({ "url": url.as_str(), "expires": expires }).to_string()
}
