//! The way to the DNS servers, below validation.
//!
//! Every question that leaves the machine passes here and is counted. Answers that only serve validation
//! (DNSKEY, DS, and NS for finding zone cuts) are kept for their time, since each signed answer needs them
//! again. They are kept unjudged: the validator above checks them at every use, and an answer found bogus makes
//! [`Upstream::distrust`] drop all that could have caused it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{self, Stream, StreamExt};
use hickory_resolver::NameServerPool;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::xfer::DnsHandle;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::{DnsRequest, DnsResponse, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RecordType};
use tokio::time::Instant;

use crate::limits::{LOOKUP_CACHED_KEYS, LOOKUP_NEGATIVE_TTL_SECONDS};
use crate::lookup::cache::Cache;
use crate::lookup::clock::seconds;
use crate::lookup::effort::{Traffic, count};
use crate::lookup::flight::Flights;

type Exchange = Result<DnsResponse, NetError>;
type Key = (Name, RecordType);
type Kept = Cache<Key, Exchange>;

/// The servers, and what they said about keys and delegations.
#[derive(Clone)]
pub(super) struct Upstream {
    pool: NameServerPool<TokioRuntimeProvider>,
    kept: Arc<Mutex<Kept>>,
    flights: Arc<Flights<Key, Exchange>>,
}

/// What a resolver does with DNSSEC (ATK-OP-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Capability {
    /// It passes signatures on.
    Dnssec,
    /// It answers, and leaves the signatures out.
    WithoutDnssec,
    /// It did not answer.
    Unknown,
}

impl Upstream {
    pub(super) fn new(pool: NameServerPool<TokioRuntimeProvider>) -> Self {
        let kept = Arc::new(Mutex::new(Cache::new(LOOKUP_CACHED_KEYS)));
        Self { pool, kept, flights: Arc::new(Flights::new()) }
    }

    /// Forgets the keys and delegations of a name and of all names above it.
    pub(super) fn distrust(&self, name: &Name) {
        self.kept().flush(|(owner, _)| owner.zone_of(name));
    }

    /// Forgets the keys and delegations of a name and of all names below it.
    pub(super) fn flush(&self, name: &Name) {
        self.kept().flush(|(owner, _)| name.zone_of(owner));
    }

    /// Asks for the keys of a zone that is known to be signed, and looks whether a signature comes along.
    pub(super) async fn capability(&self, zone: Name) -> Capability {
        let query = Query::query(zone, RecordType::DNSKEY);
        match self.send_on(DnsRequest::from_query(query, super::options())).await {
            Ok(response) if response.answers.iter().any(|record| record.record_type().is_rrsig()) => {
                Capability::Dnssec
            }
            Ok(_) | Err(NetError::Dns(DnsError::NoRecordsFound(_))) => Capability::WithoutDnssec,
            // Servers that know no EDNS say so in this way (RFC 6891 §7).
            Err(NetError::Dns(DnsError::ResponseCode(ResponseCode::FormErr | ResponseCode::NotImp))) => {
                Capability::WithoutDnssec
            }
            _ => Capability::Unknown,
        }
    }

    /// Asks at once for what the validation of answers about a domain will need: the keys and the delegation of the
    /// domain, and whether zones begin at the names that its service records stand at. Otherwise the validator
    /// asks for one after the other.
    pub(super) async fn prepare(&self, domain: Name, below: Vec<Name>) {
        let keys = [RecordType::DNSKEY, RecordType::DS, RecordType::NS].map(|kind| (domain.clone(), kind));
        let cuts = below.into_iter().map(|name| (name, RecordType::NS));
        let requests = keys
            .into_iter()
            .chain(cuts)
            .map(|(name, kind)| DnsRequest::from_query(Query::query(name, kind), super::options()));
        join_all(requests.map(|request| self.clone().exchange(request))).await;
    }

    async fn exchange(self, request: DnsRequest) -> Exchange {
        let query = request.queries.first();
        let key = query
            .filter(|query| is_for_validation(query.query_type()))
            .map(|query| (query.name().to_lowercase(), query.query_type()));
        let Some(key) = key else { return self.send_on(request).await };
        if let Some((kept, _)) = self.kept().value(&key, Instant::now()) {
            return kept;
        }
        let flights = Arc::clone(&self.flights);
        flights.join(key.clone(), || Box::pin(self.send_on_and_keep(request, key))).await
    }

    async fn send_on_and_keep(self, request: DnsRequest, key: Key) -> Exchange {
        let answer = self.send_on(request).await;
        if let Some(life) = life_of(&answer) {
            self.kept().insert(key, answer.clone(), life, Instant::now());
        }
        answer
    }

    async fn send_on(&self, request: DnsRequest) -> Exchange {
        count(Traffic::DnsQuery);
        self.pool.send(request).next().await.unwrap_or(Err(NetError::NoConnections))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DnsHandle for Upstream {
    type Response = Pin<Box<dyn Stream<Item = Exchange> + Send>>;
    type Runtime = TokioRuntimeProvider;

    fn send(&self, request: DnsRequest) -> Self::Response {
        Box::pin(stream::once(self.clone().exchange(request)))
    }
}

fn is_for_validation(kind: RecordType) -> bool {
    matches!(kind, RecordType::DNSKEY | RecordType::DS | RecordType::NS)
}

/// How long an answer may be kept, if at all.
fn life_of(answer: &Exchange) -> Option<Duration> {
    let ttl = match answer {
        Ok(response) => response.all_sections().map(|record| record.ttl).min()?,
        Err(NetError::Dns(DnsError::NoRecordsFound(nothing))) => nothing.negative_ttl?,
        Err(_) => return None,
    };
    Some(seconds(ttl.min(LOOKUP_NEGATIVE_TTL_SECONDS)))
}
