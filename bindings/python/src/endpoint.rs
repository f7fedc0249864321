//! Where a connection goes, with the DNSSEC states that led there.

use pyo3::prelude::*;
use xmpptls::name;

use crate::words;

/// A target to connect to.
#[pyclass(frozen, eq, module = "xmpptls")]
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Endpoint(pub(crate) name::Endpoint);

#[pymethods]
impl Endpoint {
    #[new]
    #[pyo3(signature = (
        target, port, *, transport = "starttls", srv = None, addresses = "insecure", canonical = None,
        configured = false
    ))]
    fn new(
        target: &str,
        port: u16,
        transport: &str,
        srv: Option<&str>,
        addresses: &str,
        canonical: Option<&str>,
        configured: bool,
    ) -> PyResult<Self> {
        Ok(Self(name::Endpoint {
            target: words::domain(target)?,
            port,
            transport: words::transport(transport)?,
            srv: srv.map(words::dnssec).transpose()?,
            addresses: words::dnssec(addresses)?,
            canonical: canonical.map(words::domain).transpose()?,
            configured,
        }))
    }

    /// The host that is dialled.
    #[getter]
    fn target(&self) -> &str {
        self.0.target.as_ascii()
    }

    /// The port.
    #[getter]
    fn port(&self) -> u16 {
        self.0.port
    }

    /// How TLS starts there.
    #[getter]
    fn transport(&self) -> &'static str {
        self.0.transport.name()
    }

    /// The DNSSEC state of the SRV answer; none when there was none.
    #[getter]
    fn srv(&self) -> Option<&'static str> {
        self.0.srv.map(|state| state.name())
    }

    /// The DNSSEC state of the addresses.
    #[getter]
    fn addresses(&self) -> &'static str {
        self.0.addresses.name()
    }

    /// The name that the target's secure CNAMEs end at.
    #[getter]
    fn canonical(&self) -> Option<&str> {
        self.0.canonical.as_ref().map(|name| name.as_ascii())
    }

    /// Whether a person tied this host to the domain.
    #[getter]
    fn configured(&self) -> bool {
        self.0.configured
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.Endpoint {}:{} ({})>", self.0.target, self.0.port, self.0.transport.name())
    }
}
