//! From evidence to a verdict: questions out, answers in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use xmpptls::certificate::Chain;
use xmpptls::policy;
use xmpptls::verification::{self, DialbackPair, Presented, Request};

use crate::answer::{Answer, Question};
use crate::certificate::Certificate;
use crate::endpoint::Endpoint;
use crate::policy::Policy;
use crate::verdict::Verdict;
use crate::{clock, errors, words};

/// A verification under way.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Verification(Mutex<verification::Verification>);

/// A verification whose evidence is complete, ready to judge what a handshake brings.
#[pyclass(frozen, module = "xmpptls")]
#[derive(Clone)]
pub(crate) struct PreparedVerification(pub(crate) verification::PreparedVerification);

impl Verification {
    pub(crate) fn of(verification: verification::Verification) -> Self {
        Self(Mutex::new(verification))
    }

    fn lock(&self, py: Python<'_>) -> MutexGuard<'_, verification::Verification> {
        self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }
}

fn request(
    domain: &str,
    policy: &Arc<policy::Policy>,
    direction: &str,
    endpoint: Option<&Endpoint>,
) -> PyResult<Request> {
    Ok(Request {
        domain: words::domain(domain)?,
        service: policy.service(),
        direction: words::direction(direction)?,
        endpoint: endpoint.map(|own| own.0.clone()),
        policy: policy.clone(),
    })
}

#[pymethods]
impl Verification {
    /// Starts before a connection: gathers what is needed to judge whatever is presented.
    #[staticmethod]
    #[pyo3(signature = (domain, policy, *, endpoint = None, direction = "initiating"))]
    fn prepare(
        domain: &str,
        policy: &Policy,
        endpoint: Option<&Endpoint>,
        direction: &str,
    ) -> PyResult<Self> {
        let request = request(domain, &policy.0, direction, endpoint)?;
        Ok(Self::of(verification::Verification::prepare(request)))
    }

    /// Starts from a chain alone, the end entity's certificate first.
    #[staticmethod]
    #[pyo3(signature = (domain, policy, chain, *, endpoint = None, direction = "initiating"))]
    #[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
    fn of_chain(
        domain: &str,
        policy: &Policy,
        chain: Vec<PyRef<'_, Certificate>>,
        endpoint: Option<&Endpoint>,
        direction: &str,
    ) -> PyResult<Self> {
        let request = request(domain, &policy.0, direction, endpoint)?;
        let parsed = Chain::parse(chain.iter().map(|one| one.0.der()));
        let chain = parsed.map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
        Ok(Self::of(verification::Verification::of_chain(request, chain)))
    }

    /// Has a dialback answer asked for when nothing better proves the peer.
    #[pyo3(signature = (*, originating, receiving, stream_id))]
    fn with_dialback(
        &self,
        py: Python<'_>,
        originating: &str,
        receiving: &str,
        stream_id: &str,
    ) -> PyResult<Self> {
        let (originating, receiving) = (words::domain(originating)?, words::domain(receiving)?);
        let pair = DialbackPair { originating, receiving, stream_id: stream_id.into() };
        let mut asking = self.lock(py).clone();
        asking.ask_dialback(pair);
        Ok(Self::of(asking))
    }

    /// The next question that was not taken yet; further ones may follow each answer.
    fn next_question(&self, py: Python<'_>) -> Option<Question> {
        self.lock(py).next_question(clock::wall()).map(Question)
    }

    /// All questions that wait for their answer.
    #[getter]
    fn open_questions(&self, py: Python<'_>) -> Vec<Question> {
        self.lock(py).open_questions().cloned().map(Question).collect()
    }

    /// Takes an answer.
    fn answer(&self, py: Python<'_>, question: &Question, answer: &Answer) -> PyResult<()> {
        let taken = self.lock(py).answer(question.id(), answer.0.clone());
        taken.map_err(|error| errors::plain(py, "AnswerError", &words::variant(&error), &error.to_string()))
    }

    /// Whether every question is answered and none follows.
    #[pyo3(signature = (now = None))]
    fn is_ready(&self, py: Python<'_>, now: Option<i64>) -> bool {
        self.lock(py).is_ready(now.unwrap_or_else(clock::wall))
    }

    /// The verdict on what was presented, with the answers at hand.
    #[pyo3(signature = (now = None))]
    fn decide(&self, py: Python<'_>, now: Option<i64>) -> Verdict {
        let verification = self.lock(py).clone();
        Verdict(py.detach(|| verification.decide(now.unwrap_or_else(clock::wall))))
    }

    /// A frozen copy that judges any chain later.
    fn prepared(&self, py: Python<'_>) -> PreparedVerification {
        PreparedVerification(self.lock(py).prepared())
    }

    /// The domain that is judged.
    #[getter]
    fn domain(&self, py: Python<'_>) -> String {
        self.lock(py).request().domain.as_ascii().to_owned()
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<xmpptls.Verification of {}>", self.domain(py))
    }
}

#[pymethods]
impl PreparedVerification {
    /// The refusal, when DNSSEC forbids even to connect; else none.
    #[pyo3(signature = (now = None))]
    fn forbids_to_connect(&self, now: Option<i64>) -> Option<Verdict> {
        self.0.forbids_to_connect(now.unwrap_or_else(clock::wall)).map(Verdict)
    }

    /// Judges a chain alone: the verdict says that possession of the key was not shown.
    #[pyo3(signature = (chain, now = None))]
    #[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
    fn judge(&self, chain: Vec<PyRef<'_, Certificate>>, now: Option<i64>) -> Verdict {
        let now = now.unwrap_or_else(clock::wall);
        let chain = Chain::parse(chain.iter().map(|one| one.0.der())).ok();
        let presented = chain.as_ref().map_or_else(Presented::nothing, Presented::chain_alone);
        Verdict(self.0.judge(presented, now))
    }

    /// The domain that is judged.
    #[getter]
    fn domain(&self) -> &str {
        self.0.request().domain.as_ascii()
    }

    /// Where the connection goes.
    #[getter]
    fn endpoint(&self) -> Option<Endpoint> {
        self.0.request().endpoint.clone().map(Endpoint)
    }

    /// The policy.
    #[getter]
    fn policy(&self) -> Policy {
        Policy(self.0.policy().clone())
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.PreparedVerification of {}>", self.domain())
    }
}
