//! Why a stream ended before TLS.
//!
//! A [`Cause`] is decided from structure only, never from text a peer sent (RFC 6120 §4.9.2).
//! An *offset* counts the bytes of input up to and including the one that gave the answer.

use core::fmt;

use super::condition::StreamCondition;
use super::excerpt::{ElementName, Excerpt};

/// A rule of well-formedness that input broke (XML 1.0, Namespaces in XML 1.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// An attribute is not spelt `name='value'`, or holds `<`, or no space stands before it.
    Attribute,
    /// A character that XML forbids.
    Character,
    /// The XML declaration is not spelt as XML demands.
    Declaration,
    /// Two attributes of an element have the same name.
    DuplicateAttribute,
    /// A name with a character that names do not have, or with an empty part.
    Name,
    /// A namespace declaration that Namespaces in XML forbids.
    Namespace,
    /// An end tag that is not that of the element that is open.
    Nesting,
    /// `&` without a reference behind it, or a reference to a character that XML forbids.
    Reference,
    /// `]]>` in text.
    SectionEnd,
    /// A tag that ends with something else than `>`.
    Tag,
    /// Text outside the stream, a byte order mark for example.
    TextOutside,
    /// A prefix that no declaration binds.
    UndeclaredPrefix,
}

/// A construct that XMPP forbids (RFC 6120 §11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Construct {
    /// `<!`: a comment, a document type, or a CDATA section, which no XMPP before TLS needs.
    Declaration,
    /// A reference to an entity that is not predefined.
    Entity,
    /// `<?`: a processing instruction, or an XML declaration that is not at byte 0.
    ProcessingInstruction,
}

/// A limit on what is read before TLS (STLS-30).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// [`CLEAR_STREAM_ATTRIBUTES`](crate::limits::CLEAR_STREAM_ATTRIBUTES).
    Attributes,
    /// [`CLEAR_STREAM_BYTES`](crate::limits::CLEAR_STREAM_BYTES).
    Bytes,
    /// [`CLEAR_STREAM_DEPTH`](crate::limits::CLEAR_STREAM_DEPTH).
    Depth,
}

/// What the XML layer refuses; the machines add the offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rejection {
    Encoding,
    Limit(Limit),
    Malformed(Fault),
    Restricted(Construct),
}

impl Rejection {
    pub(super) fn at(self, offset: u64) -> Cause {
        match self {
            Self::Encoding => Cause::UnsupportedEncoding { offset },
            Self::Limit(limit) => Cause::LimitExceeded { limit, offset },
            Self::Malformed(fault) => Cause::NotWellFormed { fault, offset },
            Self::Restricted(construct) => Cause::RestrictedXml { construct, offset },
        }
    }
}

/// How a peer ended a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// It closed the stream element.
    Stream,
    /// The transport ended.
    Transport,
}

/// Behind which element injected bytes stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Behind {
    /// Behind the `<proceed/>` we received, before our ClientHello (STLS-09).
    Proceed,
    /// Behind the `<starttls/>` we received, before our `<proceed/>` (STLS-08).
    Starttls,
}

/// Why TLS was not begun. Every cause is final.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The initiating entity ended the stream before it asked for TLS.
    ClosedByPeer {
        /// How.
        ending: Ending,
        /// Where.
        offset: u64,
    },
    /// The host refused the peer's stream header.
    Declined {
        /// The condition it gave.
        condition: StreamCondition,
    },
    /// Bytes stood where only TLS may follow (CVE-2011-0411 and its kin).
    InjectedPlaintext {
        /// Behind which element.
        behind: Behind,
        /// The first such byte.
        offset: u64,
    },
    /// The stream's content namespace, or its own, is not the one of this service.
    InvalidNamespace {
        /// The root element.
        element: ElementName,
        /// Where its tag ended.
        offset: u64,
    },
    /// A limit before TLS was exceeded.
    LimitExceeded {
        /// Which.
        limit: Limit,
        /// Where.
        offset: u64,
    },
    /// `<starttls/>` holds something; `<failure/>` was sent (RFC 6120 §5.4.2.2).
    MalformedStarttls {
        /// Where.
        offset: u64,
    },
    /// The input is not well-formed, or not namespace-well-formed.
    NotWellFormed {
        /// The rule it breaks.
        fault: Fault,
        /// Where.
        offset: u64,
    },
    /// The peer names another host, without proof of who it is (RFC 6120 §4.9.3.19). Nothing follows it.
    Redirected {
        /// The host it names; never a reference identity (STLS-24).
        host: Excerpt,
        /// Where.
        offset: u64,
    },
    /// The input holds XML that XMPP forbids.
    RestrictedXml {
        /// Which construct.
        construct: Construct,
        /// Where.
        offset: u64,
    },
    /// The first byte is that of a TLS record: direct TLS meets a port for STARTTLS (ATK-ST-15).
    SpokeTls,
    /// The peer sent a stream error.
    StreamError {
        /// Its defined condition; `UndefinedCondition` when it is not one RFC 6120 defines.
        condition: StreamCondition,
        /// Where.
        offset: u64,
    },
    /// As receiving entity: the host said that TLS is not possible; `<failure/>` was sent.
    TlsDeclined,
    /// The peer answered `<starttls/>` with `<failure/>` (RFC 6120 §5.4.2.2).
    TlsFailed {
        /// Where.
        offset: u64,
    },
    /// The receiving entity ended the stream instead of an answer to `<starttls/>`, or before it (STLS-21).
    TlsUnavailable {
        /// How.
        ending: Ending,
        /// Where.
        offset: u64,
    },
    /// An element that has no place there: a stanza, SASL, dialback, compression, a second list of features.
    UnexpectedElement {
        /// Its name.
        element: ElementName,
        /// The stream error that answers it.
        condition: StreamCondition,
        /// Where its start tag ended.
        offset: u64,
    },
    /// Text where only white space may stand.
    UnexpectedText {
        /// Where.
        offset: u64,
    },
    /// The input is not UTF-8, or says so of itself.
    UnsupportedEncoding {
        /// Where.
        offset: u64,
    },
    /// The version in the peer's stream header is no version (RFC 6120 §4.7.5).
    UnsupportedVersion {
        /// Where.
        offset: u64,
    },
}

impl Cause {
    /// The cause's name in our own data, logs and bindings.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ClosedByPeer { .. } => "closed_by_peer",
            Self::Declined { .. } => "declined",
            Self::InjectedPlaintext { .. } => "injected_plaintext",
            Self::InvalidNamespace { .. } => "invalid_namespace",
            Self::LimitExceeded { .. } => "limit_exceeded",
            Self::MalformedStarttls { .. } => "malformed_starttls",
            Self::NotWellFormed { .. } => "not_well_formed",
            Self::Redirected { .. } => "redirected",
            Self::RestrictedXml { .. } => "restricted_xml",
            Self::SpokeTls => "spoke_tls",
            Self::StreamError { .. } => "stream_error",
            Self::TlsDeclined => "tls_declined",
            Self::TlsFailed { .. } => "tls_failed",
            Self::TlsUnavailable { .. } => "tls_unavailable",
            Self::UnexpectedElement { .. } => "unexpected_element",
            Self::UnexpectedText { .. } => "unexpected_text",
            Self::UnsupportedEncoding { .. } => "unsupported_encoding",
            Self::UnsupportedVersion { .. } => "unsupported_version",
        }
    }

    /// The stream error that tells the peer, if a stream error is due.
    ///
    /// None is when the peer ended the stream itself, when `<failure/>` says it, and when nothing more may be
    /// sent: behind injected bytes, and to a peer that speaks TLS.
    pub fn condition(&self) -> Option<StreamCondition> {
        Some(match self {
            Self::Declined { condition } | Self::UnexpectedElement { condition, .. } => *condition,
            Self::InvalidNamespace { .. } => StreamCondition::InvalidNamespace,
            Self::LimitExceeded { .. } => StreamCondition::PolicyViolation,
            Self::NotWellFormed { .. } => StreamCondition::NotWellFormed,
            Self::RestrictedXml { .. } => StreamCondition::RestrictedXml,
            Self::UnexpectedText { .. } => StreamCondition::BadFormat,
            Self::UnsupportedEncoding { .. } => StreamCondition::UnsupportedEncoding,
            Self::UnsupportedVersion { .. } => StreamCondition::UnsupportedVersion,
            Self::ClosedByPeer { .. }
            | Self::InjectedPlaintext { .. }
            | Self::MalformedStarttls { .. }
            | Self::Redirected { .. }
            | Self::SpokeTls
            | Self::StreamError { .. }
            | Self::TlsDeclined
            | Self::TlsFailed { .. }
            | Self::TlsUnavailable { .. } => return None,
        })
    }

    /// Whether `</stream:stream>` is due although no stream error is: the peer ended the stream in order.
    pub(super) fn closes_stream(&self) -> bool {
        matches!(
            self,
            Self::ClosedByPeer { ending: Ending::Stream, .. }
                | Self::Redirected { .. }
                | Self::StreamError { .. }
                | Self::TlsFailed { .. }
                | Self::TlsUnavailable { ending: Ending::Stream, .. }
        )
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClosedByPeer { ending: Ending::Stream, .. } => {
                write!(f, "the peer closed the stream before TLS")
            }
            Self::ClosedByPeer { ending: Ending::Transport, .. } => {
                write!(f, "the connection ended before TLS")
            }
            Self::Declined { condition } => write!(f, "the stream was declined: {condition}"),
            Self::InjectedPlaintext { behind, offset } => {
                let element = match behind {
                    Behind::Proceed => "<proceed/>",
                    Behind::Starttls => "<starttls/>",
                };
                write!(f, "plaintext at byte {offset}, behind {element}, where only TLS may follow")
            }
            Self::InvalidNamespace { element, .. } => {
                write!(f, "{element} is not a stream of this service")
            }
            Self::LimitExceeded { limit, offset } => {
                let what = match limit {
                    Limit::Attributes => "too many attributes",
                    Limit::Bytes => "too much input",
                    Limit::Depth => "elements too deeply nested",
                };
                write!(f, "{what} before TLS, at byte {offset}")
            }
            Self::MalformedStarttls { .. } => write!(f, "the peer's <starttls/> is not empty"),
            Self::NotWellFormed { fault, offset } => {
                write!(f, "the XML is not well-formed at byte {offset}: {fault}")
            }
            Self::Redirected { host, .. } => {
                write!(f, "the peer points to {host} without having shown who it is")
            }
            Self::RestrictedXml { construct, offset } => {
                let what = match construct {
                    Construct::Declaration => "a comment, document type or CDATA section",
                    Construct::Entity => "an entity that is not predefined",
                    Construct::ProcessingInstruction => "a processing instruction",
                };
                write!(f, "{what} at byte {offset}, which XMPP forbids")
            }
            Self::SpokeTls => write!(f, "the peer speaks TLS at once, where STARTTLS was expected"),
            Self::StreamError { condition, .. } => write!(f, "the peer ended the stream: {condition}"),
            Self::TlsDeclined => write!(f, "TLS is not possible here"),
            Self::TlsFailed { .. } => write!(f, "the peer answered <starttls/> with <failure/>"),
            Self::TlsUnavailable { .. } => write!(f, "the peer ended the stream instead of starting TLS"),
            Self::UnexpectedElement { element, .. } => write!(f, "{element} has no place before TLS"),
            Self::UnexpectedText { offset } => write!(f, "text between elements at byte {offset}"),
            Self::UnsupportedEncoding { offset } => write!(f, "the input is not UTF-8 at byte {offset}"),
            Self::UnsupportedVersion { .. } => write!(f, "the stream's version is not a version"),
        }
    }
}

impl core::error::Error for Cause {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attribute => "a misspelt attribute",
            Self::Character => "a forbidden character",
            Self::Declaration => "a misspelt XML declaration",
            Self::DuplicateAttribute => "an attribute twice",
            Self::Name => "a misspelt name",
            Self::Namespace => "a forbidden namespace declaration",
            Self::Nesting => "an end tag of an element that is not open",
            Self::Reference => "a misspelt reference",
            Self::SectionEnd => "\"]]>\" in text",
            Self::Tag => "a misspelt tag",
            Self::TextOutside => "text outside the stream",
            Self::UndeclaredPrefix => "an undeclared prefix",
        })
    }
}
