//! The library's words: an enumeration is a short text in Python, the same one that JSON and TOML have.

use pyo3::PyResult;
use pyo3::exceptions::PyValueError;
use xmpptls::connection::BindingKind;
use xmpptls::name::{Direction, Domain, Service, Transport};
use xmpptls::record::{Dnssec, LookupFailure};

/// Finds the member of `all` that is called `word`.
fn find<T: Copy>(what: &str, word: &str, all: &[T], name: impl Fn(T) -> &'static str) -> PyResult<T> {
    let found = all.iter().copied().find(|one| name(*one) == word);
    found.ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|one| name(*one)).collect();
        PyValueError::new_err(format!("{what} is {word:?}, and must be one of: {}", known.join(", ")))
    })
}

pub(crate) fn service(word: &str) -> PyResult<Service> {
    find("service", word, &[Service::C2s, Service::S2s], Service::name)
}

pub(crate) fn direction(word: &str) -> PyResult<Direction> {
    find("direction", word, &[Direction::Initiating, Direction::Receiving], Direction::name)
}

pub(crate) fn transport(word: &str) -> PyResult<Transport> {
    find("transport", word, &[Transport::Starttls, Transport::DirectTls, Transport::TlsOnly], Transport::name)
}

pub(crate) fn dnssec(word: &str) -> PyResult<Dnssec> {
    let all = [Dnssec::Secure, Dnssec::Insecure, Dnssec::Bogus, Dnssec::Indeterminate];
    find("the DNSSEC state", word, &all, Dnssec::name)
}

pub(crate) fn binding_kind(word: &str) -> PyResult<BindingKind> {
    find("the channel binding type", word, &BindingKind::ALL, BindingKind::name)
}

pub(crate) fn failure(word: &str) -> PyResult<LookupFailure> {
    let all = [
        LookupFailure::Bogus,
        LookupFailure::Server,
        LookupFailure::Timeout,
        LookupFailure::HttpsUnverified,
        LookupFailure::Malformed,
        LookupFailure::Forbidden,
        LookupFailure::Unreachable,
    ];
    find("the failure", word, &all, LookupFailure::name)
}

/// Reads a domain; U-labels and A-labels are one.
pub(crate) fn domain(text: &str) -> PyResult<Domain> {
    Domain::parse(text).map_err(|error| PyValueError::new_err(format!("{text:?} is no domain: {error}")))
}

/// The identifier of an enumeration's variant as our data spells words: `ClosedByPeer { … }` is
/// `closed_by_peer`.
pub(crate) fn variant(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let mut word = String::with_capacity(text.len());
    for letter in text.chars().take_while(char::is_ascii_alphanumeric) {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}
