//! The key exchange groups that exist here.

use super::registered;

registered! {
    /// A key exchange group (RFC 8446 §4.2.7).
    Group: u16 {
        /// X25519 and ML-KEM-768 together.
        X25519MlKem768 = (0x11ec, "X25519MLKEM768"),
        /// P-256 and ML-KEM-768 together.
        Secp256r1MlKem768 = (0x11eb, "SecP256r1MLKEM768"),
        /// Curve25519 (RFC 7748).
        X25519 = (0x001d, "x25519"),
        /// NIST P-256.
        Secp256r1 = (0x0017, "secp256r1"),
        /// NIST P-384.
        Secp384r1 = (0x0018, "secp384r1"),
        /// ML-KEM-768 alone.
        MlKem768 = (0x0201, "MLKEM768"),
        /// ML-KEM-1024 alone.
        MlKem1024 = (0x0202, "MLKEM1024"),
    }
}

impl Group {
    /// Whether what was recorded today stays secret from a later quantum computer.
    #[must_use]
    pub const fn is_post_quantum(self) -> bool {
        matches!(self, Self::X25519MlKem768 | Self::Secp256r1MlKem768 | Self::MlKem768 | Self::MlKem1024)
    }
}
