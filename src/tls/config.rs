//! Configurations: what initiating and accepting sessions share.
//!
//! A configuration is made once from plain settings, is cheap to clone, and never changes; running
//! sessions keep the one they began with. It holds no identity and no verdict: the verifiers behind it
//! accept any chain whose key signed (see [`super::verifier`]). 0-RTT, compression, raw public keys and
//! secret extraction are off and cannot be switched on (PAR-12, PAR-16, PAR-19).

use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::{ClientConfig, ResolvesClientCert, Resumption, Tls12Resumption};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;

use super::credential::Credential;
use super::exporter::Log;
use super::provider::{self, GivenTime};
use super::resumption::SessionCache;
use super::store::CredentialStore;
use super::tickets::Tickets;
use super::{scope, verifier};
use crate::limits;
use crate::parameter::Parameters;

/// Parameters that leave nothing to negotiate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// There is no key exchange group.
    NoGroup,
    /// There is no suite for any version allowed.
    NoSuite,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::NoGroup => "there is no key exchange group",
            Self::NoSuite => "there is no cipher suite for any version that is allowed",
        })
    }
}

impl std::error::Error for ConfigError {}

/// What an initiating configuration is made of.
#[derive(Clone, Debug, Default)]
pub struct InitiatingSettings {
    /// Versions, suites and groups to offer.
    pub parameters: Parameters,
    /// Shown to a server that asks for a certificate.
    pub credential: Option<Arc<Credential>>,
    /// The credential is shown in TLS 1.3 alone, which encrypts it (EXT-10); in TLS 1.2 none is.
    pub keep_credential_private: bool,
    /// Application protocols to offer, the preferred first; none: no ALPN (RFC 7301).
    pub alpn: Vec<Vec<u8>>,
    /// Where tickets are kept; `None`: no resumption.
    pub cache: Option<Arc<SessionCache>>,
}

/// What an accepting configuration is made of.
#[derive(Clone, Debug, Default)]
pub struct AcceptingSettings {
    /// Versions, suites and groups to accept.
    pub parameters: Parameters,
    /// Whom this end can be.
    pub credentials: Arc<CredentialStore>,
    /// Whether clients are asked for a certificate.
    pub client_certificates: ClientCertificates,
    /// Application protocols to accept, the preferred first; none: what a client offers is ignored. A
    /// client that offers none is accepted, one that offers only others is refused (DTLS-12).
    pub alpn: Vec<Vec<u8>>,
    /// Seals tickets; `None`: no resumption at all.
    pub tickets: Option<Arc<Tickets>>,
    /// Bound into tickets beside the domain: service and policy, in a form of the caller's.
    pub ticket_binding: Vec<u8>,
    /// What is done with a client hello that names a domain without a credential of its own.
    pub unknown_name: UnknownName,
}

/// Whether an accepting session asks for a certificate; it never insists on one (PAR-17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClientCertificates {
    /// Not asked for.
    #[default]
    Never,
    /// Asked for, with an empty list of authorities; the handshake goes on without.
    Optional,
}

/// What is done with a client hello that names a domain without a credential of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UnknownName {
    /// The handshake is refused: `unrecognized_name` (RFC 6066 §3).
    #[default]
    Refuse,
    /// The default credential is sent, if there is one.
    Default,
}

/// What initiating sessions share.
#[derive(Clone, Debug)]
pub struct InitiatingConfig(pub(super) Arc<Initiating>);

/// What accepting sessions share.
#[derive(Clone, Debug)]
pub struct AcceptingConfig(pub(super) Arc<Accepting>);

#[derive(Debug)]
pub(super) struct Initiating {
    /// For sessions that name their server.
    pub(super) named: Arc<ClientConfig>,
    /// For those that do not: they send no name and do not resume.
    pub(super) unnamed: Arc<ClientConfig>,
    pub(super) credential: Option<Arc<Credential>>,
    pub(super) records_per_key: u32,
}

#[derive(Debug)]
pub(super) struct Accepting {
    pub(super) tls: Arc<ServerConfig>,
    pub(super) binding: Arc<[u8]>,
    pub(super) records_per_key: u32,
}

impl InitiatingConfig {
    /// Makes a configuration.
    ///
    /// # Errors
    /// When the parameters leave nothing to offer.
    pub fn new(settings: &InitiatingSettings) -> Result<Self, ConfigError> {
        Self::with_records_per_key(settings, limits::TLS_RECORDS_PER_KEY)
    }

    pub(super) fn with_records_per_key(
        settings: &InitiatingSettings,
        records_per_key: u32,
    ) -> Result<Self, ConfigError> {
        let parameters = &settings.parameters;
        check(parameters)?;
        let mut named =
            ClientConfig::builder_with_details(provider::provider(parameters), Arc::new(GivenTime))
                .with_protocol_versions(&provider::versions(parameters))
                .map_err(|_| ConfigError::NoSuite)?
                .dangerous()
                .with_custom_certificate_verifier(verifier::of_servers())
                .with_client_cert_resolver(Arc::new(Own {
                    credential: settings.credential.clone(),
                    keep_private: settings.keep_credential_private,
                }));
        named.alpn_protocols.clone_from(&settings.alpn);
        named.key_log = Arc::new(Log);
        named.require_ems = parameters.require_extended_master_secret;
        named.resumption = Resumption::disabled();
        let mut unnamed = named.clone();
        unnamed.enable_sni = false;
        if let Some(cache) = &settings.cache {
            let cache = Arc::<SessionCache>::clone(cache);
            named.resumption = Resumption::store(cache).tls12_resumption(Tls12Resumption::Disabled);
        }
        Ok(Self(Arc::new(Initiating {
            named: Arc::new(named),
            unnamed: Arc::new(unnamed),
            credential: settings.credential.clone(),
            records_per_key,
        })))
    }

    /// The credential shown to servers that ask.
    #[must_use]
    pub fn credential(&self) -> Option<&Arc<Credential>> {
        self.0.credential.as_ref()
    }
}

impl AcceptingConfig {
    /// Makes a configuration.
    ///
    /// # Errors
    /// When the parameters leave nothing to accept.
    pub fn new(settings: &AcceptingSettings) -> Result<Self, ConfigError> {
        Self::with_records_per_key(settings, limits::TLS_RECORDS_PER_KEY)
    }

    pub(super) fn with_records_per_key(
        settings: &AcceptingSettings,
        records_per_key: u32,
    ) -> Result<Self, ConfigError> {
        let parameters = &settings.parameters;
        check(parameters)?;
        let builder = ServerConfig::builder_with_details(provider::provider(parameters), Arc::new(GivenTime))
            .with_protocol_versions(&provider::versions(parameters))
            .map_err(|_| ConfigError::NoSuite)?;
        let builder = match settings.client_certificates {
            ClientCertificates::Never => builder.with_no_client_auth(),
            ClientCertificates::Optional => builder.with_client_cert_verifier(verifier::of_clients()),
        };
        let mut tls = builder.with_cert_resolver(Arc::new(Chooser {
            credentials: Arc::clone(&settings.credentials),
            unknown_name: settings.unknown_name,
        }));
        tls.alpn_protocols.clone_from(&settings.alpn);
        tls.ignore_client_order = true;
        tls.key_log = Arc::new(Log);
        tls.require_ems = parameters.require_extended_master_secret;
        tls.max_early_data_size = 0;
        tls.session_storage = Arc::new(NoServerSessionStorage {});
        tls.send_tls13_tickets = 0;
        if let Some(tickets) = &settings.tickets {
            let tickets = Arc::<Tickets>::clone(tickets);
            tls.ticketer = tickets;
            tls.send_tls13_tickets = limits::TICKETS_PER_CONNECTION;
        }
        let binding = settings.ticket_binding.as_slice().into();
        Ok(Self(Arc::new(Accepting { tls: Arc::new(tls), binding, records_per_key })))
    }
}

fn check(parameters: &Parameters) -> Result<(), ConfigError> {
    if parameters.groups.is_empty() {
        return Err(ConfigError::NoGroup);
    }
    if !parameters.suites.iter().any(|suite| parameters.allows(suite.version())) {
        return Err(ConfigError::NoSuite);
    }
    Ok(())
}

/// Shows the one credential of an initiating configuration, and notes that it was asked for.
#[derive(Debug)]
struct Own {
    credential: Option<Arc<Credential>>,
    keep_private: bool,
}

impl ResolvesClientCert for Own {
    fn resolve(&self, _authorities: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let own = self.credential.as_ref().filter(|own| own.suits(schemes));
        let own = scope::with(|handshake| {
            let own = own.filter(|_| !self.keep_private || handshake.found.tls13);
            handshake.found.asked = true;
            handshake.found.own = own.cloned();
            own
        });
        own.flatten().map(|own| Arc::clone(own.certified()))
    }

    fn has_certs(&self) -> bool {
        // Asked even without a credential, so that "the server wanted one" is known.
        true
    }
}

/// Chooses an accepting session's credential, and notes the name in the client hello.
#[derive(Debug)]
struct Chooser {
    credentials: Arc<CredentialStore>,
    unknown_name: UnknownName,
}

impl Chooser {
    /// The name in the hello goes first, then the domain the session was told, then the default.
    fn choose(
        &self,
        name: Option<&str>,
        domain: Option<&str>,
        schemes: &[SignatureScheme],
    ) -> Option<&Arc<Credential>> {
        let store = &self.credentials;
        let named = name.and_then(|name| store.named(name));
        if name.is_some() && named.is_none() && self.unknown_name == UnknownName::Refuse {
            return None;
        }
        named
            .or_else(|| domain.and_then(|domain| store.named(domain)))
            .or_else(|| store.by_default())?
            .choose(schemes)
    }
}

impl ResolvesServerCert for Chooser {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name();
        let domain = scope::with(|handshake| handshake.domain.clone()).flatten();
        let chosen = self.choose(name, domain.as_deref(), hello.signature_schemes());
        scope::with(|handshake| {
            let found = &mut handshake.found;
            found.hello = true;
            found.server_name = name.map(Into::into);
            found.unknown_name = chosen.is_none();
            found.own = chosen.cloned();
        });
        chosen.map(|own| Arc::clone(own.certified()))
    }
}
