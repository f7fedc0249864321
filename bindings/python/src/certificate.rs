//! What a certificate says.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use xmpptls::certificate::{self, escape_for_text};

use crate::bytes::Input;

/// A certificate. Text that its maker wrote is escaped for one line.
#[pyclass(frozen, eq, hash, module = "xmpptls")]
#[derive(PartialEq, Eq)]
pub(crate) struct Certificate(pub(crate) certificate::Certificate);

impl std::hash::Hash for Certificate {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.der().hash(state);
    }
}

/// The DER certificates of a chain; what cannot be read is left out.
pub(crate) fn chain<'a>(ders: impl Iterator<Item = &'a [u8]>) -> Vec<Certificate> {
    ders.filter_map(|der| certificate::Certificate::parse(der).ok()).map(Certificate).collect()
}

#[pymethods]
impl Certificate {
    /// Reads DER.
    #[new]
    fn new(der: Input<'_>) -> PyResult<Self> {
        let parsed = certificate::Certificate::parse(der.as_slice());
        parsed.map(Self).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// The bytes.
    #[getter]
    fn der<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.der())
    }

    /// As PEM.
    #[getter]
    fn pem(&self) -> String {
        self.0.to_pem()
    }

    /// The identifiers in subjectAltName: dNSName, SRVName, XMPP address, iPAddress.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.0.names().texts().iter().map(|text| escape_for_text(text)).collect()
    }

    /// The dNSNames.
    #[getter]
    fn dns_names(&self) -> Vec<String> {
        self.0.names().dns.iter().map(|name| escape_for_text(&name.text)).collect()
    }

    /// The SRVNames.
    #[getter]
    fn srv_names(&self) -> Vec<String> {
        self.0.names().srv.iter().map(|name| escape_for_text(&name.text)).collect()
    }

    /// The XMPP addresses.
    #[getter]
    fn xmpp_addresses(&self) -> Vec<String> {
        self.0.names().xmpp_addr.iter().map(|name| escape_for_text(&name.text)).collect()
    }

    /// The IP addresses.
    #[getter]
    fn ip_addresses(&self) -> Vec<String> {
        self.0.names().ip.iter().map(ToString::to_string).collect()
    }

    /// The subject: pairs of a type's name, or its OID, and a value.
    #[getter]
    fn subject<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        attributes(py, self.0.subject())
    }

    /// The issuer, as `subject`.
    #[getter]
    fn issuer<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        attributes(py, self.0.issuer())
    }

    /// The serial number.
    #[getter]
    fn serial<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.serial())
    }

    /// The version, 3 as a rule.
    #[getter]
    fn version(&self) -> u8 {
        self.0.version()
    }

    /// The first second of validity, in seconds since 1970.
    #[getter]
    fn not_before(&self) -> i64 {
        self.0.validity().not_before
    }

    /// The last second of validity, in seconds since 1970.
    #[getter]
    fn not_after(&self) -> i64 {
        self.0.validity().not_after
    }

    /// The kind of key, such as `EC P-256` or `RSA 2048`.
    #[getter]
    fn key(&self) -> String {
        self.0.key().name()
    }

    /// How the issuer signed.
    #[getter]
    fn signature(&self) -> String {
        escape_for_text(self.0.signature_algorithm().label())
    }

    /// Whether it says that it is an authority.
    #[getter]
    fn is_ca(&self) -> bool {
        self.0.is_ca()
    }

    /// Whether subject and issuer are the same.
    #[getter]
    fn is_self_issued(&self) -> bool {
        self.0.is_self_issued()
    }

    /// The purposes in extendedKeyUsage; empty when it has none.
    #[getter]
    fn purposes(&self) -> Vec<String> {
        self.0.extended_key_usage().purposes().iter().map(|one| escape_for_text(one.name())).collect()
    }

    /// SHA-256 of the DER.
    #[getter]
    fn sha256<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.digest_sha256())
    }

    /// SHA-256 of the SubjectPublicKeyInfo: what TLSA `3 1 1` holds.
    #[getter]
    fn public_key_sha256<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.spki_sha256())
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.Certificate for {}>", self.names().join(", "))
    }
}

fn attributes<'py>(py: Python<'py>, list: &[certificate::Attribute]) -> PyResult<Bound<'py, PyTuple>> {
    let pairs = list.iter().map(|one| {
        let name = one.name.map_or_else(|| one.oid.to_string(), str::to_owned);
        (name, escape_for_text(&one.value))
    });
    PyTuple::new(py, pairs.collect::<Vec<_>>())
}
