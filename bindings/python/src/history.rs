//! What was seen of a domain before, and what changed since.

use pyo3::prelude::*;
use xmpptls::verification::{self, History as CoreHistory};

use crate::verdict::Verdict;
use crate::{clock, errors, words};

/// What was seen of a domain's certificates.
#[pyclass(frozen, eq, module = "xmpptls")]
#[derive(PartialEq, Eq)]
pub(crate) struct History(pub(crate) CoreHistory);

/// What changed since the domain was seen before, and how loudly to say so.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Observation(verification::Observation);

pub(crate) fn read(py: Python<'_>, text: &str, domain: &str, service: &str) -> PyResult<CoreHistory> {
    let (domain, service) = (words::domain(domain)?, words::service(service)?);
    CoreHistory::from_json(text.as_bytes(), &domain, service)
        .map_err(|error| errors::plain(py, "HistoryError", &words::variant(&error), &error.to_string()))
}

#[pymethods]
impl History {
    /// The history of a domain that was never seen.
    #[new]
    #[pyo3(signature = (domain, service = "c2s"))]
    fn new(domain: &str, service: &str) -> PyResult<Self> {
        Ok(Self(CoreHistory::new(words::domain(domain)?, words::service(service)?)))
    }

    /// Reads what `to_json` wrote. A damaged text is an error, never an empty history.
    #[staticmethod]
    #[pyo3(signature = (text, domain, service = "c2s"))]
    fn from_json(py: Python<'_>, text: &str, domain: &str, service: &str) -> PyResult<Self> {
        read(py, text, domain, service).map(Self)
    }

    /// The text to store.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The domain.
    #[getter]
    fn domain(&self) -> &str {
        self.0.domain().as_ascii()
    }

    /// `c2s` or `s2s`.
    #[getter]
    fn service(&self) -> &'static str {
        self.0.service().name()
    }

    /// Compares a verdict with it; none when the peer presented no certificate.
    #[pyo3(signature = (verdict, now = None))]
    fn observe(&self, verdict: &Verdict, now: Option<i64>) -> Option<Observation> {
        verification::observe(&self.0, &verdict.0, now.unwrap_or_else(clock::wall)).map(Observation)
    }

    fn __len__(&self) -> usize {
        self.0.seen().len()
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.History of {}: {}>", self.0.domain(), self.0.seen().len())
    }
}

#[pymethods]
impl Observation {
    /// What changed, such as `same` or `new_issuer`.
    #[getter]
    fn change(&self) -> &'static str {
        self.0.change.name()
    }

    /// `info`, `warning` or `alarm`.
    #[getter]
    fn loudness(&self) -> &'static str {
        self.0.loudness.name()
    }

    /// Whether DNS or POSH announced the new certificate.
    #[getter]
    fn announced(&self) -> bool {
        self.0.announced
    }

    /// The history to keep from now on; none when there is nothing to record.
    #[getter]
    fn to_store(&self) -> Option<History> {
        self.0.to_store.clone().map(History)
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.Observation: {} ({})>", self.0.change.name(), self.0.loudness.name())
    }
}
