//! How the core's errors become Python's: the classes live in `xmpptls.errors`, so that they are ordinary
//! Python classes with fields, and are found when the first of them is raised.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use xmpptls::connection::{CallError, Cause, ConcludeError, Connection, ContextError, NoBinding, SetupError};
use xmpptls::files::{FileError, FileFault};
use xmpptls::lookup::LookupError;
use xmpptls::policy::{PolicyError, PolicyTextError, TextFault};
use xmpptls::tls::CredentialError;

use crate::verdict::Verdict;
use crate::words;

/// Makes an instance of a class of `xmpptls.errors`.
pub(crate) fn make(py: Python<'_>, class: &str, message: &str, fields: &Bound<'_, PyDict>) -> PyErr {
    let made = py
        .import("xmpptls.errors")
        .and_then(|module| module.getattr(class))
        .and_then(|class| class.call((message,), Some(fields)));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// As [`make`], with `code` as the only field.
pub(crate) fn plain(py: Python<'_>, class: &str, code: &str, message: &str) -> PyErr {
    let fields = PyDict::new(py);
    match fields.set_item("code", code) {
        Ok(()) => make(py, class, message, &fields),
        Err(error) => error,
    }
}

/// A call that means nothing in this phase, or after the end.
pub(crate) fn call(py: Python<'_>, connection: &Connection, error: CallError) -> PyErr {
    match error {
        CallError::Failed => failed(py, connection).unwrap_or_else(|error| error),
        CallError::Closed => plain(py, "ConnectionClosed", "closed", &error.to_string()),
        _ => plain(py, "WrongPhase", "wrong_phase", &error.to_string()),
    }
}

/// The failure of a connection, with its verdict when the peer was refused.
pub(crate) fn failed(py: Python<'_>, connection: &Connection) -> PyResult<PyErr> {
    let Some(cause) = connection.cause() else {
        return Ok(plain(py, "ConnectionClosed", "closed", "the connection ended"));
    };
    let verdict = connection.verdict(None).filter(|verdict| !verdict.is_permitted()).cloned();
    let mut message = cause.to_string();
    if let (Cause::PeerRefused, Some(verdict)) = (cause, &verdict) {
        message = verdict.to_string();
    }
    let fields = PyDict::new(py);
    fields.set_item("code", cause.code().facts().word)?;
    fields.set_item("domain", connection.domain().map(|domain| domain.as_ascii()))?;
    fields.set_item("alert", connection.alert().map(|alert| alert.number()))?;
    if let Some(verdict) = verdict {
        fields.set_item("verdict", Bound::new(py, Verdict(verdict))?)?;
    }
    Ok(make(py, class(cause), &message, &fields))
}

/// The class of `xmpptls.errors` for a cause.
fn class(cause: &Cause) -> &'static str {
    match cause {
        Cause::Stream(_) => "StreamFailed",
        Cause::PeerRefused => "PeerRefused",
        Cause::TimeLimit(_) => "TimeLimitReached",
        _ => "TlsFailed",
    }
}

pub(crate) fn setup(py: Python<'_>, error: SetupError) -> PyErr {
    let class = if error == SetupError::AlreadyDriven { "WrongPhase" } else { "ConfigurationError" };
    plain(py, class, &words::variant(&error), &error.to_string())
}

pub(crate) fn conclude(py: Python<'_>, error: ConcludeError) -> PyErr {
    plain(py, "WrongPhase", &words::variant(&error), &error.to_string())
}

pub(crate) fn context(py: Python<'_>, error: ContextError) -> PyErr {
    plain(py, "ConfigurationError", &words::variant(&error), &error.to_string())
}

pub(crate) fn no_binding(py: Python<'_>, error: NoBinding) -> PyErr {
    plain(py, "NoChannelBinding", &words::variant(&error), &error.to_string())
}

pub(crate) fn lookup(py: Python<'_>, error: LookupError) -> PyErr {
    let class = if error == LookupError::TimedOut { "LookupTimedOut" } else { "LookupFailed" };
    plain(py, class, &words::variant(&error), &error.to_string())
}

pub(crate) fn credential(py: Python<'_>, error: CredentialError) -> PyErr {
    plain(py, "CredentialError", &words::variant(&error), &error.to_string())
}

pub(crate) fn policy(py: Python<'_>, error: &PolicyError) -> PyErr {
    policy_fields(py, error, None).unwrap_or_else(|error| error)
}

pub(crate) fn policy_text(py: Python<'_>, error: &PolicyTextError) -> PyErr {
    let fields = || {
        if let TextFault::Policy(inner) = error.fault() {
            return policy_fields(py, inner, Some(error));
        }
        let fields = PyDict::new(py);
        fields.set_item("code", words::variant(error.fault()))?;
        fields.set_item("line", error.line())?;
        fields.set_item("column", error.column())?;
        Ok(make(py, "PolicyError", &error.to_string(), &fields))
    };
    fields().unwrap_or_else(|error| error)
}

fn policy_fields(py: Python<'_>, error: &PolicyError, place: Option<&PolicyTextError>) -> PyResult<PyErr> {
    let fields = PyDict::new(py);
    let (first, second) = error.settings();
    let settings: Vec<&str> = first.into_iter().chain(second).map(|setting| setting.path()).collect();
    fields.set_item("code", words::variant(error))?;
    fields.set_item("settings", settings)?;
    fields.set_item("line", place.and_then(PolicyTextError::line))?;
    fields.set_item("column", place.and_then(PolicyTextError::column))?;
    let message = place.map_or_else(|| error.to_string(), ToString::to_string);
    Ok(make(py, "PolicyError", &message, &fields))
}

pub(crate) fn file(py: Python<'_>, error: &FileError) -> PyErr {
    let fields = || {
        let fields = PyDict::new(py);
        fields.set_item("code", words::variant(&error.fault))?;
        fields.set_item("path", error.path.as_ref().map(|path| path.display().to_string()))?;
        if let FileFault::Policy(inner) = &error.fault {
            fields.set_item("line", inner.line())?;
            fields.set_item("column", inner.column())?;
        }
        Ok(make(py, "FileError", &error.to_string(), &fields))
    };
    fields().unwrap_or_else(|error: PyErr| error)
}
