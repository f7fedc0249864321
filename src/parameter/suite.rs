//! The cipher suites that exist here.

use super::{Version, registered};

registered! {
    /// A cipher suite: three of TLS 1.3, six of TLS 1.2 with ephemeral elliptic curves (PAR-05, PAR-08).
    CipherSuite: u16 {
        /// TLS 1.3, AES-128 in Galois/Counter mode.
        Aes128GcmSha256 = (0x1301, "TLS_AES_128_GCM_SHA256"),
        /// TLS 1.3, AES-256 in Galois/Counter mode.
        Aes256GcmSha384 = (0x1302, "TLS_AES_256_GCM_SHA384"),
        /// TLS 1.3, ChaCha20 with Poly1305.
        Chacha20Poly1305Sha256 = (0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
        /// TLS 1.2, ECDSA or EdDSA certificate, AES-128.
        EcdheEcdsaAes128GcmSha256 = (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        /// TLS 1.2, ECDSA or EdDSA certificate, AES-256.
        EcdheEcdsaAes256GcmSha384 = (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
        /// TLS 1.2, RSA certificate, AES-128.
        EcdheRsaAes128GcmSha256 = (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        /// TLS 1.2, RSA certificate, AES-256.
        EcdheRsaAes256GcmSha384 = (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
        /// TLS 1.2, RSA certificate, ChaCha20 with Poly1305.
        EcdheRsaChacha20Poly1305Sha256 = (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
        /// TLS 1.2, ECDSA or EdDSA certificate, ChaCha20 with Poly1305.
        EcdheEcdsaChacha20Poly1305Sha256 = (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    }
}

impl CipherSuite {
    /// The one version the suite belongs to.
    #[must_use]
    pub const fn version(self) -> Version {
        match self {
            Self::Aes128GcmSha256 | Self::Aes256GcmSha384 | Self::Chacha20Poly1305Sha256 => Version::Tls13,
            _ => Version::Tls12,
        }
    }
}
