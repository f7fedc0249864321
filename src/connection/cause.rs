//! Why a connection failed: one cause, final, as data.

use std::fmt;

use crate::numbers::CauseCode;
use crate::parameter::Alert;
use crate::{stream, tls};

/// Why a connection failed. The first cause is the cause.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// TLS was not agreed on in the stream before it.
    Stream(stream::Cause),
    /// TLS failed, or the peer ended it with an alert.
    Tls(tls::Failure),
    /// The verdict about the peer does not meet the policy; the verdict says why.
    PeerRefused,
    /// A time limit was reached (STLS-30).
    TimeLimit(TimeLimit),
    /// The host refused the client hello with this alert.
    HostRefused(Alert),
    /// The peer agreed on no application protocol, and the policy wants one.
    NoApplicationProtocol,
    /// The policy leaves nothing to negotiate, or the system gave no random bytes.
    Unusable,
}

/// Which time limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeLimit {
    /// TLS did not begin in time.
    BeforeTls,
    /// The handshake did not end in time.
    Handshake,
    /// No verdict was given in time while the library kept the gate.
    Verdict,
}

impl Cause {
    /// The number by which other languages know it.
    pub fn code(&self) -> CauseCode {
        match self {
            Self::Stream(cause) => stream_code(cause),
            Self::Tls(failure) => tls_code(*failure),
            Self::PeerRefused => CauseCode::PeerRefused,
            Self::TimeLimit(TimeLimit::BeforeTls) => CauseCode::TimeBeforeTls,
            Self::TimeLimit(TimeLimit::Handshake) => CauseCode::TimeHandshake,
            Self::TimeLimit(TimeLimit::Verdict) => CauseCode::TimeVerdict,
            Self::HostRefused(_) => CauseCode::HostRefused,
            Self::NoApplicationProtocol => CauseCode::NoApplicationProtocol,
            Self::Unusable => CauseCode::Unusable,
        }
    }
}

fn stream_code(cause: &stream::Cause) -> CauseCode {
    use stream::Cause as Stream;
    match cause {
        Stream::ClosedByPeer { .. } => CauseCode::StreamClosedByPeer,
        Stream::Declined { .. } => CauseCode::StreamDeclined,
        Stream::InjectedPlaintext { .. } => CauseCode::InjectedPlaintext,
        Stream::InvalidNamespace { .. } => CauseCode::InvalidNamespace,
        Stream::LimitExceeded { .. } => CauseCode::StreamLimitExceeded,
        Stream::MalformedStarttls { .. } => CauseCode::MalformedStarttls,
        Stream::NotWellFormed { .. } => CauseCode::NotWellFormed,
        Stream::Redirected { .. } => CauseCode::Redirected,
        Stream::RestrictedXml { .. } => CauseCode::RestrictedXml,
        Stream::SpokeTls => CauseCode::SpokeTls,
        Stream::StreamError { .. } => CauseCode::StreamError,
        Stream::TlsDeclined => CauseCode::TlsDeclined,
        Stream::TlsFailed { .. } => CauseCode::TlsFailed,
        Stream::TlsUnavailable { .. } => CauseCode::TlsUnavailable,
        Stream::UnexpectedElement { .. } => CauseCode::UnexpectedElement,
        Stream::UnexpectedText { .. } => CauseCode::UnexpectedText,
        Stream::UnsupportedEncoding { .. } => CauseCode::UnsupportedEncoding,
        Stream::UnsupportedVersion { .. } => CauseCode::UnsupportedVersion,
    }
}

fn tls_code(failure: tls::Failure) -> CauseCode {
    use tls::{Cause as Tls, Failure};
    match failure {
        Failure::AlertReceived(_) => CauseCode::AlertReceived,
        Failure::CertificateRejected(_) => CauseCode::CertificateRejected,
        Failure::HandshakeTruncated => CauseCode::HandshakeTruncated,
        Failure::LimitExceeded(_) => CauseCode::TlsLimitExceeded,
        Failure::Internal | Failure::InvalidServerName => CauseCode::Unusable,
        Failure::Refused(cause, _) => match cause {
            Tls::NoApplicationProtocol => CauseCode::NoApplicationProtocol,
            Tls::NoCommonGroup | Tls::NoCommonSignature | Tls::NoCommonSuite | Tls::NoCommonVersion => {
                CauseCode::NothingInCommon
            }
            Tls::UnknownServerName => CauseCode::UnknownServerName,
            Tls::NoCredential => CauseCode::NoCredential,
            Tls::BadCertificateSignature | Tls::BadCertificate => CauseCode::BadCertificateSignature,
            Tls::NotTls => CauseCode::NotTls,
            Tls::PlaintextXml => CauseCode::PlaintextXml,
            Tls::NoExtendedMasterSecret => CauseCode::NoExtendedMasterSecret,
            Tls::Judged => CauseCode::PeerRefused,
            _ => CauseCode::ProtocolViolation,
        },
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(cause) => cause.fmt(f),
            Self::Tls(failure) => failure.fmt(f),
            Self::PeerRefused => f.write_str("the peer is not who it should be"),
            Self::TimeLimit(TimeLimit::BeforeTls) => f.write_str("TLS did not begin in time"),
            Self::TimeLimit(TimeLimit::Handshake) => f.write_str("the TLS handshake did not end in time"),
            Self::TimeLimit(TimeLimit::Verdict) => f.write_str("nobody said in time who the peer is"),
            Self::HostRefused(alert) => write!(f, "the client hello was refused with the alert {alert}"),
            Self::NoApplicationProtocol => f.write_str("no application protocol was agreed on"),
            Self::Unusable => f.write_str("TLS could not be set up"),
        }
    }
}
