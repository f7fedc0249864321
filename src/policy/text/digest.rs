//! Digests as operators write them: SHA-256 as hexadecimal digits or as base64.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::certificate::hexadecimal;
use crate::policy::PinnedDigest;
use crate::record::hexadecimal as hexadecimal_bytes;

/// Why a text is no usable digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestError {
    /// The digest is SHA-1 or MD5, by its name or its length; collisions can be made (ATK-OP-08).
    Weak,
    /// The name of the hash is not `sha-256`.
    UnknownHash,
    /// The value is neither 64 hexadecimal digits nor 44 characters of base64.
    Malformed,
}

impl fmt::Display for DigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Weak => "SHA-1 and MD5 digests are refused; use sha-256",
            Self::UnknownHash => "the only hash for pins and exceptions is sha-256",
            Self::Malformed => "expected sha-256: and 64 hexadecimal digits or 44 characters of base64",
        })
    }
}

impl std::error::Error for DigestError {}

/// Reads `sha-256:VALUE`, or `VALUE` alone: 64 hexadecimal digits, with colons between the bytes or
/// without, or base64 (RFC 4648 §4).
pub(super) fn parse(text: &str) -> Result<[u8; 32], DigestError> {
    let (name, value) = match text.split_once(':') {
        // `ab:cd:…` has no hash name in front of its first colon.
        Some((first, rest)) if first.len() != 2 => (Some(first), rest),
        _ => (None, text),
    };
    match name.map(str::to_ascii_lowercase).as_deref() {
        None | Some("sha-256" | "sha256") => {}
        Some("sha-1" | "sha1" | "md5") => return Err(DigestError::Weak),
        Some(_) => return Err(DigestError::UnknownHash),
    }
    let bytes = from_hex(value).or_else(|| STANDARD.decode(value).ok()).ok_or(DigestError::Malformed)?;
    match bytes.len() {
        16 | 20 => Err(DigestError::Weak),
        _ => bytes.try_into().map_err(|_| DigestError::Malformed),
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.contains(':') && !text.split(':').all(|pair| pair.len() == 2) {
        return None;
    }
    hexadecimal_bytes(&text.replace(':', ""))
}

impl fmt::Display for PinnedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(digest) => write!(f, "certificate sha-256:{}", hexadecimal(digest)),
            Self::PublicKey(digest) => write!(f, "public_key sha-256:{}", hexadecimal(digest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn bytes() -> [u8; 32] {
        std::array::from_fn(|index| u8::try_from(index).unwrap())
    }

    #[test]
    fn a_digest_is_read_in_each_spelling() {
        let colons =
            HEX.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect::<Vec<_>>();
        for text in [
            HEX.to_owned(),
            HEX.to_uppercase(),
            colons.join(":"),
            format!("sha-256:{HEX}"),
            format!("SHA256:{}", colons.join(":").to_uppercase()),
            BASE64.to_owned(),
            format!("sha-256:{BASE64}"),
        ] {
            assert_eq!(parse(&text), Ok(bytes()), "{text}");
        }
        assert_eq!(PinnedDigest::PublicKey(bytes()).to_string(), format!("public_key sha-256:{HEX}"));
    }

    #[test]
    fn atk_op_08_a_sha_1_digest_is_refused_by_name_and_by_length() {
        let sha1 = &HEX[..40];
        for text in [sha1, &format!("sha-1:{sha1}"), &format!("sha1:{HEX}"), "AAECAwQFBgcICQoLDA0ODxAREhM="] {
            assert_eq!(parse(text), Err(DigestError::Weak), "{text}");
        }
        assert_eq!(parse(&format!("md5:{}", &HEX[..32])), Err(DigestError::Weak));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        for text in [
            "",
            "sha-256:",
            &HEX[..62],
            &HEX[1..],
            &format!("{HEX}00"),
            &BASE64[..43],
            "zz",
            &format!(" {HEX}"),
        ] {
            assert_eq!(parse(text), Err(DigestError::Malformed), "{text}");
        }
        assert_eq!(parse(&format!("sha-512:{HEX}{HEX}")), Err(DigestError::UnknownHash));
    }
}
