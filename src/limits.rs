//! Every limit of the library, in one place, each with the reason for its number.
//!
//! A peer can send what it likes; what it can make us hold or do ends here. Exceeding a limit is a
//! typed refusal in the room that meets it. The numbers are those of SEC-01, STLS-30 and SEC-06 where a
//! rule gives one.

/// Octets of a domain in ASCII, without a final dot (RFC 1035 §2.3.4).
pub const DOMAIN_BYTES: usize = 253;

/// Bytes of text that are looked at as a domain: room for [`DOMAIN_BYTES`] of U-labels in UTF-8.
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

/// SASL mechanisms or channel-binding types of one announcement: four times what the registries of IANA hold in use.
pub const ANNOUNCED_NAMES: usize = 64;

/// Domains that one server serves, in a single call: far more than the largest hosts have.
pub const SERVED_DOMAINS: usize = 100_000;

/// Dialback requests of one stream that wait for an answer: more domains than one server multiplexes at once.
pub const DIALBACK_REQUESTS: usize = 256;

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
/// Bytes of one certificate: SEC-01; certificates with a thousand names or post-quantum keys stay below.
pub const CERTIFICATE_BYTES: usize = 32 * 1024;

/// Names that one certificate may present: SEC-01; public CAs stop at a hundred.
pub const CERTIFICATE_NAMES: usize = 1000;

/// Extensions of one certificate: SEC-01; each one that is wrong is a reason in the verdict. Real certificates have
/// about ten.
pub const CERTIFICATE_EXTENSIONS: usize = 64;

/// Certificates of one chain, the leaf included: SEC-01; real chains have two to four.
pub const CHAIN_CERTIFICATES: usize = 10;

/// Bits of an RSA key in a certificate that proves anything: SEC-01; larger ones cost time and nothing else.
pub const RSA_KEY_BITS: u32 = 8192;

/// Certificates of one set of trust anchors: the large public sets have about 150.
pub const TRUST_ANCHORS: usize = 4096;

/// Signatures of certificates and revocation lists that a set of trust anchors remembers as right, 32 bytes each:
/// one half is always the latest, and that is one for each of the [`RESUMPTION_PEERS`] whose sessions can be
/// resumed, since issuers are shared.
pub const REMEMBERED_SIGNATURES: usize = 2 * RESUMPTION_PEERS;

/// Bytes of one revocation list: the largest lists of public CAs have about 10 MB.
pub const REVOCATION_LIST_BYTES: usize = 32 * 1024 * 1024;

/// Revocation lists of one set: a list for each issuer in a path is enough, and each may be tried.
pub const REVOCATION_LISTS: usize = 256;

/// CNAME steps that are followed from one owner name; what resolvers in use follow (SEC-06).
pub const LOOKUP_CNAMES: usize = 8;

/// Addresses of one host and family that are considered; a host that needs more uses its own balancer.
pub const LOOKUP_ADDRESSES: usize = 16;

/// Different target hosts of one domain that are resolved: a stranger's domain must not make us ask without
/// end, and real services name fewer than ten.
pub const LOOKUP_TARGETS: usize = 16;

/// Answers kept in the cache of DNS answers, about 1 KB each.
pub const LOOKUP_CACHED_ANSWERS: usize = 4096;

/// Answers kept that only serve validation (DNSKEY, DS, NS), about 2 KB each.
pub const LOOKUP_CACHED_KEYS: usize = 2048;

/// Verified signatures remembered, about 200 B each; an answer with its denials has three to six.
pub const LOOKUP_CACHED_PROOFS: usize = 16_384;

/// POSH documents kept in the cache, each at most [`POSH_DOCUMENT_BYTES`] and usually under 1 KB.
pub const LOOKUP_CACHED_DOCUMENTS: usize = 512;

/// Seconds that a DNS answer is kept at most, whatever its TTL: a day, so that a mistake ends.
pub const LOOKUP_TTL_SECONDS: u32 = 86_400;

/// Seconds that an answer "there is nothing" is kept at most (RFC 2308 §5 advises one to three hours).
pub const LOOKUP_NEGATIVE_TTL_SECONDS: u32 = 3_600;

/// Seconds that a failure is remembered, so that a dead server is not asked for each new stranger.
pub const LOOKUP_FAILURE_SECONDS: u32 = 10;

/// DNS servers of one handle: resolv.conf has three.
pub const DNS_SERVERS: usize = 16;

/// Look-ups that may be submitted and not yet collected.
pub const LOOKUP_PENDING: usize = 1024;

/// Look-ups that run at once; the others wait, and their time runs.
pub const LOOKUP_RUNNING: usize = 64;

/// HTTP redirects within one POSH look-up, both documents together (RFC 7711 §10, POSH-11).
pub const POSH_REDIRECTS: usize = 10;

/// Bytes of the head of an HTTP answer, and the buffer it is read into.
pub const HTTP_HEAD_BYTES: usize = 16_384;

/// Fields in the head of an HTTP answer.
pub const HTTP_FIELDS: usize = 64;

/// Seconds that "this resolver leaves DNSSEC out" is believed before it is tried again.
pub const LOOKUP_CAPABILITY_SECONDS: u32 = 600;

/// Seconds that "this domain has no POSH document" is remembered: short, since it ends when one is published.
pub const POSH_ABSENT_SECONDS: u32 = 300;

/// Bytes of a policy in its TOML form: room for thousands of peers with pins.
pub const POLICY_TEXT_BYTES: usize = 4 * 1024 * 1024;

/// Peers with a table of their own in one policy: the largest known federations have some thousands.
pub const POLICY_PEERS: usize = 10_000;

/// Pins, and as many exceptions, of one peer: a roll-over over several hosts needs about eight.
pub const POLICY_DIGESTS_PER_PEER: usize = 64;

/// Entries of a list in a policy: there are fewer suites, groups and stores than that.
pub const POLICY_LIST: usize = 64;

/// Bytes of a key in a policy that are compared with the known keys when an error proposes one.
pub const POLICY_KEY_BYTES: usize = 64;

/// Seconds for which a POSH document is used unless a policy says otherwise: seven days (POSH-10).
pub const POSH_AGE_SECONDS: u32 = 7 * 24 * 60 * 60;

/// The last second at which an exception can end, in seconds since 1970: the end of the year 9999, the last
/// that certificates (RFC 5280 §4.1.2.5) and TOML have a form for.
pub const EXCEPTION_END_SECONDS: i64 = 253_402_300_799;
/// TLS configurations kept by a context: one per set of protocols and own credential in use at once; more
/// are made anew, so that a host with thousands of own domains costs time and not memory.
pub const CONFIGURATIONS_PER_CONTEXT: usize = 256;

/// Application protocols that a connection may offer or accept: more than any port serves.
pub const OFFERED_PROTOCOLS: usize = 16;

/// Octets of an application protocol's name (RFC 7301 §3.1).
pub const OFFERED_PROTOCOL_BYTES: usize = 255;

/// Application bytes that may be written before TLS is up: a stream header and the first stanzas.
pub const EARLY_BYTES: usize = 65_536;

/// Verdicts kept by a connection, one per pair of domains: what a server multiplexes on one stream
/// (RFC 7712 §4.4) without being able to make us remember without end.
pub const VERDICTS_PER_CONNECTION: usize = 64;

/// Bytes of one file of trust anchors: the large public sets have about 250 KB, with text beside them 1 MB.
pub const TRUST_ANCHOR_FILE_BYTES: usize = 8 * 1024 * 1024;

/// Files of one directory of trust anchors: as many as one set may hold.
pub const TRUST_ANCHOR_DIRECTORY_FILES: usize = 4096;

/// Certificates that a history remembers: several keys and hosts at once, and their predecessors (CHG-04).
pub const HISTORY_CERTIFICATES: usize = 8;

/// Bytes of a history in JSON: eight entries with escaped issuers of 200 characters stay below.
pub const HISTORY_BYTES: usize = 64 * 1024;

/// Bytes of one part of a user's address (RFC 7622 §3.3).
pub const USER_ADDRESS_BYTES: usize = 1023;
/// Bytes of a cipher string or another list of OpenSSL's words: the longest in use have about 2,000.
pub const COMPAT_TEXT_BYTES: usize = 16 * 1024;

/// Words of such a list that are reported as passed over: enough to mend it by.
pub const COMPAT_SKIPPED_WORDS: usize = 64;
