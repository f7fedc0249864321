//! What can be asked of a look-up, and what comes back.

use std::net::IpAddr;

use super::effort::Effort;
use crate::name::{Domain, Endpoint, Service};
use crate::record::{Dnssec, Lookup, LookupFailure, PoshEvidence, TlsaOwner, TlsaSet, posh_url};
use crate::verification::{Answer, QuestionKind};

/// One look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// Where to connect for a domain's service: SRV and addresses (RFC 6120 §3.2, XEP-0368).
    Candidates {
        /// The domain whose service is meant.
        domain: Domain,
        /// The service.
        service: Service,
    },
    /// All that an initiating entity needs before it connects: candidates, TLSA for each, and POSH.
    Gather {
        /// The domain whose service is meant.
        domain: Domain,
        /// The service.
        service: Service,
    },
    /// Addresses and TLSA of one endpoint, such as one that the user configured. Its `srv` state decides whether
    /// TLSA counts; its other states are looked up anew.
    Endpoint(Endpoint),
    /// A question of a verification. TLSA, POSH, and SRV and addresses are looked up; the other kinds are the host's, and
    /// come back as `NotAsked`. The caller of a TLSA question has seen that DANE applies (DANE-02, DANE-05).
    Question(QuestionKind),
}

/// The number of a submitted look-up, unique within its handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub(super) u64);

impl RequestId {
    /// The number, never 0.
    pub fn number(self) -> u64 {
        self.0
    }

    /// The look-up with this number, as a host gave it back.
    pub fn from_number(number: u64) -> Self {
        Self(number)
    }
}

/// What a look-up found, with its cost.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What was found.
    pub finding: Finding,
    /// The round trips it took.
    pub effort: Effort,
    /// The resolver leaves DNSSEC out: what looks bogus may only be unsigned on the way, and DANE cannot be
    /// used behind it (ATK-OP-06).
    pub resolver_without_dnssec: bool,
}

/// What was found, by the kind of request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Finding {
    /// For [`Request::Candidates`]. `Absent`: the domain does not offer the service.
    Candidates(Lookup<Vec<Candidate>>),
    /// For [`Request::Gather`].
    Gathered(Gathered),
    /// For [`Request::Endpoint`].
    Endpoint(Candidate),
    /// For [`Request::Question`].
    Answer(Answer),
}

/// A target to try, in the order of the list it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Target, port, transport, and the DNSSEC states that led there. When its `addresses` state is bogus or
    /// indeterminate and its `srv` state secure, DANE forbids to connect (RFC 7673 §3.2).
    pub endpoint: Endpoint,
    /// Addresses in the order of trying, families in turn (RFC 8305).
    pub addresses: Lookup<Vec<IpAddr>>,
    /// TLSA by owner name, the preferred one first (DANE-19). Asked only when SRV (if any) and addresses are secure
    /// (DANE-05), else empty.
    pub tlsa: Vec<(TlsaOwner, Lookup<TlsaSet>)>,
}

/// All that is needed before connecting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    /// The domain.
    pub domain: Domain,
    /// The service.
    pub service: Service,
    /// Where to connect; `Absent` when the domain does not offer the service.
    pub candidates: Lookup<Vec<Candidate>>,
    /// The POSH document.
    pub posh: Lookup<PoshEvidence>,
}

impl Reply {
    /// The answer to a verification's question, when the reply holds it. The answer of [`Request::Question`] is to
    /// the question that was asked, whichever is given here.
    pub fn answer(&self, question: &QuestionKind) -> Option<Answer> {
        match &self.finding {
            Finding::Gathered(gathered) => gathered.answer(question),
            Finding::Endpoint(candidate) => candidate.answer(question),
            Finding::Answer(answer) => Some(answer.clone()),
            Finding::Candidates(_) => None,
        }
    }
}

impl Candidate {
    /// An endpoint of which nothing was known in time.
    pub(super) fn late(mut endpoint: Endpoint) -> Self {
        endpoint.addresses = Dnssec::Indeterminate;
        endpoint.canonical = None;
        let addresses = Lookup::Failed(LookupFailure::Timeout);
        Self { endpoint, addresses, tlsa: Vec::new() }
    }

    /// The answer to a verification's question about this candidate, when it was gathered.
    pub fn answer(&self, question: &QuestionKind) -> Option<Answer> {
        let QuestionKind::Tlsa { owner } = question else { return None };
        let (_, found) = self.tlsa.iter().find(|(own, _)| own == owner)?;
        Some(answer(found.clone(), Answer::Tlsa))
    }
}

impl Gathered {
    /// The answer to a verification's question, when it was gathered.
    pub fn answer(&self, question: &QuestionKind) -> Option<Answer> {
        match question {
            QuestionKind::Posh { url, service } => {
                let same = *service == self.service && *url == posh_url(&self.domain, self.service);
                same.then(|| answer(self.posh.clone(), Answer::Posh))
            }
            _ => match &self.candidates {
                Lookup::Found(candidates) => candidates.iter().find_map(|own| own.answer(question)),
                _ => None,
            },
        }
    }
}

/// A look-up's outcome as a verification takes it.
pub(super) fn answer<T>(found: Lookup<T>, with_value: impl FnOnce(T) -> Answer) -> Answer {
    match found {
        Lookup::Found(value) => with_value(value),
        Lookup::Absent(state) => Answer::Absent(state),
        Lookup::Failed(failure) => Answer::Failed(failure),
        Lookup::NotAsked => Answer::NotAsked,
    }
}
