//! From Rust to C: borrowed text and bytes, and out-parameters that are written or left alone.

use std::os::raw::c_char;

use crate::ffi::basics::{xmpp_tls_bytes, xmpp_tls_result, xmpp_tls_str};
use crate::ffi::guard::Failure;

/// Borrowed text for C. `data` points at the text, or at an empty one.
pub(super) fn text(text: &str) -> xmpp_tls_str {
    xmpp_tls_str { data: text.as_ptr().cast::<c_char>(), len: text.len() }
}

/// Borrowed bytes for C.
pub(super) fn bytes(bytes: &[u8]) -> xmpp_tls_bytes {
    xmpp_tls_bytes { data: bytes.as_ptr(), len: bytes.len() }
}

/// An out-parameter that was checked for NULL.
pub(super) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// Takes the out-parameter `pointer`.
    ///
    /// # Safety
    /// `pointer` is NULL or valid for a write of `T` until the call returns.
    pub(super) unsafe fn new(pointer: *mut T) -> Result<Self, Failure> {
        if pointer.is_null() {
            Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NULL_PARAMETER))
        } else {
            Ok(Self(pointer))
        }
    }

    /// Writes the value.
    pub(super) fn set(self, value: T) {
        // SAFETY: `new` was promised that the pointer may be written, and it is not NULL.
        unsafe { self.0.write(value) }
    }
}

impl<T> Out<*mut T> {
    /// Takes an out-parameter for a handle and sets it to NULL, so that it can be freed after a failure.
    ///
    /// # Safety
    /// `pointer` is NULL or valid for a write until the call returns.
    pub(super) unsafe fn handle(pointer: *mut *mut T) -> Result<Self, Failure> {
        // SAFETY: as promised by the caller.
        let out = unsafe { Self::new(pointer) }?;
        // SAFETY: `new` refused NULL.
        unsafe { out.0.write(std::ptr::null_mut()) };
        Ok(out)
    }
}

impl<T> Out<*const T> {
    /// Takes an out-parameter for a shared handle and sets it to NULL.
    ///
    /// # Safety
    /// `pointer` is NULL or valid for a write until the call returns.
    pub(super) unsafe fn shared(pointer: *mut *const T) -> Result<Self, Failure> {
        // SAFETY: as promised by the caller.
        let out = unsafe { Self::new(pointer) }?;
        // SAFETY: `new` refused NULL.
        unsafe { out.0.write(std::ptr::null()) };
        Ok(out)
    }
}

/// Copies `value` into a caller's buffer and writes its length; a buffer that is too small gets nothing but
/// the needed length.
///
/// # Safety
/// `buffer` is NULL or valid for writes of `capacity` bytes, `written_out` is NULL or valid for a write.
pub(super) unsafe fn copy_out(
    value: &[u8],
    buffer: *mut u8,
    capacity: usize,
    written_out: *mut usize,
) -> Result<(), Failure> {
    // SAFETY: as promised by the caller.
    unsafe { Out::new(written_out) }?.set(value.len());
    if value.is_empty() {
        return Ok(());
    }
    if capacity < value.len() {
        return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_INSUFFICIENT_SIZE));
    }
    if buffer.is_null() {
        return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NULL_PARAMETER));
    }
    // SAFETY: the buffer holds `capacity` bytes, which is enough, and cannot overlap memory of ours.
    unsafe { std::ptr::copy_nonoverlapping(value.as_ptr(), buffer, value.len()) };
    Ok(())
}
