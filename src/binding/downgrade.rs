//! The hash that lets both ends of SCRAM find stripped mechanisms or types (XEP-0474 §6, CB-12).

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, digest};
use base64::engine::Engine;
use base64::engine::general_purpose::STANDARD;

/// The hash of the SCRAM mechanism in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DowngradeHash {
    /// SCRAM-SHA-1.
    Sha1,
    /// SCRAM-SHA-256.
    Sha256,
    /// SCRAM-SHA-512.
    Sha512,
}

/// The base64 text for SCRAM's `h` attribute: over the sorted mechanisms and, when the server announced
/// channel-binding types, the sorted types.
pub fn downgrade_hash(hash: DowngradeHash, mechanisms: &[&str], types: Option<&[&str]>) -> String {
    let mut text = joined(mechanisms);
    if let Some(types) = types {
        text.push('\u{1f}');
        text.push_str(&joined(types));
    }
    let algorithm = match hash {
        DowngradeHash::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
        DowngradeHash::Sha256 => &SHA256,
        DowngradeHash::Sha512 => &SHA512,
    };
    STANDARD.encode(digest(algorithm, text.as_bytes()))
}

fn joined(names: &[&str]) -> String {
    let mut names = names.to_vec();
    names.sort_unstable();
    names.join("\u{1e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cb_12_the_hash_is_that_of_the_standard() {
        let mechanisms = ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"];
        let types = ["tls-server-end-point", "tls-exporter"];
        let hash = downgrade_hash(DowngradeHash::Sha1, &mechanisms, Some(&types));
        assert_eq!(hash, "G6k/rBLDqgOhRRaCuuatSDFkJ08=");
    }

    #[test]
    fn cb_12_nothing_announced_and_an_empty_list_differ() {
        let none = downgrade_hash(DowngradeHash::Sha256, &["SCRAM-SHA-256"], None);
        let empty = downgrade_hash(DowngradeHash::Sha256, &["SCRAM-SHA-256"], Some(&[]));
        assert_ne!(none, empty);
        let long = downgrade_hash(DowngradeHash::Sha512, &["SCRAM-SHA-512"], None);
        assert_eq!((none.len(), long.len()), (44, 88));
    }
}
