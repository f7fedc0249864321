//! `check`: what a domain's XMPP services look like from outside, and what to mend.
//!
//! The library finds the endpoints, speaks to them and judges them; here they are dialled, all at once, and
//! what came of it is put together. No rule about who is authenticated lives here.

pub(crate) mod command;
pub(crate) mod dial;
pub(crate) mod facts;
mod injection;
mod inside;
pub(crate) mod json;
pub(crate) mod mend;
pub(crate) mod page;
pub(crate) mod probe;
pub(crate) mod settings;
pub(crate) mod text;
pub(crate) mod words;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use xmpptls::connection::Context;
use xmpptls::lookup::{Candidate, Finding, Gathered, Reply, Request};
use xmpptls::name::{Domain, Service};
use xmpptls::record::{Dnssec, Lookup, LookupFailure, posh_url};
use xmpptls::verification::{Answer, Loudness, QuestionKind};

use self::facts::{ChangeNote, Contact, DomainCheck, EndpointCheck, Found, ServiceCheck, Severity, Weight};
use self::probe::{Job, blank};
use self::settings::{Policies, Settings};
use crate::clock::{Clock, wall_seconds};
use crate::failure::Failure;
use crate::history;

/// The addresses of one target that are dialled, of each family: more tell nothing new.
const ADDRESSES_OF_A_FAMILY: usize = 2;

/// Checks the services of a domain, side by side.
///
/// # Errors
/// When nothing could even be begun: no trust anchors, no resolver.
pub(crate) fn run(domain: &Domain, settings: &Settings) -> Result<DomainCheck, Failure> {
    let now = Instant::now();
    let deadline = now.checked_add(settings.time_out).unwrap_or(now);
    let services: Vec<Result<ServiceCheck, Failure>> = thread::scope(|scope| {
        let threads: Vec<_> = settings
            .services
            .iter()
            .map(|service| scope.spawn(move || check_service(domain, *service, settings, deadline)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(Failure::Thread))).collect()
    });
    let services = services.into_iter().collect::<Result<Vec<_>, _>>()?;
    let shown_as = settings.credentials.is_some().then(|| settings.own_domain.clone());
    Ok(DomainCheck { domain: domain.clone(), checked_at: wall_seconds(), shown_as, services })
}

fn check_service(
    domain: &Domain,
    service: Service,
    settings: &Settings,
    deadline: Instant,
) -> Result<ServiceCheck, Failure> {
    let policies = Policies::new(service, &settings.anchors)?;
    let context = Context::new(Arc::clone(&policies.strict), settings.credentials.clone());
    let context = context.map_err(Failure::Context)?;
    let (gathered, resolver_without_dnssec) = gather(domain, service, settings, deadline)?;
    let job = Job {
        domain,
        service,
        context: &context,
        credentials: settings.credentials.as_ref(),
        policies: &policies,
        gathered: &gathered,
        own_domain: &settings.own_domain,
        deadline,
        clock: Clock::new(),
    };
    let endpoints = dial_all(&job);
    let found = match &gathered.candidates {
        _ if settings.connect.is_some() => Found::Given,
        Lookup::Found(_) => Found::Endpoints,
        Lookup::Absent(state) => Found::Absent(*state),
        Lookup::Failed(failure) => Found::Failed(*failure),
        Lookup::NotAsked => Found::Failed(LookupFailure::Unreachable),
    };
    let mut check = ServiceCheck {
        service,
        severity: Severity::Untested,
        found,
        resolver_without_dnssec,
        posh: gathered.posh,
        endpoints,
        mend: Vec::new(),
        changes: Vec::new(),
    };
    check.mend = mend::of(domain, &check, wall_seconds());
    check.severity = severity(&check);
    Ok(check)
}

/// Compares with what was seen before and remembers. When that fails nothing is said about changes, but that.
pub(crate) fn remember(check: &mut DomainCheck, path: &Path) {
    match history::remember(check, path) {
        Ok(()) => {
            for service in &mut check.services {
                let alarm = service.changes.iter().any(|change| change.loudness == Loudness::Alarm.name());
                if alarm && service.severity == Severity::Good {
                    service.severity = Severity::Weak;
                }
            }
        }
        Err(failure) => {
            crate::complain(&failure.to_string());
            for service in &mut check.services {
                service.changes = vec![ChangeNote {
                    change: "not_compared",
                    loudness: Loudness::Warning.name(),
                    text: failure.to_string(),
                    endpoints: Vec::new(),
                }];
            }
        }
    }
}

/// What is known of the service together. Dead ends beside living endpoints weaken it.
fn severity(check: &ServiceCheck) -> Severity {
    match check.found {
        Found::Absent(Dnssec::Bogus | Dnssec::Indeterminate) | Found::Failed(LookupFailure::Bogus) => {
            return Severity::Refused;
        }
        Found::Absent(_) => return Severity::Good,
        Found::Failed(_) => return Severity::Untested,
        Found::Endpoints | Found::Given => {}
    }
    let all = check.endpoints.iter().map(|endpoint| endpoint.severity);
    let reached: Vec<Severity> = all.filter(|severity| *severity != Severity::Untested).collect();
    if reached.is_empty() {
        return Severity::Untested;
    }
    let dead_ends = reached.len() < check.endpoints.len();
    let faults = dead_ends || check.mend.iter().any(|mend| mend.weight > Weight::Advice);
    let least = if faults { Severity::Weak } else { Severity::Good };
    Severity::together(reached.into_iter().chain([least]))
}

fn gather(
    domain: &Domain,
    service: Service,
    settings: &Settings,
    deadline: Instant,
) -> Result<(Gathered, bool), Failure> {
    let lookup = &settings.lookup;
    // Half of the time is for finding, so that as much is left for dialling.
    let limit = deadline.saturating_duration_since(Instant::now()).checked_div(2).unwrap_or(Duration::ZERO);
    let ask = |request| -> Result<Reply, Failure> { lookup.ask(request, limit).map_err(Failure::Lookup) };
    let Some(endpoint) = &settings.connect else {
        let reply = ask(Request::Gather { domain: domain.clone(), service })?;
        return match reply.finding {
            Finding::Gathered(gathered) => Ok((gathered, reply.resolver_without_dnssec)),
            _ => Err(Failure::Thread),
        };
    };
    let reply = ask(Request::Endpoint(endpoint.clone()))?;
    let question = QuestionKind::Posh { url: posh_url(domain, service), service };
    let posh = match ask(Request::Question(question))?.finding {
        Finding::Answer(Answer::Posh(evidence)) => Lookup::Found(evidence),
        Finding::Answer(Answer::Absent(state)) => Lookup::Absent(state),
        Finding::Answer(Answer::Failed(failure)) => Lookup::Failed(failure),
        _ => Lookup::NotAsked,
    };
    let Finding::Endpoint(candidate) = reply.finding else { return Err(Failure::Thread) };
    let candidates = Lookup::Found(vec![candidate]);
    Ok((Gathered { domain: domain.clone(), service, candidates, posh }, reply.resolver_without_dnssec))
}

/// Dials every address of every endpoint at once; the result is in the order in which peers try them.
fn dial_all(job: &Job<'_>) -> Vec<EndpointCheck> {
    let Lookup::Found(candidates) = &job.gathered.candidates else { return Vec::new() };
    thread::scope(|scope| {
        let mut checks = Vec::new();
        for candidate in candidates {
            match addresses(candidate) {
                Err(failure) => checks.push(Err(Box::new(nowhere(candidate, failure)))),
                Ok(list) => {
                    checks.extend(list.into_iter().map(|address| {
                        let address = SocketAddr::new(address, candidate.endpoint.port);
                        Ok((candidate, address, scope.spawn(move || run_alone(job, candidate, address))))
                    }));
                }
            }
        }
        let finished = checks.into_iter().map(|started| match started {
            Err(check) => *check,
            Ok((candidate, address, thread)) => {
                thread::ScopedJoinHandle::join(thread).unwrap_or_else(|_| blank(candidate, Some(address)))
            }
        });
        finished.collect()
    })
}

/// With a context of its own: a ticket of one server says nothing to another.
fn run_alone(job: &Job<'_>, candidate: &Candidate, address: SocketAddr) -> EndpointCheck {
    match Context::new(job.context.policy(), job.credentials.cloned()) {
        Ok(context) => Job { context: &context, ..*job }.run(candidate, address),
        Err(_) => blank(candidate, Some(address)),
    }
}

/// A few addresses of each family, in the order of trying.
fn addresses(candidate: &Candidate) -> Result<Vec<IpAddr>, Option<LookupFailure>> {
    match &candidate.addresses {
        Lookup::Found(all) => {
            let (mut of_v4, mut of_v6) = (0, 0);
            let few = all.iter().filter(|address| {
                let count = if address.is_ipv4() { &mut of_v4 } else { &mut of_v6 };
                *count += 1;
                *count <= ADDRESSES_OF_A_FAMILY
            });
            Ok(few.copied().collect())
        }
        Lookup::Failed(failure) => Err(Some(*failure)),
        Lookup::Absent(_) | Lookup::NotAsked => Err(None),
    }
}

fn nowhere(candidate: &Candidate, failure: Option<LookupFailure>) -> EndpointCheck {
    EndpointCheck { contact: Contact::NoAddress(failure), ..blank(candidate, None) }
}
