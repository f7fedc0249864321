//! Server dialback: keys, and what a stream may conclude from them (XEP-0220, XEP-0185).
//!
//! A key shows that whoever answers for a domain in DNS also opened this stream. That is weak: it proves no
//! certificate and is as good as the DNS it went through (RFC 7590 §3.4, DNA-03). The functions here take
//! names and stream ids as they stand on the wire (DNA-06); the elements themselves are the host's.
//!
//! A field with a blank or control character in it is refused, since blanks separate the fields of the
//! key's text: no two different splits give one key (ATK-DB-01).

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::certificate::hexadecimal;
use crate::limits::{DIALBACK_FIELD_BYTES, DIALBACK_KEY_TEXT_BYTES, DIALBACK_SECRET_BYTES};

/// Bytes of the secret that [`DialbackSecret::from_random`] takes.
pub const DIALBACK_RANDOM_BYTES: usize = 32;

/// The secret that dialback keys are made with; wiped when dropped, and never shown.
///
/// All servers that answer for one domain share it (XEP-0185 §3).
#[derive(Clone)]
pub struct DialbackSecret {
    /// SHA-256 of the secret in lower-case hexadecimal: the HMAC key is this text, not the digest's bytes.
    hexadecimal: Zeroizing<String>,
}

/// Why a key cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DialbackError {
    /// A name or stream id is empty, over [`DIALBACK_FIELD_BYTES`], or holds a blank or control character.
    Field,
    /// The secret has fewer than [`DIALBACK_SECRET_BYTES`] bytes (ATK-DB-02).
    ShortSecret,
}

/// What a key is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DialbackContext<'a> {
    /// The domain that receives the stream (the target domain).
    pub receiving: &'a str,
    /// The domain that opened it (the sender domain).
    pub originating: &'a str,
    /// The `id` of the receiving server's response header, the one over TLS (DNA-05).
    pub stream_id: &'a str,
}

impl DialbackSecret {
    /// Takes a configured secret.
    ///
    /// # Errors
    /// [`DialbackError::ShortSecret`].
    pub fn new(secret: &[u8]) -> Result<Self, DialbackError> {
        if secret.len() < DIALBACK_SECRET_BYTES {
            return Err(DialbackError::ShortSecret);
        }
        Ok(Self::of(secret))
    }

    /// Takes the random bytes of a start-up. They become text first, so that the same secret can be written
    /// into a configuration file with [`dialback_secret_text`].
    pub fn from_random(random: &[u8; DIALBACK_RANDOM_BYTES]) -> Self {
        let text = Zeroizing::new(dialback_secret_text(random));
        Self::of(text.as_bytes())
    }

    fn of(secret: &[u8]) -> Self {
        Self { hexadecimal: Zeroizing::new(hexadecimal(digest(&SHA256, secret).as_ref())) }
    }

    /// The key for a stream: 64 lower-case hexadecimal digits (XEP-0220 §2.1.1, XEP-0185 §2, DNA-04).
    ///
    /// # Errors
    /// [`DialbackError::Field`].
    pub fn key(&self, context: DialbackContext<'_>) -> Result<String, DialbackError> {
        for field in [context.receiving, context.originating, context.stream_id] {
            let odd = |c: char| c.is_control() || c.is_whitespace();
            if field.is_empty() || field.len() > DIALBACK_FIELD_BYTES || field.contains(odd) {
                return Err(DialbackError::Field);
            }
        }
        let text = format!("{} {} {}", context.receiving, context.originating, context.stream_id);
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.hexadecimal.as_bytes());
        Ok(hexadecimal(hmac::sign(&key, text.as_bytes()).as_ref()))
    }

    /// Whether `key`, the text of a `db:result` or `db:verify`, is the one for this stream.
    ///
    /// White space of XML around it is dropped; apart from that it must be the exact lower-case text. The
    /// comparison takes the same time wherever a difference lies (ATK-DB-05).
    pub fn matches(&self, context: DialbackContext<'_>, key: &str) -> bool {
        if key.len() > DIALBACK_KEY_TEXT_BYTES {
            return false;
        }
        let key = key.trim_matches([' ', '\t', '\r', '\n']);
        match self.key(context) {
            Ok(expected) => bool::from(expected.as_bytes().ct_eq(key.as_bytes())),
            Err(_) => false,
        }
    }
}

impl fmt::Debug for DialbackSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DialbackSecret(..)")
    }
}

/// A secret as text, from random bytes of the host's system source.
pub fn dialback_secret_text(random: &[u8; DIALBACK_RANDOM_BYTES]) -> String {
    hexadecimal(random)
}

impl fmt::Display for DialbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Field => "a domain or stream id is empty, too long, or holds a blank",
            Self::ShortSecret => "the dialback secret is too short",
        })
    }
}

impl std::error::Error for DialbackError {}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"s3cr3tf0rd14lb4ck";
    const FIRST: DialbackContext<'_> = DialbackContext {
        receiving: "xmpp.example.com",
        originating: "example.org",
        stream_id: "D60000229F",
    };

    fn key(secret: &[u8], receiving: &str, originating: &str, stream_id: &str) -> String {
        let context = DialbackContext { receiving, originating, stream_id };
        DialbackSecret::new(secret).unwrap().key(context).unwrap()
    }

    #[test]
    fn dna_04_keys_are_those_of_the_standard() {
        assert_eq!(
            key(SECRET, "xmpp.example.com", "example.org", "D60000229F"),
            "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643"
        );
        assert_eq!(
            key(SECRET, "montague.example", "capulet.example", "D60000229F"),
            "b4835385f37fe2895af6c196b59097b16862406db80559900d96bf6fa7d23df3"
        );
        assert_eq!(
            key(b"d14lb4ck43v3r", "capulet.example", "montague.example", "417GAF25"),
            "225cc5aa6a071133249d25fef42ae516fc7a86c523aa1c6980a7f73e784c972d"
        );
    }

    #[test]
    fn dna_04_white_space_around_a_key_is_dropped_and_nothing_else() {
        let secret = DialbackSecret::new(SECRET).unwrap();
        let key = secret.key(FIRST).unwrap();
        assert!(secret.matches(FIRST, &key));
        assert!(secret.matches(FIRST, &format!("\n  {key}\t")));
        assert!(!secret.matches(FIRST, &key.to_uppercase()));
        assert!(!secret.matches(FIRST, &key[1..]));
        assert!(!secret.matches(FIRST, ""));
        assert!(!secret.matches(FIRST, &format!("{}{key}", " ".repeat(1 << 20))), "bounded (ATK-DB-09)");
        let raw = "4530485cd3f519a56e49b11b294b990ee9697dddaa9e95949e4cb0e64e9f017f";
        assert!(!secret.matches(FIRST, raw), "the digest's bytes are not the HMAC key");
    }

    #[test]
    fn atk_db_04_a_key_belongs_to_one_stream_and_direction() {
        let secret = DialbackSecret::new(SECRET).unwrap();
        let key = secret.key(FIRST).unwrap();
        assert!(!secret.matches(DialbackContext { stream_id: "D60000229E", ..FIRST }, &key));
        let swapped = DialbackContext { receiving: FIRST.originating, originating: FIRST.receiving, ..FIRST };
        assert!(!secret.matches(swapped, &key));
    }

    #[test]
    fn atk_db_01_no_two_splits_give_one_key() {
        let secret = DialbackSecret::new(SECRET).unwrap();
        let whole = "a.example b.example c.example id";
        let mut keys = std::collections::HashSet::new();
        let mut made = 0;
        for first in 1..whole.len() {
            for second in first + 1..whole.len() {
                let context = DialbackContext {
                    receiving: &whole[..first],
                    originating: &whole[first..second],
                    stream_id: &whole[second..],
                };
                if let Ok(key) = secret.key(context) {
                    made += 1;
                    keys.insert(key);
                }
            }
        }
        assert_eq!(made, keys.len());
        let odd = DialbackContext { receiving: "b.example a.example", ..FIRST };
        assert_eq!(secret.key(odd), Err(DialbackError::Field));
    }

    #[test]
    fn atk_db_02_short_secrets_are_refused() {
        assert!(DialbackSecret::new(&[b'x'; DIALBACK_SECRET_BYTES]).is_ok());
        let short = DialbackSecret::new(&[b'x'; DIALBACK_SECRET_BYTES - 1]);
        assert_eq!(short.err(), Some(DialbackError::ShortSecret));
    }

    #[test]
    fn a_random_secret_and_its_text_make_one_key() {
        let random = [7; DIALBACK_RANDOM_BYTES];
        let text = dialback_secret_text(&random);
        assert_eq!(text.len(), 64);
        let (one, two) =
            (DialbackSecret::from_random(&random), DialbackSecret::new(text.as_bytes()).unwrap());
        assert_eq!(one.key(FIRST), two.key(FIRST));
        assert_eq!(format!("{one:?}"), "DialbackSecret(..)", "no secret in Debug output (SEC-08)");
    }
}
