//! The driver that joins the stream before TLS, TLS, and the verdict: bytes and time in, bytes and events out.
//!
//! A connection owns no socket and no clock. The host gives it what arrived ([`Connection::receive`]), sends
//! what it has ([`Connection::transmit`]), reads what happened ([`Connection::next_event`]), writes
//! application bytes ([`Connection::write`]), and calls [`Connection::advance`] when
//! [`Connection::deadline`] has come. After every one of these calls, and after a choice or a verdict was
//! given, there may be something to transmit, an event, and another deadline.
//!
//! ```text
//!  initiating   Prepared ─▶ Clear (STARTTLS only) ───────────────▶ Handshake ─▶ Open ─▶ Closed
//!  receiving    Prepared ─▶ Clear (STARTTLS only) ─▶ Hello [stop] ─▶ Handshake ─▶ Open ─▶ Closed
//!                              any of them ─▶ Failed: the cause is final, the alert can still be transmitted
//! ```
//!
//! **Handshake and verdict are two things.** That TLS is up says nothing of who the peer is. An initiating
//! connection judges inside the handshake when the library keeps the gate, or when a prepared verification
//! was handed over; a refusal then is an alert, and leaves before our certificate does. A resumed handshake
//! shows no certificate: it is judged after it, always (RES-09). What is not known in time – which domain an
//! inbound server speaks for – the host has judged later by [`Connection::verification`] and
//! [`Connection::conclude`].
//!
//! **Two gates.** With [`Gate::Library`] no application byte passes in either direction before a verdict
//! meets the policy. With [`Gate::Host`] bytes pass as soon as TLS is up. Authorisation of a pair of domains
//! is never implied by bytes: it is a verdict.
//!
//! [`Gate::Library`]: crate::policy::Gate::Library
//! [`Gate::Host`]: crate::policy::Gate::Host

mod cause;
mod choice;
mod clear;
mod context;
mod details;
mod drive;
mod event;
mod facts;
mod judging;
mod setup;
mod time;
mod timer;

pub use cause::{Cause, TimeLimit};
pub use choice::Choice;
pub use context::{Context, ContextError};
pub use drive::{CallError, Received, Written};
pub use event::Event;
pub use facts::{BindingKind, NoBinding};
pub use judging::ConcludeError;
pub use setup::{ServerName, SetupError};
pub use time::Time;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::connection::context::Snapshot;
use crate::connection::details::Details;
use crate::connection::event::Events;
use crate::connection::setup::Setup;
use crate::connection::timer::Timer;
use crate::name::{Direction, Domain, Role, Transport};
use crate::policy::Gate;
use crate::stream;
use crate::tls::{HelloReader, Session};

/// One end of a connection; see the module. It may move between threads, and one at a time may use it.
pub struct Connection {
    snapshot: Arc<Snapshot>,
    state: State,
    details: Option<Box<Details>>,
    timer: Timer,
    origin: u64,
    events: Events,
    transport: Transport,
    direction: Direction,
    gate: Gate,
    gate_open: bool,
    handshake_seen: bool,
    peer_closed_seen: bool,
}

/// Where a connection stands, and what it needs there.
#[expect(clippy::large_enum_variant, reason = "a session is what a connection is for nearly all of its life")]
enum State {
    /// Nothing was driven yet; it can still be set up.
    Prepared(Box<Setup>),
    /// XML before STARTTLS, on our way to a peer.
    Initiating(Box<stream::Initiating>, Box<Setup>),
    /// XML before STARTTLS, from a peer.
    Accepting(Box<stream::Accepting>, Box<Setup>),
    /// A client hello is being read.
    Hello(Box<HelloReader>, Box<Setup>),
    /// A client hello waits for the host's choice.
    Choice(Box<HelloReader>, Box<Setup>),
    /// TLS.
    Tls(Session),
    /// It ended before TLS.
    Dead,
}

/// Where a connection stands, for the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing was driven yet; set-up calls are allowed.
    Prepared,
    /// XML before STARTTLS.
    Clear,
    /// A client hello is being read, or waits for a choice.
    Hello,
    /// TLS is being negotiated, or nobody knows yet who the peer is and the library keeps the gate.
    Handshake,
    /// Application bytes pass.
    Open,
    /// Both directions were closed.
    Closed,
    /// The cause is final.
    Failed,
}

impl Phase {
    /// The name in our own data, such as `handshake`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Clear => "clear",
            Self::Hello => "hello",
            Self::Handshake => "handshake",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Failed => "failed",
        }
    }
}

/// Numbers the connections of this process, so that a verdict knows the one it was made for.
static ORIGINS: AtomicU64 = AtomicU64::new(1);

impl Connection {
    /// A connection to `domain` by `transport`.
    ///
    /// `domain` is the XMPP domain that is meant, never the host that was dialled. It may be `None` with
    /// [`Transport::TlsOnly`]: no server name is sent then, and nobody is judged in the handshake.
    ///
    /// # Errors
    /// [`SetupError::DomainNeeded`] when a domain is missing where one is needed,
    /// [`SetupError::OtherDirection`] when the policy is for receiving ends only.
    pub fn initiating(
        context: &Context,
        transport: Transport,
        domain: Option<Domain>,
        now: Time,
    ) -> Result<Self, SetupError> {
        if domain.is_none() && transport != Transport::TlsOnly {
            return Err(SetupError::DomainNeeded);
        }
        let mut connection = Self::new(context, Direction::Initiating, transport, now);
        if !connection.snapshot.policy.directions().initiating() {
            return Err(SetupError::OtherDirection);
        }
        connection.details_mut().domain = domain;
        Ok(connection)
    }

    /// A connection that a peer opened. It says nothing before it was fed.
    ///
    /// # Errors
    /// [`SetupError::OtherDirection`] when the policy is for initiating ends only.
    pub fn accepting(context: &Context, transport: Transport, now: Time) -> Result<Self, SetupError> {
        let connection = Self::new(context, Direction::Receiving, transport, now);
        if connection.snapshot.policy.directions().receiving() {
            Ok(connection)
        } else {
            Err(SetupError::OtherDirection)
        }
    }

    fn new(context: &Context, direction: Direction, transport: Transport, now: Time) -> Self {
        let snapshot = context.snapshot();
        let gate = snapshot.policy.gate();
        let timer = Timer::before_tls(now, snapshot.policy.time_limits());
        Self {
            snapshot,
            state: State::Prepared(Box::new(Setup::new(now))),
            details: None,
            timer,
            origin: ORIGINS.fetch_add(1, Ordering::Relaxed),
            events: Events::default(),
            transport,
            direction,
            gate,
            gate_open: gate == Gate::Host,
            handshake_seen: false,
            peer_closed_seen: false,
        }
    }

    /// Our end, and the service that the policy is for.
    pub fn role(&self) -> Role {
        Role { service: self.snapshot.policy.service(), direction: self.direction }
    }

    /// How TLS starts.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// The domain that is meant (initiating).
    pub fn domain(&self) -> Option<&Domain> {
        self.details.as_deref()?.domain.as_ref()
    }

    /// Where the connection stands.
    pub fn phase(&self) -> Phase {
        if self.cause().is_some() {
            return Phase::Failed;
        }
        match &self.state {
            State::Prepared(_) => Phase::Prepared,
            State::Initiating(..) | State::Accepting(..) => Phase::Clear,
            State::Hello(..) | State::Choice(..) => Phase::Hello,
            State::Tls(session) if session.is_handshaking() || !self.gate_open => Phase::Handshake,
            State::Tls(session) if session.is_closed() && session.is_peer_closed() => Phase::Closed,
            State::Tls(_) => Phase::Open,
            State::Dead => Phase::Closed,
        }
    }

    /// Why the connection failed, once it has.
    pub fn cause(&self) -> Option<&Cause> {
        self.details.as_deref()?.cause.as_ref()
    }

    /// The next thing that happened; ask again until there is none.
    pub fn next_event(&mut self) -> Option<Event> {
        self.events.next()
    }

    fn details_mut(&mut self) -> &mut Details {
        self.details.get_or_insert_default()
    }

    fn session(&self) -> Option<&Session> {
        match &self.state {
            State::Tls(session) => Some(session),
            _ => None,
        }
    }

    /// Ends the connection for good; the first cause stays.
    fn fail(&mut self, cause: Cause) {
        if self.cause().is_some() {
            return;
        }
        self.details_mut().cause = Some(cause);
        self.timer = Timer::NONE;
        self.events.add(Event::Failed);
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("phase", &self.phase())
            .field("cause", &self.cause())
            .finish_non_exhaustive()
    }
}
