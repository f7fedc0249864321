//! Every limit of the library, in one place, each with the reason for its number.
//!
//! A peer can send what it likes; what it can make us hold or do ends here. Exceeding a limit is a
//! typed refusal in the room that meets it. The numbers are those of SEC-01, STLS-30 and SEC-06 where a
//! rule gives one.

/// Bytes of text that are looked at as a domain: room for 253 octets of U-labels in UTF-8 (RFC 1035 §2.3.4).
pub const DOMAIN_TEXT_BYTES: usize = 1023;

/// Octets of a DNS label (RFC 1035 §2.3.4).
pub const DOMAIN_LABEL_BYTES: usize = 63;

/// Bytes of XML that are read before TLS, in all, in either role (STLS-30). A stream header and a list of
/// features fit many times; RFC 6120 §13.12 forbids a lower limit for stanzas only, and none is due here.
pub const CLEAR_STREAM_BYTES: u64 = 10_000;

/// Elements open at once before TLS, the stream itself counted (STLS-30): the stream, its features,
/// `<mechanisms/>` and `<mechanism/>` are four, and RFC 6120 defines nothing deeper before TLS.
pub const CLEAR_STREAM_DEPTH: usize = 4;

/// Attributes and namespace declarations of one element before TLS. A stream header has eight with
/// everything RFC 6120 §4.7 and XEP-0220 define; servers in use add a few declarations of their own.
pub const CLEAR_STREAM_ATTRIBUTES: usize = 32;

/// Characters kept of a name or address that a peer chose, where it is quoted in a cause or a note: a name
/// of 63 octets and its neighbours are recognised, and a log line stays a line.
pub const EXCERPT_CHARACTERS: usize = 80;

/// Names of features that are kept for the report. Today's servers announce about a dozen before SASL.
pub const FEATURE_NAMES: usize = 32;

/// Events that wait for the host in a stream before TLS. Each kind occurs once but for notes, of which one of
/// each kind is kept, so the number is never met; it is here so that it stays so.
pub const CLEAR_STREAM_EVENTS: usize = 32;
