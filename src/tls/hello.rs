//! The stop after the client hello: what a client asks for, before anything is said to it.
//!
//! A host that serves many domains chooses certificate, protocol and policy when it has seen the hello. The
//! reader is fed until the hello is whole, however it is cut, and keeps the very bytes; they are then
//! received by the session that was made with the configuration chosen. The reader sends nothing but the
//! alert of a hello that cannot be read.

use rustls::server::{Accepted, AcceptedAlert, Acceptor};

use super::failure::{Cause, Failure, SessionLimit};
use crate::limits;
use crate::parameter::{Alert, CipherSuite, Group, SignatureScheme};

/// What a client hello says; unknown numbers are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hello {
    /// The domain asked for, if one was named (RFC 6066 §3).
    pub server_name: Option<Box<str>>,
    /// The application protocols offered, the preferred first (RFC 7301).
    pub alpn: Vec<Vec<u8>>,
    /// The signature schemes taken.
    pub signature_schemes: Vec<SignatureScheme>,
    /// The suites offered.
    pub suites: Vec<CipherSuite>,
    /// The groups offered.
    pub groups: Vec<Group>,
}

/// Reads up to the end of a client hello.
#[derive(Default)]
pub struct HelloReader {
    acceptor: Acceptor,
    bytes: Vec<u8>,
    alert: Vec<u8>,
    failure: Option<Failure>,
    hello: Option<Box<Hello>>,
}

impl HelloReader {
    /// A reader that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes all of `tls`; says whether the hello is whole. What was fed behind the hello is kept too.
    ///
    /// # Errors
    /// When this is no client hello, or it is too long ([`limits::TLS_HELD_BEFORE_HELLO`]): for good, and
    /// [`Self::alert`] is to be sent.
    pub fn feed(&mut self, tls: &[u8]) -> Result<bool, Failure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if self.bytes.len() + tls.len() > limits::TLS_HELD_BEFORE_HELLO {
            return Err(self.fail(Failure::LimitExceeded(SessionLimit::Held)));
        }
        if let Some(cause) = not_tls(self.bytes.is_empty(), tls) {
            self.alert = clear_alert(Alert::UNEXPECTED_MESSAGE);
            return Err(self.fail(Failure::Refused(cause, Some(Alert::UNEXPECTED_MESSAGE))));
        }
        self.bytes.extend_from_slice(tls);
        let mut rest = tls;
        while self.hello.is_none() && !rest.is_empty() {
            match self.acceptor.read_tls(&mut rest) {
                Ok(1..) => {}
                // rustls's own buffer is full.
                Ok(0) | Err(_) => return Err(self.fail(Failure::LimitExceeded(SessionLimit::Held))),
            }
            match self.acceptor.accept() {
                Ok(None) => {}
                Ok(Some(accepted)) => self.hello = Some(Box::new(read(&accepted))),
                Err((error, alert)) => {
                    self.alert = bytes_of(alert);
                    return Err(self.fail(Failure::of(&error, None)));
                }
            }
        }
        Ok(self.hello.is_some())
    }

    /// The hello, when it is whole.
    #[must_use]
    pub fn hello(&self) -> Option<&Hello> {
        self.hello.as_deref()
    }

    /// The bytes to send to a peer whose hello could not be read.
    #[must_use]
    pub fn alert(&self) -> &[u8] {
        &self.alert
    }

    /// All bytes fed, to be received by the session.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn fail(&mut self, failure: Failure) -> Failure {
        self.bytes = Vec::new();
        self.failure = Some(failure);
        failure
    }
}

impl std::fmt::Debug for HelloReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "HelloReader({} bytes, {:?})", self.bytes.len(), self.hello)
    }
}

/// Why the first bytes of a connection begin no handshake record; `None` if they may. White space may stand
/// before XML, and a byte order mark.
fn not_tls(first: bool, bytes: &[u8]) -> Option<Cause> {
    match bytes {
        _ if !first => None,
        [] | [22, ..] => None,
        [b'<' | b' ' | b'\t' | b'\r' | b'\n', ..] | [0xef, 0xbb, 0xbf, ..] => Some(Cause::PlaintextXml),
        _ => Some(Cause::NotTls),
    }
}

/// A fatal alert in the clear (RFC 8446 §6), said before any version is agreed on.
pub(crate) fn clear_alert(alert: Alert) -> Vec<u8> {
    vec![21, 3, 3, 0, 2, 2, alert.number()]
}

fn bytes_of(mut alert: AcceptedAlert) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to a Vec cannot fail.
    let _ = alert.write_all(&mut bytes);
    bytes
}

fn read(accepted: &Accepted) -> Hello {
    let hello = accepted.client_hello();
    Hello {
        server_name: hello.server_name().map(Into::into),
        alpn: hello.alpn().map(|list| list.map(<[u8]>::to_vec).collect()).unwrap_or_default(),
        signature_schemes: known(hello.signature_schemes(), |one| {
            SignatureScheme::from_number(u16::from(*one))
        }),
        suites: known(hello.cipher_suites(), |one| CipherSuite::from_number(u16::from(*one))),
        groups: known(hello.named_groups().unwrap_or_default(), |one| Group::from_number(u16::from(*one))),
    }
}

fn known<T, U>(offered: &[T], convert: impl FnMut(&T) -> Option<U>) -> Vec<U> {
    offered.iter().filter_map(convert).collect()
}
