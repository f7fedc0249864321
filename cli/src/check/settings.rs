//! How a check is made: which services, by which resolver, trusting whom, as whom.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use xmpptls::files;
use xmpptls::lookup::Lookup;
use xmpptls::name::{Domain, Endpoint, Service};
use xmpptls::policy::{DaneUsages, Policy, PolicyBuilder, PolicyError};
use xmpptls::proof::pkix::{Anchor, TrustAnchors};
use xmpptls::tls::CredentialStore;
use xmpptls::verdict::Proof;

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

/// The policies by which a server is judged.
pub(crate) struct Policies {
    /// A strict peer's: a client for c2s, a server without dialback for s2s.
    pub(crate) strict: Arc<Policy>,
    /// A server's that accepts dialback as well.
    pub(crate) with_dialback: Option<Arc<Policy>>,
    /// The same with one proof alone, so that each can be shown for itself.
    pub(crate) alone: Vec<(Proof, Arc<Policy>)>,
}

impl Policies {
    pub(crate) fn new(service: Service, anchors: &TrustAnchors) -> Result<Self, Failure> {
        let preset = preset(service);
        let with_dialback = (service == Service::S2s).then_some("s2s-with-dialback");
        let policy = |preset, change: &dyn Fn(&mut PolicyBuilder) -> Result<(), PolicyError>| {
            let mut builder = PolicyBuilder::from_name(preset)?;
            builder.trust_anchors(anchors.clone())?;
            change(&mut builder)?;
            builder.build()
        };
        let alone = |proof| policy(preset, &|builder| only(builder, proof, service)).map(|own| (proof, own));
        let all = || {
            Ok(Self {
                strict: policy(preset, &|_| Ok(()))?,
                with_dialback: with_dialback.map(|preset| policy(preset, &|_| Ok(()))).transpose()?,
                alone: [Proof::Dane, Proof::Pkix, Proof::Posh]
                    .into_iter()
                    .map(alone)
                    .collect::<Result<_, _>>()?,
            })
        };
        all().map_err(Failure::Policy)
    }
}

/// The preset of the end that judges a server.
pub(crate) fn preset(service: Service) -> &'static str {
    match service {
        Service::C2s => "c2s-client",
        Service::S2s => "s2s",
    }
}

/// Switches all proofs off but one.
fn only(builder: &mut PolicyBuilder, proof: Proof, service: Service) -> Result<(), PolicyError> {
    if proof != Proof::Dane {
        builder.dane(DaneUsages { pkix: false, dane: false })?;
        if service == Service::S2s {
            builder.dane_inbound(false)?;
        }
    }
    if proof != Proof::Pkix {
        builder.pkix(false)?;
    }
    if proof != Proof::Posh {
        builder.posh(false)?;
    }
    Ok(())
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
