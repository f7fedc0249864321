//! Dialback keys (XEP-0220, XEP-0185), and which channel binding a SASL exchange uses.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use xmpptls::binding::{self, DowngradeHash};
use xmpptls::proof::dialback::{self, DialbackContext, DialbackError};

use crate::bytes::Input;

/// The secret that dialback keys are made with. It is never shown.
#[pyclass(frozen, module = "xmpptls.dialback")]
pub(crate) struct Secret(dialback::DialbackSecret);

fn refused(error: DialbackError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

#[pymethods]
impl Secret {
    /// Takes a configured secret.
    #[new]
    fn new(secret: &Bound<'_, PyAny>) -> PyResult<Self> {
        let secret = Input::text_or_bytes(secret)?;
        dialback::DialbackSecret::new(secret.as_slice()).map(Self).map_err(refused)
    }

    /// The key for a stream.
    #[pyo3(signature = (*, receiving, originating, stream_id))]
    fn key(&self, receiving: &str, originating: &str, stream_id: &str) -> PyResult<String> {
        self.0.key(DialbackContext { receiving, originating, stream_id }).map_err(refused)
    }

    /// Whether `key` is the one for this stream.
    #[pyo3(signature = (key, *, receiving, originating, stream_id))]
    fn matches(&self, key: &str, receiving: &str, originating: &str, stream_id: &str) -> bool {
        self.0.matches(DialbackContext { receiving, originating, stream_id }, key)
    }

    fn __repr__(&self) -> &'static str {
        "<xmpptls.dialback.Secret>"
    }
}

/// The text for SCRAM's `h` attribute (XEP-0474).
#[pyfunction]
#[pyo3(signature = (scram_hash, mechanisms, binding_types = None))]
#[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
pub(crate) fn downgrade_hash(
    scram_hash: &str,
    mechanisms: Vec<String>,
    binding_types: Option<Vec<String>>,
) -> PyResult<String> {
    let hash = match scram_hash {
        "SHA-1" => DowngradeHash::Sha1,
        "SHA-256" => DowngradeHash::Sha256,
        "SHA-512" => DowngradeHash::Sha512,
        other => {
            return Err(PyValueError::new_err(format!(
                "the hash is {other:?}, and must be SHA-1, SHA-256 or SHA-512"
            )));
        }
    };
    let mechanisms: Vec<&str> = mechanisms.iter().map(String::as_str).collect();
    let types: Option<Vec<&str>> = binding_types.as_ref().map(|all| all.iter().map(String::as_str).collect());
    Ok(binding::downgrade_hash(hash, &mechanisms, types.as_deref()))
}
