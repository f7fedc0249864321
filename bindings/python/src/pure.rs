//! Functions without a connection: what a host asks about SASL EXTERNAL, channel binding, dialback and records, and
//! a whole case judged from JSON.

use std::collections::BTreeMap;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use xmpptls::binding::{self, BindingDecision, BindingType, SaslProfile};
use xmpptls::name::Domain;
use xmpptls::proof::dialback_stream::{self, JoiningPair};
use xmpptls::record::{self, PoshDocument, TlsaOwner, TlsaRecord};
use xmpptls::verdict::UserFailure;
use xmpptls::verification::{self, CaseDocument, UserAddress};

use crate::bytes::Input;
use crate::certificate::Certificate;
use crate::verdict::Verdict;
use crate::{errors, words};

fn refused(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn not_this_user(py: Python<'_>, failure: UserFailure) -> PyErr {
    let fields = PyDict::new(py);
    let set = fields.set_item("code", words::variant(&failure));
    let set = set.and_then(|()| fields.set_item("condition", failure.sasl_condition()));
    set.map_or_else(
        |error| error,
        |()| errors::make(py, "ExternalRefused", failure.sasl_condition(), &fields),
    )
}

/// The verdict on a case in the JSON form that the command `verify` reads.
#[pyfunction]
#[pyo3(signature = (text, certificates = BTreeMap::new()))]
#[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
pub(crate) fn judge_case(
    py: Python<'_>,
    text: &str,
    certificates: BTreeMap<String, Vec<u8>>,
) -> PyResult<Verdict> {
    let case = CaseDocument::read(text, &certificates).map_err(refused)?;
    Ok(Verdict(py.detach(|| case.decide())))
}

/// The A-labels of a domain.
#[pyfunction]
pub(crate) fn domain_to_ascii(text: &str) -> PyResult<String> {
    Ok(words::domain(text)?.as_ascii().to_owned())
}

/// The RDATA of a TLSA record as it stands in a zone file.
#[pyfunction]
pub(crate) fn tlsa_rdata<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyBytes>> {
    let record: TlsaRecord = text.parse().map_err(|error: record::TlsaTextError| refused(error))?;
    Ok(PyBytes::new(py, &record.to_rdata()))
}

/// Where TLSA records of a host and port are looked up.
#[pyfunction]
pub(crate) fn tlsa_owner(host: &str, port: u16) -> PyResult<String> {
    Ok(TlsaOwner { host: words::domain(host)?, port }.to_string())
}

/// Where a domain's POSH document for a service is.
#[pyfunction]
pub(crate) fn posh_url(domain: &str, service: &str) -> PyResult<String> {
    Ok(record::posh_url(&words::domain(domain)?, words::service(service)?).as_str().to_owned())
}

/// Reads a POSH document: `expires`, and either the `hashes` of its fingerprints or the `url` that it refers to.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
pub(crate) fn read_posh<'py>(py: Python<'py>, document: Input<'py>) -> PyResult<Bound<'py, PyDict>> {
    let fields = PyDict::new(py);
    match PoshDocument::parse(document.as_slice()).map_err(refused)? {
        PoshDocument::Fingerprints { fingerprints, expires } => {
            let hashes: Vec<&str> = fingerprints.iter().map(|own| own.hash.name()).collect();
            fields.set_item("hashes", hashes)?;
            fields.set_item("expires", expires)?;
        }
        PoshDocument::Reference { url, expires } => {
            fields.set_item("url", url.as_str())?;
            fields.set_item("expires", expires)?;
        }
    }
    Ok(fields)
}

/// Which channel binding a SASL exchange uses: a type, `y`, `n`, or `abort` where the server contradicts itself.
#[pyfunction]
#[pyo3(signature = (mechanisms, announced, ours, *, profile = "sasl"))]
#[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
pub(crate) fn choose_channel_binding(
    mechanisms: Vec<String>,
    announced: Vec<String>,
    ours: Vec<String>,
    profile: &str,
) -> PyResult<&'static str> {
    let profile = match profile {
        "sasl" => SaslProfile::Sasl,
        "sasl2" => SaslProfile::Sasl2,
        other => {
            return Err(PyValueError::new_err(format!(
                "the profile is {other:?}, and must be sasl or sasl2"
            )));
        }
    };
    let known = |name: &String| {
        let unknown = || PyValueError::new_err(format!("{name:?} is no channel binding type"));
        BindingType::from_name(name).ok_or_else(unknown)
    };
    let ours = ours.iter().map(known).collect::<PyResult<Vec<_>>>()?;
    let mechanisms: Vec<&str> = mechanisms.iter().map(String::as_str).collect();
    let announced: Vec<&str> = announced.iter().map(String::as_str).collect();
    Ok(match binding::decide(profile, &mechanisms, &announced, &ours) {
        BindingDecision::Use(binding) => binding.name(),
        BindingDecision::FlagY => "y",
        BindingDecision::FlagN => "n",
        BindingDecision::Abort(_) => "abort",
    })
}

/// The authorisation identity in the text of `<auth/>`; none for an empty one.
#[pyfunction]
pub(crate) fn authzid_from_wire(py: Python<'_>, text: &str) -> PyResult<Option<String>> {
    verification::authzid_from_wire(text).map_err(|failure| not_this_user(py, failure))
}

/// As whom a certificate lets a client act.
#[pyfunction]
#[pyo3(signature = (certificate, served, *, authzid = None, mapped = None))]
#[expect(clippy::needless_pass_by_value, reason = "the macro hands values over")]
pub(crate) fn resolve_user(
    py: Python<'_>,
    certificate: &Certificate,
    served: Vec<String>,
    authzid: Option<&str>,
    mapped: Option<&str>,
) -> PyResult<String> {
    let served: Vec<Domain> = served.iter().map(|text| words::domain(text)).collect::<PyResult<_>>()?;
    let identities = verification::client_identities(&certificate.0, &served);
    let mapped = mapped.map(UserAddress::parse).transpose().map_err(|failure| not_this_user(py, failure))?;
    let user = verification::resolve_user(&identities, authzid, mapped.as_ref());
    user.map(|user| user.to_string()).map_err(|failure| not_this_user(py, failure))
}

/// As which domain a server acts on a stream from a domain.
#[pyfunction]
#[pyo3(signature = (authzid, from_domain))]
pub(crate) fn resolve_server(py: Python<'_>, authzid: Option<&str>, from_domain: &str) -> PyResult<String> {
    let resolved = verification::resolve_server(authzid, &words::domain(from_domain)?);
    resolved.map(|domain| domain.as_ascii().to_owned()).map_err(|failure| not_this_user(py, failure))
}

/// Whether a further target domain may join a stream.
#[pyfunction]
#[pyo3(signature = (*, peer_announced_errors, same_address, certificate_proves_it))]
pub(crate) fn may_join(peer_announced_errors: bool, same_address: bool, certificate_proves_it: bool) -> bool {
    let pair = JoiningPair::Target { peer_announced_errors, same_address, certificate_proves_it };
    dialback_stream::may_join(pair).is_ok()
}
