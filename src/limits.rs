//! Every limit of the library, in one place, each with the reason for its number.
//!
//! A peer can send what it likes; what it can make us hold or do ends here. Exceeding a limit is a
//! typed refusal in the room that meets it. The numbers are those of SEC-01, STLS-30 and SEC-06 where a
//! rule gives one.

/// Bytes of a handshake held before the client hello is read: rustls refuses one handshake message above
/// 64 KiB, but not the record headers around its fragments (SEC-01).
pub const TLS_HELD_BEFORE_HELLO: usize = 64 * 1024;
/// Bytes held for an incomplete handshake message while handshaking: the largest message rustls takes
/// (64 KiB) in fragments so small that as much again is record overhead.
pub const TLS_HELD_HANDSHAKING: usize = 128 * 1024;
/// Bytes held for an incomplete record or message after the handshake: one record (18 KiB at most), or a
/// session ticket with a certificate chain in it.
pub const TLS_HELD_AFTERWARDS: usize = 32 * 1024;
/// Application bytes taken for sending while nothing may be sent yet: a stream header and a few stanzas.
pub const TLS_QUEUED_BEFORE_READY: usize = 64 * 1024;
/// Encrypted bytes kept for the host before `write` takes no more: two full flights of 16 records.
pub const TLS_WAITING_TO_TRANSMIT: usize = 512 * 1024;
/// Records written under one key before it is replaced (TLS 1.3) or a reset of the stream is advised
/// (TLS 1.2): below the 2^24.5 of AES-GCM with room for what is under way (RFC 9325 §4.4; PAR-20).
pub const TLS_RECORDS_PER_KEY: u32 = 1 << 23;
/// Certificates in one credential's chain: real chains have two to five.
pub const CREDENTIAL_CHAIN: usize = 16;
/// Bytes of PEM text read for one credential: 16 large certificates, a key and the text between them.
pub const CREDENTIAL_PEM: usize = 512 * 1024;
/// Peers whose session tickets an initiating context keeps (RES-01); the one added first gives way.
pub const RESUMPTION_PEERS: usize = 1024;
/// Tickets kept for one peer: servers issue two to four at once, each is used once (RES-07).
pub const RESUMPTION_TICKETS_PER_PEER: usize = 4;
/// Keys that a ticket object accepts for decryption: the current one and a cluster's overlap (RES-03).
pub const TICKET_KEYS: usize = 8;
/// Seconds after which a ticket key made here is replaced (RES-03).
pub const TICKET_KEY_ROTATION: u64 = 24 * 60 * 60;
/// Seconds for which an issued ticket is taken back: half a rotation period (RES-04).
pub const TICKET_LIFETIME: u64 = TICKET_KEY_ROTATION / 2;
/// Session tickets a server sends after a full TLS 1.3 handshake (RES-07).
pub const TICKETS_PER_CONNECTION: usize = 2;
