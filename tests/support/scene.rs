//! A case in few words: good but for what a test changes.

use std::sync::Arc;

use xmpptls::certificate::Chain;
use xmpptls::name::{Direction, Domain, Endpoint, Service, Transport};
use xmpptls::policy::{Policy, PolicyBuilder, Preset};
use xmpptls::proof::pkix::TrustAnchors;
use xmpptls::record::{Dnssec, Lookup, PoshDocument, PoshEvidence, TlsaOwner, TlsaRecord, TlsaSet, posh_url};
use xmpptls::verdict::{Level, Method, Verdict};
use xmpptls::verification::{Case, Evidence, Presented, decide};

use super::ca::{Issued, NOW, authority};

pub(crate) const DOMAIN: &str = "im.example.com";
pub(crate) const TARGET: &str = "xmpp1.hosting.example.net";

pub(crate) struct Scene {
    pub(crate) domain: Domain,
    pub(crate) service: Service,
    pub(crate) direction: Direction,
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) chain: Option<Chain>,
    pub(crate) evidence: Evidence,
    pub(crate) policy: Arc<Policy>,
    pub(crate) now: i64,
}

pub(crate) fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

/// A policy from a preset with these anchors and changes.
pub(crate) fn policy(
    preset: Preset,
    anchors: &[&Issued],
    change: impl FnOnce(&mut PolicyBuilder),
) -> Arc<Policy> {
    let mut builder = PolicyBuilder::new(preset);
    // A policy wants anchors; this one issued nothing.
    let stranger = authority("Stranger").self_signed();
    let anchors = if anchors.is_empty() { &[&stranger] } else { anchors };
    builder.trust_anchors(TrustAnchors::from_der(anchors.iter().map(|own| &*own.der))).unwrap();
    change(&mut builder);
    builder.build().unwrap()
}

pub(crate) fn chain(certificates: &[&Issued]) -> Chain {
    Chain::parse(certificates.iter().map(|own| &*own.der)).unwrap()
}

/// A target reached with these DNSSEC states.
pub(crate) fn target(srv: Option<Dnssec>, addresses: Dnssec) -> Endpoint {
    Endpoint {
        srv,
        addresses,
        configured: false,
        ..Endpoint::configured(domain(TARGET), 5269, Transport::Starttls)
    }
}

pub(crate) fn owner() -> TlsaOwner {
    TlsaOwner { host: domain(TARGET), port: 5269 }
}

/// RDATA that names a certificate.
pub(crate) fn tlsa(usage: u8, selector: u8, matching: u8, issued: &Issued) -> Vec<u8> {
    let chain = chain(&[issued]);
    let own = chain.leaf();
    let data = match (selector, matching) {
        (0, 0) => own.der().to_vec(),
        (0, 1) => own.digest_sha256().to_vec(),
        (0, 2) => own.digest_sha512().to_vec(),
        (1, 0) => own.spki().to_vec(),
        (1, 1) => own.spki_sha256().to_vec(),
        (1, 2) => own.spki_sha512().to_vec(),
        _ => panic!("no such record"),
    };
    TlsaRecord::from_fields(usage, selector, matching, &data).unwrap().to_rdata()
}

pub(crate) fn tlsa_set(dnssec: Dnssec, rdata: &[Vec<u8>]) -> Lookup<TlsaSet> {
    Lookup::Found(TlsaSet::new(owner(), dnssec, Some(NOW + 3600), rdata.iter().map(Vec::as_slice)))
}

/// A POSH document for these certificates, fetched now.
pub(crate) fn posh(name: &str, service: Service, certificates: &[&Issued]) -> PoshEvidence {
    let own: Vec<_> = certificates
        .iter()
        .map(|issued| xmpptls::record::PoshCertificate { der: &issued.der, not_after: i64::MAX })
        .collect();
    let (text, _) = xmpptls::record::posh_document(&own, 86_400, NOW);
    let document = PoshDocument::parse(text.as_bytes()).unwrap();
    PoshEvidence::direct(posh_url(&domain(name), service), document, NOW, true).unwrap()
}

/// An initiating server that connects to a target found by signed records, and trusts these anchors.
pub(crate) fn s2s(anchors: &[&Issued], presented: &[&Issued]) -> Scene {
    Scene {
        domain: domain(DOMAIN),
        service: Service::S2s,
        direction: Direction::Initiating,
        endpoint: Some(target(Some(Dnssec::Insecure), Dnssec::Insecure)),
        chain: Some(chain(presented)),
        evidence: Evidence::default(),
        policy: policy(Preset::S2s2026, anchors, |_| ()),
        now: NOW,
    }
}

impl Scene {
    /// SRV and addresses are secure, and so are these TLSA records.
    pub(crate) fn with_tlsa(mut self, rdata: &[Vec<u8>]) -> Self {
        self.endpoint = Some(target(Some(Dnssec::Secure), Dnssec::Secure));
        self.evidence.tlsa = vec![(owner(), tlsa_set(Dnssec::Secure, rdata))];
        self
    }

    pub(crate) fn with_posh(mut self, evidence: PoshEvidence) -> Self {
        self.evidence.posh = Lookup::Found(evidence);
        self
    }

    pub(crate) fn case(&self) -> Case<'_> {
        Case {
            domain: &self.domain,
            service: self.service,
            direction: self.direction,
            endpoint: self.endpoint.as_ref(),
            presented: self.chain.as_ref().map_or_else(Presented::nothing, Presented::handshake),
            evidence: &self.evidence,
            policy: &self.policy,
            now: self.now,
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        decide(&self.case())
    }

    pub(crate) fn level(&self) -> Level {
        self.verdict().level()
    }

    pub(crate) fn method(&self) -> Option<Method> {
        self.verdict().method()
    }
}

/// The words of a verdict's reasons, in order.
pub(crate) fn words(verdict: &Verdict) -> Vec<&'static str> {
    verdict.reasons().map(|reason| reason.code().word()).collect()
}

pub(crate) fn notes(verdict: &Verdict) -> Vec<&'static str> {
    verdict.notes().iter().map(|note| note.code().word()).collect()
}
