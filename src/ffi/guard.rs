//! The border itself: no panic leaves, and every failure becomes a result and, if wanted, an error object.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::ffi::basics::xmpp_tls_result;
use crate::ffi::error::xmpp_tls_error;

/// A failed call on its way to C.
///
/// One whose result says it all has no detail: "nothing yet" is an everyday answer, and allocates nothing.
#[derive(Debug)]
pub(super) struct Failure {
    code: xmpp_tls_result,
    detail: Option<Box<Detail>>,
}

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

impl Detail {
    fn new(code: xmpp_tls_result, message: String) -> Self {
        Self { code, message, file: String::new(), domain: String::new(), line: 0, column: 0 }
    }
}

impl Failure {
    /// A failure whose result says it all.
    pub(super) fn plain(code: xmpp_tls_result) -> Self {
        Self { code, detail: None }
    }

    /// A failure with a message of its own.
    pub(super) fn new(code: xmpp_tls_result, message: impl Into<String>) -> Self {
        Self { code, detail: Some(Box::new(Detail::new(code, message.into()))) }
    }

    /// Names the file that is at fault.
    pub(super) fn file(mut self, file: impl Into<String>) -> Self {
        self.detail_mut().file = file.into();
        self
    }

    /// Names the domain that is at fault.
    pub(super) fn domain(mut self, domain: impl Into<String>) -> Self {
        self.detail_mut().domain = domain.into();
        self
    }

    /// Names the place in a text, counted from 1.
    pub(super) fn position(mut self, line: u32, column: u32) -> Self {
        let detail = self.detail_mut();
        (detail.line, detail.column) = (line, column);
        self
    }

    /// The result.
    pub(super) fn code(&self) -> xmpp_tls_result {
        self.code
    }

    fn detail_mut(&mut self) -> &mut Detail {
        let code = self.code;
        self.detail.get_or_insert_with(|| Box::new(Detail::new(code, String::new())))
    }

    fn into_detail(self) -> Detail {
        match self.detail {
            Some(detail) => *detail,
            None => Detail::new(self.code, String::new()),
        }
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
    let code = outcome.as_ref().err().map_or(xmpp_tls_result::XMPP_TLS_OK, Failure::code);
    if !error_out.is_null() {
        let error = match outcome {
            Ok(()) => std::ptr::null_mut(),
            Err(failure) => xmpp_tls_error::into_raw(failure.into_detail()),
        };
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
