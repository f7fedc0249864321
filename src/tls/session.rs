//! A TLS session: bytes of the peer in, plaintext out; plaintext in, bytes for the peer out.
//!
//! A session owns no socket, no clock and no identity. It is driven by its caller: [`Session::receive`] or
//! [`Session::receive_in_place`] with what came, [`Session::write`] or [`Session::write_into`] with what is
//! to be said, [`Session::transmit`] for what is to be sent, [`Session::eof`] when nothing more will come.
//! After each of them there may be something to transmit.
//!
//! - A failure is final, and its alert still waits to be transmitted.
//! - What the peer sends after its `close_notify` is dropped (RFC 8446 §6.1); this end may still write.
//! - While application data is *withheld*, nothing of it passes in either direction: what the caller writes
//!   is kept, and of what the peer sends at most one record is decrypted, the rest not taken.
//! - A handshake that is done says nothing about who the peer is. What was presented is judged by a
//!   [`super::Judge`] inside the handshake, or by the caller after it; after a resumption always by the
//!   caller.
//!
//! Between calls a session keeps bytes only while something is incomplete: an unfinished record or handshake
//! message, plaintext there was no room for, bytes nobody has transmitted. All of it is bounded by
//! [`crate::limits`], and given back when it is gone.

use std::cell::Cell;
use std::sync::Arc;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::{DnsName, ServerName};
use rustls::server::UnbufferedServerConnection;

use super::buffers::Buffers;
use super::config::{AcceptingConfig, InitiatingConfig};
use super::engine::Engine;
use super::facts::Settled;
use super::failure::{Failure, SessionLimit};
use super::judge::Judge;
use super::plaintext::Plaintext;
use super::record;
use super::resumption::ResumptionKey;
use super::scope::{self, Handshake};
use crate::limits;

/// A TLS session of either side; see the module.
pub struct Session {
    pub(super) engine: Engine,
    pub(super) buffers: Option<Box<Buffers>>,
    pub(super) handshake: Option<Box<Handshake>>,
    pub(super) settled: Settled,
    pub(super) failure: Option<Failure>,
    pub(super) records: Records,
    pub(super) flags: Flags,
}

/// How many records passed under the keys in use.
pub(super) struct Records {
    pub(super) written: u32,
    pub(super) read: u32,
    pub(super) limit: u32,
}

/// What is so or not.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not a state machine")]
pub(super) struct Flags {
    /// Application data does not pass.
    pub(super) withheld: bool,
    /// This end has closed.
    pub(super) closed: bool,
    /// The peer has closed.
    pub(super) peer_closed: bool,
    /// Application data came.
    pub(super) heard: bool,
    /// The facts of the handshake were taken.
    pub(super) settled: bool,
    /// The keys wear out and cannot be replaced.
    pub(super) reset_advised: bool,
}

/// What an initiating session may be given.
#[derive(Clone, Default)]
pub struct InitiatingOptions {
    /// Asked about the server's chain inside the handshake.
    pub judge: Option<Arc<dyn Judge>>,
    /// Under which tickets are kept and found; `None`: neither. Without a server name nothing resumes.
    pub resumption: Option<Arc<ResumptionKey>>,
    /// Whether the session's secrets are to be readable ([`Session::next_key_log_line`]).
    pub key_log: bool,
}

/// What an accepting session may be given.
#[derive(Clone, Default)]
pub struct AcceptingOptions {
    /// Asked about the client's chain inside the handshake, if it shows one.
    pub judge: Option<Arc<dyn Judge>>,
    /// The domain meant when the client hello names none that is served: `to` of the clear stream header
    /// (DTLS-08).
    pub domain: Option<Box<str>>,
    /// Whether the session's secrets are to be readable ([`Session::next_key_log_line`]).
    pub key_log: bool,
}

/// What a call took and gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Bytes of the input that were taken. The rest is to be given again, when there is room for plaintext.
    pub used: usize,
    /// Bytes of plaintext at the front of the caller's buffer.
    pub written: usize,
}

thread_local! {
    /// Where input that must not be changed is copied to, one per thread.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Session {
    /// A session that speaks first; its client hello waits to be transmitted.
    ///
    /// `server_name` is sent to the server and shown to nobody else: a domain as A-labels. `None` sends no
    /// name. `now` is the wall time in seconds since 1970.
    ///
    /// # Errors
    /// [`Failure::InvalidServerName`], or [`Failure::Internal`] when no random bytes can be had.
    pub fn initiating(
        config: &InitiatingConfig,
        server_name: Option<&str>,
        now: u64,
        options: InitiatingOptions,
    ) -> Result<Self, Failure> {
        let (tls, name) = match server_name {
            Some(name) => (&config.0.named, domain_name(name)?),
            // rustls wants a name; this one leaves this machine in no form.
            None => (&config.0.unnamed, domain_name("unnamed.invalid")?),
        };
        let mut handshake = Some(Box::new(Handshake {
            judge: options.judge,
            resumption: options.resumption,
            key_log: options.key_log.then(Vec::new),
            demands_extended_master_secret: tls.require_ems,
            ..Handshake::default()
        }));
        let lent = scope::lend(now, &mut handshake);
        let connection = UnbufferedClientConnection::new(Arc::clone(tls), name);
        drop(lent);
        let engine = Engine::Initiating(connection.map_err(|_| Failure::Internal)?);
        let mut session = Self::new(engine, handshake, config.0.records_per_key);
        session.pump(now, &mut [], &mut Plaintext::new(&mut []));
        session.failure.map_or(Ok(session), Err)
    }

    /// A session that waits for a client hello, and says nothing before.
    ///
    /// # Errors
    /// [`Failure::Internal`] when rustls does not take the configuration.
    pub fn accepting(config: &AcceptingConfig, options: AcceptingOptions) -> Result<Self, Failure> {
        let tls = Arc::clone(&config.0.tls);
        let handshake = Handshake {
            judge: options.judge,
            domain: options.domain,
            binding: Some(Arc::clone(&config.0.binding)),
            key_log: options.key_log.then(Vec::new),
            demands_extended_master_secret: tls.require_ems,
            ..Handshake::default()
        };
        let connection = UnbufferedServerConnection::new(tls).map_err(|_| Failure::Internal)?;
        Ok(Self::new(Engine::Accepting(connection), Some(Box::new(handshake)), config.0.records_per_key))
    }

    fn new(engine: Engine, handshake: Option<Box<Handshake>>, limit: u32) -> Self {
        Self {
            engine,
            buffers: None,
            handshake,
            settled: Settled::default(),
            failure: None,
            records: Records { written: 0, read: 0, limit },
            flags: Flags::default(),
        }
    }

    /// Takes bytes of the peer from `tls` and puts plaintext into `plain`. The bytes taken are scratch
    /// afterwards; those not taken are untouched. Nothing is taken while plaintext of an earlier record
    /// waits for room ([`Self::has_plaintext`]).
    ///
    /// # Errors
    /// The session's failure, for this and every later call. When plaintext came before the failure it is
    /// given first, and [`Self::failure`] is already set.
    pub fn receive_in_place(
        &mut self,
        now: u64,
        tls: &mut [u8],
        plain: &mut [u8],
    ) -> Result<Received, Failure> {
        let mut plain = Plaintext::new(if self.flags.withheld { &mut [] } else { plain });
        let waits = self.give_plaintext(&mut plain);
        let used = if self.failure.is_some() || self.flags.peer_closed {
            tls.len()
        } else if waits {
            0
        } else {
            let used = self.feed(now, tls, &mut plain);
            self.send_unsent();
            if self.failure.is_some() || self.flags.peer_closed { tls.len() } else { used }
        };
        let written = plain.written();
        let rest = plain.into_rest();
        if !rest.is_empty() {
            self.buffers_mut().plaintext.push(rest);
        }
        self.release();
        match self.failure {
            Some(failure) if written == 0 && !self.has_plaintext() => Err(failure),
            _ => Ok(Received { used, written }),
        }
    }

    /// As [`Self::receive_in_place`], for input that must stay as it is.
    ///
    /// # Errors
    /// As there.
    pub fn receive(&mut self, now: u64, tls: &[u8], plain: &mut [u8]) -> Result<Received, Failure> {
        // Taken out meanwhile: a judge may run a session of its own on this thread.
        let mut scratch = SCRATCH.try_with(Cell::take).unwrap_or_default();
        scratch.clear();
        scratch.extend_from_slice(tls);
        let received = self.receive_in_place(now, &mut scratch, plain);
        if scratch.capacity() <= limits::TLS_HELD_HANDSHAKING {
            // Nowhere to keep it when the thread is ending.
            let _ = SCRATCH.try_with(|slot| slot.set(scratch));
        }
        received
    }

    /// Whether plaintext waits that there was no room for; it is given with the next call to receive.
    #[must_use]
    pub fn has_plaintext(&self) -> bool {
        self.buffers.as_ref().is_some_and(|buffers| !buffers.plaintext.is_empty())
    }

    /// Withholds application data in both directions, or lets it pass again; see the module.
    pub fn withhold(&mut self, withheld: bool) {
        self.flags.withheld = withheld;
        self.send_unsent();
        self.release();
    }

    /// Nothing more will come from the peer: the connection ended. Says whether that was announced.
    pub fn eof(&mut self) -> Ending {
        if let Some(failure) = self.failure {
            return Ending::Failed(failure);
        }
        if self.flags.peer_closed {
            return Ending::Clean;
        }
        if self.is_handshaking() {
            self.fail(Failure::HandshakeTruncated);
            return Ending::Failed(Failure::HandshakeTruncated);
        }
        Ending::Truncated
    }

    /// Gives plaintext that waits, and says whether some still does.
    fn give_plaintext(&mut self, plain: &mut Plaintext<'_>) -> bool {
        let Some(buffers) = &mut self.buffers else {
            return false;
        };
        let copied = plain.copy(buffers.plaintext.rest());
        buffers.plaintext.advance(copied);
        !buffers.plaintext.is_empty()
    }

    /// Feeds rustls whole records of `tls`, holds what is incomplete, and says how much was taken.
    fn feed(&mut self, now: u64, tls: &mut [u8], plain: &mut Plaintext<'_>) -> usize {
        let mut at = 0;
        while !self.stopped(plain) {
            let Some(rest) = tls.get_mut(at..).filter(|rest| !rest.is_empty()) else {
                break;
            };
            if self.held() > 0 {
                at += self.feed_held(now, rest, plain);
                continue;
            }
            let whole = record::whole(rest);
            let (records, partial) = rest.split_at_mut(whole);
            let done = if whole > 0 { self.pump(now, records, plain) } else { 0 };
            at += done;
            if self.stopped(plain) {
                break;
            }
            if let Some(needed) = records.get(done..).filter(|needed| !needed.is_empty()) {
                at += needed.len();
                self.hold(needed);
            } else if partial.is_empty() {
                break;
            } else {
                at += self.feed_held(now, partial, plain);
            }
        }
        at
    }

    /// Completes the record under way, and if it is whole feeds rustls with all that is held.
    fn feed_held(&mut self, now: u64, rest: &[u8], plain: &mut Plaintext<'_>) -> usize {
        let (taken, whole) = self.buffers_mut().held.fill(rest);
        if whole {
            let mut bytes = self.buffers_mut().held.take();
            let done = self.pump(now, &mut bytes, plain);
            if let Some(needed) =
                bytes.get(done..).filter(|needed| !needed.is_empty() && self.failure.is_none())
            {
                self.hold(needed);
                if taken == 0 && !self.stopped(plain) {
                    // rustls waits for more of what is no record.
                    self.fail(Failure::Internal);
                }
            }
        }
        taken
    }

    fn hold(&mut self, needed: &[u8]) {
        if needed.len() > self.most_held() {
            self.fail(Failure::LimitExceeded(SessionLimit::Held));
        } else {
            self.buffers_mut().held.retain(needed);
        }
    }

    fn held(&self) -> usize {
        self.buffers.as_ref().map_or(0, |buffers| buffers.held.len())
    }

    fn stopped(&self, plain: &Plaintext<'_>) -> bool {
        plain.is_full() || self.failure.is_some() || self.flags.peer_closed
    }

    fn most_held(&self) -> usize {
        let read = |handshake: &Handshake| handshake.found.hello;
        match &self.engine {
            _ if !self.is_handshaking() => limits::TLS_HELD_AFTERWARDS,
            Engine::Accepting(_) if !self.handshake.as_deref().is_some_and(read) => {
                limits::TLS_HELD_BEFORE_HELLO
            }
            _ => limits::TLS_HELD_HANDSHAKING,
        }
    }

    /// Ends the session for good; the first failure stays.
    pub(super) fn fail(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
        if let Some(buffers) = &mut self.buffers {
            buffers.held.take();
            buffers.unsent = Vec::new();
        }
    }

    pub(super) fn buffers_mut(&mut self) -> &mut Buffers {
        self.buffers.get_or_insert_default()
    }

    /// Gives memory back that holds nothing.
    pub(super) fn release(&mut self) {
        if self.buffers.as_ref().is_some_and(|buffers| buffers.are_empty()) {
            self.buffers = None;
        }
    }
}

/// How a peer's direction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The peer closed it: nothing is missing.
    Clean,
    /// The connection ended without `close_notify`: something may be missing (RFC 8446 §6.1).
    Truncated,
    /// The session had failed, or fails now because its handshake was not done.
    Failed(Failure),
}

fn domain_name(name: &str) -> Result<ServerName<'static>, Failure> {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    DnsName::try_from(name).map(ServerName::DnsName).map_err(|_| Failure::InvalidServerName)
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Session")
            .field("version", &self.version())
            .field("handshaking", &self.is_handshaking())
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}
