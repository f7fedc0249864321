//! Session tickets of initiating sessions: kept in memory, per peer and purpose, used once.
//!
//! A ticket is found only under the very key it was stored under: the domain that was meant and whatever
//! else the caller puts into the key (service, target host and port, own identity, policy), so that two
//! domains on one hosting server never share a session (RES-08). The number of peers and of tickets is
//! bounded. Group hints are not kept: a server that learns a better group must be able to get it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

use super::scope;
use crate::limits;

/// Under which tickets are kept. Two keys are the same only if both parts are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResumptionKey {
    /// The domain that was meant; [`SessionCache::forget`] goes by it.
    pub domain: Box<str>,
    /// Everything else that must agree, in a form of the caller's.
    pub rest: Box<[u8]>,
}

/// The tickets of a context's initiating sessions.
#[derive(Default)]
pub struct SessionCache {
    peers: Mutex<Peers>,
}

#[derive(Default)]
struct Peers {
    known: HashMap<Arc<ResumptionKey>, VecDeque<Tls13ClientSessionValue>>,
    /// The keys in the order of their coming.
    order: VecDeque<Arc<ResumptionKey>>,
}

impl SessionCache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all tickets for this domain, whatever the rest of their keys (RES-07, RES-10).
    pub fn forget(&self, domain: &str) {
        let mut peers = self.peers();
        peers.known.retain(|key, _| &*key.domain != domain);
        peers.order.retain(|key| &*key.domain != domain);
    }

    /// How many tickets wait to be used under this key.
    #[must_use]
    pub fn tickets(&self, key: &ResumptionKey) -> usize {
        self.peers().known.get(key).map_or(0, VecDeque::len)
    }

    fn peers(&self) -> MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Peers {
    /// The tickets of this key; the peer that came first gives way when there are too many.
    fn tickets(&mut self, key: Arc<ResumptionKey>) -> &mut VecDeque<Tls13ClientSessionValue> {
        if !self.known.contains_key(&key) {
            if self.order.len() >= limits::RESUMPTION_PEERS
                && let Some(oldest) = self.order.pop_front()
            {
                self.known.remove(&oldest);
            }
            self.order.push_back(Arc::clone(&key));
        }
        self.known.entry(key).or_default()
    }

    fn insert(&mut self, key: Arc<ResumptionKey>, ticket: Tls13ClientSessionValue) {
        let kept = self.tickets(key);
        if kept.len() >= limits::RESUMPTION_TICKETS_PER_PEER {
            kept.pop_front();
        }
        kept.push_back(ticket);
    }

    fn take(&mut self, key: &Arc<ResumptionKey>) -> Option<Tls13ClientSessionValue> {
        let kept = self.known.get_mut(key)?;
        let ticket = kept.pop_back();
        if kept.is_empty() {
            self.known.remove(key);
            self.order.retain(|one| one != key);
        }
        ticket
    }
}

impl std::fmt::Debug for SessionCache {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SessionCache")
    }
}

fn key() -> Option<Arc<ResumptionKey>> {
    scope::with(|handshake| handshake.resumption.clone()).flatten()
}

impl ClientSessionStore for SessionCache {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        if let Some(key) = key() {
            self.peers().insert(key, ticket);
        }
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        let key = key()?;
        self.peers().take(&key)
    }
}
