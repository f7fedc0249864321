//! Why a session failed, for good.
//!
//! A failure is final: the session that met it gives the same answer for ever. Its alert, if there is one,
//! still waits to be transmitted.

use rustls::{CertificateError, Error, InvalidMessage, PeerIncompatible, PeerMisbehaved};

use super::scope::Found;
use crate::parameter::Alert;

/// Why a session failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The peer ended the session with this alert.
    AlertReceived(Alert),
    /// The peer ended the session with this alert after it was shown our certificate, and before it sent
    /// anything else: it rejects the certificate. In TLS 1.3 a client is told so only after its handshake
    /// is done (PAR-18).
    CertificateRejected(Alert),
    /// The connection ended within the handshake.
    HandshakeTruncated,
    /// Something failed that the peer has no part in.
    Internal,
    /// The server's name cannot stand in a client hello.
    InvalidServerName,
    /// A limit was exceeded.
    LimitExceeded(SessionLimit),
    /// This end ended the session; the alert is what the peer is told, if anything.
    Refused(Cause, Option<Alert>),
}

/// What in a session is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionLimit {
    /// Bytes of an incomplete message held ([`crate::limits::TLS_HELD_HANDSHAKING`] and its neighbours).
    Held,
    /// Records under one key in TLS 1.2, where keys cannot be replaced (RFC 9325 §4.4).
    RecordsPerKey,
}

/// Why this end ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The peer's certificate does not hold a key that could be read.
    BadCertificate,
    /// The peer's certificate did not sign the handshake, or not by a scheme that is allowed.
    BadCertificateSignature,
    /// A record could not be authenticated.
    BadRecord,
    /// A Finished, a binder or another proof in the handshake was wrong.
    BadProof,
    /// The judge refused the peer's certificates.
    Judged,
    /// A message could not be read.
    Malformed,
    /// The peer broke the protocol.
    Misbehaved,
    /// No application protocol in common (RFC 7301 §3.2).
    NoApplicationProtocol,
    /// There is no credential to show.
    NoCredential,
    /// No key exchange group in common.
    NoCommonGroup,
    /// No signature scheme in common: there is no credential of the kind that the peer takes.
    NoCommonSignature,
    /// No cipher suite in common.
    NoCommonSuite,
    /// No version in common.
    NoCommonVersion,
    /// TLS 1.2 without extended master secret (RFC 7627; PAR-15).
    NoExtendedMasterSecret,
    /// What came is not TLS.
    NotTls,
    /// What came is XML in the clear.
    PlaintextXml,
    /// A message came where it does not belong.
    UnexpectedMessage,
    /// The client hello names a domain that is not served here (RFC 6066 §3).
    UnknownServerName,
}

impl Failure {
    /// The alert that passed in either direction, if one did.
    #[must_use]
    pub fn alert(&self) -> Option<Alert> {
        match *self {
            Self::AlertReceived(alert) | Self::CertificateRejected(alert) => Some(alert),
            Self::Refused(_, alert) => alert,
            _ => None,
        }
    }

    /// With the alert that was really queued: the one in the clear, none, or, encrypted, the one known to
    /// go with the cause.
    pub(super) fn told(self, queued: bool, out: &[u8]) -> Self {
        match (self, out) {
            (Self::Refused(cause, _), [.., 21, 3, _, 0, 2, 2, number]) => {
                Self::Refused(cause, Some(Alert(*number)))
            }
            (Self::Refused(cause, _), _) if !queued => Self::Refused(cause, None),
            (other, _) => other,
        }
    }

    /// Reads rustls's error, in the light of what the hooks found.
    pub(super) fn of(error: &Error, found: Option<&Found>) -> Self {
        if let Error::AlertReceived(alert) = error {
            return Self::AlertReceived(Alert(u8::from(*alert)));
        }
        if let Some(refusal) = found.and_then(|found| found.judged) {
            return Self::Refused(Cause::Judged, Some(refusal.alert()));
        }
        if found.is_some_and(|found| found.bad_signature) {
            return Self::Refused(Cause::BadCertificateSignature, Some(signature_alert(error)));
        }
        let (cause, alert) = match error {
            Error::InvalidMessage(message) => malformed(*message),
            Error::DecryptError => (Cause::BadRecord, Alert::BAD_RECORD_MAC),
            Error::PeerSentOversizedRecord => (Cause::Malformed, Alert::RECORD_OVERFLOW),
            Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
                (Cause::UnexpectedMessage, Alert::UNEXPECTED_MESSAGE)
            }
            Error::NoApplicationProtocol => (Cause::NoApplicationProtocol, Alert::NO_APPLICATION_PROTOCOL),
            Error::PeerIncompatible(reason) => incompatible(reason),
            Error::PeerMisbehaved(reason) => misbehaved(reason),
            Error::InvalidCertificate(CertificateError::BadSignature) => {
                (Cause::BadProof, Alert::DECRYPT_ERROR)
            }
            Error::InvalidCertificate(_) => (Cause::BadCertificate, Alert::BAD_CERTIFICATE),
            Error::NoCertificatesPresented => (Cause::BadCertificate, Alert::DECODE_ERROR),
            // The only "general" error of an accepting handshake: the chooser found no credential.
            Error::General(_) if found.is_some_and(|found| found.unknown_name) => {
                return match found.and_then(|found| found.server_name.as_deref()) {
                    Some(_) => Self::Refused(Cause::UnknownServerName, Some(Alert::UNRECOGNIZED_NAME)),
                    None => Self::Refused(Cause::NoCredential, Some(Alert::ACCESS_DENIED)),
                };
            }
            _ => return Self::Internal,
        };
        Self::Refused(cause, Some(alert))
    }
}

/// How rustls tells a peer that its signature, or the key in its certificate, was not good.
fn signature_alert(error: &Error) -> Alert {
    match error {
        Error::InvalidCertificate(CertificateError::BadEncoding) => Alert::BAD_CERTIFICATE,
        Error::InvalidCertificate(_) => Alert::DECRYPT_ERROR,
        Error::PeerMisbehaved(_) => Alert::ILLEGAL_PARAMETER,
        _ => Alert::HANDSHAKE_FAILURE,
    }
}

fn malformed(message: InvalidMessage) -> (Cause, Alert) {
    match message {
        // A record header that is none: type, version or length are not those of TLS.
        InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion => {
            (Cause::NotTls, Alert::DECODE_ERROR)
        }
        InvalidMessage::PreSharedKeyIsNotFinalExtension | InvalidMessage::DuplicateExtension(_) => {
            (Cause::Malformed, Alert::ILLEGAL_PARAMETER)
        }
        InvalidMessage::UnknownHelloRetryRequestExtension => (Cause::Malformed, Alert::UNSUPPORTED_EXTENSION),
        _ => (Cause::Malformed, Alert::DECODE_ERROR),
    }
}

fn incompatible(reason: &PeerIncompatible) -> (Cause, Alert) {
    match reason {
        PeerIncompatible::ExtendedMasterSecretExtensionRequired => {
            (Cause::NoExtendedMasterSecret, Alert::HANDSHAKE_FAILURE)
        }
        PeerIncompatible::NoCipherSuitesInCommon => (Cause::NoCommonSuite, Alert::HANDSHAKE_FAILURE),
        PeerIncompatible::NoKxGroupsInCommon
        | PeerIncompatible::NamedGroupsExtensionRequired
        | PeerIncompatible::KeyShareExtensionRequired => (Cause::NoCommonGroup, Alert::HANDSHAKE_FAILURE),
        PeerIncompatible::NoSignatureSchemesInCommon
        | PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon
        | PeerIncompatible::SignatureAlgorithmsExtensionRequired => {
            (Cause::NoCommonSignature, Alert::HANDSHAKE_FAILURE)
        }
        PeerIncompatible::NullCompressionRequired | PeerIncompatible::UncompressedEcPointsRequired => {
            (Cause::Misbehaved, Alert::ILLEGAL_PARAMETER)
        }
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
        | PeerIncompatible::SupportedVersionsExtensionRequired
        | PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled => (Cause::NoCommonVersion, Alert::PROTOCOL_VERSION),
        _ => (Cause::Misbehaved, Alert::HANDSHAKE_FAILURE),
    }
}

fn misbehaved(reason: &PeerMisbehaved) -> (Cause, Alert) {
    match reason {
        PeerMisbehaved::IncorrectBinder => (Cause::BadProof, Alert::DECRYPT_ERROR),
        PeerMisbehaved::SelectedUnofferedApplicationProtocol => {
            (Cause::NoApplicationProtocol, Alert::ILLEGAL_PARAMETER)
        }
        PeerMisbehaved::IllegalMiddleboxChangeCipherSpec
        | PeerMisbehaved::KeyEpochWithPendingFragment
        | PeerMisbehaved::TooMuchEarlyDataReceived => (Cause::UnexpectedMessage, Alert::UNEXPECTED_MESSAGE),
        PeerMisbehaved::SelectedUnofferedCipherSuite
        | PeerMisbehaved::ServerHelloMustOfferUncompressedEcPoints => {
            (Cause::Misbehaved, Alert::HANDSHAKE_FAILURE)
        }
        PeerMisbehaved::MissingKeyShare
        | PeerMisbehaved::MissingPskExtensionInSecondClientHello
        | PeerMisbehaved::MissingPskModesExtension => (Cause::Misbehaved, Alert::MISSING_EXTENSION),
        PeerMisbehaved::MissingBinderInPskExtension => (Cause::Malformed, Alert::DECODE_ERROR),
        PeerMisbehaved::DisallowedEncryptedExtension
        | PeerMisbehaved::UnexpectedCleartextExtension
        | PeerMisbehaved::UnsolicitedEchExtension
        | PeerMisbehaved::UnsolicitedEncryptedExtension
        | PeerMisbehaved::UnsolicitedServerHelloExtension => {
            (Cause::Misbehaved, Alert::UNSUPPORTED_EXTENSION)
        }
        _ => (Cause::Misbehaved, Alert::ILLEGAL_PARAMETER),
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AlertReceived(alert) => write!(formatter, "the peer ended the session: {alert}"),
            Self::CertificateRejected(alert) => {
                write!(formatter, "the peer rejects our certificate: {alert}")
            }
            Self::HandshakeTruncated => formatter.write_str("the connection ended within the handshake"),
            Self::Internal => formatter.write_str("an internal error"),
            Self::InvalidServerName => {
                formatter.write_str("the server's name cannot stand in a client hello")
            }
            Self::LimitExceeded(SessionLimit::Held) => {
                formatter.write_str("an incomplete message grew too long")
            }
            Self::LimitExceeded(SessionLimit::RecordsPerKey) => formatter.write_str("the keys are worn out"),
            Self::Refused(cause, Some(alert)) => write!(formatter, "{cause}; the peer was told {alert}"),
            Self::Refused(cause, None) => write!(formatter, "{cause}"),
        }
    }
}

impl std::error::Error for Failure {}

impl std::fmt::Display for Cause {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::BadCertificate => "the peer's certificate holds no readable key",
            Self::BadCertificateSignature => "the peer did not prove that it holds its certificate's key",
            Self::BadRecord => "a record could not be authenticated",
            Self::BadProof => "a proof within the handshake was wrong",
            Self::Judged => "the peer's certificates were refused",
            Self::Malformed => "a message could not be read",
            Self::Misbehaved => "the peer broke the protocol",
            Self::NoApplicationProtocol => "no application protocol in common",
            Self::NoCredential => "there is no credential to show",
            Self::NoCommonGroup => "no key exchange group in common",
            Self::NoCommonSignature => "no signature scheme in common",
            Self::NoCommonSuite => "no cipher suite in common",
            Self::NoCommonVersion => "no TLS version in common",
            Self::NoExtendedMasterSecret => "the peer has no extended master secret",
            Self::NotTls => "what came is not TLS",
            Self::PlaintextXml => "what came is XML in the clear",
            Self::UnexpectedMessage => "a message came where it does not belong",
            Self::UnknownServerName => "the domain asked for is not served here",
        })
    }
}
