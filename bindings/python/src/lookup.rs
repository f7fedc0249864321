//! Look-ups over the network: where a service is, and what DNS and POSH say about its certificate.
//!
//! `ask` blocks with the interpreter let go. For an event loop there are `submit`, a descriptor to watch, and
//! `collect`; `xmpptls.asyncio` is made of these.

use std::net::SocketAddr;
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use xmpptls::lookup::{self, AddressGuard, Finding, LookupBuilder, Network, RequestId, Servers};
use xmpptls::record;

use crate::anchors::TrustAnchors;
use crate::answer::{Answer, Question};
use crate::endpoint::Endpoint;
use crate::{clock, errors, words};

/// Look-ups, run by one thread that starts with the first of them.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Lookup(lookup::Lookup);

/// One look-up.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Request(lookup::Request);

/// What a look-up found.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Reply(lookup::Reply);

/// A target to try.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Candidate(lookup::Candidate);

#[pymethods]
impl Request {
    /// Where to connect for a domain's service.
    #[staticmethod]
    #[pyo3(signature = (domain, service = "c2s"))]
    fn candidates(domain: &str, service: &str) -> PyResult<Self> {
        let (domain, service) = (words::domain(domain)?, words::service(service)?);
        Ok(Self(lookup::Request::Candidates { domain, service }))
    }

    /// All that is needed before connecting: targets, TLSA for each, and POSH.
    #[staticmethod]
    #[pyo3(signature = (domain, service = "c2s"))]
    fn gather(domain: &str, service: &str) -> PyResult<Self> {
        let (domain, service) = (words::domain(domain)?, words::service(service)?);
        Ok(Self(lookup::Request::Gather { domain, service }))
    }

    /// Addresses and TLSA of one endpoint.
    #[staticmethod]
    fn endpoint(endpoint: &Endpoint) -> Self {
        Self(lookup::Request::Endpoint(endpoint.0.clone()))
    }

    /// What a verification asks.
    #[staticmethod]
    fn question(question: &Question) -> Self {
        Self(lookup::Request::Question(question.0.kind.clone()))
    }
}

#[pymethods]
impl Lookup {
    #[new]
    #[pyo3(signature = (
        *, servers = None, dnssec_trust_anchors = None, https_trust_anchors = None, https_port = 443,
        allow_networks = vec![], accept_resolver_without_dnssec = false
    ))]
    #[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
    fn new(
        py: Python<'_>,
        servers: Option<Vec<String>>,
        dnssec_trust_anchors: Option<&str>,
        https_trust_anchors: Option<&TrustAnchors>,
        https_port: u16,
        allow_networks: Vec<String>,
        accept_resolver_without_dnssec: bool,
    ) -> PyResult<Self> {
        let mut builder = LookupBuilder::new().https_port(https_port);
        if let Some(servers) = servers {
            let all = servers.iter().map(|text| server(text)).collect::<PyResult<Vec<_>>>()?;
            builder = builder.servers(Servers::Given(all));
        }
        if let Some(lines) = dnssec_trust_anchors {
            builder = builder.dnssec_trust_anchors(lines).map_err(|error| errors::lookup(py, error))?;
        }
        if let Some(anchors) = https_trust_anchors {
            let ders: Vec<Vec<u8>> =
                anchors.0.iter().filter_map(|one| one.certificate()).map(|own| own.der().to_vec()).collect();
            builder = builder.https_trust_anchors(&ders).map_err(|error| errors::lookup(py, error))?;
        }
        if accept_resolver_without_dnssec {
            builder = builder.accept_resolver_without_dnssec();
        }
        let mut guard = AddressGuard::public_only();
        for text in &allow_networks {
            let network: Network =
                text.parse().map_err(|_| PyValueError::new_err(format!("{text:?} is no network")))?;
            guard = guard.allow(network);
        }
        Ok(Self(builder.address_guard(guard).build()))
    }

    /// Looks up and waits, at most for `timeout` seconds.
    #[pyo3(signature = (request, *, timeout = 15.0))]
    fn ask(&self, py: Python<'_>, request: &Request, timeout: f64) -> PyResult<Reply> {
        let (request, limit) = (request.0.clone(), duration(timeout));
        let reply = py.detach(|| self.0.ask(request, limit));
        reply.map(Reply).map_err(|error| errors::lookup(py, error))
    }

    /// Starts a look-up, and returns its number for `collect`.
    #[pyo3(signature = (request, *, timeout = 15.0))]
    fn submit(&self, py: Python<'_>, request: &Request, timeout: f64) -> PyResult<u64> {
        let number = self.0.submit(request.0.clone(), duration(timeout));
        number.map(RequestId::number).map_err(|error| errors::lookup(py, error))
    }

    /// The next finished look-up: its number, and a reply or an exception object; or none.
    fn collect(&self, py: Python<'_>) -> PyResult<Option<(u64, Py<PyAny>)>> {
        let Some((id, outcome)) = self.0.collect().map_err(|error| errors::lookup(py, error))? else {
            return Ok(None);
        };
        let outcome = match outcome {
            Ok(reply) => Py::new(py, Reply(reply))?.into_any(),
            Err(error) => errors::lookup(py, error).into_value(py).into_any(),
        };
        Ok(Some((id.number(), outcome)))
    }

    /// Gives up a look-up.
    fn cancel(&self, py: Python<'_>, number: u64) -> PyResult<bool> {
        self.0.cancel(RequestId::from_number(number)).map_err(|error| errors::lookup(py, error))
    }

    /// Forgets all that is kept about a domain.
    fn flush(&self, py: Python<'_>, domain: &str) -> PyResult<()> {
        self.0.flush(&words::domain(domain)?).map_err(|error| errors::lookup(py, error))
    }

    /// A descriptor that is readable while `collect` has something to give. Only to be polled.
    fn fileno(&self, py: Python<'_>) -> PyResult<i32> {
        use std::os::fd::AsRawFd;
        self.0.descriptor().map(|own| own.as_raw_fd()).map_err(|error| errors::lookup(py, error))
    }
}

#[pymethods]
impl Reply {
    /// Where to connect, the first to try in front. Empty when nothing was found; `outcome` says why.
    #[getter]
    fn candidates(&self) -> Vec<Candidate> {
        match &self.0.finding {
            Finding::Endpoint(one) => vec![Candidate(one.clone())],
            _ => match self.found() {
                Some(record::Lookup::Found(all)) => all.iter().cloned().map(Candidate).collect(),
                _ => Vec::new(),
            },
        }
    }

    /// How looking for targets ended: `found`, `absent` – the domain does not offer the service –, `not_asked`, or
    /// a failure such as `timeout` or `bogus`.
    #[getter]
    fn outcome(&self) -> &'static str {
        match self.found() {
            None => "found",
            Some(own) => outcome(own),
        }
    }

    /// How looking for a POSH document ended.
    #[getter]
    fn posh_outcome(&self) -> &'static str {
        match &self.0.finding {
            Finding::Gathered(all) => outcome(&all.posh),
            _ => "not_asked",
        }
    }

    /// The answer to a verification's question, when it is in here.
    fn answer(&self, question: &Question) -> Option<Answer> {
        self.0.answer(&question.0.kind).map(Answer)
    }

    /// Whether the resolver leaves DNSSEC out, so that DANE cannot be used behind it.
    #[getter]
    fn resolver_without_dnssec(&self) -> bool {
        self.0.resolver_without_dnssec
    }

    /// What it cost: `dns_queries`, `cached`, `https_connections`, `https_requests`.
    #[getter]
    fn effort<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (effort, fields) = (self.0.effort, PyDict::new(py));
        fields.set_item("dns_queries", effort.dns_queries)?;
        fields.set_item("cached", effort.cached)?;
        fields.set_item("https_connections", effort.https_connections)?;
        fields.set_item("https_requests", effort.https_requests)?;
        Ok(fields)
    }
}

impl Reply {
    fn found(&self) -> Option<&record::Lookup<Vec<lookup::Candidate>>> {
        match &self.0.finding {
            Finding::Candidates(own) => Some(own),
            Finding::Gathered(all) => Some(&all.candidates),
            _ => None,
        }
    }
}

#[pymethods]
impl Candidate {
    /// Target, port, transport and the DNSSEC states that led there.
    #[getter]
    fn endpoint(&self) -> Endpoint {
        Endpoint(self.0.endpoint.clone())
    }

    /// Addresses in the order of trying.
    #[getter]
    fn addresses(&self) -> Vec<String> {
        match &self.0.addresses {
            record::Lookup::Found(all) => all.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    }

    /// How looking for addresses ended.
    #[getter]
    fn outcome(&self) -> &'static str {
        outcome(&self.0.addresses)
    }

    /// The TLSA records by owner name, each as in a zone file.
    #[getter]
    fn tlsa<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let fields = PyDict::new(py);
        for (owner, found) in &self.0.tlsa {
            if let record::Lookup::Found(set) = found {
                let records: Vec<String> = set.records().iter().map(ToString::to_string).collect();
                fields.set_item(owner.to_string(), records)?;
            }
        }
        Ok(fields)
    }

    fn __repr__(&self) -> String {
        format!("<xmpptls.Candidate {}:{}>", self.0.endpoint.target, self.0.endpoint.port)
    }
}

fn outcome<T>(found: &record::Lookup<T>) -> &'static str {
    match found {
        record::Lookup::NotAsked => "not_asked",
        record::Lookup::Found(_) => "found",
        record::Lookup::Absent(_) => "absent",
        record::Lookup::Failed(why) => why.name(),
    }
}

fn duration(seconds: f64) -> Duration {
    Duration::from_millis(clock::milliseconds(seconds))
}

/// `ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`.
fn server(text: &str) -> PyResult<SocketAddr> {
    let alone = || text.parse().ok().map(|address| SocketAddr::new(address, 53));
    text.parse().ok().or_else(alone).ok_or_else(|| PyValueError::new_err(format!("{text:?} is no server")))
}
