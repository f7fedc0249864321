//! Cipher suites in OpenSSL's words.

use super::openssl_version;
use crate::parameter::CipherSuite;

/// What OpenSSL says of a suite, in the columns of its `SSL_CIPHER_description`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuiteWords {
    /// The suite's name: `ECDHE-ECDSA-AES256-GCM-SHA384`; of TLS 1.3 IANA's, `TLS_AES_128_GCM_SHA256`.
    pub name: &'static str,
    /// The version it belongs to: `TLSv1.2` or `TLSv1.3`.
    pub protocol: &'static str,
    /// The key exchange: `ECDH`, or `any` in TLS 1.3.
    pub key_exchange: &'static str,
    /// The authentication: `ECDSA`, `RSA`, or `any` in TLS 1.3.
    pub authentication: &'static str,
    /// The encryption: `AESGCM(128)`, `AESGCM(256)`, `CHACHA20/POLY1305(256)`.
    pub encryption: &'static str,
    /// The integrity protection: always `AEAD`.
    pub mac: &'static str,
    /// The strength in bits; the same as the bits of the algorithm.
    pub bits: u16,
}

/// What OpenSSL says of a suite.
#[must_use]
pub const fn suite_words(suite: CipherSuite) -> SuiteWords {
    let name = match suite {
        CipherSuite::EcdheEcdsaAes128GcmSha256 => "ECDHE-ECDSA-AES128-GCM-SHA256",
        CipherSuite::EcdheEcdsaAes256GcmSha384 => "ECDHE-ECDSA-AES256-GCM-SHA384",
        CipherSuite::EcdheRsaAes128GcmSha256 => "ECDHE-RSA-AES128-GCM-SHA256",
        CipherSuite::EcdheRsaAes256GcmSha384 => "ECDHE-RSA-AES256-GCM-SHA384",
        CipherSuite::EcdheRsaChacha20Poly1305Sha256 => "ECDHE-RSA-CHACHA20-POLY1305",
        CipherSuite::EcdheEcdsaChacha20Poly1305Sha256 => "ECDHE-ECDSA-CHACHA20-POLY1305",
        CipherSuite::Aes128GcmSha256 | CipherSuite::Aes256GcmSha384 | CipherSuite::Chacha20Poly1305Sha256 => {
            suite.name()
        }
    };
    let (encryption, bits) = match suite {
        CipherSuite::Aes128GcmSha256
        | CipherSuite::EcdheEcdsaAes128GcmSha256
        | CipherSuite::EcdheRsaAes128GcmSha256 => ("AESGCM(128)", 128),
        CipherSuite::Aes256GcmSha384
        | CipherSuite::EcdheEcdsaAes256GcmSha384
        | CipherSuite::EcdheRsaAes256GcmSha384 => ("AESGCM(256)", 256),
        CipherSuite::Chacha20Poly1305Sha256
        | CipherSuite::EcdheRsaChacha20Poly1305Sha256
        | CipherSuite::EcdheEcdsaChacha20Poly1305Sha256 => ("CHACHA20/POLY1305(256)", 256),
    };
    let (key_exchange, authentication) = match suite {
        CipherSuite::Aes128GcmSha256 | CipherSuite::Aes256GcmSha384 | CipherSuite::Chacha20Poly1305Sha256 => {
            ("any", "any")
        }
        CipherSuite::EcdheEcdsaAes128GcmSha256
        | CipherSuite::EcdheEcdsaAes256GcmSha384
        | CipherSuite::EcdheEcdsaChacha20Poly1305Sha256 => ("ECDH", "ECDSA"),
        CipherSuite::EcdheRsaAes128GcmSha256
        | CipherSuite::EcdheRsaAes256GcmSha384
        | CipherSuite::EcdheRsaChacha20Poly1305Sha256 => ("ECDH", "RSA"),
    };
    let protocol = openssl_version(suite.version());
    SuiteWords { name, protocol, key_exchange, authentication, encryption, mac: "AEAD", bits }
}

/// The suite with this name, OpenSSL's or IANA's; `None` if the library does not have it. Case counts, as
/// it does for OpenSSL.
#[must_use]
pub fn suite_from_openssl(name: &str) -> Option<CipherSuite> {
    CipherSuite::ALL.iter().copied().find(|suite| suite_words(*suite).name == name || suite.name() == name)
}
