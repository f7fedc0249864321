//! Causes of a failed connection: 100 the stream before TLS, 200 TLS, 300 who the peer is, 400 time, 500 the host.

use super::NumberFacts;

/// Why a connection failed.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CauseCode {
    /// The peer ended the stream before it asked for TLS.
    StreamClosedByPeer = 100,
    /// The peer's stream header was declined: the domain is not served here.
    StreamDeclined = 101,
    /// Bytes stood where only TLS may follow (RFC 7457 §2.2): somebody tampers with the stream.
    InjectedPlaintext = 102,
    /// The stream is of another namespace.
    InvalidNamespace = 103,
    /// A limit before TLS was exceeded.
    StreamLimitExceeded = 104,
    /// The command for STARTTLS was malformed.
    MalformedStarttls = 105,
    /// The stream is not well-formed XML.
    NotWellFormed = 106,
    /// The peer names another host, without proof of who it is.
    Redirected = 107,
    /// The stream holds what XMPP forbids: a comment, a document type, an entity.
    RestrictedXml = 108,
    /// The peer spoke TLS where XML was expected.
    SpokeTls = 109,
    /// The peer ended the stream with a stream error.
    StreamError = 110,
    /// We declined TLS: there are no credentials.
    TlsDeclined = 111,
    /// The peer declined TLS with a failure.
    TlsFailed = 112,
    /// The peer ended the stream instead of starting TLS.
    TlsUnavailable = 113,
    /// An element came that has no place before TLS.
    UnexpectedElement = 114,
    /// Text came that has no place in a stream.
    UnexpectedText = 115,
    /// The stream is not in UTF-8.
    UnsupportedEncoding = 116,
    /// The stream is of a version that is not supported.
    UnsupportedVersion = 117,

    /// The peer ended TLS with an alert.
    AlertReceived = 200,
    /// The peer refused our certificate with an alert.
    CertificateRejected = 201,
    /// The transport ended within the handshake.
    HandshakeTruncated = 202,
    /// A limit of TLS was exceeded.
    TlsLimitExceeded = 203,
    /// No version, suite, group or signature scheme in common.
    NothingInCommon = 204,
    /// No application protocol in common.
    NoApplicationProtocol = 205,
    /// There is no credential for the domain that the client asks for.
    UnknownServerName = 206,
    /// There is no credential to show.
    NoCredential = 207,
    /// The peer's certificate is not that of the key that signed.
    BadCertificateSignature = 208,
    /// What came is not TLS.
    NotTls = 209,
    /// What came is XML in the clear.
    PlaintextXml = 210,
    /// TLS 1.2 without extended master secret.
    NoExtendedMasterSecret = 211,
    /// A message could not be read, authenticated, or had no place there.
    ProtocolViolation = 212,

    /// The verdict does not meet the policy.
    PeerRefused = 300,

    /// TLS did not begin in time.
    TimeBeforeTls = 400,
    /// The handshake did not end in time.
    TimeHandshake = 401,
    /// No verdict came in time.
    TimeVerdict = 402,

    /// The host refused the client hello.
    HostRefused = 500,
    /// Something failed that the peer has no part in.
    Unusable = 501,
}

impl CauseCode {
    /// All codes, in the order of their numbers.
    pub const ALL: &[Self] = &[
        Self::StreamClosedByPeer,
        Self::StreamDeclined,
        Self::InjectedPlaintext,
        Self::InvalidNamespace,
        Self::StreamLimitExceeded,
        Self::MalformedStarttls,
        Self::NotWellFormed,
        Self::Redirected,
        Self::RestrictedXml,
        Self::SpokeTls,
        Self::StreamError,
        Self::TlsDeclined,
        Self::TlsFailed,
        Self::TlsUnavailable,
        Self::UnexpectedElement,
        Self::UnexpectedText,
        Self::UnsupportedEncoding,
        Self::UnsupportedVersion,
        Self::AlertReceived,
        Self::CertificateRejected,
        Self::HandshakeTruncated,
        Self::TlsLimitExceeded,
        Self::NothingInCommon,
        Self::NoApplicationProtocol,
        Self::UnknownServerName,
        Self::NoCredential,
        Self::BadCertificateSignature,
        Self::NotTls,
        Self::PlaintextXml,
        Self::NoExtendedMasterSecret,
        Self::ProtocolViolation,
        Self::PeerRefused,
        Self::TimeBeforeTls,
        Self::TimeHandshake,
        Self::TimeVerdict,
        Self::HostRefused,
        Self::Unusable,
    ];

    /// The code with this number.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }

    /// The number.
    #[expect(clippy::as_conversions, reason = "the discriminant of a repr(u32) enum is its number")]
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// All that is fixed about it.
    pub fn facts(self) -> NumberFacts {
        let (name, word, message, clause) = match self {
            Self::StreamClosedByPeer => (
                "XMPP_TLS_CAUSE_STREAM_CLOSED_BY_PEER",
                "stream_closed_by_peer",
                "the peer ended the stream before it asked for TLS",
                "RFC 6120 §5.4.2",
            ),
            Self::StreamDeclined => (
                "XMPP_TLS_CAUSE_STREAM_DECLINED",
                "stream_declined",
                "the domain asked for is not served",
                "RFC 6120 §4.9.3.6",
            ),
            Self::InjectedPlaintext => (
                "XMPP_TLS_CAUSE_INJECTED_PLAINTEXT",
                "injected_plaintext",
                "bytes stood where only TLS may follow",
                "RFC 7457 §2.2",
            ),
            Self::InvalidNamespace => (
                "XMPP_TLS_CAUSE_INVALID_NAMESPACE",
                "invalid_namespace",
                "the stream is of another namespace",
                "RFC 6120 §4.9.3.10",
            ),
            Self::StreamLimitExceeded => (
                "XMPP_TLS_CAUSE_STREAM_LIMIT_EXCEEDED",
                "stream_limit_exceeded",
                "a limit before TLS was exceeded",
                "RFC 6120 §13.12",
            ),
            Self::MalformedStarttls => (
                "XMPP_TLS_CAUSE_MALFORMED_STARTTLS",
                "malformed_starttls",
                "the command for STARTTLS was malformed",
                "RFC 6120 §5.4.2.2",
            ),
            Self::NotWellFormed => (
                "XMPP_TLS_CAUSE_NOT_WELL_FORMED",
                "not_well_formed",
                "the stream is not well-formed XML",
                "RFC 6120 §11.3",
            ),
            Self::Redirected => (
                "XMPP_TLS_CAUSE_REDIRECTED",
                "redirected",
                "the peer names another host without proof",
                "RFC 6120 §4.9.3.19",
            ),
            Self::RestrictedXml => (
                "XMPP_TLS_CAUSE_RESTRICTED_XML",
                "restricted_xml",
                "the stream holds XML that XMPP forbids",
                "RFC 6120 §11.1",
            ),
            Self::SpokeTls => (
                "XMPP_TLS_CAUSE_SPOKE_TLS",
                "spoke_tls",
                "the peer spoke TLS where XML was expected",
                "XEP-0368 §3",
            ),
            Self::StreamError => (
                "XMPP_TLS_CAUSE_STREAM_ERROR",
                "stream_error",
                "the peer ended the stream with a stream error",
                "RFC 6120 §4.9",
            ),
            Self::TlsDeclined => (
                "XMPP_TLS_CAUSE_TLS_DECLINED",
                "tls_declined",
                "there are no credentials for TLS",
                "RFC 6120 §5.4.2.2",
            ),
            Self::TlsFailed => {
                ("XMPP_TLS_CAUSE_TLS_FAILED", "tls_failed", "the peer declined TLS", "RFC 6120 §5.4.2.2")
            }
            Self::TlsUnavailable => (
                "XMPP_TLS_CAUSE_TLS_UNAVAILABLE",
                "tls_unavailable",
                "the peer ended the stream instead of starting TLS",
                "RFC 7590 §3.1",
            ),
            Self::UnexpectedElement => (
                "XMPP_TLS_CAUSE_UNEXPECTED_ELEMENT",
                "unexpected_element",
                "an element came that has no place before TLS",
                "RFC 6120 §4.3.5",
            ),
            Self::UnexpectedText => (
                "XMPP_TLS_CAUSE_UNEXPECTED_TEXT",
                "unexpected_text",
                "text came that has no place in a stream",
                "RFC 6120 §4.9.3.1",
            ),
            Self::UnsupportedEncoding => (
                "XMPP_TLS_CAUSE_UNSUPPORTED_ENCODING",
                "unsupported_encoding",
                "the stream is not in UTF-8",
                "RFC 6120 §11.6",
            ),
            Self::UnsupportedVersion => (
                "XMPP_TLS_CAUSE_UNSUPPORTED_VERSION",
                "unsupported_version",
                "the stream is of a version that is not supported",
                "RFC 6120 §4.7.5",
            ),
            Self::AlertReceived => (
                "XMPP_TLS_CAUSE_ALERT_RECEIVED",
                "alert_received",
                "the peer ended TLS with an alert",
                "RFC 8446 §6",
            ),
            Self::CertificateRejected => (
                "XMPP_TLS_CAUSE_CERTIFICATE_REJECTED",
                "certificate_rejected",
                "the peer refused our certificate",
                "RFC 8446 §4.4.2.4",
            ),
            Self::HandshakeTruncated => (
                "XMPP_TLS_CAUSE_HANDSHAKE_TRUNCATED",
                "handshake_truncated",
                "the transport ended within the handshake",
                "RFC 6120 §5.4.3.2",
            ),
            Self::TlsLimitExceeded => (
                "XMPP_TLS_CAUSE_TLS_LIMIT_EXCEEDED",
                "tls_limit_exceeded",
                "a limit of TLS was exceeded",
                "RFC 7457 §2.13",
            ),
            Self::NothingInCommon => (
                "XMPP_TLS_CAUSE_NOTHING_IN_COMMON",
                "nothing_in_common",
                "no version, suite, group or signature scheme in common",
                "RFC 9325 §3.1, §4.2",
            ),
            Self::NoApplicationProtocol => (
                "XMPP_TLS_CAUSE_NO_APPLICATION_PROTOCOL",
                "no_application_protocol",
                "no application protocol in common",
                "RFC 7301 §3.2",
            ),
            Self::UnknownServerName => (
                "XMPP_TLS_CAUSE_UNKNOWN_SERVER_NAME",
                "unknown_server_name",
                "the client asks for a domain that is not served",
                "RFC 9325 §3.7",
            ),
            Self::NoCredential => (
                "XMPP_TLS_CAUSE_NO_CREDENTIAL",
                "no_credential",
                "there is no credential to show",
                "RFC 8446 §4.4.2",
            ),
            Self::BadCertificateSignature => (
                "XMPP_TLS_CAUSE_BAD_CERTIFICATE_SIGNATURE",
                "bad_certificate_signature",
                "the peer does not hold the key of its certificate",
                "RFC 8446 §4.4.3",
            ),
            Self::NotTls => ("XMPP_TLS_CAUSE_NOT_TLS", "not_tls", "what came is not TLS", "RFC 8446 §5.1"),
            Self::PlaintextXml => (
                "XMPP_TLS_CAUSE_PLAINTEXT_XML",
                "plaintext_xml",
                "the peer spoke XML in the clear where TLS was expected",
                "XEP-0368 §3",
            ),
            Self::NoExtendedMasterSecret => (
                "XMPP_TLS_CAUSE_NO_EXTENDED_MASTER_SECRET",
                "no_extended_master_secret",
                "TLS 1.2 without extended master secret",
                "RFC 9325 §3.5",
            ),
            Self::ProtocolViolation => (
                "XMPP_TLS_CAUSE_PROTOCOL_VIOLATION",
                "protocol_violation",
                "a TLS message could not be read or had no place",
                "RFC 8446 §6.2",
            ),
            Self::PeerRefused => (
                "XMPP_TLS_CAUSE_PEER_REFUSED",
                "peer_refused",
                "the peer is not who it should be",
                "RFC 7590 §3.4",
            ),
            Self::TimeBeforeTls => (
                "XMPP_TLS_CAUSE_TIME_BEFORE_TLS",
                "time_before_tls",
                "TLS did not begin in time",
                "RFC 6120 §13.12",
            ),
            Self::TimeHandshake => (
                "XMPP_TLS_CAUSE_TIME_HANDSHAKE",
                "time_handshake",
                "the handshake did not end in time",
                "RFC 6120 §13.12",
            ),
            Self::TimeVerdict => (
                "XMPP_TLS_CAUSE_TIME_VERDICT",
                "time_verdict",
                "nobody said in time who the peer is",
                "RFC 7711 §5",
            ),
            Self::HostRefused => {
                ("XMPP_TLS_CAUSE_HOST_REFUSED", "host_refused", "the host refused the client hello", "")
            }
            Self::Unusable => {
                ("XMPP_TLS_CAUSE_UNUSABLE", "unusable", "something failed that the peer has no part in", "")
            }
        };
        NumberFacts { name, word, message, clause }
    }
}
