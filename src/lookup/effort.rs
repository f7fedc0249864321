//! What a look-up cost: round trips, counted where they leave the machine.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The traffic that one look-up caused. What another look-up had asked already costs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// DNS questions sent to a server, those of DNSSEC validation and repetitions included.
    pub dns_queries: u32,
    /// Questions answered from the caches of this room.
    pub cached: u32,
    /// TCP connections opened for HTTPS.
    pub https_connections: u32,
    /// HTTPS requests sent.
    pub https_requests: u32,
}

/// Counters that the parts of a running look-up add to.
#[derive(Debug, Default)]
pub(crate) struct EffortCounters {
    dns_queries: AtomicU32,
    cached: AtomicU32,
    https_connections: AtomicU32,
    https_requests: AtomicU32,
}

impl EffortCounters {
    pub(crate) fn read(&self) -> Effort {
        Effort {
            dns_queries: self.dns_queries.load(Ordering::Relaxed),
            cached: self.cached.load(Ordering::Relaxed),
            https_connections: self.https_connections.load(Ordering::Relaxed),
            https_requests: self.https_requests.load(Ordering::Relaxed),
        }
    }
}

tokio::task_local! {
    static COUNTERS: Arc<EffortCounters>;
}

/// Runs `work` so that what it causes is counted in `counters`.
pub(crate) async fn counted<F: Future>(counters: Arc<EffortCounters>, work: F) -> F::Output {
    COUNTERS.scope(counters, work).await
}

/// A kind of traffic.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Traffic {
    DnsQuery,
    Cached,
    HttpsConnection,
    HttpsRequest,
}

/// Counts one, for the look-up that runs now; outside of one it is nobody's cost.
pub(crate) fn count(traffic: Traffic) {
    let _ = COUNTERS.try_with(|counters| {
        let counter = match traffic {
            Traffic::DnsQuery => &counters.dns_queries,
            Traffic::Cached => &counters.cached,
            Traffic::HttpsConnection => &counters.https_connections,
            Traffic::HttpsRequest => &counters.https_requests,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    });
}
