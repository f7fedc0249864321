//! Where to connect for a domain, and what DANE says about each place.
//!
//! Both SRV questions and the domain's own addresses start together; the addresses are wanted when there is no
//! SRV record. Then every target goes its own way: addresses, and TLSA as soon as its own addresses are
//! secure. So the longest way is three questions, however many targets there are.

use std::pin::pin;
use std::sync::Arc;

use aws_lc_rs::rand;
use futures_util::future::{Either, join_all, join3, select};
use hickory_resolver::proto::rr::{RData, RecordType};

use super::clock::end_of;
use super::dns::{Answer, host, owner};
use super::hosts::{HostAddresses, addresses_of};
use super::request::Candidate;
use super::room::Room;
use crate::limits::LOOKUP_TARGETS;
use crate::name::{Domain, Endpoint, Service, Transport};
use crate::record::{
    Dnssec, Lookup, LookupFailure, SrvPlan, SrvRecord, SrvSet, SrvTarget, TlsaOwner, TlsaSet, mix_srv,
};

/// Whether TLSA is asked for too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tlsa {
    Wanted,
    NotWanted,
}

/// The candidates of a domain's service, in the order of trying.
pub(super) async fn candidates(
    room: &Room,
    domain: &Domain,
    service: Service,
    tlsa: Tlsa,
) -> Lookup<Vec<Candidate>> {
    if domain.address().is_some() {
        return Lookup::Found(vec![candidate(room, fallback(domain, service), tlsa).await]);
    }
    let direct = srv(room, service.direct_srv_label(), domain);
    let starttls = srv(room, service.srv_label(), domain);
    let own = addresses_of(&room.dns, &room.guard, domain);
    let (direct, starttls, own) = beside(prepare(room, service, domain), join3(direct, starttls, own)).await;
    match mix_srv(&direct, &starttls, room.srv_mix, &mut random_below) {
        Err(failure) => Lookup::Failed(failure),
        Ok(SrvPlan::ServiceAbsent(state)) => Lookup::Absent(state),
        Ok(SrvPlan::Fallback) => {
            Lookup::Found(vec![with_tlsa(room, fallback(domain, service), own, tlsa).await])
        }
        Ok(SrvPlan::Targets(targets)) => {
            let targets = few_hosts(targets);
            Lookup::Found(
                join_all(targets.into_iter().map(|target| candidate(room, endpoint(target), tlsa))).await,
            )
        }
    }
}

/// Looks up the addresses of an endpoint, and its TLSA records where DANE applies.
pub(super) async fn candidate(room: &Room, endpoint: Endpoint, tlsa: Tlsa) -> Candidate {
    let found = addresses_of(&room.dns, &room.guard, &endpoint.target).await;
    with_tlsa(room, endpoint, found, tlsa).await
}

async fn with_tlsa(room: &Room, mut endpoint: Endpoint, found: HostAddresses, tlsa: Tlsa) -> Candidate {
    endpoint.addresses = found.dnssec;
    endpoint.canonical = found.canonical;
    let applies = matches!(endpoint.srv, None | Some(Dnssec::Secure))
        && endpoint.addresses == Dnssec::Secure
        && matches!(found.addresses, Lookup::Found(_));
    let owners = if tlsa == Tlsa::Wanted && applies { TlsaOwner::of_endpoint(&endpoint) } else { Vec::new() };
    let tlsa = join_all(owners.into_iter().map(|owner| async {
        let found = tlsa_at(room, owner.clone()).await;
        (owner, found)
    }));
    Candidate { tlsa: tlsa.await, addresses: found.addresses, endpoint }
}

/// The TLSA records of an owner name.
pub(super) async fn tlsa_at(room: &Room, owner: TlsaOwner) -> Lookup<TlsaSet> {
    let Some(name) = self::owner(&format!("_{}._tcp.", owner.port), &owner.host) else {
        return Lookup::Failed(LookupFailure::Malformed);
    };
    let Answer { lookup, life } = room.dns.ask(name, RecordType::TLSA).await;
    map(lookup, |rrset| {
        let rdata: Vec<Vec<u8>> = rrset.records.iter().filter_map(tlsa_rdata).collect();
        TlsaSet::new(owner, rrset.dnssec, Some(end_of(life)), rdata.iter().map(Vec::as_slice))
    })
}

fn tlsa_rdata(record: &RData) -> Option<Vec<u8>> {
    let RData::TLSA(tlsa) = record else { return None };
    let mut rdata = vec![tlsa.cert_usage.into(), tlsa.selector.into(), tlsa.matching.into()];
    rdata.extend_from_slice(&tlsa.cert_data);
    Some(rdata)
}

/// The validator's needs for both SRV answers.
async fn prepare(room: &Room, service: Service, domain: &Domain) {
    let labels = [
        "_tcp.",
        &format!("{}._tcp.", service.srv_label()),
        &format!("{}._tcp.", service.direct_srv_label()),
    ];
    let below = labels.into_iter().filter_map(|labels| owner(labels, domain)).collect();
    if let Some(name) = owner("", domain) {
        room.dns.prepare(name, below).await;
    }
}

/// Runs `aid` as long as `work` takes.
async fn beside<T>(aid: impl Future<Output = ()>, work: impl Future<Output = T>) -> T {
    match select(pin!(work), pin!(aid)).await {
        Either::Left((done, _)) => done,
        Either::Right(((), work)) => work.await,
    }
}

async fn srv(room: &Room, label: &str, domain: &Domain) -> Lookup<SrvSet> {
    let Some(name) = owner(&format!("{label}._tcp."), domain) else {
        // The domain leaves no room for the labels, so no such record can exist.
        return Lookup::Absent(Dnssec::Insecure);
    };
    map(room.dns.ask(name, RecordType::SRV).await.lookup, |rrset| {
        let records = rrset.records.iter().filter_map(|record| match record {
            RData::SRV(srv) => {
                let target = host(&srv.target);
                // A target that is neither `.` nor a host name cannot be dialled (SEC-06).
                (target.is_some() || srv.target.is_root()).then_some(SrvRecord {
                    priority: srv.priority,
                    weight: srv.weight,
                    port: srv.port,
                    target,
                })
            }
            _ => None,
        });
        SrvSet { records: records.collect(), dnssec: rrset.dnssec }
    })
}

fn map<T>(lookup: Lookup<Arc<super::dns::Rrset>>, read: impl FnOnce(&super::dns::Rrset) -> T) -> Lookup<T> {
    match lookup {
        Lookup::Found(rrset) => Lookup::Found(read(&rrset)),
        Lookup::Absent(state) => Lookup::Absent(state),
        Lookup::Failed(failure) => Lookup::Failed(failure),
        Lookup::NotAsked => Lookup::NotAsked,
    }
}

/// The domain itself, when it has no SRV record (STLS-31, DANE-21).
fn fallback(domain: &Domain, service: Service) -> Endpoint {
    Endpoint {
        target: domain.clone(),
        port: service.default_port(),
        transport: Transport::Starttls,
        srv: None,
        addresses: Dnssec::Indeterminate,
        canonical: None,
        configured: false,
    }
}

fn endpoint(target: SrvTarget) -> Endpoint {
    Endpoint {
        target: target.host,
        port: target.port,
        transport: target.transport,
        srv: Some(target.dnssec),
        addresses: Dnssec::Indeterminate,
        canonical: None,
        configured: false,
    }
}

/// Keeps the targets at the first [`LOOKUP_TARGETS`] different hosts.
fn few_hosts(targets: Vec<SrvTarget>) -> Vec<SrvTarget> {
    let mut hosts: Vec<Domain> = Vec::new();
    targets
        .into_iter()
        .filter(|target| {
            if hosts.contains(&target.host) {
                return true;
            }
            let room_left = hosts.len() < LOOKUP_TARGETS;
            if room_left {
                hosts.push(target.host.clone());
            }
            room_left
        })
        .collect()
}

/// A number below `bound` from the provider's generator, even enough for a choice among servers.
fn random_below(bound: u32) -> u32 {
    let mut bytes = [0u8; 8];
    if rand::fill(&mut bytes).is_err() {
        return 0;
    }
    let below = u64::from_le_bytes(bytes).checked_rem(u64::from(bound)).unwrap_or(0);
    u32::try_from(below).unwrap_or(0)
}
