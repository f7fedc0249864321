//! From C to Rust: pointer and length to slice, text, domain. NULL with length 0 is empty.

use crate::ffi::basics::{xmpp_tls_bytes, xmpp_tls_result, xmpp_tls_str};
use crate::ffi::guard::Failure;
use crate::ffi::handle::{Tagged, shared};
use crate::name::Domain;

/// An array of the caller.
///
/// # Safety
/// `items` is NULL or valid for reads of `count` values until the call returns.
unsafe fn slice<'a, T>(items: *const T, count: usize) -> Result<&'a [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    if items.is_null() {
        return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NULL_PARAMETER));
    }
    if count.checked_mul(size_of::<T>()).is_none_or(|size| isize::try_from(size).is_err()) {
        return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER));
    }
    // SAFETY: not NULL, within the bound of a slice, and readable as promised.
    #[expect(clippy::disallowed_methods, reason = "this is the null-safe way in")]
    Ok(unsafe { std::slice::from_raw_parts(items, count) })
}

/// A list of the caller, of at most `most` values.
///
/// # Safety
/// `items` is NULL or valid for reads of `count` values until the call returns.
pub(super) unsafe fn list<'a, T>(items: *const T, count: usize, most: usize) -> Result<&'a [T], Failure> {
    if count > most {
        return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER));
    }
    // SAFETY: as promised by the caller.
    unsafe { slice(items, count) }
}

/// Bytes of the caller.
///
/// # Safety
/// `data` is NULL or valid for reads of `len` bytes until the call returns.
pub(super) unsafe fn bytes<'a>(data: *const u8, len: usize) -> Result<&'a [u8], Failure> {
    // SAFETY: as promised by the caller.
    unsafe { slice(data, len) }
}

/// A buffer of the caller that may be written.
///
/// # Safety
/// `data` is NULL or valid for reads and writes of `len` bytes until the call returns, and nothing else uses it.
pub(super) unsafe fn bytes_mut<'a>(data: *mut u8, len: usize) -> Result<&'a mut [u8], Failure> {
    if len == 0 {
        return Ok(&mut []);
    }
    if data.is_null() {
        return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NULL_PARAMETER));
    }
    if isize::try_from(len).is_err() {
        return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER));
    }
    // SAFETY: not NULL, within the bound of a slice, and exclusively ours as promised.
    Ok(unsafe { std::slice::from_raw_parts_mut(data, len) })
}

/// Text of the caller: UTF-8 without zero bytes.
///
/// # Safety
/// As [`bytes`].
pub(super) unsafe fn text<'a>(data: *const std::os::raw::c_char, len: usize) -> Result<&'a str, Failure> {
    // SAFETY: as promised by the caller.
    let bytes = unsafe { bytes(data.cast::<u8>(), len) }?;
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(Failure::plain(xmpp_tls_result::XMPP_TLS_INVALID_TEXT)),
    }
}

/// A domain of the caller.
///
/// # Safety
/// As [`bytes`].
pub(super) unsafe fn domain(data: *const std::os::raw::c_char, len: usize) -> Result<Domain, Failure> {
    // SAFETY: as promised by the caller.
    parsed_domain(unsafe { text(data, len) }?)
}

/// A domain from text.
pub(super) fn parsed_domain(text: &str) -> Result<Domain, Failure> {
    Domain::parse(text).map_err(|error| {
        Failure::new(xmpp_tls_result::XMPP_TLS_INVALID_DOMAIN, error.to_string()).domain(text)
    })
}

/// A domain of the caller, or `None` for an empty text.
///
/// # Safety
/// As [`bytes`].
pub(super) unsafe fn optional_domain(
    data: *const std::os::raw::c_char,
    len: usize,
) -> Result<Option<Domain>, Failure> {
    // SAFETY: as promised by the caller.
    if len == 0 { Ok(None) } else { unsafe { domain(data, len) }.map(Some) }
}

/// An enum value of the caller, which may be any number.
pub(super) fn number<T>(found: Option<T>) -> Result<T, Failure> {
    found.ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER))
}

/// A list of byte strings of the caller, of at most `most`.
///
/// # Safety
/// `items` is NULL or valid for reads of `count` entries, each with bytes valid for its length.
pub(super) unsafe fn byte_strings(
    items: *const xmpp_tls_bytes,
    count: usize,
    most: usize,
) -> Result<Vec<Vec<u8>>, Failure> {
    // SAFETY: as promised by the caller.
    let items = unsafe { list(items, count, most) }?;
    // SAFETY: as above.
    items.iter().map(|item| unsafe { bytes(item.data, item.len) }.map(<[u8]>::to_vec)).collect()
}

/// A list of texts of the caller, of at most `most`.
///
/// # Safety
/// `items` is NULL or valid for reads of `count` entries, each with bytes valid for its length until the call returns.
pub(super) unsafe fn texts<'a>(
    items: *const xmpp_tls_str,
    count: usize,
    most: usize,
) -> Result<Vec<&'a str>, Failure> {
    // SAFETY: as promised by the caller.
    let items = unsafe { list(items, count, most) }?;
    // SAFETY: as above.
    items.iter().map(|item| unsafe { text(item.data, item.len) }).collect()
}

/// What stands behind each of a list of shared handles of the caller, of at most `most`.
///
/// # Safety
/// `items` is NULL or valid for reads of `count` pointers, each NULL or a live handle.
pub(super) unsafe fn handles<'a, T: Tagged>(
    items: *const *const T,
    count: usize,
    most: usize,
) -> Result<Vec<&'a T>, Failure> {
    // SAFETY: as promised by the caller.
    let items = unsafe { list(items, count, most) }?;
    // SAFETY: as above.
    items.iter().map(|item| unsafe { shared(*item) }).collect()
}
