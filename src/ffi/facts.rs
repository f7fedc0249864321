//! Facts about a connection: where it stands, what was agreed, what was shown, what binds to it.
//!
//! Readers of text and bytes lend them until the connection is driven further or freed. What the peer said
//! before TLS – its stream header, its features – is *unverified*: it is here to be shown, and no decision may
//! rest on it (RFC 6120 §5.4.3.3).

use crate::certificate::Certificate;
use crate::connection::{BindingKind, Phase};
use crate::ffi::basics::{xmpp_tls_bytes, xmpp_tls_result, xmpp_tls_str};
use crate::ffi::certificate::{malformed, xmpp_tls_certificate};
use crate::ffi::connection::{Held, xmpp_tls_connection};
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::exclusive;
use crate::ffi::numbered::{self, Numbered};
use crate::ffi::output::{Out, bytes, copy_out, text};
use crate::numbers::cause_facts;
use crate::tls::HandshakeKind;

/// Where a connection stands.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_phase {
    /// Nothing was driven yet; set-up calls are allowed.
    Prepared = 1,
    /// XML before STARTTLS.
    Clear = 2,
    /// A client hello is being read, or waits for a choice.
    Hello = 3,
    /// TLS is being negotiated, or the library keeps the gate and no verdict opened it.
    Handshake = 4,
    /// Application bytes pass.
    Open = 5,
    /// Both directions were closed, or ours before TLS began.
    Closed = 6,
    /// The cause is final.
    Failed = 7,
}

/// A channel binding type (RFC 5929, RFC 9266).
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_channel_binding {
    /// `tls-exporter`, 32 bytes.
    TlsExporter = 1,
    /// `tls-server-end-point`, a hash of the server's certificate.
    TlsServerEndPoint = 2,
    /// `tls-unique`: never to be had.
    TlsUnique = 3,
}

/// # Safety
/// `connection` is NULL or a live handle.
unsafe fn read<T>(
    connection: *const xmpp_tls_connection,
    fallback: T,
    body: impl FnOnce(&mut Held) -> Option<T>,
) -> T {
    // SAFETY: as promised by the caller.
    guard::read(fallback, || unsafe { exclusive(connection, |held| Ok(body(held))) }.ok().flatten())
}

/// Says where the connection stands: one of `XMPP_TLS_PHASE_…`; 0 for NULL or a handle in use. Changes with every
/// call that drives the connection.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_phase(connection: *const xmpp_tls_connection) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, 0, |held| Some(held.connection.phase().number())) }
}

/// Gives the name of a phase, such as `handshake`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_phase_name(phase: u32) -> xmpp_tls_str {
    numbered::word::<Phase>(phase)
}

/// Says whether TLS is being negotiated right now. Cheap.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_is_handshaking(connection: *const xmpp_tls_connection) -> bool {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, false, |held| Some(held.connection.is_handshaking())) }
}

/// Says whether the peer closed its direction with close_notify and all its plaintext was given.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_is_peer_closed(connection: *const xmpp_tls_connection) -> bool {
    let closed = |held: &mut Held| Some(held.connection.is_peer_closed() && !held.connection.has_plaintext());
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, false, closed) }
}

/// Gives the cause of a failure: a number of `xmpp_tls_cause`; 0 while there is none.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_cause(connection: *const xmpp_tls_connection) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, 0, |held| held.connection.cause().map(|cause| cause.code().number())) }
}

/// Gives one sentence about the cause of a failure, with its data; empty while there is none. What a peer said
/// is escaped in it. Valid until the next call of this function, or until the connection is freed.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_cause_message(
    connection: *const xmpp_tls_connection,
) -> xmpp_tls_str {
    let message = |held: &mut Held| {
        let message = held.connection.cause()?.to_string();
        held.lent().cause = message;
        Some(text(&held.lent().cause))
    };
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, text(""), message) }
}

/// Gives the name of a cause, such as `peer_refused`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_cause_name(cause: u32) -> xmpp_tls_str {
    text(cause_facts(cause).word)
}

/// Gives a short sentence about a cause. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_cause_message(cause: u32) -> xmpp_tls_str {
    text(cause_facts(cause).message)
}

/// Gives the clause behind a cause, such as `RFC 7590 §3.4`. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_cause_clause(cause: u32) -> xmpp_tls_str {
    text(cause_facts(cause).clause)
}

/// Gives the alert that ended the connection, whichever way it went (RFC 8446 §6); -1 when there was none.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_alert(connection: *const xmpp_tls_connection) -> i32 {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, -1, |held| held.connection.alert().map(|alert| i32::from(alert.number()))) }
}

/// Gives the name of an alert, such as `unknown_ca`. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_alert_name(alert: u32) -> xmpp_tls_str {
    let known = u8::try_from(alert).ok().and_then(|number| crate::parameter::Alert(number).name());
    text(known.unwrap_or("unknown"))
}

/// Gives the TLS version agreed on: 0x0303 or 0x0304; 0 before. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_tls_version(connection: *const xmpp_tls_connection) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, 0, |held| Some(u32::from(held.connection.version()?.number()))) }
}

/// Gives the name of the version agreed on, `TLSv1.2` or `TLSv1.3`; empty before. Static text.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_tls_version_name(
    connection: *const xmpp_tls_connection,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, text(""), |held| Some(text(held.connection.version()?.name()))) }
}

/// Gives the IANA number of the cipher suite agreed on; 0 before. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_suite(connection: *const xmpp_tls_connection) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, 0, |held| Some(u32::from(held.connection.suite()?.number()))) }
}

/// Gives the IANA name of the cipher suite agreed on; empty before. Static text. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_suite_name(
    connection: *const xmpp_tls_connection,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, text(""), |held| Some(text(held.connection.suite()?.name()))) }
}

/// Gives the IANA number of the key exchange group; 0 before, and where TLS 1.2 resumed without one.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_group(connection: *const xmpp_tls_connection) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, 0, |held| Some(u32::from(held.connection.group()?.number()))) }
}

/// Gives the IANA name of the key exchange group; empty where there is none. Static text.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_group_name(
    connection: *const xmpp_tls_connection,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, text(""), |held| Some(text(held.connection.group()?.name()))) }
}

/// Gives the application protocol agreed on; empty when there is none. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_alpn(connection: *const xmpp_tls_connection) -> xmpp_tls_bytes {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, bytes(&[]), |held| Some(bytes(held.connection.alpn()?))) }
}

/// Gives the server name in the client hello (receiving), as it was sent; empty when there is none.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_server_name(
    connection: *const xmpp_tls_connection,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, text(""), |held| Some(text(held.connection.server_name()?))) }
}

/// Says whether the session was resumed from a ticket: no certificate was shown this time, and the verdict was
/// made anew from the one remembered.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_is_resumed(connection: *const xmpp_tls_connection) -> bool {
    let resumed = |held: &mut Held| Some(held.connection.handshake_kind()? == HandshakeKind::Resumed);
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, false, resumed) }
}

/// Says whether the stream should be reset soon because the keys of TLS 1.2 wear out (RFC 9325 §4.4); TLS 1.3
/// replaces its keys by itself.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_is_reset_advised(
    connection: *const xmpp_tls_connection,
) -> bool {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, false, |held| Some(held.connection.is_reset_advised())) }
}

/// Says whether the peer, as a server, asked for our certificate. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_is_certificate_requested(
    connection: *const xmpp_tls_connection,
) -> bool {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, false, |held| Some(held.connection.is_certificate_requested())) }
}

/// Gives the `to` of the peer's stream header before TLS, unverified; empty when there is none.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_unverified_to(
    connection: *const xmpp_tls_connection,
) -> xmpp_tls_str {
    let to = |held: &mut Held| Some(text(held.connection.unverified()?.header.as_ref()?.to.as_deref()?));
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, text(""), to) }
}

/// Gives the `from` of the peer's stream header before TLS, unverified; empty when there is none.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_unverified_from(
    connection: *const xmpp_tls_connection,
) -> xmpp_tls_str {
    let from = |held: &mut Held| Some(text(held.connection.unverified()?.header.as_ref()?.from.as_deref()?));
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, text(""), from) }
}

/// Says how many certificates the peer presented; also after a failure. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_peer_certificate_count(
    connection: *const xmpp_tls_connection,
) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, 0, |held| Some(held.connection.peer_certificates().count())) }
}

/// # Safety
/// The pointers are as the header demands.
unsafe fn certificate(
    connection: *const xmpp_tls_connection,
    certificate_out: *mut *const xmpp_tls_certificate,
    find: impl FnOnce(&Held) -> Option<&[u8]>,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: as promised by the caller.
        let out = unsafe { Out::shared(certificate_out) }?;
        // SAFETY: as promised by the caller.
        let certificate = unsafe {
            exclusive(connection, |held| {
                let der = find(held).ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_FOUND))?;
                Certificate::parse(der).map_err(malformed)
            })
        }?;
        out.set(xmpp_tls_certificate::into_raw(certificate));
        Ok(())
    })
}

/// Gives one certificate of the peer, counted from 0, its own first; also after a failure, so that it can be
/// looked at (RFC 9525 §6.6).
///
/// `certificate_out`: owned by the caller, free with `xmpp_tls_certificate_free`.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_NOT_FOUND`, or `XMPP_TLS_MALFORMED_CERTIFICATE` for one that cannot be read.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_peer_certificate(
    connection: *const xmpp_tls_connection,
    index: usize,
    certificate_out: *mut *const xmpp_tls_certificate,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { certificate(connection, certificate_out, |held| held.connection.peer_certificates().nth(index)) }
}

/// Gives one certificate of the peer in DER, counted from 0, its own first, without reading it; empty when there is
/// none. Also after a failure. Valid until the connection is driven further or freed.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_peer_certificate_der(
    connection: *const xmpp_tls_connection,
    index: usize,
) -> xmpp_tls_bytes {
    let der = |held: &mut Held| held.connection.peer_certificates().nth(index).map(bytes);
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, bytes(&[]), der) }
}

/// Says how many certificates we showed. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_own_certificate_count(
    connection: *const xmpp_tls_connection,
) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection, 0, |held| Some(held.connection.own_certificates().count())) }
}

/// Gives one certificate that we showed, counted from 0, our own first. The rest as in
/// `xmpp_tls_connection_peer_certificate`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_own_certificate(
    connection: *const xmpp_tls_connection,
    index: usize,
    certificate_out: *mut *const xmpp_tls_certificate,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { certificate(connection, certificate_out, |held| held.connection.own_certificates().nth(index)) }
}

/// Gives the value of a channel binding, for one authentication exchange (RFC 9266 §4).
///
/// `kind`: one of `XMPP_TLS_CHANNEL_BINDING_…`. `out`: 64 bytes always suffice. `written_out`: the size, also when
/// `capacity` is too small.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_NOT_YET` before the handshake is done,
/// - `XMPP_TLS_NOT_AVAILABLE` if there is none of this type here; the error says why,
/// - `XMPP_TLS_INSUFFICIENT_SIZE`, `XMPP_TLS_INVALID_PARAMETER`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_channel_binding(
    connection: *const xmpp_tls_connection,
    kind: u32,
    out: *mut u8,
    capacity: usize,
    written_out: *mut usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let kind = match kind {
                1 => BindingKind::TlsExporter,
                2 => BindingKind::TlsServerEndPoint,
                3 => BindingKind::TlsUnique,
                _ => return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER)),
            };
            let value = exclusive(connection, |held| {
                held.connection.channel_binding(kind).map_err(|why| {
                    let code = match why {
                        crate::connection::NoBinding::NotReady => xmpp_tls_result::XMPP_TLS_NOT_YET,
                        _ => xmpp_tls_result::XMPP_TLS_NOT_AVAILABLE,
                    };
                    Failure::new(code, why.to_string())
                })
            })?;
            copy_out(&value, out, capacity, written_out)
        })
    }
}

/// Takes the next line of the key log, without its newline; empty when there is none. Valid until the next call
/// of this function, or until the connection is freed. Wipe your copies.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_next_key_log_line(
    connection: *mut xmpp_tls_connection,
) -> xmpp_tls_str {
    let line = |held: &mut Held| {
        let line = held.connection.next_key_log_line()?;
        held.lent().key_log = line;
        Some(text(&held.lent().key_log))
    };
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(connection.cast_const(), text(""), line) }
}
