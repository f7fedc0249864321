//! The answer: who the peer is, by which proof, and every reason found on the way.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use xmpptls::compat::VerifyCode;
use xmpptls::verdict::{self, Outcome, Possession};

use crate::certificate::Certificate;

/// A verdict. It never changes.
#[pyclass(frozen, module = "xmpptls")]
#[derive(Clone)]
pub(crate) struct Verdict(pub(crate) verdict::Verdict);

/// Why a proof failed, or what explains a verdict: a number that is stable for good, its name, the clause behind
/// it and one line for people.
#[pyclass(frozen, eq, hash, get_all, module = "xmpptls")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Reason {
    code: u32,
    name: &'static str,
    clause: &'static str,
    text: String,
}

/// One proof of the trail: which, how it ended, and why.
#[pyclass(frozen, get_all, module = "xmpptls")]
pub(crate) struct Attempt {
    proof: &'static str,
    outcome: &'static str,
    method: Option<&'static str>,
    not_tried: Option<&'static str>,
    reasons: Py<PyTuple>,
}

#[pymethods]
impl Reason {
    fn __str__(&self) -> &str {
        &self.text
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.Reason {}: {}>", self.name, self.text)
    }
}

#[pymethods]
impl Attempt {
    fn __repr__(&self) -> String {
        format!("<xmpptls.Attempt {}: {}>", self.proof, self.outcome)
    }
}

fn reasons<'a, 'py>(
    py: Python<'py>,
    list: impl Iterator<Item = &'a verdict::Reason>,
) -> PyResult<Bound<'py, PyTuple>> {
    let list = list.map(|reason| {
        let code = reason.code();
        let (name, clause) = (code.word(), code.clause());
        Reason { code: code.number(), name, clause, text: reason.to_string() }
    });
    PyTuple::new(py, list.collect::<Vec<_>>())
}

#[pymethods]
impl Verdict {
    /// `authenticated`, `weak`, `encrypted_only` or `refused`.
    #[getter]
    fn level(&self) -> &'static str {
        self.0.level().name()
    }

    /// By which proof; none unless authenticated or weak.
    #[getter]
    fn method(&self) -> Option<&'static str> {
        self.0.method().map(verdict::Method::name)
    }

    /// The domain that was judged.
    #[getter]
    fn domain(&self) -> &str {
        self.0.domain().as_ascii()
    }

    /// `c2s` or `s2s`.
    #[getter]
    fn service(&self) -> &'static str {
        self.0.service().name()
    }

    /// Our end of the stream: `initiating` or `receiving`.
    #[getter]
    fn direction(&self) -> &'static str {
        self.0.direction().name()
    }

    /// Whether the pair may be authorised under the verdict's policy.
    #[getter]
    fn permitted(&self) -> bool {
        self.0.is_permitted()
    }

    /// Whether SASL PLAIN may be used with this server.
    #[getter]
    fn may_use_plain(&self) -> bool {
        self.0.may_use_plain()
    }

    /// Every reason found, those of failed proofs beside a successful one too.
    #[getter]
    fn reasons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        reasons(py, self.0.reasons())
    }

    /// What explains the verdict without deciding it.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let list = self.0.notes().iter().map(|note| {
            let code = note.code();
            let (name, clause) = (code.word(), code.clause());
            Reason { code: code.number(), name, clause, text: note.to_string() }
        });
        PyTuple::new(py, list.collect::<Vec<_>>())
    }

    /// The trail: every proof once, in the order in which they are tried.
    #[getter]
    fn attempts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let list = self.0.attempts().iter().map(|attempt| {
            let not_tried =
                if let Outcome::NotTried(why) = attempt.outcome { Some(why.name()) } else { None };
            Ok(Attempt {
                proof: attempt.proof.name(),
                outcome: attempt.outcome.name(),
                method: attempt.method().map(verdict::Method::name),
                not_tried,
                reasons: reasons(py, attempt.reasons.iter())?.unbind(),
            })
        });
        PyTuple::new(py, list.collect::<PyResult<Vec<_>>>()?)
    }

    /// The peer's certificates, its own first; there after a refusal, too.
    #[getter]
    fn chain(&self) -> Vec<Certificate> {
        self.0.chain().into_iter().flat_map(|chain| chain.iter().cloned()).map(Certificate).collect()
    }

    /// When it was judged, in seconds since 1970.
    #[getter]
    fn judged_at(&self) -> i64 {
        self.0.judged_at()
    }

    /// The last second at which all that it rests on is valid; none when nothing ends.
    #[getter]
    fn valid_until(&self) -> Option<i64> {
        self.0.valid_until()
    }

    /// Whether a handshake showed that the peer holds the key.
    #[getter]
    fn possession_shown(&self) -> bool {
        self.0.possession() == Possession::Shown
    }

    /// Whether the certificates came from an earlier handshake.
    #[getter]
    fn resumed(&self) -> bool {
        self.0.is_resumed()
    }

    /// The name of the policy.
    #[getter]
    fn policy(&self) -> &str {
        self.0.policy()
    }

    /// The number of the TLS alert that tells the peer why it is refused.
    #[getter]
    fn alert(&self) -> Option<u8> {
        self.0.alert().map(|alert| alert.number())
    }

    /// The number that OpenSSL's certificate verification would give, `X509_V_…`; 0 for an authenticated peer alone.
    #[getter]
    fn openssl_code(&self) -> u8 {
        VerifyCode::of_verdict(&self.0).number()
    }

    /// The verdict as JSON, in one line.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.Verdict: {}>", self.0)
    }
}
