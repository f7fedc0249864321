//! Where verdicts enter: inside the handshake, after it, and when the host brings one.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::certificate::{Chain, ChainError};
use crate::connection::timer::Timer;
use crate::connection::{Cause, Connection, Event, State, Time};
use crate::limits::VERDICTS_PER_CONNECTION;
use crate::name::{Direction, Domain, Endpoint, Role, Transport};
use crate::policy::{Policy, Requirement};
use crate::proof::pkix::Staple;
use crate::tls::{CertificateAlert, HandshakeKind, Judge};
use crate::verdict::{self, Binding, Level, Possession, Verdict};
use crate::verification::{Handshake, PreparedVerification, Presented, Request, Verification};

/// Judges a chain inside one connection's handshake, and keeps the verdict.
pub(super) struct HandshakeJudge {
    prepared: PreparedVerification,
    origin: u64,
    verdict: OnceLock<Verdict>,
}

/// Why a verdict was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConcludeError {
    /// The verdict was made for another connection.
    Foreign,
    /// There is no handshake to judge yet, or no connection any more.
    WrongPhase,
    /// There are as many verdicts as a connection keeps.
    TooMany,
}

impl fmt::Display for ConcludeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Foreign => "the verdict was made for another connection",
            Self::WrongPhase => "there is nothing to conclude in this phase",
            Self::TooMany => "there are as many verdicts as a connection keeps",
        })
    }
}

impl std::error::Error for ConcludeError {}

impl HandshakeJudge {
    pub(super) fn new(prepared: PreparedVerification, origin: u64) -> Self {
        Self { prepared, origin, verdict: OnceLock::new() }
    }

    /// A verification for which nobody gathered evidence: what PKIX and exceptions can prove counts.
    pub(super) fn unasked(domain: &Domain, role: Role, policy: Arc<Policy>) -> PreparedVerification {
        let Role { service, direction } = role;
        let request = Request { domain: domain.clone(), service, direction, endpoint: None, policy };
        Verification::prepare(request).prepared()
    }

    /// The CertificateVerify that shows possession comes behind the chain; a handshake in which it fails
    /// fails, and the verdict is never read then.
    fn verdict_on<'a>(
        &self,
        chain: impl Iterator<Item = &'a [u8]>,
        resumed: bool,
        staple: Staple,
        now: i64,
    ) -> Verdict {
        let chain = Chain::parse(chain);
        let presented = match &chain {
            Ok(chain) => Presented { resumed, staple, ..Presented::handshake(chain) },
            Err(ChainError::Empty) => Presented::nothing(),
            Err(error) => Presented::unreadable(error),
        };
        self.prepared.judge_for(Binding(self.origin), presented, now)
    }
}

impl Judge for HandshakeJudge {
    fn judge(&self, presented: &[&[u8]], stapled: Option<bool>, now: u64) -> Result<(), CertificateAlert> {
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let verdict = self.verdict_on(presented.iter().copied(), false, staple(stapled), now);
        // A peer that a dialback answer may still prove goes on; the gate and the host see to the rest.
        let answer = if verdict.level() == Level::Refused { Err(alert(&verdict)) } else { Ok(()) };
        // The first judgement of a handshake is the only one.
        let _ = self.verdict.set(verdict);
        answer
    }
}

fn staple(stapled: Option<bool>) -> Staple {
    match stapled {
        None => Staple::NotApplicable,
        Some(false) => Staple::Absent,
        Some(true) => Staple::Unchecked,
    }
}

fn alert(verdict: &Verdict) -> CertificateAlert {
    match verdict.alert() {
        Some(verdict::Alert::UnsupportedCertificate) => CertificateAlert::Unsupported,
        Some(verdict::Alert::CertificateRevoked) => CertificateAlert::Revoked,
        Some(verdict::Alert::CertificateExpired) => CertificateAlert::Expired,
        Some(verdict::Alert::UnknownCa) => CertificateAlert::UnknownCa,
        Some(verdict::Alert::BadCertificate) => CertificateAlert::Bad,
        Some(verdict::Alert::CertificateUnknown) | None => CertificateAlert::Unknown,
    }
}

impl Connection {
    /// A verification of the peer as `domain`, from what it presented on this connection. Any number may
    /// be made, for other domains, by another policy, or again later (RFC 7712 §4.4); each gives a verdict
    /// for [`Connection::conclude`]. `policy` is the connection's when it is `None`.
    ///
    /// # Errors
    /// [`ConcludeError::WrongPhase`] before the handshake is done, and after a failure.
    pub fn verification(
        &self,
        domain: Domain,
        endpoint: Option<Endpoint>,
        policy: Option<Arc<Policy>>,
    ) -> Result<Verification, ConcludeError> {
        let session = self.session().filter(|session| session.is_ready()).ok_or(ConcludeError::WrongPhase)?;
        let direction = self.direction;
        let policy = policy.unwrap_or_else(|| self.snapshot.policy.clone());
        let (chain, unreadable) = match Chain::parse(session.peer_certificates()) {
            Ok(chain) => (Some(chain), None),
            Err(ChainError::Empty) => (None, None),
            Err(error) => (None, Some(error)),
        };
        let handshake = Handshake {
            unreadable,
            possession: if chain.is_some() { Possession::Shown } else { Possession::NotShown },
            chain,
            resumed: session.handshake_kind() == Some(HandshakeKind::Resumed),
            staple: staple(session.is_stapled()),
            binding: Some(Binding(self.origin)),
        };
        Ok(Verification::of_handshake(
            Request { domain, service: policy.service(), direction, endpoint, policy },
            handshake,
        ))
    }

    /// Takes a verdict about the peer. While the library keeps the gate, a verdict that meets the policy
    /// opens it and any other ends the connection.
    ///
    /// # Errors
    /// [`ConcludeError`]; the connection is unchanged then.
    pub fn conclude(&mut self, now: Time, verdict: Verdict) -> Result<(), ConcludeError> {
        if verdict.binding() != Some(Binding(self.origin)) {
            return Err(ConcludeError::Foreign);
        }
        if !self.handshake_seen || self.cause().is_some() {
            return Err(ConcludeError::WrongPhase);
        }
        let permitted = verdict.is_permitted();
        self.keep(verdict)?;
        if !self.gate_open {
            if permitted { self.open_gate() } else { self.refuse_peer() }
        }
        self.settle(now);
        Ok(())
    }

    /// The latest verdict of each pair, in the order of their first coming.
    pub fn verdicts(&self) -> &[Verdict] {
        self.details.as_deref().map_or(&[], |details| &details.verdicts)
    }

    /// The latest verdict about `domain`; about the domain that is meant when it is `None`.
    pub fn verdict(&self, domain: Option<&Domain>) -> Option<&Verdict> {
        let verdicts = self.verdicts();
        match domain.or_else(|| self.domain()) {
            Some(domain) => verdicts.iter().find(|verdict| verdict.domain() == domain),
            None => verdicts.first(),
        }
    }

    fn keep(&mut self, verdict: Verdict) -> Result<(), ConcludeError> {
        let verdicts = &mut self.details_mut().verdicts;
        if let Some(known) = verdicts.iter_mut().find(|known| known.domain() == verdict.domain()) {
            *known = verdict;
        } else if verdicts.len() < VERDICTS_PER_CONNECTION {
            verdicts.push(verdict);
        } else {
            return Err(ConcludeError::TooMany);
        }
        self.events.add(Event::Verdict);
        Ok(())
    }

    /// Who judged inside the handshake, once: after it nobody asks again.
    pub(super) fn take_judge(&mut self) -> Option<Arc<HandshakeJudge>> {
        self.details.as_deref_mut()?.judge.take()
    }

    /// Puts the verdict of the handshake where it can be read.
    pub(super) fn publish(&mut self, judge: Option<&HandshakeJudge>) {
        if let Some(verdict) = judge.and_then(|judge| judge.verdict.get()) {
            // The first verdict of a connection always finds room.
            let _ = self.keep(verdict.clone());
        }
    }

    /// Judges what a handshake left open: a resumed one showed no certificate (RES-09), and a peer without
    /// a certificate was never asked about.
    pub(super) fn judge_after_handshake(&mut self, now: Time) {
        if self.snapshot.policy.require_alpn()
            && self.transport == Transport::DirectTls
            && self.session().is_some_and(|session| session.alpn().is_none())
        {
            self.end_session();
            self.fail(Cause::NoApplicationProtocol);
            return;
        }
        let Some(judge) = self.take_judge() else {
            // A receiving end that demands nobody's identity lets bytes pass; else the host has to say who it is.
            if self.direction == Direction::Receiving
                && self.snapshot.policy.requirement() == Requirement::EncryptOnly
            {
                self.open_gate();
            }
            return;
        };
        let Some(session) = self.session() else {
            return;
        };
        let verdict = judge.verdict.get_or_init(|| {
            let resumed = session.handshake_kind() == Some(HandshakeKind::Resumed);
            let staple = staple(session.is_stapled());
            judge.verdict_on(session.peer_certificates(), resumed, staple, now.unix_seconds)
        });
        let (permitted, refused) = (verdict.is_permitted(), verdict.level() == Level::Refused);
        self.publish(Some(&judge));
        if permitted {
            self.open_gate();
        } else if refused {
            self.refuse_peer();
        }
    }

    fn open_gate(&mut self) {
        self.gate_open = true;
        self.timer = Timer::NONE;
        if let State::Tls(session) = &mut self.state {
            session.withhold(false);
        }
    }

    fn refuse_peer(&mut self) {
        if let Some(domain) = self.domain() {
            self.snapshot.cache.forget(domain.as_ascii());
        }
        self.end_session();
        self.fail(Cause::PeerRefused);
    }

    fn end_session(&mut self) {
        if let State::Tls(session) = &mut self.state {
            session.close();
        }
    }
}
