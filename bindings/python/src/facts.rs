//! What can be said about a connection, and what a host decides about it.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use xmpptls::connection::Choice;
use xmpptls::parameter::Alert;
use xmpptls::policy::Gate;
use xmpptls::report::Report;
use xmpptls::tls::HandshakeKind;

use crate::certificate::{self, Certificate};
use crate::connection::Connection;
use crate::context::Context;
use crate::endpoint::Endpoint;
use crate::policy::Policy;
use crate::verdict::Verdict;
use crate::verification::Verification;
use crate::{errors, words};

#[pymethods]
impl Connection {
    /// Where it stands: `prepared`, `clear`, `hello`, `handshake`, `open`, `closed` or `failed`.
    #[getter]
    fn phase(&self, py: Python<'_>) -> &'static str {
        self.lock(py).connection.phase().name()
    }

    /// The failure as an exception object, once it failed.
    #[getter]
    fn failure(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let inner = self.lock(py);
        if inner.connection.cause().is_none() {
            return Ok(None);
        }
        Ok(Some(errors::failed(py, &inner.connection)?.into_value(py).into_any()))
    }

    /// `c2s` or `s2s`.
    #[getter]
    fn service(&self, py: Python<'_>) -> &'static str {
        self.lock(py).connection.role().service.name()
    }

    /// Our end of it: `initiating` or `receiving`.
    #[getter]
    fn direction(&self, py: Python<'_>) -> &'static str {
        self.lock(py).connection.role().direction.name()
    }

    /// How TLS starts.
    #[getter]
    fn transport(&self, py: Python<'_>) -> &'static str {
        self.lock(py).connection.transport().name()
    }

    /// The domain that is meant (initiating).
    #[getter]
    fn domain(&self, py: Python<'_>) -> Option<String> {
        self.lock(py).connection.domain().map(|domain| domain.as_ascii().to_owned())
    }

    /// The policy that the connection keeps.
    #[getter]
    fn policy_name(&self, py: Python<'_>) -> String {
        self.lock(py).connection.policy().name().to_owned()
    }

    /// Who keeps application bytes back: `library` or `host`.
    #[getter]
    fn gate(&self, py: Python<'_>) -> &'static str {
        match self.lock(py).connection.gate() {
            Gate::Library => "library",
            Gate::Host => "host",
        }
    }

    /// Whether application bytes may pass.
    #[getter]
    fn gate_open(&self, py: Python<'_>) -> bool {
        self.lock(py).connection.is_gate_open()
    }

    /// The version agreed on, such as `TLSv1.3`.
    #[getter]
    fn version(&self, py: Python<'_>) -> Option<&'static str> {
        self.lock(py).connection.version().map(|own| own.name())
    }

    /// The suite agreed on, by IANA's name.
    #[getter]
    fn cipher_suite(&self, py: Python<'_>) -> Option<&'static str> {
        self.lock(py).connection.suite().map(|own| own.name())
    }

    /// The group of the key exchange, by IANA's name.
    #[getter]
    fn group(&self, py: Python<'_>) -> Option<&'static str> {
        self.lock(py).connection.group().map(|own| own.name())
    }

    /// Whether a recording stays secret from a later quantum computer.
    #[getter]
    fn post_quantum(&self, py: Python<'_>) -> bool {
        self.lock(py).connection.group().is_some_and(|own| own.is_post_quantum())
    }

    /// How the peer signed.
    #[getter]
    fn signature_scheme(&self, py: Python<'_>) -> Option<&'static str> {
        self.lock(py).connection.signature_scheme().map(|own| own.name())
    }

    /// The application protocol agreed on.
    #[getter]
    fn alpn<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.lock(py).connection.alpn().map(|own| PyBytes::new(py, own))
    }

    /// The name in the client hello (receiving).
    #[getter]
    fn server_name(&self, py: Python<'_>) -> Option<String> {
        self.lock(py).connection.server_name().map(str::to_owned)
    }

    /// Whether the session was resumed.
    #[getter]
    fn resumed(&self, py: Python<'_>) -> bool {
        self.lock(py).connection.handshake_kind() == Some(HandshakeKind::Resumed)
    }

    /// Whether the stream should be reset soon, because keys of TLS 1.2 wear out.
    #[getter]
    fn reset_advised(&self, py: Python<'_>) -> bool {
        self.lock(py).connection.is_reset_advised()
    }

    /// The peer's chain as it was presented, also after a failure.
    #[getter]
    fn peer_certificates(&self, py: Python<'_>) -> Vec<Certificate> {
        certificate::chain(self.lock(py).connection.peer_certificates())
    }

    /// The chain that we showed.
    #[getter]
    fn own_certificates(&self, py: Python<'_>) -> Vec<Certificate> {
        certificate::chain(self.lock(py).connection.own_certificates())
    }

    /// Whether the server asked for a certificate (initiating).
    #[getter]
    fn certificate_requested(&self, py: Python<'_>) -> bool {
        self.lock(py).connection.is_certificate_requested()
    }

    /// The number of the alert that ended it.
    #[getter]
    fn alert(&self, py: Python<'_>) -> Option<u8> {
        self.lock(py).connection.alert().map(|alert| alert.number())
    }

    /// What the peer said before TLS, which nobody vouches for.
    #[getter]
    fn unverified<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let inner = self.lock(py);
        let Some(said) = inner.connection.unverified() else {
            return Ok(None);
        };
        let fields = PyDict::new(py);
        let header = said.header.as_ref();
        fields.set_item("from", header.and_then(|own| own.from.as_deref()))?;
        fields.set_item("to", header.and_then(|own| own.to.as_deref()))?;
        fields.set_item("id", header.and_then(|own| own.id.as_deref()))?;
        fields.set_item("starttls_required", said.features.as_ref().map(|own| own.tls_mandatory()))?;
        Ok(Some(fields))
    }

    /// The value of a channel binding.
    #[pyo3(signature = (kind = "tls-exporter"))]
    fn channel_binding<'py>(&self, py: Python<'py>, kind: &str) -> PyResult<Bound<'py, PyBytes>> {
        let value = self.lock(py).connection.channel_binding(words::binding_kind(kind)?);
        value.map(|value| PyBytes::new(py, &value)).map_err(|error| errors::no_binding(py, error))
    }

    /// The next line of the key log.
    fn next_key_log_line(&self, py: Python<'_>) -> Option<String> {
        self.lock(py).connection.next_key_log_line()
    }

    /// What the client asks for, while the connection waits for a choice.
    #[getter]
    fn client_hello(&self, py: Python<'_>) -> Option<ClientHello> {
        let inner = self.lock(py);
        inner.connection.client_hello().map(|hello| ClientHello {
            server_name: hello.server_name.as_deref().map(str::to_owned),
            alpn: hello.alpn.iter().map(|one| PyBytes::new(py, one).unbind()).collect(),
            cipher_suites: hello.suites.iter().map(|one| one.name()).collect(),
            groups: hello.groups.iter().map(|one| one.name()).collect(),
        })
    }

    /// Goes on after the client hello.
    #[pyo3(signature = (*, context = None, domain = None, protocol = None))]
    fn choose(
        &self,
        py: Python<'_>,
        context: Option<&Context>,
        domain: Option<&str>,
        protocol: Option<Vec<u8>>,
    ) -> PyResult<()> {
        let domain = domain.map(words::domain).transpose()?;
        let choice = Choice { context: context.map(|own| own.0.clone()), domain, protocol };
        let now = self.now(py)?;
        let chosen = self.detached(py, |inner| inner.connection.choose(now, choice));
        chosen.map_err(|error| errors::call(py, &self.lock(py).connection, error))
    }

    /// Refuses the client hello with an alert.
    fn refuse_client_hello(&self, py: Python<'_>, alert: u8) -> PyResult<()> {
        let mut inner = self.lock(py);
        let refused = inner.connection.refuse_client_hello(Alert(alert));
        refused.map_err(|error| errors::call(py, &inner.connection, error))
    }

    /// A verification of the peer as `domain`, from what it presented.
    #[pyo3(signature = (domain, *, endpoint = None, policy = None))]
    fn verification(
        &self,
        py: Python<'_>,
        domain: &str,
        endpoint: Option<&Endpoint>,
        policy: Option<&Policy>,
    ) -> PyResult<Verification> {
        let domain = words::domain(domain)?;
        let (endpoint, policy) = (endpoint.map(|own| own.0.clone()), policy.map(|own| own.0.clone()));
        let made = self.lock(py).connection.verification(domain, endpoint, policy);
        made.map(Verification::of).map_err(|error| errors::conclude(py, error))
    }

    /// Takes a verdict about the peer.
    fn conclude(&self, py: Python<'_>, verdict: &Verdict) -> PyResult<()> {
        let now = self.now(py)?;
        let concluded = self.lock(py).connection.conclude(now, verdict.0.clone());
        concluded.map_err(|error| errors::conclude(py, error))
    }

    /// The latest verdict of each pair.
    #[getter]
    fn verdicts(&self, py: Python<'_>) -> Vec<Verdict> {
        self.lock(py).connection.verdicts().iter().cloned().map(Verdict).collect()
    }

    /// The latest verdict about `domain`, or about the domain that is meant.
    #[pyo3(signature = (domain = None))]
    fn verdict(&self, py: Python<'_>, domain: Option<&str>) -> PyResult<Option<Verdict>> {
        let domain = domain.map(words::domain).transpose()?;
        Ok(self.lock(py).connection.verdict(domain.as_ref()).cloned().map(Verdict))
    }

    /// What is to be shown of the connection, as JSON and as lines for people.
    fn report_texts(&self, py: Python<'_>) -> PyResult<(String, String)> {
        let now = self.now(py)?;
        let report = Report::of(&self.lock(py).connection, now);
        Ok((report.to_json(), report.to_text()))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let inner = self.lock(py);
        let domain = inner.connection.domain().map_or("a peer", |domain| domain.as_ascii());
        let phase = inner.connection.phase().name();
        format!("<xmpptls.Connection with {domain}: {phase}>")
    }
}

/// What a client hello says.
#[pyclass(frozen, get_all, module = "xmpptls")]
pub(crate) struct ClientHello {
    server_name: Option<String>,
    alpn: Vec<Py<PyBytes>>,
    cipher_suites: Vec<&'static str>,
    groups: Vec<&'static str>,
}
