//! What is demanded of a peer and of its TLS.
//!
//! Every setting of the TOML form is a keyword, its path with `_` for each dot: `dane.required` is
//! `dane_required`. The core reads the values, so that the two forms cannot differ.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyInt, PyString};
use xmpptls::policy::{self, PolicyBuilder, PolicyDocument, PolicyError, Setting};
use xmpptls::proof::pkix::{self, RevocationList, RevocationListError, RevocationLists};
use xmpptls::{files, limits};

use crate::anchors::TrustAnchors;
use crate::peer::Peer;
use crate::{errors, words};

/// A frozen policy.
#[pyclass(frozen, module = "xmpptls")]
#[derive(Clone)]
pub(crate) struct Policy(pub(crate) Arc<policy::Policy>);

#[pymethods]
impl Policy {
    #[new]
    #[pyo3(signature = (preset, *, trust_anchors = None, revocation_lists = None, peers = None, **settings))]
    fn new(
        py: Python<'_>,
        preset: &str,
        trust_anchors: Option<&TrustAnchors>,
        revocation_lists: Option<Vec<Bound<'_, PyBytes>>>,
        peers: Option<&Bound<'_, PyDict>>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut builder = PolicyBuilder::from_name(preset).map_err(|error| errors::policy(py, &error))?;
        for (key, value) in settings.into_iter().flatten() {
            let (key, value): (String, String) = (key.extract()?, toml(&value)?);
            let setting = Setting::ALL.iter().find(|one| one.path().replace('.', "_") == key);
            let path = setting.map_or(key.as_str(), |one| one.path());
            builder.set(path, &value).map_err(|error| errors::policy_text(py, &error))?;
        }
        for (domain, peer) in peers.into_iter().flatten() {
            let domain = words::domain(&domain.extract::<String>()?)?;
            let peer = peer.cast::<Peer>()?.get().0.clone();
            builder.peer(domain, peer).map_err(|error| errors::policy(py, &error))?;
        }
        if let Some(lists) = revocation_lists {
            let lists = read_lists(lists.iter().map(|text| text.as_bytes()));
            let lists = lists.map_err(|error| {
                errors::plain(py, "PolicyError", &words::variant(&error), &error.to_string())
            })?;
            builder.revocation_lists(lists).map_err(|error| errors::policy(py, &error))?;
        }
        if let Some(anchors) = trust_anchors {
            builder.trust_anchors(anchors.0.clone()).map_err(|error| errors::policy(py, &error))?;
        }
        build(py, builder, trust_anchors.is_none())
    }

    /// Reads the TOML form.
    #[staticmethod]
    #[pyo3(signature = (text, *, trust_anchors = None))]
    fn from_toml(py: Python<'_>, text: &str, trust_anchors: Option<&TrustAnchors>) -> PyResult<Self> {
        let document = PolicyDocument::read(text).map_err(|error| errors::policy_text(py, &error))?;
        let anchors = match trust_anchors {
            Some(given) => given.0.clone(),
            None => named_anchors(py, &document)?,
        };
        let built = document.build(anchors);
        built.map(Self).map_err(|error| errors::policy_text(py, &error))
    }

    /// Reads a file of the TOML form with all that it names; its relative paths start at its own directory.
    #[staticmethod]
    fn from_file(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let reading = py.detach(|| files::policy(&path));
        reading.map(|reading| Self(reading.policy)).map_err(|error| errors::file(py, &error))
    }

    /// The preset's dated name, with `+changes` when anything differs from it.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// `c2s` or `s2s`.
    #[getter]
    fn service(&self) -> &'static str {
        self.0.service().name()
    }

    /// What is given up compared with a strict policy, and what is lost by it.
    #[getter]
    fn relaxations(&self) -> Vec<String> {
        self.0.relaxations().iter().map(ToString::to_string).collect()
    }

    /// The trust anchors.
    #[getter]
    fn trust_anchors(&self) -> TrustAnchors {
        TrustAnchors(self.0.trust_anchors().clone())
    }

    /// SHA-256 of all that the policy demands.
    #[getter]
    fn fingerprint<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.fingerprint())
    }

    /// The TOML form with every value.
    fn to_toml(&self) -> String {
        self.0.to_toml()
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.Policy: {}>", self.0.name())
    }
}

/// Builds; where trust anchors are needed and none were given, with the system's.
fn build(py: Python<'_>, mut builder: PolicyBuilder, may_use_system: bool) -> PyResult<Policy> {
    match builder.build() {
        Ok(policy) => Ok(Policy(policy)),
        Err(PolicyError::NoTrustAnchors) if may_use_system => {
            let anchors = TrustAnchors::system(py)?;
            let built = builder.trust_anchors(anchors.0).and_then(|builder| builder.build());
            built.map(Policy).map_err(|error| errors::policy(py, &error))
        }
        Err(error) => Err(errors::policy(py, &error)),
    }
}

fn named_anchors(py: Python<'_>, document: &PolicyDocument) -> PyResult<pkix::TrustAnchors> {
    let reading = py.detach(|| files::trust_anchors(document.trust_anchor_sources()));
    reading.map(|reading| reading.anchors).map_err(|error| errors::file(py, &error))
}

/// Reads revocation lists, each text with one or several; of too many no more than the first that is one too many.
pub(crate) fn read_lists<'a>(
    texts: impl Iterator<Item = &'a [u8]>,
) -> Result<RevocationLists, RevocationListError> {
    let mut all = Vec::new();
    for text in texts.take(limits::REVOCATION_LISTS.saturating_add(1)) {
        all.extend(RevocationList::parse_all(text)?);
    }
    RevocationLists::new(all)
}

/// A Python value as the TOML form writes it.
fn toml(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if value.is_instance_of::<PyBool>() {
        return Ok(if value.is_truthy()? { "true" } else { "false" }.to_owned());
    }
    if value.is_instance_of::<PyInt>() {
        return Ok(value.str()?.to_string());
    }
    if value.is_instance_of::<PyString>() {
        return value.extract();
    }
    let words: Vec<String> = value
        .extract()
        .map_err(|_| PyTypeError::new_err("a setting is a bool, an int, a str, or a list of str"))?;
    let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    Ok(format!("[{}]", quoted.join(", ")))
}

/// Text as a TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
