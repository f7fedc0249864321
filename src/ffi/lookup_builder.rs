//! Setting up look-ups: whom to ask, whom to trust, where to go.
//!
//! A builder starts with what suits a server on the Internet: the system's DNS servers, DNSSEC validated here by the
//! root's keys, and only public addresses contacted. POSH documents need trust anchors for HTTPS, and there are none
//! unless they are given.
//!
//! Look-ups can be left out when the library is built. Every function of these parts exists then too: what could fail
//! answers `XMPP_TLS_NOT_BUILT`, and no handle is ever made.
#![cfg_attr(
    not(feature = "lookup"),
    allow(
        unused_imports,
        unused_variables,
        dead_code,
        unreachable_code,
        reason = "no handle can be made without look-ups"
    )
)]

use std::os::raw::c_char;

use crate::ffi::basics::xmpp_tls_result;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{
    Exclusive, Guarded, Tag, Tagged, exclusive, exclusive_free, exclusive_into_raw, shared,
};
use crate::ffi::input;
use crate::ffi::output::Out;
use crate::ffi::trust_anchors::xmpp_tls_trust_anchors;
use crate::limits::DNS_SERVERS;

#[cfg(feature = "lookup")]
use crate::lookup::{AddressGuard, LookupBuilder, Network, Servers};

/// Runs its body in builds with look-ups; answers `XMPP_TLS_NOT_BUILT` in the others.
#[cfg(feature = "lookup")]
macro_rules! built {
    ($($body:tt)*) => {{ $($body)* }};
}

#[cfg(not(feature = "lookup"))]
macro_rules! built {
    ($($body:tt)*) => {
        Err(crate::ffi::guard::Failure::plain(crate::ffi::basics::xmpp_tls_result::XMPP_TLS_NOT_BUILT))
    };
}

pub(super) use built;

/// Sets look-ups up. Exclusive; freed by `xmpp_tls_lookup_builder_free`.
pub struct xmpp_tls_lookup_builder(Guarded<Settings>);

/// What was set, and the servers and networks that are collected one by one.
#[derive(Default)]
pub(super) struct Settings {
    #[cfg(feature = "lookup")]
    builder: LookupBuilder,
    #[cfg(feature = "lookup")]
    guard: AddressGuard,
    servers: Vec<std::net::SocketAddr>,
}

impl Tagged for xmpp_tls_lookup_builder {
    const TAG: u32 = 0x7874_6c14;

    fn tag(&self) -> &Tag {
        self.0.tag()
    }
}

impl Exclusive for xmpp_tls_lookup_builder {
    type Value = Settings;

    fn guarded(&self) -> &Guarded<Settings> {
        &self.0
    }
}

/// Starts with the defaults of this part. Nothing is read or opened before the first look-up.
///
/// `builder_out`: owned by the caller, free with `xmpp_tls_lookup_builder_free`.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_builder_new(
    builder_out: *mut *mut xmpp_tls_lookup_builder,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointer is as the header demands.
        let out = unsafe { Out::handle(builder_out) }?;
        built! {
            let guarded = Guarded::new::<xmpp_tls_lookup_builder>(Settings::default());
            out.set(exclusive_into_raw(xmpp_tls_lookup_builder(guarded)));
            Ok(())
        }
    })
}

/// Frees a builder. `builder` may be NULL. Threads: exclusive, once. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_builder_free(builder: *mut xmpp_tls_lookup_builder) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { exclusive_free(builder) }
}

#[cfg(feature = "lookup")]
impl Settings {
    pub(super) fn built(&self) -> crate::lookup::Lookup {
        self.builder.clone().build()
    }
}

/// Changes a setting.
///
/// # Safety
/// The pointers are as the header demands.
#[cfg(feature = "lookup")]
unsafe fn change(
    builder: *mut xmpp_tls_lookup_builder,
    body: impl FnOnce(LookupBuilder) -> Result<LookupBuilder, Failure>,
) -> Result<(), Failure> {
    // SAFETY: as promised by the caller.
    unsafe {
        exclusive(builder, |own| {
            own.builder = body(own.builder.clone())?;
            Ok(())
        })
    }
}

/// Asks this DNS server in place of the system's; called again, several. It need not validate, but must pass DNSSEC
/// records on.
///
/// `address`: an IP address as text, copied. `port`: 1 to 65535.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_PARAMETER`, `XMPP_TLS_LIMIT_EXCEEDED` after 16, or `XMPP_TLS_NOT_BUILT`.
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_builder_add_server(
    builder: *mut xmpp_tls_lookup_builder,
    address: *const c_char,
    address_len: usize,
    port: u32,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            built! {
                let address = input::number(input::text(address, address_len)?.parse().ok())?;
                let port = input::number(u16::try_from(port).ok().filter(|port| *port != 0))?;
                exclusive(builder, |own| {
                    if own.servers.len() >= DNS_SERVERS {
                        return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_LIMIT_EXCEEDED));
                    }
                    own.servers.push(std::net::SocketAddr::new(address, port));
                    own.builder = own.builder.clone().servers(Servers::Given(own.servers.clone()));
                    Ok(())
                })
            }
        })
    }
}

/// Validates DNSSEC from these keys in place of the root's. Names that are under none of them are bogus.
///
/// `lines`: DNSKEY records in zone file form, one a line; DS records cannot be used. Copied.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_MALFORMED_RECORD`, `XMPP_TLS_INVALID_TEXT`, or `XMPP_TLS_NOT_BUILT`.
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_builder_set_dnssec_trust_anchors(
    builder: *mut xmpp_tls_lookup_builder,
    lines: *const c_char,
    lines_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            built! {
                let lines = input::text(lines, lines_len)?;
                change(builder, |own| {
                    own.dnssec_trust_anchors(lines).map_err(|error| {
                        Failure::new(xmpp_tls_result::XMPP_TLS_MALFORMED_RECORD, error.to_string())
                    })
                })
            }
        })
    }
}

/// Trusts these authorities for the HTTPS servers that hold POSH documents. Without any, POSH look-ups fail as
/// `XMPP_TLS_LOOKUP_FAILURE_HTTPS_UNVERIFIED` (RFC 7711 §10).
///
/// `anchors`: used in this call; keys without a certificate are passed over.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_NO_TRUST_ANCHORS` if there is no certificate, or `XMPP_TLS_NOT_BUILT`.
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_builder_set_https_trust_anchors(
    builder: *mut xmpp_tls_lookup_builder,
    anchors: *const xmpp_tls_trust_anchors,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            built! {
                let anchors = shared(anchors)?.anchors();
                let certificates = anchors.iter().filter_map(|anchor| anchor.certificate());
                let certificates: Vec<Vec<u8>> = certificates.map(|own| own.der().to_vec()).collect();
                change(builder, |own| {
                    own.https_trust_anchors(&certificates).map_err(|error| {
                        Failure::new(xmpp_tls_result::XMPP_TLS_NO_TRUST_ANCHORS, error.to_string())
                    })
                })
            }
        })
    }
}

/// Uses a resolver that leaves DNSSEC out, with every answer as insecure. What is lost: whoever sits between can take
/// DNSSEC, and with it DANE, away from every domain.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_builder_accept_resolver_without_dnssec(
    builder: *mut xmpp_tls_lookup_builder,
) -> xmpp_tls_result {
    guard::result(|| {
        built! {
            // SAFETY: the pointer is as the header demands.
            unsafe { change(builder, |own| Ok(own.accept_resolver_without_dnssec())) }
        }
    })
}

/// Lets a network be contacted besides public addresses, for domains that live in it.
///
/// `network`: such as `192.0.2.0/24`, `2001:db8::/32`, or an address alone; copied.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_PARAMETER`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_builder_allow_network(
    builder: *mut xmpp_tls_lookup_builder,
    network: *const c_char,
    network_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            built! {
                let network: Network = input::text(network, network_len)?.parse().map_err(
                    |error: crate::lookup::NetworkError| {
                        Failure::new(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER, error.to_string())
                    },
                )?;
                exclusive(builder, |own| {
                    own.guard = own.guard.clone().allow(network);
                    own.builder = own.builder.clone().address_guard(own.guard.clone());
                    Ok(())
                })
            }
        })
    }
}

/// Lets every address be contacted. What is lost: the records of a remote domain can make this machine connect to its
/// own inside.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_builder_allow_every_address(
    builder: *mut xmpp_tls_lookup_builder,
) -> xmpp_tls_result {
    guard::result(|| {
        built! {
            // SAFETY: the pointer is as the header demands.
            unsafe {
                exclusive(builder, |own| {
                    own.guard = AddressGuard::allow_everything();
                    own.builder = own.builder.clone().address_guard(own.guard.clone());
                    Ok(())
                })
            }
        }
    })
}

/// Sets the port of the well-known URL, 443 unless set: for tests and demonstrations on one machine.
///
/// `port`: 1 to 65535.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_PARAMETER`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_builder_set_https_port(
    builder: *mut xmpp_tls_lookup_builder,
    port: u32,
) -> xmpp_tls_result {
    guard::result(|| {
        built! {
            let port = input::number(u16::try_from(port).ok().filter(|port| *port != 0))?;
            // SAFETY: the pointer is as the header demands.
            unsafe { change(builder, |own| Ok(own.https_port(port))) }
        }
    })
}

/// Sets the limits of a look-up's parts.
///
/// `question_ms`: how long one DNS question may take, validation included; 5,000 unless set. `posh_ms`: how long fetching
/// a POSH document may take, all hops together; 10,000 unless set. `pending`: how many look-ups may be submitted and not
/// yet collected; 1,024 unless set. 0 leaves a limit as it is.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_builder_set_limits(
    builder: *mut xmpp_tls_lookup_builder,
    question_ms: u32,
    posh_ms: u32,
    pending: usize,
) -> xmpp_tls_result {
    guard::result(|| {
        built! {
            let span = |ms: u32| std::time::Duration::from_millis(u64::from(ms));
            // SAFETY: the pointer is as the header demands.
            unsafe {
                change(builder, |mut own| {
                    if question_ms > 0 {
                        own = own.question_time_out(span(question_ms));
                    }
                    if posh_ms > 0 {
                        own = own.posh_time_out(span(posh_ms));
                    }
                    Ok(if pending > 0 { own.pending_limit(pending) } else { own })
                })
            }
        }
    })
}
