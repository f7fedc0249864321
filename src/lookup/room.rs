//! The work itself: requests in, answers out, on the worker's runtime.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::cache::Cache;
use super::candidates::{Tlsa, candidate, candidates, tlsa_of};
use super::dns::{Dns, owner};
use super::effort::{EffortCounters, Traffic, count, counted};
use super::flight::Flights;
use super::guard::AddressGuard;
use super::posh;
use super::request::{Answer, PoshDocument, Reply, Request};
use crate::limits::LOOKUP_CACHED_DOCUMENTS;
use crate::name::{Domain, Service};
use crate::record::{Lookup, LookupFailure, SrvMix};

type Document = (Lookup<PoshDocument>, Duration);
type Documents = Cache<(Domain, Service), Lookup<PoshDocument>>;

/// What all look-ups share.
pub(super) struct Room {
    pub(super) dns: Arc<Dns>,
    pub(super) guard: AddressGuard,
    pub(super) https: Option<TlsConnector>,
    pub(super) https_port: u16,
    pub(super) posh_time_out: Duration,
    pub(super) srv_mix: SrvMix,
    pub(super) documents: Mutex<Documents>,
    pub(super) fetches: Flights<(Domain, Service), Document>,
}

impl Room {
    pub(super) fn new(dns: Dns, settings: &super::builder::Settings) -> Self {
        Self {
            dns: Arc::new(dns),
            guard: settings.guard.clone(),
            https: settings.https.clone(),
            https_port: settings.https_port,
            posh_time_out: settings.posh_time_out,
            srv_mix: settings.srv_mix,
            documents: Mutex::new(Cache::new(LOOKUP_CACHED_DOCUMENTS)),
            fetches: Flights::new(),
        }
    }

    /// Answers a request until `deadline`; what is not there by then has failed by time-out.
    pub(super) async fn reply(self: &Arc<Self>, request: Request, deadline: Instant) -> Reply {
        let counters = Arc::new(EffortCounters::default());
        let answer = counted(Arc::clone(&counters), self.answer(request, deadline)).await;
        Reply { answer, effort: counters.read(), resolver_without_dnssec: self.dns.is_without_dnssec() }
    }

    /// Forgets all that was found out about a domain and the names below it.
    pub(super) fn flush(&self, domain: &Domain) {
        if let Some(name) = owner("", domain) {
            self.dns.flush(&name);
        }
        self.documents().flush(|(held, _)| held.is_within(domain));
    }

    async fn answer(self: &Arc<Self>, request: Request, deadline: Instant) -> Answer {
        match request {
            Request::Candidates { domain, service } => Answer::Candidates(
                within(deadline, candidates(self, &domain, service, Tlsa::NotWanted)).await,
            ),
            Request::Claimed { domain, service } => {
                Answer::Candidates(within(deadline, candidates(self, &domain, service, Tlsa::Wanted)).await)
            }
            Request::Gather { domain, service } => {
                let candidates = within(deadline, candidates(self, &domain, service, Tlsa::Wanted));
                let posh = within(deadline, self.posh(&domain, service));
                let (candidates, posh) = join(candidates, posh).await;
                Answer::Gathered { candidates, posh }
            }
            Request::Endpoint { endpoint } => {
                let late = super::Candidate::late(endpoint.clone());
                let found = timeout_at(deadline, candidate(self, endpoint, Tlsa::Wanted)).await;
                Answer::Endpoint(found.unwrap_or(late))
            }
            Request::Tlsa { bases, port } => {
                let bases = bases.get(..bases.len().min(crate::limits::LOOKUP_TARGETS)).unwrap_or_default();
                Answer::Tlsa(within(deadline, tlsa_of(self, bases, port)).await)
            }
            Request::Posh { domain, service } => {
                Answer::Posh(within(deadline, self.posh(&domain, service)).await)
            }
        }
    }

    /// The POSH document of a domain's service, fetched once for all who ask.
    async fn posh(self: &Arc<Self>, domain: &Domain, service: Service) -> Lookup<PoshDocument> {
        let key = (domain.clone(), service);
        let kept = self.documents().value(&key, Instant::now());
        let (mut lookup, life) = match kept {
            Some(kept) => {
                count(Traffic::Cached);
                kept
            }
            None => {
                let room = Arc::clone(self);
                let work = || Box::pin(room.fetch_and_keep(key.clone())) as std::pin::Pin<Box<_>>;
                self.fetches.join(key.clone(), work).await
            }
        };
        if let Lookup::Found(document) = &mut lookup {
            document.life = life;
        }
        lookup
    }

    async fn fetch_and_keep(self: Arc<Self>, key: (Domain, Service)) -> Document {
        let (lookup, life) = posh::fetch(&self, &key.0, key.1).await;
        self.documents().insert(key, lookup.clone(), life, Instant::now());
        (lookup, life)
    }

    fn documents(&self) -> MutexGuard<'_, Documents> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn within<T>(deadline: Instant, work: impl Future<Output = Lookup<T>>) -> Lookup<T> {
    timeout_at(deadline, work).await.unwrap_or(Lookup::Failed(LookupFailure::Timeout))
}
