//! Certificates and keys, and which of them serves whom.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use xmpptls::files;
use xmpptls::tls::{self, CredentialStore};

use crate::bytes::Input;
use crate::certificate::{self, Certificate};
use crate::errors;

/// A certificate chain with its private key.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Credential(pub(crate) Arc<tls::Credential>);

#[pymethods]
impl Credential {
    /// Reads PEM. Without `key` the key is in the same text as the chain.
    #[staticmethod]
    #[pyo3(signature = (chain, key = None))]
    fn from_pem(chain: &Bound<'_, PyAny>, key: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let (py, chain) = (chain.py(), Input::text_or_bytes(chain)?);
        let key = key.map(Input::text_or_bytes).transpose()?;
        let made = tls::Credential::from_pem(chain.as_slice(), key.as_ref().unwrap_or(&chain).as_slice());
        made.map(|made| Self(Arc::new(made))).map_err(|error| errors::credential(py, error))
    }

    /// Reads PEM files. Without `key` the key is in the same file as the chain.
    #[staticmethod]
    #[pyo3(signature = (chain, key = None))]
    fn from_file(py: Python<'_>, chain: PathBuf, key: Option<PathBuf>) -> PyResult<Self> {
        let made = py.detach(|| files::credential(&chain, key.as_deref()));
        made.map(|made| Self(Arc::new(made))).map_err(|error| errors::file(py, &error))
    }

    /// The chain, the end entity's certificate first.
    #[getter]
    fn chain(&self) -> Vec<Certificate> {
        certificate::chain(self.0.chain())
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.Credential: {:?}>", self.0.key_kind())
    }
}

/// What an accepting end can show, and an initiating server too: credentials by domain.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Credentials(pub(crate) Arc<CredentialStore>);

#[pymethods]
impl Credentials {
    /// `by_domain` maps domains, or `*.` and a domain, to a credential or a list of them; `by_names` serve
    /// the names in their certificates; `default` serves whom no name serves.
    #[new]
    #[pyo3(signature = (by_domain = None, *, by_names = None, default = None))]
    fn new(
        by_domain: Option<&Bound<'_, PyDict>>,
        by_names: Option<Vec<PyRef<'_, Credential>>>,
        default: Option<PyRef<'_, Credential>>,
    ) -> PyResult<Self> {
        let mut store = CredentialStore::new();
        for (name, served) in by_domain.into_iter().flatten() {
            let name: String = name.extract()?;
            for credential in one_or_more(&served)? {
                store.insert(&name, credential);
            }
        }
        by_names.into_iter().flatten().for_each(|one| store.insert_by_names(one.0.clone()));
        if let Some(default) = default {
            store.insert_default(default.0.clone());
        }
        Ok(Self(Arc::new(store)))
    }

    /// The credentials that would serve a name, or none.
    fn which(&self, name: &str) -> Vec<Credential> {
        let served = self.0.which(name);
        served.map(|served| served.credentials.iter().cloned().map(Credential).collect()).unwrap_or_default()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.Credentials: {}>", self.0.len())
    }
}

fn one_or_more(value: &Bound<'_, PyAny>) -> PyResult<Vec<Arc<tls::Credential>>> {
    if let Ok(one) = value.cast::<Credential>() {
        return Ok(vec![one.get().0.clone()]);
    }
    let several: Vec<PyRef<'_, Credential>> =
        value.extract().map_err(|_| PyTypeError::new_err("a Credential, or a list of them, is expected"))?;
    Ok(several.iter().map(|one| one.0.clone()).collect())
}
