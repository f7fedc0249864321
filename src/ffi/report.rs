//! Reports: what a person should be shown (RFC 7590 §3.6).
//!
//! Whether the stream is encrypted, with which version and suite, how the peer was authenticated and why not by
//! other proofs, its certificate, and what explains them: as text to print, as JSON with a schema
//! (`docs/schema/report.json`), and by readers for what programs branch on. A report is a snapshot and can be made
//! at any time, after a failure too.

use std::sync::OnceLock;

use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str, xmpp_tls_time};
use crate::ffi::connection::{time, xmpp_tls_connection};
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard;
use crate::ffi::handle::{Tag, Tagged, exclusive, peek, shared_free, shared_into_raw, shared_retain};
use crate::ffi::numbered::{self, Numbered};
use crate::ffi::output::{Out, text};
use crate::report::{Report, Summary};

/// A report. Shared: any thread, freed by `xmpp_tls_report_free`.
pub struct xmpp_tls_report {
    tag: Tag,
    report: Report,
    text: OnceLock<String>,
    json: OnceLock<String>,
}

/// What to say in one word. Encrypted is not authenticated, and no value is called secure.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_summary {
    /// A certificate proof says who the peer is.
    Authenticated = 1,
    /// A dialback answer says so, no certificate.
    WeaklyVerified = 2,
    /// TLS is up; who the peer is, nobody knows.
    EncryptedUnauthenticated = 3,
    /// There is no TLS, or not yet.
    Plaintext = 4,
    /// The attempt failed.
    Failed = 5,
}

impl Tagged for xmpp_tls_report {
    const TAG: u32 = 0x7874_720f;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

/// Takes a snapshot of a connection.
///
/// `now`: for the days that a certificate has left. `report_out`: owned by the caller, free with
/// `xmpp_tls_report_free`.
///
/// Returns `XMPP_TLS_OK`. Threads: exclusive (the connection). Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_report(
    connection: *const xmpp_tls_connection,
    now: *const xmpp_tls_time,
    report_out: *mut *const xmpp_tls_report,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let (out, now) = (Out::shared(report_out)?, time(now)?);
            let report = exclusive(connection, |held| Ok(Report::of(&held.connection, now)))?;
            let tag = Tag::new::<xmpp_tls_report>();
            out.set(shared_into_raw(xmpp_tls_report {
                tag,
                report,
                text: OnceLock::new(),
                json: OnceLock::new(),
            }));
            Ok(())
        })
    }
}

/// Gives what to say in one word: one of `XMPP_TLS_SUMMARY_…`. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_report_summary(report: *const xmpp_tls_report) -> xmpp_tls_summary {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(xmpp_tls_summary::Failed, || Some(unsafe { peek(report) }?.report.summary().constant()))
}

/// Gives the name of a summary, such as `encrypted-unauthenticated`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_summary_name(summary: u32) -> xmpp_tls_str {
    numbered::word::<Summary>(summary)
}

/// Says whether the stream is encrypted: the handshake is done and nothing failed. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_report_is_encrypted(report: *const xmpp_tls_report) -> bool {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(false, || Some(unsafe { peek(report) }?.report.is_encrypted()))
}

/// Says whether what is said stays unreadable for whoever records it now and has a quantum computer later.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_report_is_safe_against_later_decryption(
    report: *const xmpp_tls_report,
) -> bool {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(false, || unsafe { peek(report) }?.report.is_safe_against_later_decryption())
}

/// Says whether the server offered STARTTLS in the clear, which nobody vouches for: 1 yes, 0 no, -1 unknown.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_report_starttls_offered(report: *const xmpp_tls_report) -> i32 {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(-1, || unsafe { peek(report) }?.report.starttls_offered().map(i32::from))
}

/// Gives the report as lines of text for a person, the answer first. Valid until the report is freed.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_report_text(report: *const xmpp_tls_report) -> xmpp_tls_str {
    guard::read(text(""), || {
        // SAFETY: the pointer is NULL or a live handle.
        let own = unsafe { peek(report) }?;
        Some(text(own.text.get_or_init(|| own.report.to_text())))
    })
}

/// Gives the report as JSON. Valid until the report is freed. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_report_json(report: *const xmpp_tls_report) -> xmpp_tls_str {
    guard::read(text(""), || {
        // SAFETY: the pointer is NULL or a live handle.
        let own = unsafe { peek(report) }?;
        Some(text(own.json.get_or_init(|| own.report.to_json())))
    })
}

/// Makes another reference. Returns `report`, or NULL for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_report_retain(report: *const xmpp_tls_report) -> *const xmpp_tls_report {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { shared_retain(report) }
}

/// Ends one reference. `report` may be NULL. Threads: any, once per reference. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_report_free(report: *const xmpp_tls_report) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(report) }
}
