//! Questions to the DNS, answered once for all who ask, with the DNSSEC state of the whole way.
//!
//! Answers are validated here, on this machine, from the trust anchors down (DANE-18); the AD bit of a
//! resolver counts for nothing (ATK-DN-04). What a resolver leaves out cannot be validated: one that strips
//! signatures makes every answer look bogus. That case is recognised by asking for the keys of the anchor's
//! own zone, and is named, so that the two are told apart: under attack, or behind such a resolver.

mod judge;
mod resolver;
mod upstream;
mod wildcard;

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use hickory_resolver::net::NetError;
use hickory_resolver::net::dnssec::DnssecDnsHandle;
use hickory_resolver::net::xfer::{DnsHandle, RetryDnsHandle};
use hickory_resolver::proto::op::{DnsRequestOptions, DnsResponse, Query};
use hickory_resolver::proto::rr::rdata::{A, AAAA};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::time::{Instant, timeout};

use self::judge::{Judgement, Way, judge, judge_unvalidated};
use self::upstream::{Capability, Upstream};
use crate::limits::{LOOKUP_CAPABILITY_SECONDS, LOOKUP_CNAMES, LOOKUP_FAILURE_SECONDS};
use crate::lookup::cache::Cache;
use crate::lookup::clock::seconds;
use crate::lookup::effort::{Traffic, count};
use crate::lookup::flight::Flights;
use crate::name::Domain;
use crate::record::{Dnssec, Lookup, LookupFailure};

pub(crate) use self::resolver::{DnsSettings, open, parse_anchors};

/// The records that answer a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rrset {
    /// The data of the records of the kind that was asked for.
    pub(crate) records: Vec<RData>,
    /// The worst state from the question's name to the records.
    pub(crate) dnssec: Dnssec,
    /// The name the records stand at, when aliases led there.
    pub(crate) canonical: Option<Name>,
}

/// An answer and how long it may be used.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The records, or why there are none.
    pub(crate) lookup: Lookup<Arc<Rrset>>,
    /// How long this holds.
    pub(crate) life: Duration,
}

/// A name and the kind of record wanted there.
type Key = (Name, RecordType);

type Message = Result<DnsResponse, NetError>;

/// The DNS as this room sees it.
pub(crate) struct Dns {
    validator: DnssecDnsHandle<RetryDnsHandle<Upstream>>,
    plain: RetryDnsHandle<Upstream>,
    upstream: Upstream,
    anchor_zone: Name,
    accept_without_dnssec: bool,
    time_out: Duration,
    cache: Mutex<Cache<Key, Lookup<Arc<Rrset>>>>,
    flights: Flights<Key, Answer>,
    without_dnssec: Mutex<Option<Instant>>,
}

impl Dns {
    /// Asks for the records of one kind at a name, from the cache if they are there.
    pub(crate) async fn ask(self: &Arc<Self>, name: Name, kind: RecordType) -> Answer {
        if let Some(lookup) = special(&name, kind) {
            return Answer { lookup, life: Duration::ZERO };
        }
        let key = (name.to_lowercase(), kind);
        if let Some((lookup, life)) = self.cache().value(&key, Instant::now()) {
            count(Traffic::Cached);
            return Answer { lookup, life };
        }
        let dns = Arc::clone(self);
        self.flights.join(key.clone(), || Box::pin(dns.resolve_and_keep(key))).await
    }

    /// Gets what the validation of answers about a domain will need, beside the first questions themselves.
    pub(crate) async fn prepare(&self, domain: Name, below: Vec<Name>) {
        if !(self.accept_without_dnssec && self.is_without_dnssec()) {
            self.upstream.prepare(domain, below).await;
        }
    }

    /// Whether the resolver was found to leave DNSSEC out, not long ago.
    pub(crate) fn is_without_dnssec(&self) -> bool {
        self.without_dnssec().is_some_and(|until| Instant::now() < until)
    }

    /// Forgets what was answered for a domain and all names below it.
    pub(crate) fn flush(&self, domain: &Name) {
        self.cache().flush(|(name, _)| domain.zone_of(name));
        self.upstream.flush(domain);
    }

    async fn resolve_and_keep(self: Arc<Self>, key: Key) -> Answer {
        let resolved = timeout(self.time_out, self.resolve(key.clone())).await;
        let (lookup, life) = resolved.unwrap_or_else(|_| failed(LookupFailure::Timeout));
        if lookup == Lookup::Failed(LookupFailure::Bogus) {
            self.upstream.distrust(&key.0);
        }
        self.cache().insert(key, lookup.clone(), life, Instant::now());
        Answer { lookup, life }
    }

    async fn resolve(&self, (name, kind): Key) -> (Lookup<Arc<Rrset>>, Duration) {
        let mut way = Way::start(name.clone());
        for _ in 0..=LOOKUP_CNAMES {
            match self.one_message(way, kind).await {
                Judgement::Found { records, way } => {
                    let canonical = (way.aliases > 0).then_some(way.end);
                    let rrset = Rrset { records, dnssec: way.dnssec, canonical };
                    return (Lookup::Found(Arc::new(rrset)), seconds(way.ttl));
                }
                Judgement::Absent { way } => return (Lookup::Absent(way.dnssec), seconds(way.ttl)),
                Judgement::Failed(failure) => return failed(failure),
                Judgement::Alias { way: longer } => way = longer,
            }
        }
        failed(LookupFailure::Malformed)
    }

    async fn one_message(&self, way: Way, kind: RecordType) -> Judgement {
        let query = Query::query(way.end.clone(), kind);
        if self.accept_without_dnssec && self.is_without_dnssec() {
            return judge_unvalidated(way, kind, first(self.plain.lookup(query, options())).await);
        }
        let judgement =
            judge(way.clone(), kind, first(self.validator.lookup(query.clone(), options())).await);
        if judgement != Judgement::Failed(LookupFailure::Bogus) {
            return judgement;
        }
        match self.upstream.capability(self.anchor_zone.clone()).await {
            Capability::WithoutDnssec => {
                *self.without_dnssec() = Instant::now().checked_add(seconds(LOOKUP_CAPABILITY_SECONDS));
                if self.accept_without_dnssec {
                    return judge_unvalidated(way, kind, first(self.plain.lookup(query, options())).await);
                }
            }
            Capability::Dnssec => *self.without_dnssec() = None,
            Capability::Unknown => {}
        }
        judgement
    }

    fn without_dnssec(&self) -> MutexGuard<'_, Option<Instant>> {
        self.without_dnssec.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cache(&self) -> MutexGuard<'_, Cache<Key, Lookup<Arc<Rrset>>>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The owner name of a domain, with more labels at its left.
pub(crate) fn owner(labels: &str, domain: &Domain) -> Option<Name> {
    Name::from_ascii(format!("{labels}{}.", domain.as_ascii())).ok()
}

/// A name from an answer as a domain, or `None` for `.` and for names that no host has.
pub(crate) fn host(name: &Name) -> Option<Domain> {
    if name.is_root() {
        return None;
    }
    Domain::parse(&name.to_ascii()).ok()
}

/// Names that never reach a resolver (RFC 6761 §6.3 and §6.4, RFC 7686 §2).
fn special(name: &Name, kind: RecordType) -> Option<Lookup<Arc<Rrset>>> {
    let top = name.iter().next_back()?.to_ascii_lowercase();
    let data = match (top.as_slice(), kind) {
        (b"localhost", RecordType::A) => RData::A(A(Ipv4Addr::LOCALHOST)),
        (b"localhost", RecordType::AAAA) => RData::AAAA(AAAA(Ipv6Addr::LOCALHOST)),
        (b"localhost" | b"invalid" | b"onion", _) => return Some(Lookup::Absent(Dnssec::Insecure)),
        _ => return None,
    };
    let rrset = Rrset { records: vec![data], dnssec: Dnssec::Insecure, canonical: None };
    Some(Lookup::Found(Arc::new(rrset)))
}

async fn first(mut messages: impl Stream<Item = Message> + Unpin) -> Message {
    messages.next().await.unwrap_or(Err(NetError::NoConnections))
}

/// Signatures are wanted, and answers of a size that is not fragmented (RFC 9715 §3.2).
fn options() -> DnsRequestOptions {
    let mut options = DnsRequestOptions::default();
    options.use_edns = true;
    options.edns_set_dnssec_ok = true;
    options
}

fn failed(failure: LookupFailure) -> (Lookup<Arc<Rrset>>, Duration) {
    (Lookup::Failed(failure), seconds(LOOKUP_FAILURE_SECONDS))
}
