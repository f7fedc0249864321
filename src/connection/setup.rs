//! What can be said about a connection before it is driven.

use std::fmt;

use crate::connection::{Connection, State, Time};
use crate::limits::{OFFERED_PROTOCOL_BYTES, OFFERED_PROTOCOLS};
use crate::name::{Direction, Domain, Transport};
use crate::policy::Gate;
use crate::verification::PreparedVerification;

/// Which server name an initiating connection sends (DTLS-05, DTLS-06).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServerName {
    /// The domain that is meant; none when it is an address.
    #[default]
    Domain,
    /// None. Sessions without a name do not resume.
    None,
    /// Another one.
    Other(Domain),
}

/// Why a set-up call was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupError {
    /// The connection was driven already.
    AlreadyDriven,
    /// A domain is needed to know whom to reach.
    DomainNeeded,
    /// The policy does not allow it.
    NotAllowed,
    /// The setting, or the policy, belongs to the other end.
    OtherDirection,
    /// A protocol name is empty, too long, or there are too many.
    Protocols,
    /// The verification is for another domain, service or direction.
    OtherVerification,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlreadyDriven => "the connection was driven already",
            Self::DomainNeeded => "a domain is needed to know whom to reach",
            Self::NotAllowed => "the policy does not allow it",
            Self::OtherDirection => "the setting or the policy belongs to the other end of a connection",
            Self::Protocols => "a protocol name is empty or too long, or there are too many",
            Self::OtherVerification => "the verification is for another domain, service or direction",
        })
    }
}

impl std::error::Error for SetupError {}

/// What a connection needs until its session is made.
pub(super) struct Setup {
    pub(super) started: Time,
    pub(super) server_name: ServerName,
    pub(super) alpn: Option<Vec<Vec<u8>>>,
    pub(super) own_domain: Option<Domain>,
    pub(super) verification: Option<PreparedVerification>,
    pub(super) stop_at_client_hello: bool,
    pub(super) key_log: bool,
    /// The host took the gate, whatever a policy says.
    pub(super) host_gate: bool,
    /// The domain that a receiving end's peer asked for in the clear, or the host chose.
    pub(super) asked: Option<Box<str>>,
    /// Application bytes written before there was a session.
    pub(super) early: Vec<u8>,
}

impl Setup {
    pub(super) fn new(started: Time) -> Self {
        Self {
            started,
            server_name: ServerName::default(),
            alpn: None,
            own_domain: None,
            verification: None,
            stop_at_client_hello: false,
            key_log: false,
            host_gate: false,
            asked: None,
            early: Vec::new(),
        }
    }
}

impl Connection {
    /// Sends another server name, or none (initiating).
    ///
    /// # Errors
    /// [`SetupError`] when it is too late, or this is the receiving end.
    pub fn set_server_name(&mut self, name: ServerName) -> Result<(), SetupError> {
        self.setup_of(Direction::Initiating)?.server_name = name;
        Ok(())
    }

    /// Offers, or accepts, these application protocols, the preferred first; none switches ALPN off.
    ///
    /// Left alone it is the one of the service with direct TLS, if the policy lets ALPN be used, and none
    /// otherwise (DTLS-11, DTLS-15).
    ///
    /// # Errors
    /// [`SetupError`] when it is too late, or a name is empty or too long.
    pub fn set_alpn(&mut self, protocols: Vec<Vec<u8>>) -> Result<(), SetupError> {
        let fits = |name: &Vec<u8>| (1..=OFFERED_PROTOCOL_BYTES).contains(&name.len());
        if protocols.len() > OFFERED_PROTOCOLS || !protocols.iter().all(fits) {
            return Err(SetupError::Protocols);
        }
        self.setup()?.alpn = Some(protocols);
        Ok(())
    }

    /// Says which domain we are (initiating server): it is the `from` of the stream and chooses the
    /// credentials we show when asked (PAR-17).
    ///
    /// # Errors
    /// [`SetupError`] when it is too late, or this is the receiving end.
    pub fn set_own_domain(&mut self, domain: Domain) -> Result<(), SetupError> {
        self.setup_of(Direction::Initiating)?.own_domain = Some(domain);
        Ok(())
    }

    /// Stops after the client hello, until [`Connection::choose`] (receiving).
    ///
    /// # Errors
    /// [`SetupError`] when it is too late, or this is the initiating end.
    pub fn set_stop_at_client_hello(&mut self, stop: bool) -> Result<(), SetupError> {
        self.setup_of(Direction::Receiving)?.stop_at_client_hello = stop;
        Ok(())
    }

    /// Hands over a verification whose evidence was gathered before: the peer is judged by it inside the
    /// handshake, and a refusal is an alert (initiating).
    ///
    /// # Errors
    /// [`SetupError`] when it is too late, or the verification is about another domain.
    pub fn set_verification(&mut self, verification: PreparedVerification) -> Result<(), SetupError> {
        let request = verification.request();
        let fits = self.domain().is_none_or(|domain| *domain == request.domain)
            && request.service == self.role().service
            && request.direction == Direction::Initiating;
        if !fits {
            return Err(SetupError::OtherVerification);
        }
        self.setup_of(Direction::Initiating)?.verification = Some(verification);
        Ok(())
    }

    /// Leaves the gate to the host, although the policy gives it to the library.
    ///
    /// # Errors
    /// [`SetupError::AlreadyDriven`] when it is too late.
    pub fn set_host_gate(&mut self) -> Result<(), SetupError> {
        self.setup()?.host_gate = true;
        self.keep_gate(Gate::Host);
        Ok(())
    }

    /// Lets this one keep application bytes back.
    pub(super) fn keep_gate(&mut self, gate: Gate) {
        self.gate = gate;
        self.gate_open = gate == Gate::Host;
    }

    /// Makes the session's secrets readable, in the format of NSS key logs. Whoever reads them can read
    /// everything that was said. Off unless switched on here; the environment is never asked.
    ///
    /// # Errors
    /// [`SetupError::NotAllowed`] unless the policy allows it, [`SetupError::AlreadyDriven`] when it is too late.
    pub fn set_key_log(&mut self, on: bool) -> Result<(), SetupError> {
        if on && !self.snapshot.policy.key_log() {
            return Err(SetupError::NotAllowed);
        }
        self.setup()?.key_log = on;
        Ok(())
    }

    fn setup(&mut self) -> Result<&mut Setup, SetupError> {
        match &mut self.state {
            State::Prepared(setup) => Ok(setup),
            _ => Err(SetupError::AlreadyDriven),
        }
    }

    fn setup_of(&mut self, direction: Direction) -> Result<&mut Setup, SetupError> {
        if self.direction == direction { self.setup() } else { Err(SetupError::OtherDirection) }
    }

    /// The application protocols of this connection.
    pub(super) fn protocols(&self, setup: &Setup) -> Vec<Vec<u8>> {
        match (&setup.alpn, self.transport) {
            (Some(list), _) => list.clone(),
            (None, Transport::DirectTls) => {
                self.snapshot.policy.alpn_protocol().map(<[u8]>::to_vec).into_iter().collect()
            }
            (None, _) => Vec::new(),
        }
    }
}
