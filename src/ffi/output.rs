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

/// Copies values into a caller's array and writes how many there are; an array that is too small gets nothing
/// but the needed size.
///
/// # Safety
/// `array` is NULL or valid for writes of `capacity` values, `written_out` is NULL or valid for a write.
pub(super) unsafe fn copy_out<T: Copy>(
    values: &[T],
    array: *mut T,
    capacity: usize,
    written_out: *mut usize,
) -> Result<(), Failure> {
    // SAFETY: as promised by the caller.
    unsafe { Out::new(written_out) }?.set(values.len());
    if values.is_empty() {
        return Ok(());
    }
    if capacity < values.len() {
        return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_INSUFFICIENT_SIZE));
    }
    if array.is_null() {
        return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NULL_PARAMETER));
    }
    // SAFETY: the array holds `capacity` values, which is enough, and cannot overlap memory of ours.
    unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), array, values.len()) };
    Ok(())
}
