//! Trust anchors: read once, shared by many policies.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use xmpptls::files;
use xmpptls::proof::pkix;

use crate::bytes::Input;
use crate::errors;

/// A set of certification authorities.
#[pyclass(frozen, eq, module = "xmpptls")]
pub(crate) struct TrustAnchors(pub(crate) pkix::TrustAnchors);

impl PartialEq for TrustAnchors {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().eq(other.0.iter())
    }
}

#[pymethods]
impl TrustAnchors {
    /// Reads the system's trust store.
    #[staticmethod]
    pub(crate) fn system(py: Python<'_>) -> PyResult<Self> {
        let reading = py.detach(files::system_trust_anchors);
        reading.map(|reading| Self(reading.anchors)).map_err(|error| errors::file(py, &error))
    }

    /// Reads a file of PEM certificates, or of one in DER.
    #[staticmethod]
    fn from_file(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let reading = py.detach(|| files::file_trust_anchors(&path));
        reading.map(|reading| Self(reading.anchors)).map_err(|error| errors::file(py, &error))
    }

    /// Reads a directory that OpenSSL's `rehash` made.
    #[staticmethod]
    fn from_directory(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let reading = py.detach(|| files::directory_trust_anchors(&path));
        reading.map(|reading| Self(reading.anchors)).map_err(|error| errors::file(py, &error))
    }

    /// Reads PEM: any number of certificates with anything between them.
    #[staticmethod]
    fn from_pem(pem: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(pkix::TrustAnchors::from_pem(Input::text_or_bytes(pem)?.as_slice())))
    }

    /// Reads certificates in DER.
    #[staticmethod]
    fn from_der(certificates: Vec<Bound<'_, PyBytes>>) -> Self {
        Self(pkix::TrustAnchors::from_der(certificates.iter().map(|der| der.as_bytes())))
    }

    /// How many certificates were passed over, since they cannot be anchors.
    #[getter]
    fn skipped(&self) -> usize {
        self.0.skipped().len()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.TrustAnchors: {}>", self.0.len())
    }
}
