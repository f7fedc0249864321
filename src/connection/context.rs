//! What connections share: the current policy and credentials, tickets and the client's session cache.
//!
//! A context may be used by all threads at once. A reload puts a new snapshot in place of the old one;
//! connections keep the snapshot they began with, so nothing changes under a running handshake.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::limits::CONFIGURATIONS_PER_CONTEXT;
use crate::parameter::Version;
use crate::policy::{ClientCertificate, Policy, Resumption, UnknownServerName};
use crate::tls::{
    self, AcceptingConfig, AcceptingSettings, ClientCertificates, ConfigError, Credential, CredentialStore,
    InitiatingConfig, InitiatingSettings, SessionCache, TicketKey, Tickets, UnknownName,
};

/// Shared by many connections. Cloning gives another handle to the same context.
#[derive(Clone)]
pub struct Context(Arc<Shared>);

struct Shared {
    current: RwLock<Arc<Snapshot>>,
    cache: Arc<SessionCache>,
    /// Held while a snapshot is made, so that two reloads at once lose nothing of each other.
    tickets: Mutex<Arc<Tickets>>,
}

/// Why a context cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContextError {
    /// The policy leaves nothing to negotiate.
    Parameters(ConfigError),
    /// The system gave no random bytes.
    NoRandomBytes,
}

impl std::fmt::Display for ContextError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Parameters(error) => error.fmt(f),
            Self::NoRandomBytes => f.write_str("the system gave no random bytes"),
        }
    }
}

impl std::error::Error for ContextError {}

/// What a connection keeps of its context from beginning to end.
pub(super) struct Snapshot {
    pub(super) policy: Arc<Policy>,
    pub(super) credentials: Arc<CredentialStore>,
    pub(super) cache: Arc<SessionCache>,
    tickets: Arc<Tickets>,
    initiating: Mutex<Vec<(InitiatingKey, InitiatingConfig)>>,
    accepting: Mutex<Vec<(Vec<Vec<u8>>, AcceptingConfig)>>,
}

#[derive(PartialEq)]
struct InitiatingKey {
    alpn: Vec<Vec<u8>>,
    credential: Option<[u8; 32]>,
}

impl Context {
    /// Makes a context. `credentials` are what an accepting end can show, and an initiating server too.
    ///
    /// The first context of a process draws the first random bytes, which takes some 30 ms of processor time
    /// once, so that no peer's handshake has to wait for them.
    ///
    /// # Errors
    /// [`ContextError`] when the policy leaves nothing to negotiate, or there is no randomness.
    pub fn new(policy: Arc<Policy>, credentials: Option<Arc<CredentialStore>>) -> Result<Self, ContextError> {
        tls::seed().map_err(|_| ContextError::NoRandomBytes)?;
        let tickets =
            Tickets::rotating(crate::limits::TICKET_KEY_ROTATION).map_err(|_| ContextError::NoRandomBytes)?;
        let (cache, tickets) = (Arc::new(SessionCache::new()), Arc::new(tickets));
        let snapshot =
            Snapshot::new(policy, credentials.unwrap_or_default(), cache.clone(), tickets.clone())?;
        Ok(Self(Arc::new(Shared {
            current: RwLock::new(Arc::new(snapshot)),
            cache,
            tickets: Mutex::new(tickets),
        })))
    }

    /// Puts another policy in place for the connections to come.
    ///
    /// # Errors
    /// As [`Context::new`]; the old policy stays then.
    pub fn set_policy(&self, policy: Arc<Policy>) -> Result<(), ContextError> {
        let tickets = self.tickets();
        let credentials = self.snapshot().credentials.clone();
        self.replace(policy, credentials, &tickets)
    }

    /// Puts other credentials in place for the connections to come.
    ///
    /// # Errors
    /// As [`Context::new`]; the old credentials stay then.
    pub fn set_credentials(&self, credentials: Option<Arc<CredentialStore>>) -> Result<(), ContextError> {
        let tickets = self.tickets();
        let policy = self.snapshot().policy.clone();
        self.replace(policy, credentials.unwrap_or_default(), &tickets)
    }

    /// Puts the host's keys for session tickets in place: the first seals, all open. No key is made here any more,
    /// so the host replaces them in time, and old ones are forgotten then (RES-03).
    ///
    /// # Errors
    /// [`ContextError`]; the old keys stay then.
    pub fn set_ticket_keys(&self, keys: Vec<TicketKey>) -> Result<(), ContextError> {
        let mut tickets = self.tickets();
        if tickets.is_given() {
            tickets.replace(keys);
            return Ok(());
        }
        let given = Arc::new(Tickets::given(keys));
        let snapshot = self.snapshot();
        self.replace(snapshot.policy.clone(), snapshot.credentials.clone(), &given)?;
        *tickets = given;
        Ok(())
    }

    /// Forgets the tickets of a domain, so that the next handshake with it is a full one (RES-07, RES-10).
    pub fn forget(&self, domain: &crate::name::Domain) {
        self.0.cache.forget(domain.as_ascii());
    }

    /// The policy for the connections to come.
    pub fn policy(&self) -> Arc<Policy> {
        self.snapshot().policy.clone()
    }

    /// The credentials for the connections to come.
    pub fn credentials(&self) -> Arc<CredentialStore> {
        self.snapshot().credentials.clone()
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn tickets(&self) -> MutexGuard<'_, Arc<Tickets>> {
        self.0.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(
        &self,
        policy: Arc<Policy>,
        credentials: Arc<CredentialStore>,
        tickets: &Arc<Tickets>,
    ) -> Result<(), ContextError> {
        let snapshot = Arc::new(Snapshot::new(policy, credentials, self.0.cache.clone(), tickets.clone())?);
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
        Ok(())
    }
}

impl Snapshot {
    fn new(
        policy: Arc<Policy>,
        credentials: Arc<CredentialStore>,
        cache: Arc<SessionCache>,
        tickets: Arc<Tickets>,
    ) -> Result<Self, ContextError> {
        let snapshot = Self {
            policy,
            credentials,
            cache,
            tickets,
            initiating: Mutex::default(),
            accepting: Mutex::default(),
        };
        snapshot.initiating_config(Vec::new(), None).map_err(ContextError::Parameters)?;
        Ok(snapshot)
    }

    /// The configuration for these protocols and this credential, made once.
    pub(super) fn initiating_config(
        &self,
        alpn: Vec<Vec<u8>>,
        credential: Option<Arc<Credential>>,
    ) -> Result<InitiatingConfig, ConfigError> {
        let key = InitiatingKey { alpn, credential: credential.as_ref().map(|own| *own.fingerprint()) };
        cached(&self.initiating, key, |key| {
            InitiatingConfig::new(&InitiatingSettings {
                parameters: self.policy.parameters().clone(),
                credential,
                keep_credential_private: self.policy.client_certificate_minimum() > Version::Tls12,
                alpn: key.alpn.clone(),
                cache: (self.policy.resumption() != Resumption::Off).then(|| self.cache.clone()),
            })
        })
    }

    /// The configuration for these protocols, made once.
    pub(super) fn accepting_config(&self, alpn: Vec<Vec<u8>>) -> Result<AcceptingConfig, ConfigError> {
        cached(&self.accepting, alpn, |alpn| {
            AcceptingConfig::new(&AcceptingSettings {
                parameters: self.policy.parameters().clone(),
                credentials: self.credentials.clone(),
                client_certificates: match self.policy.client_certificate() {
                    ClientCertificate::Never => ClientCertificates::Never,
                    ClientCertificate::Request => ClientCertificates::Optional,
                },
                alpn: alpn.clone(),
                tickets: (self.policy.resumption() != Resumption::Off).then(|| self.tickets.clone()),
                ticket_binding: self.policy.fingerprint().to_vec(),
                unknown_name: match self.policy.unknown_server_name() {
                    UnknownServerName::Refuse => UnknownName::Refuse,
                    UnknownServerName::UseDefault => UnknownName::Default,
                },
            })
        })
    }
}

fn cached<K: PartialEq, C: Clone>(
    list: &Mutex<Vec<(K, C)>>,
    key: K,
    make: impl FnOnce(&K) -> Result<C, ConfigError>,
) -> Result<C, ConfigError> {
    let mut list = list.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, config)) = list.iter().find(|(known, _)| *known == key) {
        return Ok(config.clone());
    }
    let config = make(&key)?;
    if list.len() >= CONFIGURATIONS_PER_CONTEXT {
        list.remove(0);
    }
    list.push((key, config.clone()));
    Ok(config)
}
