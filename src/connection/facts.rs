//! What can be said about a connection: what was agreed, what was shown, what binds to it.

use std::fmt;

use crate::certificate::{Certificate, Chain};
use crate::connection::{Connection, State};
use crate::parameter::{Alert, CipherSuite, Group, SignatureScheme, Version};
use crate::policy::{Gate, Policy};
use crate::stream::Unverified;
use crate::tls::{EndPointUndefined, HandshakeKind, NoEndPoint, NoExporter, Session};
use crate::verdict::Verdict;

/// A channel binding type (RFC 5929, RFC 9266).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BindingKind {
    /// `tls-exporter`, 32 bytes (RFC 9266).
    TlsExporter,
    /// `tls-server-end-point`, the hash of the server's certificate (RFC 5929 §4).
    TlsServerEndPoint,
    /// `tls-unique` (RFC 5929 §3). Never to be had: TLS 1.3 has none (RFC 9266 §1).
    TlsUnique,
}

/// Why there is no channel binding of that type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoBinding {
    /// The handshake is not done, or the connection failed.
    NotReady,
    /// TLS 1.2 ran without extended master secret (RFC 9266 §4.2).
    NoExtendedMasterSecret,
    /// RFC 5929 defines none for the server's certificate.
    Undefined(EndPointUndefined),
    /// The certificate that the other end knows is not at hand any more.
    NoCertificate,
    /// The type is not offered.
    NotOffered,
}

impl BindingKind {
    /// All types, the strongest first (XEP-0440 §3).
    pub const ALL: [Self; 3] = [Self::TlsExporter, Self::TlsServerEndPoint, Self::TlsUnique];

    /// The name in IANA's registry.
    pub fn name(self) -> &'static str {
        match self {
            Self::TlsExporter => "tls-exporter",
            Self::TlsServerEndPoint => "tls-server-end-point",
            Self::TlsUnique => "tls-unique",
        }
    }
}

impl fmt::Display for NoBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReady => f.write_str("the handshake is not done, or the connection failed"),
            Self::NoExtendedMasterSecret => f.write_str("TLS 1.2 ran without extended master secret"),
            Self::Undefined(why) => why.fmt(f),
            Self::NoCertificate => f.write_str("the server's certificate of this session is not at hand"),
            Self::NotOffered => f.write_str("tls-unique is not offered: TLS 1.3 has none"),
        }
    }
}

impl std::error::Error for NoBinding {}

impl Connection {
    /// The policy that the connection keeps.
    pub fn policy(&self) -> &Policy {
        &self.snapshot.policy
    }

    /// Who keeps application bytes back.
    pub fn gate(&self) -> Gate {
        self.gate
    }

    /// Whether application bytes may pass.
    pub fn is_gate_open(&self) -> bool {
        self.gate_open
    }

    /// What the peer said before TLS. Nobody vouches for it (STLS-10).
    pub fn unverified(&self) -> Option<&Unverified> {
        self.details.as_deref()?.unverified.as_ref()
    }

    /// Whether TLS is still being negotiated; false before it began and after it ended.
    pub fn is_handshaking(&self) -> bool {
        self.session().is_some_and(Session::is_handshaking)
    }

    /// Whether the peer closed its direction.
    pub fn is_peer_closed(&self) -> bool {
        self.session().is_some_and(Session::is_peer_closed)
    }

    /// The version agreed on.
    pub fn version(&self) -> Option<Version> {
        self.session()?.version()
    }

    /// The suite agreed on.
    pub fn suite(&self) -> Option<CipherSuite> {
        self.session()?.suite()
    }

    /// The group of the key exchange; `None` also where TLS 1.2 resumed without one.
    pub fn group(&self) -> Option<Group> {
        self.session()?.group()
    }

    /// How the peer signed.
    pub fn signature_scheme(&self) -> Option<SignatureScheme> {
        self.session()?.signature_scheme()
    }

    /// The application protocol agreed on.
    pub fn alpn(&self) -> Option<&[u8]> {
        self.session()?.alpn()
    }

    /// The name in the client hello (receiving).
    pub fn server_name(&self) -> Option<&str> {
        match &self.state {
            State::Choice(reader, _) => reader.hello()?.server_name.as_deref(),
            _ => self.session()?.server_name(),
        }
    }

    /// How the handshake went.
    pub fn handshake_kind(&self) -> Option<HandshakeKind> {
        self.session()?.handshake_kind()
    }

    /// Whether TLS 1.2 used the extended master secret; `None` in TLS 1.3 and where it is not known.
    pub fn extended_master_secret(&self) -> Option<bool> {
        self.session()?.extended_master_secret()
    }

    /// Whether the stream should be reset soon, because keys of TLS 1.2 wear out (PAR-20).
    pub fn is_reset_advised(&self) -> bool {
        self.session().is_some_and(Session::is_reset_advised)
    }

    /// The peer's chain in DER as it was presented, the end entity's certificate first; also after a
    /// failure (PKI-27). Empty when it showed none.
    pub fn peer_certificates(&self) -> impl Iterator<Item = &[u8]> {
        let mut shown = self.session().into_iter().flat_map(Session::peer_certificates).peekable();
        // A session keeps no chain that was refused inside its handshake; the verdict does.
        let refused = if shown.peek().is_none() { self.verdict(None).and_then(Verdict::chain) } else { None };
        shown.chain(refused.into_iter().flat_map(Chain::iter).map(Certificate::der))
    }

    /// The chain that we showed, the end entity's certificate first; empty when we showed none.
    pub fn own_certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.session().and_then(Session::own_credential).into_iter().flat_map(|own| own.chain())
    }

    /// Whether the server asked for a certificate (initiating).
    pub fn is_certificate_requested(&self) -> bool {
        self.session().is_some_and(Session::is_certificate_requested)
    }

    /// The alert that ended the connection, in whichever direction it passed.
    pub fn alert(&self) -> Option<Alert> {
        match self.cause()? {
            super::Cause::HostRefused(alert) => Some(*alert),
            super::Cause::Tls(failure) => failure.alert(),
            super::Cause::PeerRefused => self.session()?.failure()?.alert(),
            _ => None,
        }
    }

    /// The value of a channel binding (CB-01 to CB-08).
    ///
    /// # Errors
    /// [`NoBinding`] says why there is none; there is never a value of zeros or another type.
    pub fn channel_binding(&self, kind: BindingKind) -> Result<Vec<u8>, NoBinding> {
        let session = self.session().filter(|_| self.cause().is_none()).ok_or(NoBinding::NotReady)?;
        match kind {
            BindingKind::TlsExporter => match session.exporter() {
                Ok(value) => Ok(value.to_vec()),
                Err(NoExporter::NoExtendedMasterSecret) => Err(NoBinding::NoExtendedMasterSecret),
                Err(NoExporter::NotReady) => Err(NoBinding::NotReady),
            },
            BindingKind::TlsServerEndPoint if !session.is_ready() => Err(NoBinding::NotReady),
            BindingKind::TlsServerEndPoint => session.server_end_point().map_err(|why| match why {
                NoEndPoint::Undefined(why) => NoBinding::Undefined(why),
                NoEndPoint::NoCertificate => NoBinding::NoCertificate,
            }),
            BindingKind::TlsUnique => Err(NoBinding::NotOffered),
        }
    }

    /// Takes the next line of the key log, when it was switched on.
    pub fn next_key_log_line(&mut self) -> Option<String> {
        match &mut self.state {
            State::Tls(session) => session.next_key_log_line(),
            _ => None,
        }
    }
}
