//! What is demanded of one peer: pins, which only restrict, and exceptions, which authenticate.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use xmpptls::certificate::hexadecimal;
use xmpptls::policy::{self, PinnedDigest, Requirement};

use crate::bytes::Input;
use crate::certificate::Certificate;

/// What a pin or an exception names: a certificate, or a public key, by its SHA-256.
#[pyclass(frozen, eq, hash, module = "xmpptls")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Pin(pub(crate) PinnedDigest);

#[pymethods]
impl Pin {
    /// Names one certificate: a `Certificate`, or the SHA-256 of its DER.
    #[staticmethod]
    fn certificate(of: &Bound<'_, PyAny>) -> PyResult<Self> {
        digest(of, |one| one.0.digest_sha256()).map(|own| Self(PinnedDigest::Certificate(own)))
    }

    /// Names one public key, which may outlive certificates: a `Certificate` that has it, or the SHA-256 of
    /// its SubjectPublicKeyInfo.
    #[staticmethod]
    fn public_key(of: &Bound<'_, PyAny>) -> PyResult<Self> {
        digest(of, |one| one.0.spki_sha256()).map(|own| Self(PinnedDigest::PublicKey(own)))
    }

    /// `certificate` or `public-key`.
    #[getter]
    fn kind(&self) -> &'static str {
        match self.0 {
            PinnedDigest::Certificate(_) => "certificate",
            PinnedDigest::PublicKey(_) => "public-key",
        }
    }

    /// The SHA-256.
    #[getter]
    fn sha256<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let (PinnedDigest::Certificate(digest) | PinnedDigest::PublicKey(digest)) = &self.0;
        PyBytes::new(py, digest)
    }

    fn __repr__(&self) -> String {
        let (PinnedDigest::Certificate(digest) | PinnedDigest::PublicKey(digest)) = &self.0;
        let hex: String = hexadecimal(digest);
        format!("<xmpptls.Pin: {} {hex}>", self.kind())
    }
}

fn digest(of: &Bound<'_, PyAny>, computed: impl Fn(&Certificate) -> [u8; 32]) -> PyResult<[u8; 32]> {
    if let Ok(certificate) = of.cast::<Certificate>() {
        return Ok(computed(certificate.get()));
    }
    let bytes: Input<'_> = of.extract()?;
    bytes.as_slice().try_into().map_err(|_| PyValueError::new_err("a SHA-256 has 32 bytes"))
}

/// A certificate or key that authenticates a peer by the operator's word, until then.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct TrustException(policy::Exception);

#[pymethods]
impl TrustException {
    #[new]
    #[pyo3(signature = (pin, *, until))]
    fn new(pin: &Pin, until: i64) -> Self {
        Self(policy::Exception { digest: pin.0, until })
    }

    /// What is accepted.
    #[getter]
    fn pin(&self) -> Pin {
        Pin(self.0.digest)
    }

    /// The last second, in seconds since 1970.
    #[getter]
    fn until(&self) -> i64 {
        self.0.until
    }
}

/// Demands for one peer domain; what is left out is what the policy says for everyone.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Peer(pub(crate) policy::PeerPolicy);

#[pymethods]
impl Peer {
    #[new]
    #[pyo3(signature = (*, pins = vec![], exceptions = vec![], requirement = None, dane_required = None, with_subdomains = false))]
    #[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
    fn new(
        pins: Vec<PyRef<'_, Pin>>,
        exceptions: Vec<PyRef<'_, TrustException>>,
        requirement: Option<&str>,
        dane_required: Option<bool>,
        with_subdomains: bool,
    ) -> PyResult<Self> {
        let unknown = |word| PyValueError::new_err(format!("{word:?} is no requirement"));
        let requirement =
            requirement.map(|word| Requirement::from_name(word).ok_or_else(|| unknown(word))).transpose()?;
        Ok(Self(policy::PeerPolicy {
            with_subdomains,
            requirement,
            dane_required,
            pins: pins.iter().map(|pin| pin.0).collect(),
            exceptions: exceptions.iter().map(|one| one.0).collect(),
        }))
    }
}
