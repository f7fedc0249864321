//! The `tls-exporter` value of RFC 9266, taken while the handshake runs.
//!
//! rustls's unbuffered connections have no exporter, but they tell its ingredients: TLS 1.3's exporter
//! secret goes through the key log, and TLS 1.2's master secret through the suite's pseudorandom function.
//! Both hooks compute the 32 bytes at once and keep nothing else. Label `EXPORTER-Channel-Binding`,
//! context present and empty: in TLS 1.2 that differs from no context (RFC 5705 §4; CB-02).
//!
//! The same key log hook writes lines in the NSS format when a session asked for them; no file and no
//! environment variable can.

use aws_lc_rs::{digest, hkdf};
use rustls::KeyLog;
use rustls::crypto::ActiveKeyExchange;
use rustls::crypto::tls12::Prf;
use zeroize::Zeroizing;

use super::scope;
use crate::certificate::hexadecimal;

const LABEL: &[u8] = b"EXPORTER-Channel-Binding";
const EXPORTER_SECRET: &str = "EXPORTER_SECRET";
/// What TLS 1.2 logs, and nothing else does.
const CLIENT_RANDOM: &str = "CLIENT_RANDOM";

/// The key log of all configurations.
#[derive(Debug)]
pub(super) struct Log;

impl KeyLog for Log {
    fn will_log(&self, label: &str) -> bool {
        // Asked for each secret of TLS 1.3's schedule as it comes to be, and before any certificate is chosen.
        if label != CLIENT_RANDOM {
            scope::with(|handshake| handshake.found.tls13 = true);
        }
        label == EXPORTER_SECRET || scope::with(|handshake| handshake.key_log.is_some()).unwrap_or(false)
    }

    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        scope::with(|handshake| {
            if label == EXPORTER_SECRET {
                handshake.found.exporter = tls13_value(secret);
            }
            if let Some(lines) = &mut handshake.key_log {
                lines.push(format!("{label} {} {}", hexadecimal(client_random), hexadecimal(secret)));
            }
        });
    }
}

/// RFC 8446 §7.5 with an empty context. The secret's length tells the hash.
fn tls13_value(secret: &[u8]) -> Option<[u8; 32]> {
    let (hmac, hash) = match secret.len() {
        32 => (hkdf::HKDF_SHA256, &digest::SHA256),
        48 => (hkdf::HKDF_SHA384, &digest::SHA384),
        _ => return None,
    };
    let empty = digest::digest(hash, b"");
    let mut derived = Zeroizing::new(vec![0; secret.len()]);
    expand_label(hmac, secret, LABEL, empty.as_ref(), &mut derived)?;
    let mut value = [0; 32];
    expand_label(hmac, &derived, b"exporter", empty.as_ref(), &mut value)?;
    Some(value)
}

/// HKDF-Expand-Label (RFC 8446 §7.1).
fn expand_label(
    hmac: hkdf::Algorithm,
    secret: &[u8],
    label: &[u8],
    context: &[u8],
    out: &mut [u8],
) -> Option<()> {
    const PREFIX: &[u8] = b"tls13 ";
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let length = u16::try_from(out.len()).ok()?.to_be_bytes();
    let label_length = [u8::try_from(PREFIX.len() + label.len()).ok()?];
    let context_length = [u8::try_from(context.len()).ok()?];
    let info: [&[u8]; 6] = [&length, &label_length, PREFIX, label, &context_length, context];
    let secret = hkdf::Prk::new_less_safe(hmac, secret);
    secret.expand(&info, Length(out.len())).ok()?.fill(out).ok()
}

/// A TLS 1.2 pseudorandom function that also computes the exporter's value.
pub(super) struct ExportingPrf(pub(super) &'static dyn Prf);

impl Prf for ExportingPrf {
    fn for_key_exchange(
        &self,
        output: &mut [u8; 48],
        exchange: Box<dyn ActiveKeyExchange>,
        peer: &[u8],
        label: &[u8],
        seed: &[u8],
    ) -> Result<(), rustls::Error> {
        let extended = label == b"extended master secret";
        scope::with(|handshake| handshake.found.extended_master_secret = Some(extended));
        self.0.for_key_exchange(output, exchange, peer, label, seed)
    }

    fn for_secret(&self, output: &mut [u8], secret: &[u8], label: &[u8], seed: &[u8]) {
        if label == b"key expansion" {
            let value = self.tls12_value(secret, seed);
            scope::with(|handshake| handshake.found.exporter = value);
        }
        self.0.for_secret(output, secret, label, seed);
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }
}

impl ExportingPrf {
    /// RFC 5705 §4 with an empty context; `seed` is the server's random followed by the client's.
    fn tls12_value(&self, secret: &[u8], seed: &[u8]) -> Option<[u8; 32]> {
        let (server, client) = seed.split_at_checked(32)?;
        let seed = [client, server, &[0, 0]].concat();
        let mut value = [0; 32];
        self.0.for_secret(&mut value, secret, LABEL, &seed);
        Some(value)
    }
}
