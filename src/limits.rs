//! Every limit of the library, in one place, each with the reason for its number.
//!
//! A peer can send what it likes; what it can make us hold or do ends here. Exceeding a limit is a
//! typed refusal in the room that meets it. The numbers are those of SEC-01, STLS-30 and SEC-06 where a
//! rule gives one.

/// Bytes of text that are looked at as a domain: room for 253 octets of U-labels in UTF-8 (RFC 1035 §2.3.4).
pub const DOMAIN_TEXT_BYTES: usize = 1023;

/// Octets of a DNS label (RFC 1035 §2.3.4).
pub const DOMAIN_LABEL_BYTES: usize = 63;

/// TLSA records of one answer that are read at all: a DNS message of 64 KiB holds no more that are well formed.
pub const TLSA_RECORDS_READ: usize = 4096;

/// TLSA records of one owner name that take part, after sorting (SEC-06).
pub const TLSA_RECORDS: usize = 64;

/// Bytes of association data: a certificate of the greatest length that is read (SEC-01).
pub const TLSA_DATA_BYTES: usize = 32 * 1024;

/// SRV targets of one service that are considered (SEC-06).
pub const SRV_TARGETS: usize = 64;

/// Bytes of a POSH document (SEC-01).
pub const POSH_DOCUMENT_BYTES: usize = 64 * 1024;

/// Nesting of a POSH document; the deepest that RFC 7711 describes is 3 (SEC-01).
pub const POSH_DOCUMENT_DEPTH: usize = 8;

/// Descriptors in a POSH document (SEC-01).
pub const POSH_DESCRIPTORS: usize = 64;

/// Bytes of a URL in a POSH document: what web servers commonly accept.
pub const POSH_URL_BYTES: usize = 2048;

/// Seconds in `expires` of a POSH document: the greatest integer every JSON reader keeps (POSH-08).
pub const POSH_EXPIRES_SECONDS: u64 = 1 << 53;

/// Bytes of a dialback secret at least: the shortest of the published examples has 13 (ATK-DB-02).
pub const DIALBACK_SECRET_BYTES: usize = 12;

/// Bytes of a domain or stream id in a dialback key: what an XMPP domain may have (RFC 7622 §3.2).
pub const DIALBACK_FIELD_BYTES: usize = 1023;

/// Bytes of the text of a dialback key, white space included; the key has 64 (ATK-DB-09).
pub const DIALBACK_KEY_TEXT_BYTES: usize = 1024;

/// Dialback requests of one stream that wait for an answer: more domains than one server multiplexes at once.
pub const DIALBACK_REQUESTS: usize = 256;
/// Bytes of one certificate: SEC-01; certificates with a thousand names or post-quantum keys stay below.
pub const CERTIFICATE_BYTES: usize = 32 * 1024;

/// Names that one certificate may present: SEC-01; public CAs stop at a hundred.
pub const CERTIFICATE_NAMES: usize = 1000;

/// Certificates of one chain, the leaf included: SEC-01; real chains have two to four.
pub const CHAIN_CERTIFICATES: usize = 10;
