//! SRV records, and the order in which their targets are tried.
//!
//! A domain says where its service lives with two sets of records: `_xmpps-…` for TLS from the first byte
//! and `_xmpp-…` for STARTTLS (XEP-0368 §3, RFC 6120 §3.2). This file turns the two answers into one list,
//! ordered by priority and by the weighted draw of RFC 2782, or into "the domain has no such service". It
//! is a pure function: the caller brings the answers and the random numbers.
//!
//! What it does not do: look anything up, or judge a DNSSEC state. Each target carries the state of the
//! answer it came from; a failed answer ends the plan, since a failure that may hide an attack must not
//! change where we go (RFC 7673 §3.1, DANE-03).

use crate::limits::SRV_TARGETS;
use crate::name::{Domain, Transport};
use crate::record::{Dnssec, Lookup, LookupFailure};

/// One SRV record (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SrvRecord {
    /// Lower is tried first.
    pub priority: u16,
    /// The share of connections within a priority.
    pub weight: u16,
    /// The port of the service; 0 is no port, such a record is dropped (SEC-06).
    pub port: u16,
    /// The host, or `None` for `.`: "decidedly not available" (RFC 2782).
    pub target: Option<Domain>,
}

/// An SRV answer: its records in any order, and its state with all CNAMEs that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SrvSet {
    /// The records.
    pub records: Vec<SrvRecord>,
    /// The worst state in the chain (DANE-02).
    pub dnssec: Dnssec,
}

/// How the targets of the two transports are mixed (DTLS-02).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SrvMix {
    /// One list by priority and weight: the operator of the service decides (XEP-0368 §3).
    #[default]
    Merged,
    /// All direct TLS targets first; the stricter setting (RFC 9325 §3.2).
    DirectFirst,
    /// All STARTTLS targets first.
    StarttlsFirst,
}

/// A target in the order of trying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SrvTarget {
    /// The host to resolve and connect to.
    pub host: Domain,
    /// Its port, never 0.
    pub port: u16,
    /// The transport, from the owner name of the record; the port never decides (DTLS-01).
    pub transport: Transport,
    /// The state of the SRV answer this target came from.
    pub dnssec: Dnssec,
}

/// Where a service may be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SrvPlan {
    /// These targets, in this order; no other host may be tried (STLS-31).
    Targets(Vec<SrvTarget>),
    /// The domain has no SRV record: its own address and the service's default port (STLS-31).
    Fallback,
    /// The domain says that it does not offer the service, in this state (STLS-31, DTLS-03).
    ServiceAbsent(Dnssec),
}

/// Makes one list of the answers for `_xmpps-…` and `_xmpp-…`.
///
/// `random` is given `n` and returns a number below `n`, each with the same chance; `n` is never 0. At most
/// [`SRV_TARGETS`] records of each answer and targets of the result are considered, lowest priority first. A
/// set that was not asked for is as an absent one.
///
/// # Errors
/// The failure of either answer: then nothing may be tried (DANE-03). Bogus wins over other failures.
pub fn mix_srv(
    direct: &Lookup<SrvSet>,
    starttls: &Lookup<SrvSet>,
    mix: SrvMix,
    random: &mut dyn FnMut(u32) -> u32,
) -> Result<SrvPlan, LookupFailure> {
    if let Some(failure) = worse_failure(direct, starttls) {
        return Err(failure);
    }
    let mut direct_list = usable(direct, Transport::DirectTls);
    let mut starttls_list = usable(starttls, Transport::Starttls);
    if direct_list.is_empty() && starttls_list.is_empty() {
        return Ok(nothing_left(direct, starttls));
    }
    let mut list = match mix {
        SrvMix::Merged => {
            direct_list.append(&mut starttls_list);
            draw(direct_list, random)
        }
        SrvMix::DirectFirst => {
            let mut list = draw(direct_list, random);
            list.append(&mut draw(starttls_list, random));
            list
        }
        SrvMix::StarttlsFirst => {
            let mut list = draw(starttls_list, random);
            list.append(&mut draw(direct_list, random));
            list
        }
    };
    list.truncate(SRV_TARGETS);
    Ok(SrvPlan::Targets(list))
}

/// A record that can be tried, with what the draw needs.
struct Drawable {
    priority: u16,
    weight: u32,
    target: SrvTarget,
}

fn worse_failure(direct: &Lookup<SrvSet>, starttls: &Lookup<SrvSet>) -> Option<LookupFailure> {
    let failures = [direct, starttls].map(|answer| match answer {
        Lookup::Failed(failure) => Some(*failure),
        Lookup::Found(set) if set.dnssec == Dnssec::Bogus => Some(LookupFailure::Bogus),
        Lookup::Found(set) if set.dnssec == Dnssec::Indeterminate => Some(LookupFailure::Server),
        _ => None,
    });
    let mut failures = failures.into_iter().flatten();
    let first = failures.next()?;
    Some(if failures.any(|failure| failure == LookupFailure::Bogus) { LookupFailure::Bogus } else { first })
}

fn usable(answer: &Lookup<SrvSet>, transport: Transport) -> Vec<Drawable> {
    let Lookup::Found(set) = answer else { return Vec::new() };
    let mut list: Vec<Drawable> = set
        .records
        .iter()
        .filter(|record| record.port != 0)
        .filter_map(|record| {
            let target =
                SrvTarget { host: record.target.clone()?, port: record.port, transport, dnssec: set.dnssec };
            Some(Drawable { priority: record.priority, weight: u32::from(record.weight), target })
        })
        .collect();
    list.sort_by(|a, b| {
        (a.priority, &a.target.host, a.target.port).cmp(&(b.priority, &b.target.host, b.target.port))
    });
    list.truncate(SRV_TARGETS);
    list
}

fn nothing_left(direct: &Lookup<SrvSet>, starttls: &Lookup<SrvSet>) -> SrvPlan {
    let answered = [direct, starttls].into_iter().filter_map(|answer| match answer {
        Lookup::Found(set) => Some(set.dnssec),
        _ => None,
    });
    match answered.max() {
        Some(dnssec) => SrvPlan::ServiceAbsent(dnssec),
        None => SrvPlan::Fallback,
    }
}

/// The order of RFC 2782: by priority, then repeatedly a weighted draw without putting back.
fn draw(mut list: Vec<Drawable>, random: &mut dyn FnMut(u32) -> u32) -> Vec<SrvTarget> {
    // Records of weight 0 stand first, so that they have a small chance (RFC 2782, "Weight").
    list.sort_by_key(|record| (record.priority, record.weight != 0));
    let mut ordered = Vec::with_capacity(list.len());
    while let Some(priority) = list.first().map(|record| record.priority) {
        let group = list.partition_point(|record| record.priority == priority);
        let sum: u32 = list.iter().take(group).map(|record| record.weight).sum();
        let mark = random(sum.saturating_add(1)).min(sum);
        let mut running = 0u32;
        let drawn = list.iter().take(group).position(|record| {
            running = running.saturating_add(record.weight);
            running >= mark
        });
        ordered.push(list.remove(drawn.unwrap_or(0)).target);
    }
    ordered
}

#[cfg(test)]
#[path = "srv_tests.rs"]
mod tests;
