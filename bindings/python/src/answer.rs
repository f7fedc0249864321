//! What a verification asks, and what may be answered.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;
use xmpptls::record::{PoshDocument, PoshEvidence, PoshUrl, TlsaOwner, TlsaRecord, TlsaSet};
use xmpptls::verification::{self, DialbackAnswer, QuestionId, QuestionKind};

use crate::bytes::Input;
use crate::endpoint::Endpoint;
use crate::{policy, words};

/// One question of a verification.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Question(pub(crate) verification::Question);

impl Question {
    pub(crate) fn id(&self) -> QuestionId {
        self.0.id
    }
}

#[pymethods]
impl Question {
    /// What is asked for, such as `tlsa` or `posh`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind.name()
    }

    /// The number within its verification.
    #[getter]
    fn number(&self) -> u32 {
        self.0.id.0
    }

    /// What exactly: the owner name of TLSA records, the URL of a POSH document, the domain of the rest.
    #[getter]
    fn subject(&self) -> String {
        match &self.0.kind {
            QuestionKind::Tlsa { owner } => owner.to_string(),
            QuestionKind::Posh { url, .. } => url.to_string(),
            QuestionKind::SrvAndAddresses { domain } | QuestionKind::History { domain, .. } => {
                domain.to_string()
            }
            QuestionKind::RevocationLists { urls } => urls.join(" "),
            QuestionKind::Dialback { originating, .. } => originating.to_string(),
            _ => String::new(),
        }
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.Question {}: {}>", self.kind(), self.subject())
    }
}

/// An answer to a question. `absent`, `failed` and `not_asked` fit every question.
#[pyclass(frozen, module = "xmpptls")]
#[derive(Clone)]
pub(crate) struct Answer(pub(crate) verification::Answer);

#[pymethods]
impl Answer {
    /// There is nothing, in this DNSSEC state.
    #[staticmethod]
    #[pyo3(signature = (dnssec = "insecure"))]
    fn absent(dnssec: &str) -> PyResult<Self> {
        Ok(Self(verification::Answer::Absent(words::dnssec(dnssec)?)))
    }

    /// It could not be had.
    #[staticmethod]
    fn failed(why: &str) -> PyResult<Self> {
        Ok(Self(verification::Answer::Failed(words::failure(why)?)))
    }

    /// The host cannot ask this, or chose not to.
    #[staticmethod]
    fn not_asked() -> Self {
        Self(verification::Answer::NotAsked)
    }

    /// TLSA records, each as RDATA or as in a zone file, found at `_PORT._tcp.HOST`.
    #[staticmethod]
    #[pyo3(signature = (host, port, records, *, dnssec, valid_until = None))]
    fn tlsa(
        host: &str,
        port: u16,
        records: Vec<Bound<'_, PyAny>>,
        dnssec: &str,
        valid_until: Option<i64>,
    ) -> PyResult<Self> {
        let rdata = records.iter().map(rdata).collect::<PyResult<Vec<_>>>()?;
        let owner = TlsaOwner { host: words::domain(host)?, port };
        let set = TlsaSet::new(owner, words::dnssec(dnssec)?, valid_until, rdata.iter().map(Vec::as_slice));
        Ok(Self(verification::Answer::Tlsa(set)))
    }

    /// A POSH document that was fetched from `url` over verified HTTPS; with `reference` the document at `url`
    /// pointed at it.
    #[staticmethod]
    #[pyo3(signature = (url, document, *, fetched_at, https_verified, reference = None))]
    fn posh(
        url: &str,
        document: Input<'_>,
        fetched_at: i64,
        https_verified: bool,
        reference: Option<Input<'_>>,
    ) -> PyResult<Self> {
        let refused = |error: &dyn std::fmt::Display| PyValueError::new_err(error.to_string());
        let url = PoshUrl::parse(url).map_err(|error| refused(&error))?;
        let read = |bytes: &Input<'_>| PoshDocument::parse(bytes.as_slice()).map_err(|error| refused(&error));
        let document = read(&document)?;
        let evidence = match reference {
            None => PoshEvidence::direct(url, document, fetched_at, https_verified),
            Some(first) => PoshEvidence::referred(url, read(&first)?, document, fetched_at, https_verified),
        };
        evidence.map(|own| Self(verification::Answer::Posh(own))).map_err(|error| refused(&error))
    }

    /// The targets of a domain that connects to us.
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
    fn targets(endpoints: Vec<PyRef<'_, Endpoint>>) -> Self {
        let endpoints = endpoints.iter().map(|endpoint| endpoint.0.clone()).collect();
        Self(verification::Answer::SrvAndAddresses(endpoints))
    }

    /// What was seen of the domain before, as it was stored.
    #[staticmethod]
    #[pyo3(signature = (text, domain, service = "c2s"))]
    fn history(py: Python<'_>, text: &str, domain: &str, service: &str) -> PyResult<Self> {
        crate::history::read(py, text, domain, service).map(|own| Self(verification::Answer::History(own)))
    }

    /// Revocation lists, in PEM or DER, those of the policy included.
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
    fn revocation_lists(texts: Vec<Input<'_>>) -> PyResult<Self> {
        let lists = policy::read_lists(texts.iter().map(Input::as_slice));
        let lists = lists.map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self(verification::Answer::RevocationLists(lists)))
    }

    /// The bare JID of the user whom the host knows by this certificate.
    #[staticmethod]
    fn user(jid: &str) -> Self {
        Self(verification::Answer::UserMapping(jid.into()))
    }

    /// What the authoritative server said of a dialback key.
    #[staticmethod]
    #[pyo3(signature = (*, valid, dnssec, over_tls))]
    fn dialback(valid: bool, dnssec: bool, over_tls: bool) -> Self {
        Self(verification::Answer::Dialback(DialbackAnswer { valid, dnssec, over_tls }))
    }
}

fn rdata(record: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = record.cast::<PyString>() {
        let text = text.to_cow()?;
        let read: Result<TlsaRecord, _> = text.parse();
        return read.map(|own| own.to_rdata()).map_err(|error| PyValueError::new_err(error.to_string()));
    }
    let bytes: Input<'_> =
        record.extract().map_err(|_| PyTypeError::new_err("a TLSA record is RDATA in bytes, or text"))?;
    Ok(bytes.as_slice().to_vec())
}
