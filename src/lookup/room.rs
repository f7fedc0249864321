//! The work itself: requests in, answers out, on the worker's runtime.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::cache::Cache;
use super::candidates::{Tlsa, candidate, candidates, tlsa_at};
use super::dns::{Dns, owner};
use super::effort::{EffortCounters, Traffic, count, counted};
use super::flight::Flights;
use super::guard::AddressGuard;
use super::posh;
use super::request::{Candidate, Finding, Gathered, Reply, Request, answer};
use crate::limits::LOOKUP_CACHED_DOCUMENTS;
use crate::name::{Domain, Service};
use crate::record::{Lookup, LookupFailure, PoshEvidence, PoshUrl, SrvMix, posh_url};
use crate::verification::{Answer, QuestionKind};

type Document = (Lookup<PoshEvidence>, Duration);
type Documents = Cache<PoshUrl, Lookup<PoshEvidence>>;

/// What all look-ups share.
pub(super) struct Room {
    pub(super) dns: Arc<Dns>,
    pub(super) guard: AddressGuard,
    pub(super) https: Option<TlsConnector>,
    pub(super) https_port: u16,
    pub(super) posh_time_out: Duration,
    pub(super) srv_mix: SrvMix,
    pub(super) documents: Mutex<Documents>,
    pub(super) fetches: Flights<PoshUrl, Document>,
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
        let finding = counted(Arc::clone(&counters), self.finding(request, deadline)).await;
        Reply { finding, effort: counters.read(), resolver_without_dnssec: self.dns.is_without_dnssec() }
    }

    /// Forgets all that was found out about a domain and the names below it.
    pub(super) fn flush(&self, domain: &Domain) {
        if let Some(name) = owner("", domain) {
            self.dns.flush(&name);
        }
        self.documents().flush(|url| url.host().is_within(domain));
    }

    async fn finding(self: &Arc<Self>, request: Request, deadline: Instant) -> Finding {
        match request {
            Request::Candidates { domain, service } => Finding::Candidates(
                within(deadline, candidates(self, &domain, service, Tlsa::NotWanted)).await,
            ),
            Request::Gather { domain, service } => {
                let url = posh_url(&domain, service);
                let candidates = within(deadline, candidates(self, &domain, service, Tlsa::Wanted));
                let (candidates, posh) = join(candidates, within(deadline, self.posh(url))).await;
                Finding::Gathered(Gathered { domain, service, candidates, posh })
            }
            Request::Endpoint(endpoint) => {
                let late = Candidate::late(endpoint.clone());
                let found = timeout_at(deadline, candidate(self, endpoint, Tlsa::Wanted)).await;
                Finding::Endpoint(found.unwrap_or(late))
            }
            Request::Question(question) => Finding::Answer(self.answer(question, deadline).await),
        }
    }

    async fn answer(self: &Arc<Self>, question: QuestionKind, deadline: Instant) -> Answer {
        match question {
            QuestionKind::Tlsa { owner } => {
                answer(within(deadline, tlsa_at(self, owner)).await, Answer::Tlsa)
            }
            QuestionKind::Posh { url, .. } => answer(within(deadline, self.posh(url)).await, Answer::Posh),
            QuestionKind::SrvAndAddresses { domain } => {
                // TLSA comes along into the cache, where the questions of the next round find it.
                let found = candidates(self, &domain, Service::S2s, Tlsa::Wanted);
                answer(within(deadline, found).await, |list| {
                    Answer::SrvAndAddresses(list.into_iter().map(|candidate| candidate.endpoint).collect())
                })
            }
            _ => Answer::NotAsked,
        }
    }

    /// The POSH document at a URL, fetched once for all who ask.
    async fn posh(self: &Arc<Self>, url: PoshUrl) -> Lookup<PoshEvidence> {
        if let Some((kept, _)) = self.documents().value(&url, Instant::now()) {
            count(Traffic::Cached);
            return kept;
        }
        let room = Arc::clone(self);
        self.fetches.join(url.clone(), || Box::pin(room.fetch_and_keep(url))).await.0
    }

    async fn fetch_and_keep(self: Arc<Self>, url: PoshUrl) -> Document {
        let (lookup, life) = posh::fetch(&self, &url).await;
        self.documents().insert(url, lookup.clone(), life, Instant::now());
        (lookup, life)
    }

    fn documents(&self) -> MutexGuard<'_, Documents> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn within<T>(deadline: Instant, work: impl Future<Output = Lookup<T>>) -> Lookup<T> {
    timeout_at(deadline, work).await.unwrap_or(Lookup::Failed(LookupFailure::Timeout))
}
