//! Every limit of the library, in one place, each with the reason for its number.
//!
//! A peer can send what it likes; what it can make us hold or do ends here. Exceeding a limit is a
//! typed refusal in the room that meets it. The numbers are those of SEC-01, STLS-30 and SEC-06 where a
//! rule gives one.

/// Bytes of text that are looked at as a domain: room for 253 octets of U-labels in UTF-8 (RFC 1035 §2.3.4).
pub const DOMAIN_TEXT_BYTES: usize = 1023;

/// Octets of a DNS label (RFC 1035 §2.3.4).
pub const DOMAIN_LABEL_BYTES: usize = 63;

/// Bytes of one certificate: SEC-01; certificates with a thousand names or post-quantum keys stay below.
pub const CERTIFICATE_BYTES: usize = 32 * 1024;

/// Names that one certificate may present: SEC-01; public CAs stop at a hundred.
pub const CERTIFICATE_NAMES: usize = 1000;

/// Certificates of one chain, the leaf included: SEC-01; real chains have two to four.
pub const CHAIN_CERTIFICATES: usize = 10;

/// Bits of an RSA key in a certificate that proves anything: SEC-01; larger ones cost time and nothing else.
pub const RSA_KEY_BITS: u32 = 8192;

/// Certificates of one set of trust anchors: the large public sets have about 150.
pub const TRUST_ANCHORS: usize = 4096;

/// Bytes of one revocation list: the largest lists of public CAs have about 10 MB.
pub const REVOCATION_LIST_BYTES: usize = 32 * 1024 * 1024;

/// Revocation lists of one set: a list for each issuer in a path is enough, and each may be tried.
pub const REVOCATION_LISTS: usize = 256;
