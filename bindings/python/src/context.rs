//! What connections share: the current policy, credentials, tickets.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use xmpptls::connection;
use xmpptls::tls::TicketKey;

use crate::bytes::Input;
use crate::credentials::Credentials;
use crate::policy::Policy;
use crate::{errors, words};

/// Bytes of one key of session tickets: an id of 16, then a secret of 32.
const TICKET_KEY_SIZE: usize = 48;

/// Shared by many connections, and by threads.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Context(pub(crate) connection::Context);

#[pymethods]
impl Context {
    #[new]
    #[pyo3(signature = (policy, credentials = None))]
    fn new(py: Python<'_>, policy: &Policy, credentials: Option<&Credentials>) -> PyResult<Self> {
        let (policy, credentials) = (policy.0.clone(), credentials.map(|own| own.0.clone()));
        let made = py.detach(|| connection::Context::new(policy, credentials));
        made.map(Self).map_err(|error| errors::context(py, error))
    }

    /// The policy for the connections to come.
    #[getter]
    fn policy(&self) -> Policy {
        Policy(self.0.policy())
    }

    /// The credentials for the connections to come.
    #[getter]
    fn credentials(&self) -> Credentials {
        Credentials(self.0.credentials())
    }

    /// Puts another policy in place for the connections to come.
    fn set_policy(&self, py: Python<'_>, policy: &Policy) -> PyResult<()> {
        let policy = policy.0.clone();
        py.detach(|| self.0.set_policy(policy)).map_err(|error| errors::context(py, error))
    }

    /// Puts other credentials in place for the connections to come.
    #[pyo3(signature = (credentials))]
    fn set_credentials(&self, py: Python<'_>, credentials: Option<&Credentials>) -> PyResult<()> {
        let credentials = credentials.map(|own| own.0.clone());
        py.detach(|| self.0.set_credentials(credentials)).map_err(|error| errors::context(py, error))
    }

    /// Puts the host's keys of session tickets in place: the first seals, all open.
    #[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
    fn set_ticket_keys(&self, py: Python<'_>, keys: Vec<Input<'_>>) -> PyResult<()> {
        let keys: Vec<&[u8]> = keys.iter().map(Input::as_slice).collect();
        if keys.iter().any(|key| key.len() != TICKET_KEY_SIZE) {
            return Err(PyValueError::new_err(format!("a ticket key has {TICKET_KEY_SIZE} bytes")));
        }
        let keys = TicketKey::from_bytes(&keys.concat())
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        py.detach(|| self.0.set_ticket_keys(keys)).map_err(|error| errors::context(py, error))
    }

    /// Forgets the tickets of a domain: the next handshake with it is a full one.
    fn forget(&self, domain: &str) -> PyResult<()> {
        self.0.forget(&words::domain(domain)?);
        Ok(())
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.Context: policy {}>", self.0.policy().name())
    }
}
