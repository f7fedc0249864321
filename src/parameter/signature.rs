//! The signature schemes that exist here.

use super::registered;

registered! {
    /// A scheme by which an end proves that it holds its key (RFC 8446 §4.2.3). MD5 and SHA-1 do not
    /// occur (PAR-11).
    SignatureScheme: u16 {
        /// RSASSA-PKCS1-v1_5 with SHA-256; TLS 1.2 only.
        RsaPkcs1Sha256 = (0x0401, "rsa_pkcs1_sha256"),
        /// ECDSA on P-256 with SHA-256.
        EcdsaSecp256r1Sha256 = (0x0403, "ecdsa_secp256r1_sha256"),
        /// RSASSA-PKCS1-v1_5 with SHA-384; TLS 1.2 only.
        RsaPkcs1Sha384 = (0x0501, "rsa_pkcs1_sha384"),
        /// ECDSA on P-384 with SHA-384.
        EcdsaSecp384r1Sha384 = (0x0503, "ecdsa_secp384r1_sha384"),
        /// RSASSA-PKCS1-v1_5 with SHA-512; TLS 1.2 only.
        RsaPkcs1Sha512 = (0x0601, "rsa_pkcs1_sha512"),
        /// ECDSA on P-521 with SHA-512.
        EcdsaSecp521r1Sha512 = (0x0603, "ecdsa_secp521r1_sha512"),
        /// RSASSA-PSS with SHA-256, key of the ordinary RSA kind.
        RsaPssRsaeSha256 = (0x0804, "rsa_pss_rsae_sha256"),
        /// RSASSA-PSS with SHA-384, key of the ordinary RSA kind.
        RsaPssRsaeSha384 = (0x0805, "rsa_pss_rsae_sha384"),
        /// RSASSA-PSS with SHA-512, key of the ordinary RSA kind.
        RsaPssRsaeSha512 = (0x0806, "rsa_pss_rsae_sha512"),
        /// Ed25519 (RFC 8032).
        Ed25519 = (0x0807, "ed25519"),
        /// ML-DSA-44 (FIPS 204).
        MlDsa44 = (0x0904, "mldsa44"),
        /// ML-DSA-65 (FIPS 204).
        MlDsa65 = (0x0905, "mldsa65"),
        /// ML-DSA-87 (FIPS 204).
        MlDsa87 = (0x0906, "mldsa87"),
    }
}
