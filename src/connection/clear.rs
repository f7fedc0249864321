//! The stream before TLS, and the step from it to a session.

use std::sync::Arc;

use crate::connection::drive::wall;
use crate::connection::judging::HandshakeJudge;
use crate::connection::setup::{ServerName, Setup};
use crate::connection::timer::Timer;
use crate::connection::{Cause, Connection, Event, State, Time};
use crate::name::{Direction, Domain, Service, Transport};
use crate::policy::{Gate, Resumption};
use crate::stream::{
    self, Accepting, AcceptingOptions, Dialback, Disclosure, InitialHeader, Initiating, Outcome,
    StreamCondition, StreamId,
};
use crate::tls::{self, HelloReader, ResumptionKey, Session};

impl Connection {
    /// Leaves the phase in which the connection can be set up.
    pub(super) fn start(&mut self) {
        let State::Prepared(setup) = std::mem::replace(&mut self.state, State::Dead) else {
            return;
        };
        let begun = match (self.direction, self.transport) {
            (Direction::Initiating, Transport::Starttls) => self.start_initiating_stream(setup),
            (Direction::Receiving, Transport::Starttls) => self.start_accepting_stream(setup),
            (Direction::Initiating, _) => self.start_session(setup),
            (Direction::Receiving, _) => self.start_hello(setup),
        };
        if let Err(cause) = begun {
            self.fail(cause);
        }
    }

    fn start_initiating_stream(&mut self, setup: Box<Setup>) -> Result<(), Cause> {
        let policy = &self.snapshot.policy;
        let from = setup.own_domain.as_ref().map(Domain::as_ascii);
        let header = InitialHeader {
            service: policy.service(),
            to: self.domain().map(Domain::as_ascii).unwrap_or_default(),
            from,
            lang: None,
            dialback: dialback(policy.dialback()),
            disclosure: Disclosure::KeepPrivate,
        };
        let machine = Initiating::new(&header, policy.starttls()).map_err(|_| Cause::Unusable)?;
        self.state = State::Initiating(Box::new(machine), setup);
        Ok(())
    }

    fn start_accepting_stream(&mut self, setup: Box<Setup>) -> Result<(), Cause> {
        let mut random = [0; 16];
        tls::random(&mut random).map_err(|_| Cause::Unusable)?;
        let options = AcceptingOptions {
            service: self.snapshot.policy.service(),
            own_name: String::new(),
            lang: None,
            dialback: dialback(self.snapshot.policy.dialback()),
        };
        let machine = Accepting::new(options, StreamId::from_random(random)).map_err(|_| Cause::Unusable)?;
        self.state = State::Accepting(Box::new(machine), setup);
        Ok(())
    }

    fn start_hello(&mut self, setup: Box<Setup>) -> Result<(), Cause> {
        if setup.stop_at_client_hello {
            self.state = State::Hello(Box::new(HelloReader::new()), setup);
            return Ok(());
        }
        self.start_session(setup)
    }

    /// Takes bytes of the stream before TLS: all, unless the stream is refused, for what stands behind the
    /// switch to TLS was injected.
    pub(super) fn receive_clear(&mut self, now: Time, bytes: &[u8]) -> usize {
        let mut used = 0;
        while let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
            let taken = match &mut self.state {
                State::Initiating(machine, setup) => {
                    setup.started = now;
                    machine.receive(rest).used
                }
                State::Accepting(machine, setup) => {
                    setup.started = now;
                    machine.receive(rest).used
                }
                _ => return used,
            };
            used += taken;
            if !self.answer_stream() && taken == 0 {
                return used;
            }
        }
        used
    }

    /// Reads what the machine saw and answers what it asks; says whether there was anything.
    fn answer_stream(&mut self) -> bool {
        let mut any = false;
        loop {
            let event = match &mut self.state {
                State::Initiating(machine, _) => machine.next_event(),
                State::Accepting(machine, _) => machine.next_event(),
                _ => None,
            };
            match event {
                None => return any,
                Some(stream::Event::HeaderSeen(header)) => {
                    self.events.add(Event::StreamHeader);
                    self.answer_header(header);
                }
                Some(stream::Event::TlsRequested) => self.answer_tls_request(),
                Some(_) => {}
            }
            any = true;
        }
    }

    fn answer_header(&mut self, header: stream::Header) {
        let asked = header.to.as_deref().and_then(|to| Domain::parse(to).ok());
        self.details_mut().unverified.get_or_insert_default().header = Some(header);
        let credentials = &self.snapshot.credentials;
        let State::Accepting(machine, setup) = &mut self.state else {
            return;
        };
        // The machine asks once and is answered at once; it cannot refuse the answer for its phase.
        let _ = match asked
            .filter(|asked| setup.stop_at_client_hello || credentials.which(asked.as_ascii()).is_some())
        {
            Some(asked) => {
                setup.asked = Some(asked.as_ascii().into());
                machine.answer(asked.as_ascii())
            }
            None => machine.decline(StreamCondition::HostUnknown),
        };
    }

    fn answer_tls_request(&mut self) {
        let able = !self.snapshot.credentials.is_empty();
        if let State::Accepting(machine, setup) = &mut self.state {
            // As above: the machine has just asked.
            let _ = if able || setup.stop_at_client_hello { machine.proceed() } else { machine.fail() };
        }
    }

    /// Takes the machine's output, and goes on to TLS when that was the last of it.
    pub(super) fn collect_clear_output(&mut self) {
        let output = match &mut self.state {
            State::Initiating(machine, _) => machine.transmit(),
            State::Accepting(machine, _) => machine.transmit(),
            _ => return,
        };
        if !output.is_empty() {
            self.details_mut().output.extend_from_slice(&output);
        }
        self.begin_tls();
    }

    fn begin_tls(&mut self) {
        if !matches!(self.stream_outcome(), Some(Outcome::BeginTls { .. })) {
            return;
        }
        let begun = match std::mem::replace(&mut self.state, State::Dead) {
            State::Initiating(machine, setup) => {
                self.details_mut().unverified = Some(machine.into_unverified());
                self.start_session(setup)
            }
            State::Accepting(_, setup) => self.start_hello(setup),
            _ => Ok(()),
        };
        self.events.add(Event::TlsStarted);
        if let Err(cause) = begun {
            self.fail(cause);
        }
    }

    /// Takes notice of what a call did to the stream before TLS.
    pub(super) fn settle_clear(&mut self) {
        let Some(Outcome::Refused(cause)) = self.stream_outcome() else {
            return;
        };
        let cause = cause.clone();
        self.collect_clear_output();
        if let State::Initiating(machine, _) = std::mem::replace(&mut self.state, State::Dead) {
            self.details_mut().unverified = Some(machine.into_unverified());
        }
        self.fail(Cause::Stream(cause));
    }

    /// How the stream before TLS ended, once it has.
    fn stream_outcome(&self) -> Option<&Outcome> {
        match &self.state {
            State::Initiating(machine, _) => machine.outcome(),
            State::Accepting(machine, _) => machine.outcome(),
            _ => None,
        }
    }

    /// Reads a client hello up to its end.
    pub(super) fn receive_hello(&mut self, now: Time, bytes: &[u8]) -> usize {
        let State::Hello(mut reader, mut setup) = std::mem::replace(&mut self.state, State::Dead) else {
            return 0;
        };
        setup.started = now;
        match reader.feed(bytes) {
            Ok(false) => self.state = State::Hello(reader, setup),
            Ok(true) => {
                self.events.add(Event::ClientHello);
                self.state = State::Choice(reader, setup);
            }
            Err(failure) => {
                self.details_mut().output.extend_from_slice(reader.alert());
                self.fail(Cause::Tls(failure));
            }
        }
        bytes.len()
    }

    /// Makes the session.
    pub(super) fn start_session(&mut self, mut setup: Box<Setup>) -> Result<(), Cause> {
        let mut session = match self.direction {
            Direction::Initiating => self.initiating_session(&mut setup)?,
            Direction::Receiving => self.accepting_session(&setup)?,
        };
        session.withhold(!self.gate_open);
        if !setup.early.is_empty() {
            // The session's queue is at least as long as the one before it.
            let _ = session.write(&setup.early);
        }
        self.timer = Timer::handshake(setup.started, self.snapshot.policy.time_limits());
        self.state = State::Tls(session);
        Ok(())
    }

    fn initiating_session(&mut self, setup: &mut Setup) -> Result<Session, Cause> {
        let snapshot = self.snapshot.clone();
        let own = setup.own_domain.as_ref().map(Domain::as_ascii);
        let credential = match own {
            Some(own) => snapshot.credentials.which(own),
            None => snapshot.credentials.by_default(),
        };
        let credential = credential.and_then(|served| served.credentials.first().cloned());
        let alpn = self.protocols(setup);
        let config = snapshot.initiating_config(alpn.clone(), credential).map_err(|_| Cause::Unusable)?;
        let judge = self.handshake_judge(setup);
        let resumption = self.resumption_key(setup, &alpn);
        let options = tls::InitiatingOptions {
            judge: judge.clone().map(|judge| -> Arc<dyn tls::Judge> { judge }),
            resumption: resumption.map(Arc::new),
            key_log: setup.key_log,
        };
        if let Some(judge) = judge {
            self.details_mut().judge = Some(judge);
        }
        let name = self.sent_server_name(setup).map(|name| name.as_ascii().to_owned());
        Session::initiating(&config, name.as_deref(), wall(setup.started), options).map_err(Cause::Tls)
    }

    fn accepting_session(&self, setup: &Setup) -> Result<Session, Cause> {
        let config = self.snapshot.accepting_config(self.protocols(setup)).map_err(|_| Cause::Unusable)?;
        let options =
            tls::AcceptingOptions { judge: None, domain: setup.asked.clone(), key_log: setup.key_log };
        Session::accepting(&config, options).map_err(Cause::Tls)
    }

    fn sent_server_name<'a>(&'a self, setup: &'a Setup) -> Option<&'a Domain> {
        let name = match &setup.server_name {
            ServerName::None => None,
            ServerName::Other(name) => Some(name),
            ServerName::Domain
                if self.transport == Transport::Starttls && !self.snapshot.policy.starttls_server_name() =>
            {
                None
            }
            ServerName::Domain => self.domain(),
        };
        name.filter(|name| name.address().is_none())
    }

    fn handshake_judge(&self, setup: &mut Setup) -> Option<Arc<HandshakeJudge>> {
        let policy = self.snapshot.policy.clone();
        let prepared = setup.verification.take();
        if prepared.is_none() && self.gate == Gate::Host {
            return None;
        }
        let prepared = match prepared {
            Some(prepared) => prepared,
            None => HandshakeJudge::unasked(self.domain()?, self.role(), policy),
        };
        Some(Arc::new(HandshakeJudge::new(prepared, self.origin)))
    }

    /// Under which tickets are kept: everything that must agree (RES-08).
    fn resumption_key(&self, setup: &Setup, alpn: &[Vec<u8>]) -> Option<ResumptionKey> {
        let domain = self.domain()?;
        let name = self.sent_server_name(setup)?.as_ascii();
        let policy = &self.snapshot.policy;
        if policy.resumption() == Resumption::Off {
            return None;
        }
        let mut rest = policy.fingerprint().to_vec();
        rest.push(match policy.service() {
            Service::C2s => 1,
            Service::S2s => 2,
        });
        rest.push(match self.transport {
            Transport::Starttls => 1,
            Transport::DirectTls => 2,
            Transport::TlsOnly => 3,
        });
        let own = setup.own_domain.as_ref().map(Domain::as_ascii).unwrap_or_default();
        for part in [own, name] {
            rest.extend_from_slice(part.as_bytes());
            rest.push(0);
        }
        alpn.iter().for_each(|protocol| {
            rest.extend_from_slice(protocol);
            rest.push(0);
        });
        Some(ResumptionKey { domain: domain.as_ascii().into(), rest: rest.into() })
    }
}

fn dialback(allowed: bool) -> Dialback {
    if allowed { Dialback::Announced } else { Dialback::Silent }
}
