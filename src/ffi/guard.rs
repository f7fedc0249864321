//! The border itself: no panic leaves, and every failure becomes a result and, if wanted, an error object.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::ffi::basics::xmpp_tls_result;
use crate::ffi::error::xmpp_tls_error;

/// A failed call on its way to C.
#[derive(Debug)]
pub(super) struct Failure(Box<Detail>);

/// What an error object tells.
#[derive(Debug)]
pub(super) struct Detail {
    pub(super) code: xmpp_tls_result,
    pub(super) message: String,
    pub(super) file: String,
    pub(super) domain: String,
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Failure {
    /// A failure whose result says it all.
    pub(super) fn plain(code: xmpp_tls_result) -> Self {
        Self::new(code, String::new())
    }

    /// A failure with a message of its own.
    pub(super) fn new(code: xmpp_tls_result, message: impl Into<String>) -> Self {
        Self(Box::new(Detail {
            code,
            message: message.into(),
            file: String::new(),
            domain: String::new(),
            line: 0,
            column: 0,
        }))
    }

    /// Names the file that is at fault.
    pub(super) fn file(mut self, file: impl Into<String>) -> Self {
        self.0.file = file.into();
        self
    }

    /// Names the domain that is at fault.
    pub(super) fn domain(mut self, domain: impl Into<String>) -> Self {
        self.0.domain = domain.into();
        self
    }

    /// Names the place in a text, counted from 1.
    pub(super) fn position(mut self, line: u32, column: u32) -> Self {
        self.0.line = line;
        self.0.column = column;
        self
    }

    /// The result.
    pub(super) fn code(&self) -> xmpp_tls_result {
        self.0.code
    }
}

/// Runs the body of an exported function.
///
/// # Safety
/// `error_out` is NULL or valid for a write of a pointer.
pub(super) unsafe fn call(
    error_out: *mut *mut xmpp_tls_error,
    body: impl FnOnce() -> Result<(), Failure>,
) -> xmpp_tls_result {
    let outcome = catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|_| Err(Failure::plain(xmpp_tls_result::XMPP_TLS_INTERNAL)));
    let (code, detail) = match outcome {
        Ok(()) => (xmpp_tls_result::XMPP_TLS_OK, None),
        Err(failure) => (failure.code(), Some(failure.0)),
    };
    if !error_out.is_null() {
        let error = detail.map_or(std::ptr::null_mut(), |detail| xmpp_tls_error::into_raw(*detail));
        // SAFETY: not NULL, and writable as promised.
        unsafe { error_out.write(error) };
    }
    code
}

/// Runs the body of an exported function that has no error object.
pub(super) fn result(body: impl FnOnce() -> Result<(), Failure>) -> xmpp_tls_result {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => xmpp_tls_result::XMPP_TLS_OK,
        Ok(Err(failure)) => failure.code(),
        Err(_) => xmpp_tls_result::XMPP_TLS_INTERNAL,
    }
}

/// Runs the body of a reader that cannot fail; `fallback` is for a NULL or wrong handle.
pub(super) fn read<T>(fallback: T, body: impl FnOnce() -> Option<T>) -> T {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Some(value)) => value,
        _ => fallback,
    }
}
