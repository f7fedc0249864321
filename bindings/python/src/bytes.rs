//! Bytes from Python: `bytes` without a copy, `bytearray` and `memoryview` with one.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};

/// What a call was given, held for as long as the call needs it.
pub(crate) enum Input<'py> {
    Bytes(Bound<'py, PyBytes>),
    Copied(Vec<u8>),
}

impl<'py> Input<'py> {
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes(),
            Self::Copied(bytes) => bytes,
        }
    }

    /// As `extract`, but text counts as its UTF-8 bytes, for PEM.
    pub(crate) fn text_or_bytes(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        match value.cast::<PyString>() {
            Ok(text) => Ok(Self::Copied(text.to_cow()?.into_owned().into_bytes())),
            Err(_) => value.extract(),
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Input<'py> {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.to_owned()));
        }
        if let Ok(bytes) = value.cast::<PyByteArray>() {
            return Ok(Self::Copied(bytes.to_vec()));
        }
        if value.cast::<PyMemoryView>().is_ok() {
            let bytes = value.call_method0("tobytes")?;
            return Ok(Self::Copied(bytes.cast::<PyBytes>()?.as_bytes().to_vec()));
        }
        let kind = value.get_type().name()?;
        Err(PyTypeError::new_err(format!("a bytes-like object is required, not {kind}")))
    }
}
