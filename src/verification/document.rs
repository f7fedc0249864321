//! A whole case as JSON: what the command `verify` and the test vectors read.
//!
//! Everything that a verdict depends on stands in one object: certificates by name, evidence as answers, the
//! policy in its TOML form, the time as a number. `docs/schema/case.json` describes it. The text is the
//! operator's own; it is read strictly all the same, and an unknown member is an error.

use std::collections::BTreeMap;
use std::fmt;

use base64::engine::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::certificate::{Chain, ChainError};
use crate::name::{Direction, Domain, Endpoint, Service, Transport};
use crate::policy::{PolicyDocument, PolicyTextError};
use crate::proof::pkix::{RevocationList, RevocationLists, Staple, TrustAnchors};
use crate::record::{
    Dnssec, Lookup, LookupFailure, PoshDocument, PoshEvidence, PoshUrl, TlsaOwner, TlsaSet, hexadecimal,
    posh_url,
};
use crate::verdict::{Possession, Verdict};
use crate::verification::{DialbackAnswer, Evidence, Handshake, Request, decide};

/// A case that was read.
#[derive(Clone, Debug)]
pub struct CaseDocument {
    /// Who is to be verified, and by which rules.
    pub request: Request,
    /// What the peer presented.
    pub handshake: Handshake,
    /// What others said.
    pub evidence: Evidence,
    /// The time, in Unix seconds.
    pub now: i64,
}

/// Why a text is no case.
#[derive(Debug)]
#[non_exhaustive]
pub enum CaseDocumentError {
    /// It is no JSON of the described form.
    Form(serde_json::Error),
    /// The policy cannot be read.
    Policy(PolicyTextError),
    /// A value is no domain, certificate, list, URL or record.
    Value {
        /// The member that it stands in.
        member: &'static str,
    },
}

impl CaseDocument {
    /// Reads a case. `certificates` are those that the case names, in DER; one may also stand in the case
    /// itself, as base64.
    ///
    /// # Errors
    /// [`CaseDocumentError`].
    pub fn read(json: &str, certificates: &BTreeMap<String, Vec<u8>>) -> Result<Self, CaseDocumentError> {
        let form: Form = serde_json::from_str(json).map_err(CaseDocumentError::Form)?;
        form.read(certificates)
    }

    /// The verdict with all the evidence at hand.
    pub fn decide(&self) -> Verdict {
        decide(&self.request.case(self.handshake.presented(), &self.evidence, self.now))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    domain: String,
    service: Word<Service>,
    direction: Word<Direction>,
    #[serde(default)]
    endpoint: Option<EndpointForm>,
    #[serde(default)]
    chain: Option<Vec<String>>,
    #[serde(default = "yes")]
    possession_shown: bool,
    #[serde(default)]
    resumed: bool,
    #[serde(default)]
    staple: Option<Word<Staple>>,
    trust_anchors: Vec<String>,
    #[serde(default)]
    revocation_lists: Vec<String>,
    policy: String,
    now: i64,
    #[serde(default)]
    evidence: EvidenceForm,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointForm {
    target: String,
    port: u16,
    #[serde(default)]
    transport: Option<Word<Transport>>,
    #[serde(default)]
    srv: Option<Word<Dnssec>>,
    addresses: Word<Dnssec>,
    #[serde(default)]
    canonical: Option<String>,
    #[serde(default)]
    configured: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceForm {
    #[serde(default)]
    tlsa: Vec<TlsaForm>,
    #[serde(default)]
    targets: Option<AnswerForm<Vec<EndpointForm>>>,
    #[serde(default)]
    posh: Option<AnswerForm<PoshForm>>,
    #[serde(default)]
    dialback: Option<AnswerForm<DialbackForm>>,
}

/// An answer: exactly one of the members. Without an answer nobody asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum AnswerForm<T> {
    Found(T),
    Absent(Word<Dnssec>),
    Failed(Word<LookupFailure>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsaForm {
    host: String,
    port: u16,
    answer: AnswerForm<RecordsForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordsForm {
    dnssec: Word<Dnssec>,
    #[serde(default)]
    valid_until: Option<i64>,
    rdata: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PoshForm {
    document: String,
    #[serde(default)]
    reference: Option<String>,
    #[serde(default)]
    url: Option<String>,
    fetched_at: i64,
    #[serde(default = "yes")]
    https_verified: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct DialbackForm {
    valid: bool,
    dnssec: bool,
    over_tls: bool,
}

/// A value that is written as one word of a list.
struct Word<T>(T);

trait Words: Copy + 'static {
    const ALL: &'static [Self];

    fn word(self) -> &'static str;
}

impl<'de, T: Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let known = T::ALL.iter().copied().find(|value| value.word() == word);
        known.map(Self).ok_or_else(|| serde::de::Error::custom("unknown word"))
    }
}

/// Gives a type the words of its own `name`.
macro_rules! words {
    ($name:ident { $($variant:ident),+ }) => {
        impl Words for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn word(self) -> &'static str {
                self.name()
            }
        }
    };
}

words!(Service { C2s, S2s });
words!(Direction { Initiating, Receiving });
words!(Transport { Starttls, DirectTls, TlsOnly });
words!(Dnssec { Secure, Insecure, Bogus, Indeterminate });
words!(LookupFailure { Bogus, Server, Timeout, HttpsUnverified, Malformed, Forbidden, Unreachable });

impl Words for Staple {
    const ALL: &'static [Self] = &[Self::NotApplicable, Self::Absent, Self::Unchecked];

    fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "not_applicable",
            Self::Absent => "absent",
            Self::Unchecked => "unchecked",
        }
    }
}

impl Form {
    fn read(self, certificates: &BTreeMap<String, Vec<u8>>) -> Result<CaseDocument, CaseDocumentError> {
        let certificate = |name: &String| match certificates.get(name) {
            Some(der) => Ok(der.clone()),
            None => STANDARD.decode(name).map_err(|_| value("chain")),
        };
        let anchors: Vec<Vec<u8>> = self.trust_anchors.iter().map(certificate).collect::<Result<_, _>>()?;
        let anchors = TrustAnchors::from_der(anchors.iter().map(Vec::as_slice));
        let mut policy = PolicyDocument::read(&self.policy).map_err(CaseDocumentError::Policy)?;
        if !self.revocation_lists.is_empty() {
            let lists = revocation_lists(&self.revocation_lists)?;
            policy.builder().revocation_lists(lists).map_err(|_| value("revocation_lists"))?;
        }
        let domain = domain(&self.domain, "domain")?;
        let service = self.service.0;
        let presented = self.chain.map(|names| {
            let chain: Vec<Vec<u8>> = names.iter().map(certificate).collect::<Result<_, _>>()?;
            Ok(Chain::parse(chain.iter().map(Vec::as_slice)))
        });
        let (chain, unreadable) = match presented.transpose()? {
            None | Some(Err(ChainError::Empty)) => (None, None),
            Some(Ok(chain)) => (Some(chain), None),
            Some(Err(error)) => (None, Some(error)),
        };
        let is_shown = self.possession_shown && chain.is_some();
        Ok(CaseDocument {
            evidence: self.evidence.read(&domain, service)?,
            request: Request {
                domain,
                service,
                direction: self.direction.0,
                endpoint: self.endpoint.map(EndpointForm::read).transpose()?,
                policy: policy.build(anchors).map_err(CaseDocumentError::Policy)?,
            },
            handshake: Handshake {
                chain,
                unreadable,
                possession: if is_shown { Possession::Shown } else { Possession::NotShown },
                resumed: self.resumed,
                staple: self.staple.map_or(Staple::NotApplicable, |word| word.0),
                binding: None,
            },
            now: self.now,
        })
    }
}

impl EndpointForm {
    fn read(self) -> Result<Endpoint, CaseDocumentError> {
        Ok(Endpoint {
            target: domain(&self.target, "target")?,
            port: self.port,
            transport: self.transport.map_or(Transport::Starttls, |word| word.0),
            srv: self.srv.map(|word| word.0),
            addresses: self.addresses.0,
            canonical: self.canonical.map(|text| domain(&text, "canonical")).transpose()?,
            configured: self.configured,
        })
    }
}

impl EvidenceForm {
    fn read(self, domain: &Domain, service: Service) -> Result<Evidence, CaseDocumentError> {
        let tlsa = self.tlsa.into_iter().map(TlsaForm::read).collect::<Result<_, _>>()?;
        let targets =
            |forms: Vec<EndpointForm>| forms.into_iter().map(EndpointForm::read).collect::<Result<_, _>>();
        let dialback = |form: DialbackForm| {
            let DialbackForm { valid, dnssec, over_tls } = form;
            Ok(DialbackAnswer { valid, dnssec, over_tls })
        };
        let posh = match self.posh {
            Some(AnswerForm::Found(form)) => form.read(domain, service)?,
            other => lookup(other, |_| Err(value("posh")))?,
        };
        Ok(Evidence {
            tlsa,
            targets: lookup(self.targets, targets)?,
            posh,
            dialback: lookup(self.dialback, dialback)?,
            revocation_lists: None,
        })
    }
}

impl TlsaForm {
    fn read(self) -> Result<(TlsaOwner, Lookup<TlsaSet>), CaseDocumentError> {
        let owner = TlsaOwner { host: domain(&self.host, "host")?, port: self.port };
        let set_owner = owner.clone();
        let answer = lookup(Some(self.answer), |form: RecordsForm| {
            let rdata: Option<Vec<Vec<u8>>> = form.rdata.iter().map(|text| hexadecimal(text)).collect();
            let rdata = rdata.ok_or_else(|| value("rdata"))?;
            let bytes = rdata.iter().map(Vec::as_slice);
            Ok(TlsaSet::new(set_owner, form.dnssec.0, form.valid_until, bytes))
        })?;
        Ok((owner, answer))
    }
}

impl PoshForm {
    /// A document that is broken is an answer too: it failed to be one.
    fn read(self, domain: &Domain, service: Service) -> Result<Lookup<PoshEvidence>, CaseDocumentError> {
        let url = match &self.url {
            None => posh_url(domain, service),
            Some(text) => PoshUrl::parse(text).map_err(|_| value("url"))?,
        };
        let (at, verified) = (self.fetched_at, self.https_verified);
        let document = PoshDocument::parse(self.document.as_bytes());
        let evidence = match self.reference {
            None => document.and_then(|own| PoshEvidence::direct(url, own, at, verified)),
            Some(text) => PoshDocument::parse(text.as_bytes()).and_then(|reference| {
                document.and_then(|own| PoshEvidence::referred(url, reference, own, at, verified))
            }),
        };
        Ok(evidence.map_or(Lookup::Failed(LookupFailure::Malformed), Lookup::Found))
    }
}

fn lookup<T, U>(
    answer: Option<AnswerForm<T>>,
    read: impl FnOnce(T) -> Result<U, CaseDocumentError>,
) -> Result<Lookup<U>, CaseDocumentError> {
    Ok(match answer {
        None => Lookup::NotAsked,
        Some(AnswerForm::Found(own)) => Lookup::Found(read(own)?),
        Some(AnswerForm::Absent(state)) => Lookup::Absent(state.0),
        Some(AnswerForm::Failed(failure)) => Lookup::Failed(failure.0),
    })
}

fn revocation_lists(texts: &[String]) -> Result<RevocationLists, CaseDocumentError> {
    let wrong = || value("revocation_lists");
    let list = |text: &String| {
        let bytes = STANDARD.decode(text).map_err(|_| wrong())?;
        RevocationList::parse(&bytes).map_err(|_| wrong())
    };
    let lists: Vec<RevocationList> = texts.iter().map(list).collect::<Result<_, _>>()?;
    RevocationLists::new(lists).map_err(|_| wrong())
}

fn domain(text: &str, member: &'static str) -> Result<Domain, CaseDocumentError> {
    Domain::parse(text).map_err(|_| value(member))
}

fn value(member: &'static str) -> CaseDocumentError {
    CaseDocumentError::Value { member }
}

impl fmt::Display for CaseDocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => write!(f, "the case is not of the described form: {error}"),
            Self::Policy(error) => write!(f, "the policy of the case: {error}"),
            Self::Value { member } => write!(f, "the case has a wrong value in {member}"),
        }
    }
}

impl std::error::Error for CaseDocumentError {}
