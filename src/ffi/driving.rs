//! Driving a connection: bytes in, bytes out, events, and the passing of time.
//!
//! ```text
//!            socket readable ──▶ receive ──▶ plaintext for the application
//!   application has something ──▶ write
//!              deadline came  ──▶ advance
//!      after each of these:      transmit until 0, next_event until NOT_YET, deadline
//! ```
//!
//! `receive` says how many bytes it took. What it did not take is to be given again: when the caller's buffer
//! for plaintext was full, while a client hello waits for a choice, or while a verdict is waited for. Before
//! the handshake is done, whole records are taken whole.
//!
//! A failure is final. Its cause can be read, the alert that tells the peer can still be transmitted, and
//! every other call answers `XMPP_TLS_CONNECTION_FAILED`.

use crate::connection::{CallError, Choice, Event, Received};
use crate::ffi::basics::{xmpp_tls_bytes, xmpp_tls_result, xmpp_tls_str, xmpp_tls_time};
use crate::ffi::connection::{Held, time, xmpp_tls_connection};
use crate::ffi::context::xmpp_tls_context;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{exclusive, shared};
use crate::ffi::input;
use crate::ffi::numbered::{self, Numbered};
use crate::ffi::output::{Out, bytes};
use crate::parameter::Alert;
use std::os::raw::c_char;

/// Something that happened. Unknown numbers of later versions may be ignored.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_event {
    /// The peer's stream header before TLS was read; nobody vouches for what it says.
    StreamHeader = 1,
    /// STARTTLS was agreed; what follows on the transport is TLS.
    TlsStarted = 2,
    /// The client hello was read; the connection waits for a choice.
    ClientHello = 3,
    /// The handshake is complete. This says nothing about who the peer is.
    HandshakeDone = 4,
    /// A verdict about the peer stands.
    Verdict = 5,
    /// Lines of the key log can be read.
    KeyLog = 6,
    /// The peer closed its direction with close_notify; nothing was cut off.
    PeerClosed = 7,
    /// The transport ended without close_notify: what was received may be cut off.
    Truncated = 8,
    /// The connection failed for good.
    Failed = 9,
}

fn call_failure(error: CallError) -> Failure {
    Failure::plain(match error {
        CallError::Closed => xmpp_tls_result::XMPP_TLS_CONNECTION_CLOSED,
        CallError::WrongPhase => xmpp_tls_result::XMPP_TLS_WRONG_PHASE,
        _ => xmpp_tls_result::XMPP_TLS_CONNECTION_FAILED,
    })
}

/// # Safety
/// The pointers are as the header demands.
unsafe fn receive(
    connection: *mut xmpp_tls_connection,
    used_out: *mut usize,
    plain: *mut u8,
    plain_capacity: usize,
    plain_len_out: *mut usize,
    body: impl FnOnce(&mut Held, &mut [u8]) -> Result<Result<Received, CallError>, Failure>,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: as promised by the caller.
        let (used, length, room) = unsafe {
            (Out::new(used_out)?, Out::new(plain_len_out)?, input::bytes_mut(plain, plain_capacity)?)
        };
        // SAFETY: as promised by the caller.
        let received = unsafe { exclusive(connection, |held| body(held, room)?.map_err(call_failure)) }?;
        used.set(received.used);
        length.set(received.written);
        Ok(())
    })
}

/// Takes bytes of the peer and gives plaintext.
///
/// `tls`: not changed; may be empty, to fetch plaintext that waits inside. `used_out`: how many were taken, the
/// rest is to be given again. `plain`: where plaintext goes; must not overlap `tls`. `plain_len_out`: how many bytes
/// of it were written.
///
/// Changes what `xmpp_tls_connection_transmit`, `xmpp_tls_connection_next_event` and
/// `xmpp_tls_connection_deadline` answer.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_CONNECTION_FAILED` if the connection failed, in this call or before, and
/// no plaintext is left to give.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_receive(
    connection: *mut xmpp_tls_connection,
    now: *const xmpp_tls_time,
    tls: *const u8,
    tls_len: usize,
    used_out: *mut usize,
    plain: *mut u8,
    plain_capacity: usize,
    plain_len_out: *mut usize,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        receive(connection, used_out, plain, plain_capacity, plain_len_out, |held, room| {
            Ok(held.connection.receive(time(now)?, input::bytes(tls, tls_len)?, room))
        })
    }
}

/// As `xmpp_tls_connection_receive`, without a copy: records are decrypted where they stand.
///
/// `tls`: the bytes that were taken are scratch afterwards; those that were not are unchanged.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_receive_in_place(
    connection: *mut xmpp_tls_connection,
    now: *const xmpp_tls_time,
    tls: *mut u8,
    tls_len: usize,
    used_out: *mut usize,
    plain: *mut u8,
    plain_capacity: usize,
    plain_len_out: *mut usize,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        receive(connection, used_out, plain, plain_capacity, plain_len_out, |held, room| {
            Ok(held.connection.receive_in_place(time(now)?, input::bytes_mut(tls, tls_len)?, room))
        })
    }
}

/// Says whether plaintext waits inside that may pass; `xmpp_tls_connection_receive` gives it, also without
/// input. Changes with the receiving calls and when a verdict opens the gate.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_has_plaintext(connection: *const xmpp_tls_connection) -> bool {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(false, || unsafe { exclusive(connection, |held| Ok(held.connection.has_plaintext())) }.ok())
}

/// Takes application bytes. Until they may pass – before TLS is up, or before a verdict while the library keeps
/// the gate – they are kept, up to 64 KiB.
///
/// `data`: copied. `taken_out`: how many were taken; less than `len` means: transmit, and write the rest later.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_CONNECTION_CLOSED` after `xmpp_tls_connection_close`,
/// - `XMPP_TLS_CONNECTION_FAILED`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_write(
    connection: *mut xmpp_tls_connection,
    now: *const xmpp_tls_time,
    data: *const u8,
    len: usize,
    taken_out: *mut usize,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let (taken, now, data) = unsafe { (Out::new(taken_out)?, time(now)?, input::bytes(data, len)?) };
        // SAFETY: as above.
        let count =
            unsafe { exclusive(connection, |held| held.connection.write(now, data).map_err(call_failure)) }?;
        taken.set(count);
        Ok(())
    })
}

/// Writes and transmits in one call: what waits for the peer comes first, then `data`, encrypted straight into
/// `out`. Beside the data each record of at most 16 KiB needs 32 bytes of room: 16 KiB need 16,416. What does not
/// fit is not taken.
///
/// `taken_out`: how many bytes of `data` were taken. `written_out`: how many bytes of `out` are for the peer. The
/// rest as in `xmpp_tls_connection_write`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_write_into(
    connection: *mut xmpp_tls_connection,
    now: *const xmpp_tls_time,
    data: *const u8,
    len: usize,
    taken_out: *mut usize,
    out: *mut u8,
    capacity: usize,
    written_out: *mut usize,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let (taken, written) = unsafe { (Out::new(taken_out)?, Out::new(written_out)?) };
        // SAFETY: as above.
        let (now, data, room) =
            unsafe { (time(now)?, input::bytes(data, len)?, input::bytes_mut(out, capacity)?) };
        // SAFETY: as above.
        let done = unsafe {
            exclusive(connection, |held| held.connection.write_into(now, data, room).map_err(call_failure))
        }?;
        taken.set(done.taken);
        written.set(done.written);
        Ok(())
    })
}

/// Gives bytes for the peer; 0 when there are none now. Allowed after a failure, so that the peer learns of it.
///
/// `out`: at most `capacity` bytes are written. `written_out`: how many were; call again until it is 0.
///
/// Returns `XMPP_TLS_OK`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_transmit(
    connection: *mut xmpp_tls_connection,
    out: *mut u8,
    capacity: usize,
    written_out: *mut usize,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let (written, room) = unsafe { (Out::new(written_out)?, input::bytes_mut(out, capacity)?) };
        // SAFETY: as above.
        written.set(unsafe { exclusive(connection, |held| Ok(held.connection.transmit(room))) }?);
        Ok(())
    })
}

/// Gives bytes for the peer where they stand, for a host that sends without a copy; empty when there are none. They
/// stay until `xmpp_tls_connection_transmitted` takes them off. Valid until the next call on this connection that
/// changes it.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_transmit_peek(
    connection: *mut xmpp_tls_connection,
) -> xmpp_tls_bytes {
    let waiting = |held: &mut Held| Ok(bytes(held.connection.transmit_peek()));
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(bytes(&[]), || unsafe { exclusive(connection.cast_const(), waiting) }.ok())
}

/// Says that the first `count` bytes of the last `xmpp_tls_connection_transmit_peek` were sent; more than there were
/// counts as all. Peek again afterwards: more may follow.
///
/// Returns `XMPP_TLS_OK`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_transmitted(
    connection: *mut xmpp_tls_connection,
    count: usize,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointer is as the header demands.
        unsafe {
            exclusive(connection.cast_const(), |held| {
                held.connection.transmitted(count);
                Ok(())
            })
        }
    })
}

/// Says how many bytes for the peer wait, as far as they exist: an initiating connection makes its first ones
/// when it is first asked to transmit.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_transmit_pending(
    connection: *const xmpp_tls_connection,
) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || unsafe { exclusive(connection, |held| Ok(held.connection.transmit_pending())) }.ok())
}

/// Closes our direction: close_notify is to be transmitted, and nothing can be written any more. Close the XMPP
/// stream before, with `</stream:stream>` (RFC 6120 §4.4). The peer's direction stays open until it closes.
///
/// Returns `XMPP_TLS_OK`, also when closed before or failed. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_close(
    connection: *mut xmpp_tls_connection,
    now: *const xmpp_tls_time,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { drive(connection, now, |held, now| held.connection.close(now)) }
}

/// Tells that the transport ended and nothing more will come. Within the handshake that is a failure; after it
/// `XMPP_TLS_EVENT_TRUNCATED` follows, unless the peer had closed before (RFC 8446 §6.1).
///
/// Returns `XMPP_TLS_OK`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_end_of_input(
    connection: *mut xmpp_tls_connection,
    now: *const xmpp_tls_time,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { drive(connection, now, |held, now| held.connection.end_of_input(now)) }
}

/// Tells that time passed: a time limit that was reached ends the connection.
///
/// Returns `XMPP_TLS_OK`; the outcome is an event. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_advance(
    connection: *mut xmpp_tls_connection,
    now: *const xmpp_tls_time,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { drive(connection, now, |held, now| held.connection.advance(now)) }
}

/// # Safety
/// The pointers are as the header demands.
unsafe fn drive(
    connection: *mut xmpp_tls_connection,
    now: *const xmpp_tls_time,
    body: impl FnOnce(&mut Held, crate::connection::Time),
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: as promised by the caller.
        let now = unsafe { time(now) }?;
        // SAFETY: as above.
        unsafe {
            exclusive(connection, |held| {
                body(held, now);
                Ok(())
            })
        }
    })
}

/// Says when to call `xmpp_tls_connection_advance` if nothing else happens before. Changes with every call that
/// drives the connection.
///
/// `monotonic_ms_out`: in the host's monotonic milliseconds.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_YET` when no time limit runs. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_deadline(
    connection: *const xmpp_tls_connection,
    monotonic_ms_out: *mut u64,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let out = unsafe { Out::new(monotonic_ms_out) }?;
        // SAFETY: as above.
        let deadline = unsafe { exclusive(connection, |held| Ok(held.connection.deadline())) }?;
        out.set(deadline.ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_YET))?);
        Ok(())
    })
}

/// Gives the next thing that happened. Each kind is kept once until it is read, in the order in which they can
/// happen; ask until there is none, after every call that drives the connection.
///
/// `event_out`: one of `XMPP_TLS_EVENT_…`.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_YET` when there is none. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_next_event(
    connection: *mut xmpp_tls_connection,
    event_out: *mut xmpp_tls_event,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let out = unsafe { Out::new(event_out) }?;
        // SAFETY: as above.
        let event = unsafe { exclusive(connection, |held| Ok(held.connection.next_event())) }?;
        out.set(event.ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_YET))?.constant());
        Ok(())
    })
}

/// Gives the name of an event, such as `handshake_done`; `unknown` for a number without one.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_event_name(event: u32) -> xmpp_tls_str {
    numbered::word::<Event>(event)
}

/// Says whether the connection stopped after the client hello and waits for a choice.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_is_waiting_for_choice(
    connection: *const xmpp_tls_connection,
) -> bool {
    let waits = |held: &mut Held| Ok(held.connection.client_hello().is_some());
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(false, || unsafe { exclusive(connection, waits) }.ok())
}

/// Says how many application protocols the client offers, while the connection waits for a choice.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_offered_alpn_count(
    connection: *const xmpp_tls_connection,
) -> usize {
    let count = |held: &mut Held| Ok(held.connection.client_hello().map_or(0, |hello| hello.alpn.len()));
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || unsafe { exclusive(connection, count) }.ok())
}

/// Gives one application protocol that the client offers, counted from 0, the preferred first; empty when there
/// is none. Valid until the choice.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_offered_alpn(
    connection: *const xmpp_tls_connection,
    index: usize,
) -> xmpp_tls_bytes {
    let offered = |held: &mut Held| {
        let hello = held.connection.client_hello();
        Ok(bytes(hello.and_then(|hello| hello.alpn.get(index)).map_or(&[], Vec::as_slice)))
    };
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(bytes(&[]), || unsafe { exclusive(connection, offered) }.ok())
}

/// Goes on after the client hello.
///
/// `context`: whose policy and credentials hold from here; NULL: the connection's own. Another policy also says who
/// keeps the gate, unless the host took it by `xmpp_tls_connection_set_host_gate`, and whether secrets may still be
/// read. `domain`: whose credentials serve a client that names nobody; empty: the `to` of the stream before TLS.
/// `alpn`: the protocol to agree on; empty: none.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_WRONG_PHASE` unless the connection waits for a choice,
/// - `XMPP_TLS_INVALID_DOMAIN`,
/// - `XMPP_TLS_CONNECTION_FAILED` if the time is over, or the handshake cannot go on with this choice.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_choose(
    connection: *mut xmpp_tls_connection,
    now: *const xmpp_tls_time,
    context: *mut xmpp_tls_context,
    domain: *const c_char,
    domain_len: usize,
    alpn: *const u8,
    alpn_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let protocol = input::bytes(alpn, alpn_len)?;
            let choice = Choice {
                context: match context.is_null() {
                    true => None,
                    false => Some(shared(context.cast_const())?.context().clone()),
                },
                domain: input::optional_domain(domain, domain_len)?,
                protocol: (!protocol.is_empty()).then(|| protocol.to_vec()),
            };
            let now = time(now)?;
            exclusive(connection, |held| held.connection.choose(now, choice).map_err(call_failure))
        })
    }
}

/// Refuses the client hello with an alert (RFC 8446 §6.2), such as 112 `unrecognized_name`.
///
/// `alert`: 0 to 255.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_PARAMETER`, or `XMPP_TLS_WRONG_PHASE` unless the connection waits for
/// a choice.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_refuse_client_hello(
    connection: *mut xmpp_tls_connection,
    alert: u32,
) -> xmpp_tls_result {
    guard::result(|| {
        let alert = Alert(input::number(u8::try_from(alert).ok())?);
        // SAFETY: the pointer is as the header demands.
        unsafe {
            exclusive(connection, |held| held.connection.refuse_client_hello(alert).map_err(call_failure))
        }
    })
}
