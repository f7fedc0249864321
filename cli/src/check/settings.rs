//! How a check is made: which services, by which resolver, trusting whom, as whom.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use xmpptls::connection::Context;
use xmpptls::files;
use xmpptls::lookup::Lookup;
use xmpptls::name::{Domain, Endpoint, Service};
use xmpptls::policy::{Policy, PolicyBuilder};
use xmpptls::proof::pkix::{Anchor, TrustAnchors};
use xmpptls::tls::CredentialStore;

use crate::failure::Failure;

/// Whom a server is told that we are when the user gave no domain: a name that nobody can have (RFC 6761 §6.4).
const NOBODY: &str = "xmpptls.invalid";

/// The settings of a check; one may serve many.
pub(crate) struct Settings {
    pub(crate) services: Vec<Service>,
    pub(crate) lookup: Lookup,
    pub(crate) anchors: TrustAnchors,
    /// The endpoint to check instead of those that DNS names.
    pub(crate) connect: Option<Endpoint>,
    pub(crate) own_domain: Domain,
    pub(crate) credentials: Option<Arc<CredentialStore>>,
    pub(crate) time_out: Duration,
}

impl Settings {
    /// TLS as a strict peer of the service would do it.
    pub(crate) fn context(&self, service: Service) -> Result<Context, Failure> {
        let policy = policy(service, &self.anchors)?;
        Context::new(policy, self.credentials.clone()).map_err(Failure::Context)
    }
}

/// The policy of a strict peer: a client for c2s, a server without dialback for s2s.
pub(crate) fn policy(service: Service, anchors: &TrustAnchors) -> Result<Arc<Policy>, Failure> {
    let preset = match service {
        Service::C2s => "c2s-client",
        Service::S2s => "s2s",
    };
    let mut builder = PolicyBuilder::from_name(preset).map_err(Failure::Policy)?;
    builder.trust_anchors(anchors.clone()).and_then(|builder| builder.build()).map_err(Failure::Policy)
}

/// The domain that we say we are.
pub(crate) fn nobody() -> Result<Domain, Failure> {
    Domain::parse(NOBODY).map_err(|error| Failure::Argument(format!("{NOBODY}: {error}")))
}

/// The trust anchors: the system's unless told otherwise, and those of the files.
pub(crate) fn trust_anchors(paths: &[std::path::PathBuf], system: bool) -> Result<TrustAnchors, Failure> {
    let mut all: Vec<Anchor> = Vec::new();
    if system {
        let reading = files::system_trust_anchors().map_err(Failure::File)?;
        all.extend(reading.anchors.iter().cloned());
    }
    for path in paths {
        let reading = read_anchors(path)?;
        all.extend(reading.iter().cloned());
    }
    Ok(TrustAnchors::new(all))
}

fn read_anchors(path: &Path) -> Result<TrustAnchors, Failure> {
    let reading =
        if path.is_dir() { files::directory_trust_anchors(path) } else { files::file_trust_anchors(path) };
    Ok(reading.map_err(Failure::File)?.anchors)
}

/// The DER of anchors that are certificates, for HTTPS.
pub(crate) fn certificates(anchors: &TrustAnchors) -> Vec<Vec<u8>> {
    anchors.iter().filter_map(Anchor::certificate).map(|own| own.der().to_vec()).collect()
}
