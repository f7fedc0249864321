//! Every limit of the library, in one place, each with the reason for its number.
//!
//! A peer can send what it likes; what it can make us hold or do ends here. Exceeding a limit is a
//! typed refusal in the room that meets it. The numbers are those of SEC-01, STLS-30 and SEC-06 where a
//! rule gives one.

/// Bytes of text that are looked at as a domain: room for 253 octets of U-labels in UTF-8 (RFC 1035 §2.3.4).
pub const DOMAIN_TEXT_BYTES: usize = 1023;

/// Octets of a DNS label (RFC 1035 §2.3.4).
pub const DOMAIN_LABEL_BYTES: usize = 63;

/// SRV records of one answer, and targets of one domain, that are considered (SEC-06).
pub const SRV_RECORDS: usize = 64;

/// CNAME steps that are followed from one owner name; what resolvers in use follow (SEC-06).
pub const LOOKUP_CNAMES: usize = 8;

/// Addresses of one host and family that are considered; a host that needs more uses its own balancer.
pub const LOOKUP_ADDRESSES: usize = 16;

/// Different target hosts of one domain that are resolved: a stranger's domain must not make us ask without
/// end, and real services name fewer than ten.
pub const LOOKUP_TARGETS: usize = 16;

/// TLSA records of one answer that are considered (SEC-06).
pub const TLSA_RECORDS: usize = 64;

/// Answers kept in the cache of DNS answers, about 1 KB each.
pub const LOOKUP_CACHED_ANSWERS: usize = 4096;

/// Answers kept that only serve validation (DNSKEY, DS, NS), about 2 KB each.
pub const LOOKUP_CACHED_KEYS: usize = 2048;

/// POSH documents kept in the cache, each at most [`POSH_BYTES`] and usually under 1 KB.
pub const LOOKUP_CACHED_DOCUMENTS: usize = 512;

/// Seconds that a DNS answer is kept at most, whatever its TTL: a day, so that a mistake ends.
pub const LOOKUP_TTL_SECONDS: u32 = 86_400;

/// Seconds that an answer "there is nothing" is kept at most (RFC 2308 §5 advises one to three hours).
pub const LOOKUP_NEGATIVE_TTL_SECONDS: u32 = 3_600;

/// Seconds that a failure is remembered, so that a dead server is not asked for each new stranger.
pub const LOOKUP_FAILURE_SECONDS: u32 = 10;

/// Look-ups that may be submitted and not yet collected.
pub const LOOKUP_PENDING: usize = 1024;

/// Look-ups that run at once; the others wait, and their time runs.
pub const LOOKUP_RUNNING: usize = 64;

/// Bytes of a POSH document: a fingerprint takes about 100, so this holds hundreds (SEC-02).
pub const POSH_BYTES: usize = 65_536;

/// Bytes of a URL that a POSH reference or redirect may name.
pub const POSH_URL_BYTES: usize = 2_048;

/// HTTP redirects within one POSH look-up, both documents together (RFC 7711 §10, POSH-11).
pub const POSH_REDIRECTS: usize = 10;

/// Bytes of the head of an HTTP answer, and the buffer it is read into.
pub const HTTP_HEAD_BYTES: usize = 16_384;

/// Fields in the head of an HTTP answer.
pub const HTTP_FIELDS: usize = 64;

/// Seconds that a POSH document is valid at most, whatever its `expires`: seven days (POSH-10).
pub const POSH_SECONDS: u32 = 604_800;

/// Seconds that "this resolver leaves DNSSEC out" is believed before it is tried again.
pub const LOOKUP_CAPABILITY_SECONDS: u32 = 600;

/// Seconds that "this domain has no POSH document" is remembered: short, since it ends when one is published.
pub const POSH_ABSENT_SECONDS: u32 = 300;
