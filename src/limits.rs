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
