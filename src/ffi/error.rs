//! Errors: what a failed call can tell beyond its result.
//!
//! Every call with something to tell takes `xmpp_tls_error **error_out` as its last parameter. It may be
//! NULL. On failure it receives an object that the caller owns and frees with `xmpp_tls_error_free`; on
//! success it receives NULL. The object belongs to no thread and no handle.

use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str};
use crate::ffi::guard::{self, Detail};
use crate::ffi::handle::{Tag, Tagged, exclusive_free, exclusive_into_raw, peek};
use crate::ffi::output::text;

/// Why a call failed, in detail. Owned by the caller; immutable.
pub struct xmpp_tls_error {
    tag: Tag,
    detail: Detail,
}

impl Tagged for xmpp_tls_error {
    const TAG: u32 = 0x7874_6501;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

impl xmpp_tls_error {
    pub(super) fn into_raw(detail: Detail) -> *mut Self {
        exclusive_into_raw(Self { tag: Tag::new::<Self>(), detail })
    }
}

/// Gives the result of the failed call; `XMPP_TLS_OK` for NULL.
///
/// `error`: borrowed for this call. May be NULL.
///
/// Threads: any, as nothing changes an error. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_error_code(error: *const xmpp_tls_error) -> xmpp_tls_result {
    // SAFETY: the pointer is NULL or a live handle, as the header demands.
    guard::read(xmpp_tls_result::XMPP_TLS_OK, || unsafe { peek(error) }.map(|error| error.detail.code))
}

/// Gives one sentence for people: what was wrong with what. Nothing should depend on its words.
///
/// `error`: borrowed for this call. May be NULL; the text is empty then. The text is valid until the error is
/// freed.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_error_message(error: *const xmpp_tls_error) -> xmpp_tls_str {
    guard::read(text(""), || {
        // SAFETY: the pointer is NULL or a live handle, as the header demands.
        let detail = &unsafe { peek(error) }?.detail;
        if detail.message.is_empty() {
            return Some(crate::ffi::basics::xmpp_tls_result_message(detail.code.number()));
        }
        Some(text(&detail.message))
    })
}

/// Gives the path of the file that was at fault, or an empty text.
///
/// `error`: borrowed for this call. May be NULL. The text is valid until the error is freed.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_error_file(error: *const xmpp_tls_error) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle, as the header demands.
    guard::read(text(""), || Some(text(&unsafe { peek(error) }?.detail.file)))
}

/// Gives the domain that was at fault, or an empty text.
///
/// `error`: borrowed for this call. May be NULL. The text is valid until the error is freed.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_error_domain(error: *const xmpp_tls_error) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle, as the header demands.
    guard::read(text(""), || Some(text(&unsafe { peek(error) }?.detail.domain)))
}

/// Gives the line that was at fault, counted from 1; 0 when there is none.
///
/// `error`: borrowed for this call. May be NULL.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_error_line(error: *const xmpp_tls_error) -> u32 {
    // SAFETY: the pointer is NULL or a live handle, as the header demands.
    guard::read(0, || Some(unsafe { peek(error) }?.detail.line))
}

/// Gives the column that was at fault, counted in characters from 1; 0 when there is none.
///
/// `error`: borrowed for this call. May be NULL.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_error_column(error: *const xmpp_tls_error) -> u32 {
    // SAFETY: the pointer is NULL or a live handle, as the header demands.
    guard::read(0, || Some(unsafe { peek(error) }?.detail.column))
}

/// Frees an error.
///
/// `error`: owned by this call afterwards. May be NULL.
///
/// Threads: any, once. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_error_free(error: *mut xmpp_tls_error) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { exclusive_free(error) }
}
