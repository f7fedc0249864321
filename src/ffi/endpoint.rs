//! Endpoints: where a connection goes, and how surely that is known.
//!
//! The DNSSEC state of the SRV answer and of the addresses decides which names and which TLSA records count
//! (RFC 7673 §3). A state is a promise of whoever gives it: it must come from a validating resolver that is
//! trusted, never from a bit in somebody's answer (RFC 6698 §4.1).

use std::os::raw::c_char;

use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str};
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{Tag, Tagged, peek, shared_free, shared_into_raw, shared_retain};
use crate::ffi::input;
use crate::ffi::numbered::{self, Numbered, from_number};
use crate::ffi::output::{Out, copy_out, text};
use crate::name::Endpoint;
use crate::record::Dnssec;

/// Where to connect. Shared: any thread, freed by `xmpp_tls_endpoint_free`.
pub struct xmpp_tls_endpoint {
    tag: Tag,
    endpoint: Endpoint,
}

/// The DNSSEC state of an answer (RFC 4035 §4.3 as RFC 7673 §2 uses it).
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_dnssec {
    /// There is no such answer: the domain has no SRV record.
    None = 0,
    /// Signed, and the signatures lead to a trust anchor.
    Secure = 1,
    /// Proven to be unsigned, or without a trust anchor.
    Insecure = 2,
    /// Signatures should be there and are missing, wrong or expired.
    Bogus = 3,
    /// The state could not be found out; counts as bogus.
    Indeterminate = 4,
}

impl Tagged for xmpp_tls_endpoint {
    const TAG: u32 = 0x7874_650c;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

impl xmpp_tls_endpoint {
    pub(super) fn into_raw(endpoint: Endpoint) -> *const Self {
        shared_into_raw(Self { tag: Tag::new::<Self>(), endpoint })
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

/// A DNSSEC state of the caller; none for 0.
fn optional_dnssec(number: u32) -> Result<Option<Dnssec>, Failure> {
    if number == 0 { Ok(None) } else { from_number(number).map(Some) }
}

/// Gives the name of a DNSSEC state, such as `secure`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_dnssec_name(dnssec: u32) -> xmpp_tls_str {
    if dnssec == 0 { text("none") } else { numbered::word::<Dnssec>(dnssec) }
}

/// Describes an endpoint that the host found, or was configured with.
///
/// `target`: the host that is dialled, copied. `port`: 1 to 65535. `transport`: by which SRV owner it was found, never
/// by its port (XEP-0368 §3). `srv`: the state of the SRV answer, its CNAMEs included; `XMPP_TLS_DNSSEC_NONE` if the
/// domain has none. `addresses`: the best state among the addresses of the target. `configured`: the user tied this
/// host to the domain by hand, so that its name counts (RFC 9525 §6.1.1). `endpoint_out`: owned by the caller, free
/// with `xmpp_tls_endpoint_free`.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, or `XMPP_TLS_INVALID_PARAMETER`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_endpoint_new(
    target: *const c_char,
    target_len: usize,
    port: u32,
    transport: u32,
    srv: u32,
    addresses: u32,
    configured: bool,
    endpoint_out: *mut *const xmpp_tls_endpoint,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::shared(endpoint_out)?;
            let endpoint = Endpoint {
                target: input::domain(target, target_len)?,
                port: input::number(u16::try_from(port).ok().filter(|port| *port != 0))?,
                transport: from_number(transport)?,
                srv: optional_dnssec(srv)?,
                addresses: from_number(addresses)?,
                canonical: None,
                configured,
            };
            out.set(xmpp_tls_endpoint::into_raw(endpoint));
            Ok(())
        })
    }
}

/// Gives the host, as A-labels. Valid until the endpoint is freed. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_endpoint_target(endpoint: *const xmpp_tls_endpoint) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(text(""), || Some(text(unsafe { peek(endpoint) }?.endpoint.target.as_ascii())))
}

/// Gives the port. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_endpoint_port(endpoint: *const xmpp_tls_endpoint) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(u32::from(unsafe { peek(endpoint) }?.endpoint.port)))
}

/// Gives the transport: one of `XMPP_TLS_TRANSPORT_…`. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_endpoint_transport(endpoint: *const xmpp_tls_endpoint) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(endpoint) }?.endpoint.transport.number()))
}

/// Makes another reference. Returns `endpoint`, or NULL for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_endpoint_retain(
    endpoint: *const xmpp_tls_endpoint,
) -> *const xmpp_tls_endpoint {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { shared_retain(endpoint) }
}

/// Ends one reference. `endpoint` may be NULL. Threads: any, once per reference. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_endpoint_free(endpoint: *const xmpp_tls_endpoint) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(endpoint) }
}

/// Gives a domain in the form that is compared and sent: A-labels in lower case, without a final dot (RFC 9525 §6.3).
///
/// `domain`: U-labels or A-labels. `out`: 253 bytes always suffice. `written_out`: the size, also when `capacity` is too
/// small.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, or `XMPP_TLS_INSUFFICIENT_SIZE`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_domain_to_ascii(
    domain: *const c_char,
    domain_len: usize,
    out: *mut c_char,
    capacity: usize,
    written_out: *mut usize,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        unsafe {
            let domain = input::domain(domain, domain_len)?;
            copy_out(domain.as_ascii().as_bytes(), out.cast(), capacity, written_out)
        }
    })
}
