//! Driving a connection: bytes in, bytes out, and the passing of time.

use std::fmt;

use crate::connection::timer::Timer;
use crate::connection::{Cause, Connection, Event, State, Time};
use crate::limits::EARLY_BYTES;
use crate::tls::{self, Session};

/// What a call took and gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Bytes of the input that were taken. The rest is to be given again: when there is room for plaintext,
    /// after a choice, or after a verdict.
    pub used: usize,
    /// Bytes of plaintext at the front of the caller's buffer.
    pub written: usize,
}

/// What a call that writes and transmits at once took and gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Application bytes that were taken.
    pub taken: usize,
    /// Bytes for the peer at the front of the caller's buffer.
    pub written: usize,
}

/// Why a call did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// The connection failed; [`Connection::cause`] says why.
    Failed,
    /// This end closed the connection.
    Closed,
    /// The call has no meaning in this phase.
    WrongPhase,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "the connection failed",
            Self::Closed => "this end closed the connection",
            Self::WrongPhase => "the call has no meaning in this phase",
        })
    }
}

impl std::error::Error for CallError {}

/// Bytes of the peer: to be left alone, or scratch.
pub(super) enum Input<'a> {
    Kept(&'a [u8]),
    Scratch(&'a mut [u8]),
}

impl Input<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Kept(bytes) => bytes,
            Self::Scratch(bytes) => bytes,
        }
    }

    fn feed(&mut self, from: usize, session: &mut Session, now: u64, plain: &mut [u8]) -> tls::Received {
        let received = match self {
            Self::Kept(bytes) => session.receive(now, bytes.get(from..).unwrap_or_default(), plain),
            Self::Scratch(bytes) => {
                session.receive_in_place(now, bytes.get_mut(from..).unwrap_or_default(), plain)
            }
        };
        // The session keeps its failure; `settle` finds it there.
        received.unwrap_or_default()
    }
}

/// Wall seconds as TLS wants them; a clock before 1970 makes everything "not yet valid".
pub(super) fn wall(now: Time) -> u64 {
    u64::try_from(now.unix_seconds).unwrap_or(0)
}

impl Connection {
    /// Takes bytes of the peer and puts plaintext into `plain`.
    ///
    /// # Errors
    /// [`CallError::Failed`] when the connection failed before or in this call and there is no plaintext to
    /// give any more.
    pub fn receive(&mut self, now: Time, tls: &[u8], plain: &mut [u8]) -> Result<Received, CallError> {
        self.take(now, Input::Kept(tls), plain)
    }

    /// As [`Connection::receive`], without a copy: the bytes of `tls` that were taken are scratch afterwards.
    ///
    /// # Errors
    /// As [`Connection::receive`].
    pub fn receive_in_place(
        &mut self,
        now: Time,
        tls: &mut [u8],
        plain: &mut [u8],
    ) -> Result<Received, CallError> {
        self.take(now, Input::Scratch(tls), plain)
    }

    /// Whether plaintext waits inside; a call of [`Connection::receive`] gives it, also without input.
    pub fn has_plaintext(&self) -> bool {
        self.gate_open && self.session().is_some_and(Session::has_plaintext)
    }

    /// Takes application bytes, and says how many. Until they may pass they are kept, up to a limit
    /// ([`EARLY_BYTES`] before there is a session); less than all means: transmit, and try again.
    ///
    /// # Errors
    /// [`CallError`] when the connection failed or this end closed it.
    pub fn write(&mut self, now: Time, data: &[u8]) -> Result<usize, CallError> {
        self.begin(now)?;
        let taken = match &mut self.state {
            State::Prepared(setup)
            | State::Initiating(_, setup)
            | State::Accepting(_, setup)
            | State::Hello(_, setup)
            | State::Choice(_, setup) => {
                let room = EARLY_BYTES.saturating_sub(setup.early.len());
                let data = data.get(..room).unwrap_or(data);
                setup.early.extend_from_slice(data);
                data.len()
            }
            State::Tls(session) => match session.write(data) {
                Ok(taken) => taken,
                Err(tls::WriteError::Closed) => return Err(CallError::Closed),
                Err(tls::WriteError::Failed(_)) => {
                    self.settle(now);
                    return Err(CallError::Failed);
                }
            },
            State::Dead => return Err(CallError::Closed),
        };
        self.settle(now);
        self.outcome(taken)
    }

    /// Writes and transmits in one call, without a copy in between: what waits to be transmitted comes
    /// first, then `data` as far as it fits.
    ///
    /// # Errors
    /// As [`Connection::write`].
    pub fn write_into(&mut self, now: Time, data: &[u8], out: &mut [u8]) -> Result<Written, CallError> {
        self.begin(now)?;
        let waits = self.details.as_deref().is_some_and(|details| !details.output.is_empty());
        if let (State::Tls(session), false) = (&mut self.state, waits) {
            match session.write_into(data, out) {
                Ok(done) => return Ok(Written { taken: done.taken, written: done.written }),
                Err(tls::WriteError::Closed) => return Err(CallError::Closed),
                Err(tls::WriteError::Failed(_)) => {
                    self.settle(now);
                    return Err(CallError::Failed);
                }
            }
        }
        let taken = self.write(now, data)?;
        Ok(Written { taken, written: self.transmit(out) })
    }

    /// Puts bytes for the peer into `out` and says how many; 0 when there are none. Allowed after a failure,
    /// so that the peer learns of it.
    pub fn transmit(&mut self, out: &mut [u8]) -> usize {
        if matches!(self.state, State::Prepared(_)) {
            self.start();
        }
        self.collect_clear_output();
        let mut written = self.transmit_output(out);
        if let State::Tls(session) = &mut self.state {
            written += session.transmit(out.get_mut(written..).unwrap_or_default());
        }
        written
    }

    /// Bytes for the peer where they stand, for a host that sends them itself; empty when there are none. They
    /// go with [`Connection::transmitted`].
    pub fn transmit_peek(&mut self) -> &[u8] {
        if matches!(self.state, State::Prepared(_)) {
            self.start();
        }
        self.collect_clear_output();
        let output = self.details.as_deref().map(|details| details.output.as_slice()).unwrap_or_default();
        match (&self.state, output) {
            (State::Tls(session), []) => session.transmit_waiting(),
            _ => output,
        }
    }

    /// Says how many of the bytes of the last [`Connection::transmit_peek`] were sent.
    pub fn transmitted(&mut self, count: usize) {
        match self.details.as_deref_mut().filter(|details| !details.output.is_empty()) {
            Some(details) => details.sent(count),
            None => {
                if let State::Tls(session) = &mut self.state {
                    session.transmitted(count);
                }
            }
        }
    }

    /// How many bytes for the peer wait, as far as they exist already.
    pub fn transmit_pending(&self) -> usize {
        let output = self.details.as_deref().map_or(0, |details| details.output.len());
        output + self.session().map_or(0, Session::transmit_pending)
    }

    /// Closes our direction: close_notify is to be transmitted, and nothing can be written any more. The
    /// host closes the XMPP stream before, with `</stream:stream>` (STLS-29). Before TLS the connection just
    /// ends.
    pub fn close(&mut self, now: Time) {
        match &mut self.state {
            State::Tls(session) => session.close(),
            _ => {
                self.state = State::Dead;
                self.timer = Timer::NONE;
            }
        }
        self.settle(now);
    }

    /// Tells that the transport ended: nothing more will come from the peer.
    pub fn end_of_input(&mut self, now: Time) {
        if self.begin(now).is_err() {
            return;
        }
        match &mut self.state {
            State::Initiating(machine, _) => machine.end_of_input(),
            State::Accepting(machine, _) => machine.end_of_input(),
            State::Prepared(_) | State::Hello(..) | State::Choice(..) => {
                self.fail(Cause::Tls(tls::Failure::HandshakeTruncated));
            }
            State::Tls(session) => {
                if session.eof() == tls::Ending::Truncated {
                    self.events.add(Event::Truncated);
                }
            }
            State::Dead => {}
        }
        self.settle_clear();
        self.settle(now);
    }

    /// Tells that time passed: time limits that were reached take effect.
    pub fn advance(&mut self, now: Time) {
        // The outcome is the connection's phase.
        let _ = self.begin(now);
    }

    /// When to call [`Connection::advance`] if nothing else happens before, in the host's monotonic
    /// milliseconds. It changes with every call that drives the connection.
    pub fn deadline(&self) -> Option<u64> {
        self.timer.deadline()
    }

    fn take(&mut self, now: Time, mut input: Input<'_>, plain: &mut [u8]) -> Result<Received, CallError> {
        self.begin(now)?;
        if let State::Prepared(setup) = &mut self.state {
            setup.started = now;
            self.start();
        }
        let used = match &self.state {
            State::Tls(_) => {
                let received = self.receive_tls(now, &mut input, plain);
                return if received.written > 0 { Ok(received) } else { self.outcome(received) };
            }
            State::Initiating(..) | State::Accepting(..) => self.receive_clear(now, input.bytes()),
            State::Hello(..) => self.receive_hello(now, input.bytes()),
            State::Choice(..) | State::Prepared(_) | State::Dead => 0,
        };
        self.settle_clear();
        self.outcome(Received { used, written: 0 })
    }

    fn receive_tls(&mut self, now: Time, input: &mut Input<'_>, plain: &mut [u8]) -> Received {
        let mut received = Received::default();
        loop {
            let was_open = self.gate_open;
            let State::Tls(session) = &mut self.state else {
                return received;
            };
            let room = plain.get_mut(received.written..).unwrap_or_default();
            let done = input.feed(received.used, session, wall(now), room);
            received.used += done.used;
            received.written += done.written;
            self.settle(now);
            // A verdict inside this call opened the gate: what was withheld passes now.
            if was_open || !self.gate_open {
                return received;
            }
        }
    }

    /// What every call asks first: is there still a connection, and is it in time?
    pub(super) fn begin(&mut self, now: Time) -> Result<(), CallError> {
        if self.cause().is_none()
            && let Some(limit) = self.timer.reached(now)
        {
            self.fail(Cause::TimeLimit(limit));
        }
        self.outcome(())
    }

    fn outcome<T>(&self, value: T) -> Result<T, CallError> {
        // Plaintext from before a failure is still to be given.
        if self.cause().is_some() && !self.has_plaintext() { Err(CallError::Failed) } else { Ok(value) }
    }

    fn transmit_output(&mut self, out: &mut [u8]) -> usize {
        let Some(details) = self.details.as_deref_mut().filter(|details| !details.output.is_empty()) else {
            return 0;
        };
        let length = details.output.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..length), details.output.get(..length)) {
            to.copy_from_slice(from);
        }
        details.sent(length);
        length
    }

    /// Takes notice of what a call did to the session.
    pub(super) fn settle(&mut self, now: Time) {
        let State::Tls(session) = &mut self.state else {
            return;
        };
        if session.has_key_log_lines() {
            self.events.add(Event::KeyLog);
        }
        if session.is_peer_closed() && !self.peer_closed_seen {
            self.peer_closed_seen = true;
            self.events.add(Event::PeerClosed);
        }
        let (failure, ready) = (session.failure(), session.is_ready());
        if ready && !self.handshake_seen {
            self.handshake_seen = true;
            self.timer = if self.gate_open {
                Timer::NONE
            } else {
                Timer::verdict(now, self.snapshot.policy.time_limits())
            };
            self.events.add(Event::HandshakeDone);
            self.judge_after_handshake(now);
        }
        if let Some(failure) = failure {
            self.fail_by(failure);
        }
    }

    fn fail_by(&mut self, failure: tls::Failure) {
        let judged = matches!(failure, tls::Failure::Refused(tls::Cause::Judged, _));
        let judge = self.take_judge();
        // What it said of a peer that has not signed is said of nobody.
        if judged || self.session().is_some_and(Session::has_peer_signed) {
            self.publish(judge.as_deref());
        }
        self.fail(if judged { Cause::PeerRefused } else { Cause::Tls(failure) });
    }
}
