//! Connections: making one, and setting it up.
//!
//! A connection joins three things: the XML before STARTTLS, TLS, and the question who the peer is. It owns
//! no socket. The host moves bytes between the socket and `xmpp_tls_connection_receive` and
//! `xmpp_tls_connection_transmit`, reads `xmpp_tls_connection_next_event`, and tells the time.
//!
//! Three ways to start:
//! - `XMPP_TLS_TRANSPORT_STARTTLS`: the library speaks XML until TLS is up (RFC 6120 §5),
//! - `XMPP_TLS_TRANSPORT_DIRECT_TLS`: TLS from the first byte (XEP-0368),
//! - `XMPP_TLS_TRANSPORT_TLS_ONLY`: the host has spoken STARTTLS itself; a domain need not be known.
//!
//! Which service it is, c2s or s2s, is the policy's. Set-up calls are allowed until the connection is first
//! driven, and answer `XMPP_TLS_WRONG_PHASE` afterwards.
//!
//! **Two gates.** Whether application bytes may pass is one question: the library answers it by the verdict
//! (`gate = "library"`, the default of clients), or leaves it to the host, which servers need because
//! stream headers and dialback run inside those bytes. Whether a *pair of domains* is authorised is another:
//! always ask for a verdict, it is never implied by bytes.
//!
//! **What it does not do.** It does not parse or write what is sent inside TLS, does not reconnect, does not
//! look anything up, and never falls back to plaintext by itself.

use std::os::raw::c_char;

use crate::connection::{Connection, ServerName, SetupError, Time};
use crate::ffi::basics::{xmpp_tls_bytes, xmpp_tls_result, xmpp_tls_str, xmpp_tls_time};
use crate::ffi::context::xmpp_tls_context;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{
    Exclusive, Guarded, Tag, Tagged, exclusive, exclusive_free, exclusive_into_raw, shared,
};
use crate::ffi::input;
use crate::ffi::numbered::{self, from_number};
use crate::ffi::output::Out;
use crate::limits::OFFERED_PROTOCOLS;
use crate::name::{Domain, Transport};

/// One end of a connection. Exclusive: one thread at a time; freed by `xmpp_tls_connection_free`.
pub struct xmpp_tls_connection(Guarded<Held>);

/// A connection, and what readers lend out of it.
pub(super) struct Held {
    pub(super) connection: Connection,
    /// Texts that were made for a reader; they live until the next reader of their kind.
    pub(super) lent: Option<Box<Lent>>,
}

/// Texts made for readers.
#[derive(Default)]
pub(super) struct Lent {
    pub(super) cause: String,
    pub(super) key_log: String,
}

/// How TLS starts.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_transport {
    /// XML first, then STARTTLS.
    Starttls = 1,
    /// TLS from the first byte.
    DirectTls = 2,
    /// Only TLS is the library's.
    TlsOnly = 3,
}

impl Tagged for xmpp_tls_connection {
    const TAG: u32 = 0x7874_630a;

    fn tag(&self) -> &Tag {
        self.0.tag()
    }
}

impl Exclusive for xmpp_tls_connection {
    type Value = Held;

    fn guarded(&self) -> &Guarded<Held> {
        &self.0
    }
}

impl Held {
    pub(super) fn lent(&mut self) -> &mut Lent {
        self.lent.get_or_insert_default()
    }
}

impl xmpp_tls_connection {
    fn into_raw(connection: Connection) -> *mut Self {
        exclusive_into_raw(Self(Guarded::new::<Self>(Held { connection, lent: None })))
    }
}

/// The caller's time.
///
/// # Safety
/// `time` is NULL or valid for a read.
pub(super) unsafe fn time(time: *const xmpp_tls_time) -> Result<Time, Failure> {
    // SAFETY: as promised by the caller.
    let time = unsafe { time.as_ref() };
    let time = time.ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NULL_PARAMETER))?;
    Ok(Time { unix_seconds: time.unix_seconds, monotonic_ms: time.monotonic_ms })
}

fn setup_failure(error: SetupError) -> Failure {
    let code = match error {
        SetupError::AlreadyDriven => xmpp_tls_result::XMPP_TLS_WRONG_PHASE,
        SetupError::DomainNeeded => xmpp_tls_result::XMPP_TLS_INVALID_DOMAIN,
        SetupError::NotAllowed | SetupError::OtherDirection | SetupError::OtherVerification => {
            xmpp_tls_result::XMPP_TLS_CONTRADICTION
        }
        SetupError::Protocols => xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER,
    };
    Failure::new(code, error.to_string())
}

/// Gives the name of a transport, such as `direct-tls`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_transport_name(transport: u32) -> xmpp_tls_str {
    numbered::word::<Transport>(transport)
}

/// Makes a connection to a domain.
///
/// `context`: used in this call; may be freed afterwards. `transport`: one of `XMPP_TLS_TRANSPORT_…`. `domain`: the
/// XMPP domain that is meant, never the host that was dialled; copied. It may be empty with
/// `XMPP_TLS_TRANSPORT_TLS_ONLY`: no server name is sent then, nobody is judged in the handshake, and the
/// session does not resume. `now`: when time limits begin. `connection_out`: owned by the caller, free with
/// `xmpp_tls_connection_free`.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_INVALID_DOMAIN`,
/// - `XMPP_TLS_INVALID_PARAMETER` for an unknown transport,
/// - `XMPP_TLS_CONTRADICTION` if the policy is for receiving ends only.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_new_initiating(
    context: *mut xmpp_tls_context,
    transport: u32,
    domain: *const c_char,
    domain_len: usize,
    now: *const xmpp_tls_time,
    connection_out: *mut *mut xmpp_tls_connection,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::handle(connection_out)?;
            let (context, now) = (shared(context.cast_const())?, time(now)?);
            let domain = input::optional_domain(domain, domain_len)?;
            let transport = from_number(transport)?;
            let made = Connection::initiating(context.context(), transport, domain, now);
            out.set(xmpp_tls_connection::into_raw(made.map_err(setup_failure)?));
            Ok(())
        })
    }
}

/// Makes a connection that a peer opened. It says nothing before it was fed.
///
/// With STARTTLS the certificate is that of the `to` in the peer's stream header, unless the client hello
/// names another domain that is served; a `to` that is not served ends the stream with `host-unknown`.
///
/// `context`: used in this call; may be freed afterwards. `transport`: one of `XMPP_TLS_TRANSPORT_…`. `now`: when time
/// limits begin. `connection_out`: owned by the caller, free with `xmpp_tls_connection_free`.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_INVALID_PARAMETER` for an unknown transport,
/// - `XMPP_TLS_CONTRADICTION` if the policy is for initiating ends only.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_new_accepting(
    context: *mut xmpp_tls_context,
    transport: u32,
    now: *const xmpp_tls_time,
    connection_out: *mut *mut xmpp_tls_connection,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::handle(connection_out)?;
            let (context, now) = (shared(context.cast_const())?, time(now)?);
            let made = Connection::accepting(context.context(), from_number(transport)?, now);
            out.set(xmpp_tls_connection::into_raw(made.map_err(setup_failure)?));
            Ok(())
        })
    }
}

/// Frees a connection. Nothing is sent: close it before, and transmit. `connection` may be NULL.
///
/// Threads: exclusive, once. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_free(connection: *mut xmpp_tls_connection) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { exclusive_free(connection) }
}

/// # Safety
/// The pointers are as the header demands.
pub(super) unsafe fn set(
    connection: *mut xmpp_tls_connection,
    error_out: *mut *mut xmpp_tls_error,
    body: impl FnOnce(&mut Connection) -> Result<Result<(), SetupError>, Failure>,
) -> xmpp_tls_result {
    // SAFETY: as promised by the caller.
    unsafe {
        guard::call(error_out, || {
            exclusive(connection, |held| body(&mut held.connection)?.map_err(setup_failure))
        })
    }
}

/// Sends another server name than the domain, or none (initiating; RFC 6066 §3, DTLS-05, DTLS-06).
///
/// The server name never decides who the peer must be. `name`: copied; empty: none is sent.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_CONTRADICTION` on a
/// receiving end.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_set_server_name(
    connection: *mut xmpp_tls_connection,
    name: *const c_char,
    name_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        set(connection, error_out, |connection| {
            let name = input::optional_domain(name, name_len)?;
            Ok(connection.set_server_name(name.map_or(ServerName::None, ServerName::Other)))
        })
    }
}

/// Offers, or accepts, these application protocols, the preferred first (RFC 7301); a count of 0 switches
/// ALPN off.
///
/// Left alone it is `xmpp-client` or `xmpp-server` with direct TLS and nothing otherwise (XEP-0368 §7). A
/// receiving end refuses a client that offers only others with `no_application_protocol`, and accepts one that
/// offers none.
///
/// `protocols`: copied.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_INVALID_PARAMETER` if a name is empty or longer
/// than 255 bytes, or there are too many.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_set_alpn(
    connection: *mut xmpp_tls_connection,
    protocols: *const xmpp_tls_bytes,
    count: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        set(connection, error_out, |connection| {
            Ok(connection.set_alpn(input::byte_strings(protocols, count, OFFERED_PROTOCOLS)?))
        })
    }
}

/// Says which domain we are (initiating server): the `from` of the stream before TLS, and whose credentials we
/// show when asked for a certificate (RFC 6120 §5.4.3.1).
///
/// `domain`: copied.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_CONTRADICTION` on a
/// receiving end.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_set_own_domain(
    connection: *mut xmpp_tls_connection,
    domain: *const c_char,
    domain_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        set(connection, error_out, |connection| {
            let domain: Domain = input::domain(domain, domain_len)?;
            Ok(connection.set_own_domain(domain))
        })
    }
}

/// Stops after the client hello, until `xmpp_tls_connection_choose` or
/// `xmpp_tls_connection_refuse_client_hello` (receiving).
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_CONTRADICTION` on an initiating end.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_set_stop_at_client_hello(
    connection: *mut xmpp_tls_connection,
    stop: bool,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { set(connection, error_out, |connection| Ok(connection.set_stop_at_client_hello(stop))) }
}

/// Leaves the gate to the host although the policy gives it to the library: application bytes pass as soon as
/// TLS is up, whoever the peer is. What is lost: nothing stops a host that forgets to ask for a verdict.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_WRONG_PHASE`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_set_host_gate(
    connection: *mut xmpp_tls_connection,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { set(connection, error_out, |connection| Ok(connection.set_host_gate())) }
}

/// Makes the session's secrets readable by `xmpp_tls_connection_next_key_log_line`, in the format of NSS key
/// logs. Whoever has them reads everything that is said. The environment is never asked.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_CONTRADICTION` unless the policy allows it
/// (`tls.key_log`).
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_set_key_log(
    connection: *mut xmpp_tls_connection,
    on: bool,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { set(connection, error_out, |connection| Ok(connection.set_key_log(on))) }
}
