//! The check of one address: a connection to look at, then one to resume it, then one with bytes where none
//! belong.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use xmpptls::connection::{Connection, Context, Phase};
use xmpptls::lookup::{Candidate, Gathered};
use xmpptls::name::{Domain, Service, Transport};
use xmpptls::policy::Policy;
use xmpptls::report::Report;
use xmpptls::tls::{CredentialStore, HandshakeKind};
use xmpptls::verdict::{Attempt, Level, NotTried, Outcome, Verdict};
use xmpptls::verification::{Answer, Request, Verification};

use super::dial::{self, End, Wire};
use super::facts::{Contact, EndpointCheck, Injection, Resumption, Severity, Silence};
use super::settings::Policies;
use super::{injection, inside};
use crate::clock::Clock;

/// Below this a further connection is not begun.
const LEAST_TIME: Duration = Duration::from_millis(500);
/// How long a session ticket is waited for.
const TICKET_TIME: Duration = Duration::from_millis(300);

/// What all endpoints of a service share.
pub(crate) struct Job<'a> {
    pub(crate) domain: &'a Domain,
    pub(crate) service: Service,
    pub(crate) context: &'a Context,
    /// What we show.
    pub(crate) credentials: Option<&'a Arc<CredentialStore>>,
    pub(crate) policies: &'a Policies,
    pub(crate) gathered: &'a Gathered,
    pub(crate) own_domain: &'a Domain,
    pub(crate) deadline: Instant,
    pub(crate) clock: Clock,
}

impl Job<'_> {
    /// Checks one address of a candidate.
    pub(crate) fn run(&self, candidate: &Candidate, address: SocketAddr) -> EndpointCheck {
        let started = Instant::now();
        let mut check = blank(candidate, Some(address));
        if let Some(verdict) = self.forbidden(candidate) {
            check.contact = Contact::Forbidden;
            check.severity = Severity::Refused;
            check.verdict = Some(verdict);
            return check;
        }
        match dial::open(address, self.deadline) {
            Err(error) => {
                check.contact = Contact::Unreachable(silence(&error));
                check.severity = Severity::Untested;
            }
            Ok(socket) => {
                if let Some(connection) = self.connection(candidate) {
                    let wire = Wire::new(connection, socket, self.clock, self.deadline);
                    self.look(candidate, address, wire, &mut check);
                }
            }
        }
        check.milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        check
    }

    fn look(&self, candidate: &Candidate, address: SocketAddr, mut wire: Wire, check: &mut EndpointCheck) {
        let end = wire.drive(self.deadline, |connection, _| connection.phase() == Phase::Open);
        if end.is_ok() {
            check.contact = Contact::Tls;
            check.asks_for_certificate = wire.connection.is_certificate_requested();
            check.verdict = self.verdict(candidate, &mut wire.connection);
            check.proofs = check.verdict.as_ref().map_or_else(Vec::new, |verdict| {
                proofs(verdict, self.policies, |policy| self.judge(candidate, &wire.connection, policy))
            });
        }
        check.report = Some(Box::new(Report::of(&wire.connection, self.clock.now())));
        check.severity = severity(end, check.verdict.as_ref());
        if end.is_err() {
            return;
        }
        check.offers = inside::ask(&mut wire, self.service, self.domain, self.own_domain);
        check.dialback_only = self.is_dialback_only(candidate, check, &wire.connection);
        if check.dialback_only {
            check.severity = Severity::Weak;
        }
        if check.offers.is_none() {
            // A ticket may still come.
            let _ = wire.drive(soon(TICKET_TIME), |_, _| false);
        }
        wire.close();
        check.resumption = self.resume(candidate, address);
        if candidate.endpoint.transport == Transport::Starttls && self.has_time() {
            check.injection = Some(self.inject(address));
        }
    }

    /// The verdict from the evidence at hand, concluded on the connection.
    fn verdict(&self, candidate: &Candidate, connection: &mut Connection) -> Option<Verdict> {
        let verdict = self.judge(candidate, connection, &self.policies.strict)?;
        let now = self.clock.now();
        // The connection keeps it for its report; with the host's gate nothing else follows from it.
        connection.conclude(now, verdict.clone()).ok()?;
        Some(verdict)
    }

    fn judge(&self, candidate: &Candidate, connection: &Connection, policy: &Arc<Policy>) -> Option<Verdict> {
        let (domain, endpoint) = (self.domain.clone(), Some(candidate.endpoint.clone()));
        let mut verification = connection.verification(domain, endpoint, Some(Arc::clone(policy))).ok()?;
        self.answer(candidate, &mut verification);
        Some(verification.decide(self.clock.now().unix_seconds))
    }

    /// Whether a server that accepts dialback would go on where a strict one refuses.
    fn is_dialback_only(
        &self,
        candidate: &Candidate,
        check: &EndpointCheck,
        connection: &Connection,
    ) -> bool {
        let offered = check.offers.as_ref().is_some_and(|offers| offers.dialback);
        let refused = check.verdict.as_ref().is_some_and(|verdict| verdict.level() == Level::Refused);
        if !offered || !refused {
            return false;
        }
        let relaxed = self.policies.with_dialback.as_ref();
        let relaxed = relaxed.and_then(|policy| self.judge(candidate, connection, policy));
        relaxed.is_some_and(|verdict| verdict.level() != Level::Refused)
    }

    fn answer(&self, candidate: &Candidate, verification: &mut Verification) {
        answer(verification, candidate, self.gathered, self.clock.now().unix_seconds);
    }

    /// The refusal, when DNSSEC forbids to connect (DANE-03, DANE-05).
    fn forbidden(&self, candidate: &Candidate) -> Option<Verdict> {
        let mut verification = Verification::prepare(Request {
            domain: self.domain.clone(),
            service: self.service,
            direction: xmpptls::name::Direction::Initiating,
            endpoint: Some(candidate.endpoint.clone()),
            policy: self.context.policy(),
        });
        self.answer(candidate, &mut verification);
        verification.prepared().forbids_to_connect(self.clock.now().unix_seconds)
    }

    fn connection(&self, candidate: &Candidate) -> Option<Connection> {
        self.connection_by(candidate.endpoint.transport)
    }

    fn connection_by(&self, transport: Transport) -> Option<Connection> {
        let now = self.clock.now();
        let mut connection =
            Connection::initiating(self.context, transport, Some(self.domain.clone()), now).ok()?;
        connection.set_host_gate().ok()?;
        if self.service == Service::S2s {
            connection.set_own_domain(self.own_domain.clone()).ok()?;
        }
        Some(connection)
    }

    fn has_time(&self) -> bool {
        self.deadline.saturating_duration_since(Instant::now()) > LEAST_TIME
    }

    fn resume(&self, candidate: &Candidate, address: SocketAddr) -> Option<Resumption> {
        if !self.has_time() {
            return None;
        }
        let socket = dial::open(address, self.deadline).ok()?;
        let mut wire = Wire::new(self.connection(candidate)?, socket, self.clock, self.deadline);
        if wire.drive(self.deadline, |connection, _| connection.phase() == Phase::Open).is_err() {
            return Some(Resumption::Failed);
        }
        let kind = wire.connection.handshake_kind();
        wire.close();
        Some(if kind == Some(HandshakeKind::Resumed) { Resumption::Resumed } else { Resumption::Full })
    }

    fn inject(&self, address: SocketAddr) -> Injection {
        let Ok(socket) = dial::open(address, self.deadline) else { return Injection::Unclear };
        let Some(connection) = self.connection_by(Transport::TlsOnly) else { return Injection::Unclear };
        injection::probe(self, socket, connection)
    }
}

/// Answers all questions of a verification from what was looked up.
pub(crate) fn answer(verification: &mut Verification, candidate: &Candidate, gathered: &Gathered, now: i64) {
    while let Some(question) = verification.next_question(now) {
        let answer = candidate.answer(&question.kind).or_else(|| gathered.answer(&question.kind));
        if verification.answer(question.id, answer.unwrap_or(Answer::NotAsked)).is_err() {
            return;
        }
    }
}

/// Each proof for itself: what the verdict says of it, or what it would be if it were the only one.
pub(crate) fn proofs(
    verdict: &Verdict,
    policies: &Policies,
    judge: impl Fn(&Arc<Policy>) -> Option<Verdict>,
) -> Vec<Attempt> {
    let attempt =
        |verdict: &Verdict, proof| verdict.attempts().iter().find(|own| own.proof == proof).cloned();
    let alone = policies.alone.iter().filter_map(|(proof, policy)| {
        let own = attempt(verdict, *proof)?;
        match own.outcome {
            Outcome::Skipped | Outcome::NotTried(NotTried::NotAsked) => attempt(&judge(policy)?, *proof),
            _ => Some(own),
        }
    });
    alone.collect()
}

fn soon(time: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(time).unwrap_or(now)
}

fn severity(end: Result<(), End>, verdict: Option<&Verdict>) -> Severity {
    match (end, verdict.map(Verdict::level)) {
        (Err(End::TimedOut), _) => Severity::Untested,
        (Err(_), _) => Severity::Refused,
        (Ok(()), Some(Level::Authenticated)) => Severity::Good,
        (Ok(()), Some(Level::Weak | Level::EncryptedOnly)) => Severity::Weak,
        (Ok(()), Some(Level::Refused) | None) => Severity::Refused,
    }
}

fn silence(error: &io::Error) -> Silence {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Silence::Refused,
        _ if dial::is_time_out(error) => Silence::TimedOut,
        _ => Silence::Unreachable,
    }
}

/// A check of which nothing is known yet.
pub(crate) fn blank(candidate: &Candidate, address: Option<SocketAddr>) -> EndpointCheck {
    EndpointCheck {
        endpoint: candidate.endpoint.clone(),
        tlsa: candidate.tlsa.clone(),
        address,
        contact: Contact::NoTls,
        severity: Severity::Untested,
        report: None,
        verdict: None,
        proofs: Vec::new(),
        dialback_only: false,
        offers: None,
        asks_for_certificate: false,
        resumption: None,
        injection: None,
        milliseconds: 0,
    }
}
