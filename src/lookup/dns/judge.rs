//! What a validated DNS message says about one question.
//!
//! The validator gives each record a proof. This file decides what that means for the answer as a whole: it
//! walks from the question's name over the CNAMEs to the records, takes nothing that is not on that way, and
//! keeps the worst proof met. A message without the wanted records is an answer "there is nothing" only if
//! that was proven, or proven to be unprovable; all else is bogus.
//!
//! It asks nothing itself. Where the message ends at an alias, the answer is "go on at that name".

use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::dnssec::Proof;
use hickory_resolver::proto::op::{DnsResponse, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

use super::wildcard::{shows_wildcard, wildcard_labels};
use crate::limits::{LOOKUP_CNAMES, LOOKUP_NEGATIVE_TTL_SECONDS, LOOKUP_TTL_SECONDS};
use crate::record::{Dnssec, LookupFailure};

/// What a message says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Judgement {
    /// The records, at the end of the aliases.
    Found { records: Vec<RData>, way: Way },
    /// The name, or the type at this name, does not exist.
    Absent { way: Way },
    /// The name is an alias; the message does not hold what the alias leads to.
    Alias { way: Way },
    /// No answer.
    Failed(LookupFailure),
}

/// The way from the question to what was found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Way {
    /// The name the way ends at.
    pub(super) end: Name,
    /// How many aliases were followed.
    pub(super) aliases: usize,
    /// The worst proof on the way.
    pub(super) dnssec: Dnssec,
    /// Seconds until the first record on the way expires.
    pub(super) ttl: u32,
}

impl Way {
    pub(super) fn start(name: Name) -> Self {
        Self { end: name, aliases: 0, dnssec: Dnssec::Secure, ttl: LOOKUP_TTL_SECONDS }
    }

    fn pass(&mut self, record: &Record) {
        self.dnssec = self.dnssec.max(state(record.proof));
        self.ttl = self.ttl.min(record.ttl);
    }

    /// Goes on at the target of an alias; `None` when there were too many.
    fn follow(&mut self, alias: &Record, target: &Name) -> Option<()> {
        self.pass(alias);
        self.aliases = self.aliases.saturating_add(1);
        self.end = target.clone();
        (self.aliases <= LOOKUP_CNAMES).then_some(())
    }
}

/// What the validator said about the denials in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Denials {
    /// Right, as far as it looked.
    Accepted,
    /// Not to be relied on: nothing in the message counts for more than insecure.
    Insecure,
    /// Wrong for the name that was asked about. Records stand by their own signatures all the same.
    Refused,
}

/// Reads a message as the answer to "which records of this kind are at the end of this way?".
pub(super) fn judge(way: Way, kind: RecordType, message: Result<DnsResponse, NetError>) -> Judgement {
    match message {
        Ok(response) => read(way, kind, &response, Denials::Accepted),
        Err(NetError::Dns(DnsError::Nsec { response, proof, .. })) => refused(way, kind, &response, proof),
        Err(error) => Judgement::Failed(failure(&error)),
    }
}

/// Reads a message whose denials were found to be in this state, which is not secure.
fn refused(way: Way, kind: RecordType, response: &DnsResponse, proof: Proof) -> Judgement {
    match proof {
        // Too many NSEC3 iterations: the denial counts as unsigned (RFC 9276 §3.2).
        Proof::Insecure => read(way, kind, response, Denials::Insecure),
        Proof::Indeterminate => Judgement::Failed(LookupFailure::Server),
        _ => read(way, kind, response, Denials::Refused),
    }
}

/// Reads a message that was not validated: all of it is insecure.
pub(super) fn judge_unvalidated(
    way: Way,
    kind: RecordType,
    message: Result<DnsResponse, NetError>,
) -> Judgement {
    match message {
        Ok(mut response) => {
            for record in &mut response.answers {
                record.proof = Proof::Insecure;
            }
            read(way, kind, &response, Denials::Insecure)
        }
        Err(NetError::Dns(DnsError::NoRecordsFound(nothing))) => {
            let ttl = nothing.negative_ttl.unwrap_or(0).min(LOOKUP_NEGATIVE_TTL_SECONDS);
            let dnssec = way.dnssec.max(Dnssec::Insecure);
            Judgement::Absent { way: Way { ttl: way.ttl.min(ttl), dnssec, ..way } }
        }
        Err(error) => Judgement::Failed(failure(&error)),
    }
}

fn read(mut way: Way, kind: RecordType, response: &DnsResponse, denials: Denials) -> Judgement {
    if !matches!(response.response_code, ResponseCode::NoError | ResponseCode::NXDomain) {
        return Judgement::Failed(LookupFailure::Server);
    }
    if denials == Denials::Insecure {
        way.dnssec = way.dnssec.max(Dnssec::Insecure);
    }
    let asked = way.end.clone();
    loop {
        let here = way.end.clone();
        if let Some(labels) = wildcard_labels(&here, response).filter(|_| denials != Denials::Insecure) {
            // What a wildcard made is judged only at the name that the message was asked about.
            if here != asked {
                break;
            }
            if !is_wildcard_right(&here, labels, response, denials) {
                return Judgement::Failed(LookupFailure::Bogus);
            }
        }
        let found: Vec<&Record> = at(response, &here, kind).collect();
        if !found.is_empty() {
            found.iter().for_each(|record| way.pass(record));
            let records = found.into_iter().map(|record| record.data.clone()).collect();
            return forbidding(way.dnssec).unwrap_or(Judgement::Found { records, way });
        }
        let Some(alias) = at(response, &here, RecordType::CNAME).next() else { break };
        let RData::CNAME(target) = &alias.data else { return Judgement::Failed(LookupFailure::Malformed) };
        if way.follow(alias, &target.0).is_none() {
            return Judgement::Failed(LookupFailure::Malformed);
        }
    }
    if let Some(failed) = forbidding(way.dnssec) {
        return failed;
    }
    if way.end != asked {
        return Judgement::Alias { way };
    }
    let state = match denials {
        Denials::Accepted => denial_state(&asked, response),
        Denials::Insecure => Some(Dnssec::Insecure),
        Denials::Refused => None,
    };
    let Some(state) = state else { return Judgement::Failed(LookupFailure::Bogus) };
    way.dnssec = way.dnssec.max(state);
    way.ttl = way.ttl.min(negative_ttl(response));
    Judgement::Absent { way }
}

/// Whether the records that a wildcard of so many labels made come with the proof that they may
/// (RFC 4035 §5.3.4). The validator looks for it only when an authority record is secure.
fn is_wildcard_right(name: &Name, labels: u8, response: &DnsResponse, denials: Denials) -> bool {
    if denials == Denials::Refused {
        return shows_wildcard(name, labels, &response.authorities);
    }
    response.authorities.iter().any(|record| record.proof == Proof::Secure && is_denial(record))
}

fn at<'a>(response: &'a DnsResponse, name: &'a Name, kind: RecordType) -> impl Iterator<Item = &'a Record> {
    response.answers.iter().filter(move |record| record.record_type() == kind && record.name == *name)
}

fn forbidding(state: Dnssec) -> Option<Judgement> {
    match state {
        Dnssec::Bogus => Some(Judgement::Failed(LookupFailure::Bogus)),
        Dnssec::Indeterminate => Some(Judgement::Failed(LookupFailure::Server)),
        _ => None,
    }
}

fn state(proof: Proof) -> Dnssec {
    match proof {
        Proof::Secure => Dnssec::Secure,
        Proof::Insecure => Dnssec::Insecure,
        Proof::Bogus => Dnssec::Bogus,
        Proof::Indeterminate => Dnssec::Indeterminate,
    }
}

/// The state of a denial, or `None` when nothing speaks for it.
///
/// The validator has checked the denials it saw. It lets a message pass when every authority record is
/// insecure, so here one of them has to be the SOA of a zone that the name is in: an unsigned zone elsewhere
/// proves nothing about a name in a signed one.
fn denial_state(name: &Name, response: &DnsResponse) -> Option<Dnssec> {
    let authorities = &response.authorities;
    if authorities.iter().any(|record| record.proof == Proof::Secure && is_denial(record)) {
        return Some(Dnssec::Secure);
    }
    let all_insecure = authorities.iter().all(|record| record.proof == Proof::Insecure);
    let own_zone =
        authorities.iter().any(|record| record.record_type() == RecordType::SOA && record.name.zone_of(name));
    (authorities.is_empty() || !all_insecure || own_zone).then_some(Dnssec::Insecure)
}

fn is_denial(record: &Record) -> bool {
    matches!(record.record_type(), RecordType::NSEC | RecordType::NSEC3)
}

fn negative_ttl(response: &DnsResponse) -> u32 {
    let soa = response.authorities.iter().find_map(|record| match &record.data {
        RData::SOA(soa) => Some(record.ttl.min(soa.minimum)),
        _ => None,
    });
    soa.unwrap_or(0).min(LOOKUP_NEGATIVE_TTL_SECONDS)
}

fn failure(error: &NetError) -> LookupFailure {
    match error {
        NetError::Dns(DnsError::Nsec { .. } | DnsError::DnssecBogus) => LookupFailure::Bogus,
        NetError::Dns(_) => LookupFailure::Server,
        NetError::Timeout => LookupFailure::Timeout,
        NetError::ForeignClassRecord { .. }
        | NetError::Proto(_)
        | NetError::QueryCaseMismatch
        | NetError::Truncated => LookupFailure::Malformed,
        _ => LookupFailure::Unreachable,
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
