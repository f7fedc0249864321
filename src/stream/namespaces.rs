//! The namespace names of XMPP that matter before TLS.

/// Streams (RFC 6120 §4.8.1).
pub const STREAMS: &str = "http://etherx.jabber.org/streams";
/// STARTTLS (RFC 6120 §5.2).
pub const TLS: &str = "urn:ietf:params:xml:ns:xmpp-tls";
/// Conditions of stream errors (RFC 6120 §4.9.2).
pub const STREAM_ERRORS: &str = "urn:ietf:params:xml:ns:xmpp-streams";
/// SASL (RFC 6120 §6.2).
pub const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
/// Extensible SASL profile (XEP-0388).
pub const SASL2: &str = "urn:xmpp:sasl:2";
/// Dialback (XEP-0220 §2.1).
pub const DIALBACK: &str = "jabber:server:dialback";
/// The dialback feature (XEP-0220 §2.4).
pub const DIALBACK_FEATURE: &str = "urn:xmpp:features:dialback";
/// Stream compression as a protocol (XEP-0138 §3).
pub const COMPRESS: &str = "http://jabber.org/protocol/compress";
/// Stream management (XEP-0198 §3).
pub const STREAM_MANAGEMENT: &str = "urn:xmpp:sm:3";
/// What the prefix `xml` is bound to (Namespaces in XML 1.0 §3).
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// What the prefix `xmlns` is bound to (Namespaces in XML 1.0 §3).
pub(super) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
