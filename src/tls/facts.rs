//! What can be said about a session: what was agreed, what was shown, what binds to it.

use std::sync::Arc;

use rustls::HandshakeKind as Kind;

use super::credential::Credential;
use super::end_point::{EndPointUndefined, server_end_point};
use super::engine::Engine;
use super::failure::Failure;
use super::session::Session;
use crate::parameter::{CipherSuite, Group, SignatureScheme, Version};

/// What is kept of a handshake that is done.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) exporter: Option<[u8; 32]>,
    pub(super) extended_master_secret: Option<bool>,
    pub(super) server_name: Option<Box<str>>,
    pub(super) scheme: Option<u16>,
    pub(super) own: Option<Arc<Credential>>,
    pub(super) asked: bool,
    pub(super) stapled: Option<bool>,
}

/// How a handshake went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandshakeKind {
    /// With certificates, in the usual number of round trips.
    Full,
    /// With certificates, and the client asked to offer another group first.
    HelloRetryRequest,
    /// From a ticket: nobody showed a certificate or proved to hold its key this time.
    Resumed,
}

/// Why there is no `tls-exporter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoExporter {
    /// TLS 1.2 without extended master secret, or not known to have used it (RFC 9266 §4.2).
    NoExtendedMasterSecret,
    /// The handshake is not done, or the session failed.
    NotReady,
}

impl std::fmt::Display for NoExporter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::NoExtendedMasterSecret => "TLS 1.2 ran without extended master secret",
            Self::NotReady => "the handshake is not done",
        })
    }
}

impl std::error::Error for NoExporter {}

/// Why there is no `tls-server-end-point`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEndPoint {
    /// RFC 5929 defines none for the server's certificate.
    Undefined(EndPointUndefined),
    /// The certificate the other end knows is not at hand: the handshake is not done, or a session was
    /// resumed whose certificate has been replaced since.
    NoCertificate,
}

impl Session {
    /// Whether the handshake is under way; it is too after a failure within it.
    #[must_use]
    pub fn is_handshaking(&self) -> bool {
        self.engine.common().is_handshaking()
    }

    /// Whether the handshake is done and nothing failed.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.failure.is_none() && !self.is_handshaking()
    }

    /// Why the session failed, if it did.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// Whether the peer closed its direction.
    #[must_use]
    pub fn is_peer_closed(&self) -> bool {
        self.flags.peer_closed
    }

    /// Whether this end closed its direction.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.flags.closed
    }

    /// Whether the keys of a TLS 1.2 session near their limit: the stream should be reset and begun anew
    /// (RFC 6120 §5.3.5; PAR-20). TLS 1.3 replaces its keys by itself.
    #[must_use]
    pub fn is_reset_advised(&self) -> bool {
        self.flags.reset_advised
    }

    /// The version agreed on.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.engine.common().protocol_version().and_then(|version| Version::from_number(u16::from(version)))
    }

    /// The suite agreed on.
    #[must_use]
    pub fn suite(&self) -> Option<CipherSuite> {
        let suite = self.engine.common().negotiated_cipher_suite()?.suite();
        CipherSuite::from_number(u16::from(suite))
    }

    /// The group of the key exchange.
    #[must_use]
    pub fn group(&self) -> Option<Group> {
        let group = self.engine.common().negotiated_key_exchange_group()?.name();
        Group::from_number(u16::from(group))
    }

    /// The scheme by which the peer signed; `None` if it showed no certificate, or the session resumed.
    #[must_use]
    pub fn signature_scheme(&self) -> Option<SignatureScheme> {
        self.settled.scheme.and_then(SignatureScheme::from_number)
    }

    /// Whether the peer has shown in this handshake that it holds its certificate's key. A handshake that
    /// failed after that still knows it.
    pub(crate) fn has_peer_signed(&self) -> bool {
        let found = self.handshake.as_ref().and_then(|handshake| handshake.found.scheme);
        self.settled.scheme.or(found).is_some()
    }

    /// The application protocol agreed on.
    #[must_use]
    pub fn alpn(&self) -> Option<&[u8]> {
        self.engine.common().alpn_protocol()
    }

    /// The name in the client hello, on an accepting session.
    #[must_use]
    pub fn server_name(&self) -> Option<&str> {
        let found = self.handshake.as_ref().and_then(|handshake| handshake.found.server_name.as_deref());
        self.settled.server_name.as_deref().or(found)
    }

    /// How the handshake went; `None` before its middle.
    #[must_use]
    pub fn handshake_kind(&self) -> Option<HandshakeKind> {
        self.engine.common().handshake_kind().map(|kind| match kind {
            Kind::Full => HandshakeKind::Full,
            Kind::FullWithHelloRetryRequest => HandshakeKind::HelloRetryRequest,
            Kind::Resumed => HandshakeKind::Resumed,
        })
    }

    /// Whether TLS 1.2 used the extended master secret; `None` in TLS 1.3, which needs none, and where it is
    /// not known.
    #[must_use]
    pub fn extended_master_secret(&self) -> Option<bool> {
        self.settled.extended_master_secret
    }

    /// The value of `tls-exporter` (RFC 9266).
    ///
    /// # Errors
    /// When there is none.
    pub fn exporter(&self) -> Result<&[u8; 32], NoExporter> {
        if !self.is_ready() {
            return Err(NoExporter::NotReady);
        }
        if self.version() == Some(Version::Tls12) && self.settled.extended_master_secret != Some(true) {
            return Err(NoExporter::NoExtendedMasterSecret);
        }
        self.settled.exporter.as_ref().ok_or(NoExporter::NotReady)
    }

    /// The value of `tls-server-end-point` (RFC 5929 §4), from the certificate this end sent or received.
    ///
    /// # Errors
    /// When there is none.
    pub fn server_end_point(&self) -> Result<Vec<u8>, NoEndPoint> {
        if !self.is_ready() {
            return Err(NoEndPoint::NoCertificate);
        }
        let certificate = match &self.engine {
            Engine::Initiating(_) => self.peer_certificates().next(),
            Engine::Accepting(_) => self.settled.own.as_ref().map(|own| own.leaf()),
        };
        server_end_point(certificate.ok_or(NoEndPoint::NoCertificate)?).map_err(NoEndPoint::Undefined)
    }

    /// The credential this end showed: on an accepting session the one the client knows, on an initiating
    /// one the one sent because the server asked. `None` if none was shown, or it is not known which.
    #[must_use]
    pub fn own_credential(&self) -> Option<&Arc<Credential>> {
        self.settled.own.as_ref()
    }

    /// Whether the server's certificate came with an OCSP response; `None` where none can come: on an accepting
    /// session, and when the session resumed.
    #[must_use]
    pub fn is_stapled(&self) -> Option<bool> {
        self.settled.stapled
    }

    /// Whether the server asked for a certificate, on an initiating session.
    #[must_use]
    pub fn is_certificate_requested(&self) -> bool {
        self.settled.asked
    }

    /// The peer's chain in DER as it was presented, the end entity's certificate first; empty if there was
    /// none. On a resumed session it is that of the session resumed.
    pub fn peer_certificates(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.engine.common().peer_certificates().unwrap_or_default().iter().map(AsRef::as_ref)
    }

    /// Whether lines of the key log wait.
    #[must_use]
    pub fn has_key_log_lines(&self) -> bool {
        let lines = self.handshake.as_ref().and_then(|handshake| handshake.key_log.as_ref());
        lines.is_some_and(|lines| !lines.is_empty())
    }

    /// Takes the next line of the key log, in the NSS format without its newline, if it was asked for.
    pub fn next_key_log_line(&mut self) -> Option<String> {
        let lines = self.handshake.as_mut()?.key_log.as_mut()?;
        if lines.is_empty() { None } else { Some(lines.remove(0)) }
    }
}
