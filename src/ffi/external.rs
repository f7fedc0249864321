//! SASL EXTERNAL: whom a certificate lets its holder act as (RFC 6120 §6.3, §13.7.2.2, XEP-0178).
//!
//! A server asks three things. Whether to offer the mechanism: `xmpp_tls_verdict_external_offer`. Which users a
//! client's certificate names: `xmpp_tls_certificate_users`. Whom the peer may act as:
//! `xmpp_tls_external_users_resolve` for clients, `xmpp_tls_external_resolve_server` for servers. A client asks what to
//! send: `xmpp_tls_certificate_client_authzid`.
//!
//! The domain of a user must be one that is served; users of others are shown and are never an identity. A user that
//! the operator knows by certificate or key counts when the certificate names none.
//!
//! A peer that may not act as it wishes is no failure of a call: the identity is empty then, and `reason_out` says
//! why; `xmpp_tls_external_condition` gives the SASL error for it. Local parts are compared in lower case as they stand;
//! preparing them by RFC 7622, and whether an account exists, are the host's.

use std::os::raw::c_char;

use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str};
use crate::ffi::certificate::xmpp_tls_certificate;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{Tag, Tagged, peek, shared, shared_free, shared_into_raw, shared_retain};
use crate::ffi::input;
use crate::ffi::output::{Out, copy_out, text};
use crate::ffi::verdict::xmpp_tls_verdict;
use crate::limits::SERVED_DOMAINS;
use crate::name::Domain;
use crate::verdict::{Reason, UserFailure};
use crate::verification::{
    ClientAuthzid, ClientIdentities, NotOffered, UserAddress, authzid_from_wire, authzid_to_wire,
    client_authzid, client_identities, offer_external, resolve_server, resolve_user,
};

/// The users that a certificate names. Shared: any thread, freed by `xmpp_tls_external_users_free`.
pub struct xmpp_tls_external_users {
    tag: Tag,
    identities: ClientIdentities,
    served: Vec<String>,
    foreign: Vec<String>,
}

/// Whether EXTERNAL is offered, and why not.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_external_offer {
    /// Offer it, first in the list.
    Offer = 1,
    /// The peer presented no certificate.
    NoCertificate = 2,
    /// Nobody showed the key of the certificate on this connection.
    NoPossession = 3,
    /// The certificate proves nothing.
    NotAuthenticated = 4,
    /// The certificate is good and names no user of a served domain, and the operator knows none.
    NoIdentity = 5,
    /// Only a receiving entity offers mechanisms.
    NotReceiving = 6,
}

impl Tagged for xmpp_tls_external_users {
    const TAG: u32 = 0x7874_7513;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

/// Reads which users a certificate names in its XmppAddrs.
///
/// `served`: `served_count` domains that are served here; copied. `users_out`: owned by the caller, free with
/// `xmpp_tls_external_users_free`.
///
/// Returns `XMPP_TLS_OK`, also when there is none, `XMPP_TLS_INVALID_DOMAIN`, or `XMPP_TLS_INVALID_PARAMETER` if there
/// are more than 100,000 domains.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_users(
    certificate: *const xmpp_tls_certificate,
    served: *const xmpp_tls_str,
    served_count: usize,
    users_out: *mut *const xmpp_tls_external_users,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::shared(users_out)?;
            let certificate = shared(certificate)?.certificate();
            let served = input::texts(served, served_count, SERVED_DOMAINS)?;
            let served: Result<Vec<Domain>, Failure> = served.into_iter().map(input::parsed_domain).collect();
            let identities = client_identities(certificate, &served?);
            let shown = |users: &[UserAddress]| users.iter().map(UserAddress::to_string).collect();
            out.set(shared_into_raw(xmpp_tls_external_users {
                tag: Tag::new::<xmpp_tls_external_users>(),
                served: shown(&identities.served),
                foreign: shown(&identities.foreign),
                identities,
            }));
            Ok(())
        })
    }
}

/// Makes another reference. Returns `users`, or NULL for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_external_users_retain(
    users: *const xmpp_tls_external_users,
) -> *const xmpp_tls_external_users {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { shared_retain(users) }
}

/// Ends one reference. `users` may be NULL. Threads: any, once per reference. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_external_users_free(users: *const xmpp_tls_external_users) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(users) }
}

/// Says how many users of served domains the certificate names. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_external_users_count(users: *const xmpp_tls_external_users) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(users) }?.served.len()))
}

/// Gives one user of a served domain as a bare JID, counted from 0; empty when there is none. Valid until the users
/// are freed.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_external_users_user(
    users: *const xmpp_tls_external_users,
    index: usize,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(text(""), || Some(text(unsafe { peek(users) }?.served.get(index)?)))
}

/// Says how many users of other domains the certificate names. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_external_users_foreign_count(
    users: *const xmpp_tls_external_users,
) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(users) }?.foreign.len()))
}

/// Gives one user of another domain, counted from 0, to be shown and nothing else; empty when there is none. Valid
/// until the users are freed.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_external_users_foreign(
    users: *const xmpp_tls_external_users,
    index: usize,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(text(""), || Some(text(unsafe { peek(users) }?.foreign.get(index)?)))
}

/// Writes whom the peer acts as, or nothing and why not.
///
/// # Safety
/// The pointers are as the header demands.
unsafe fn write(
    outcome: Result<String, UserFailure>,
    out: (*mut c_char, usize, *mut usize),
    reason_out: *mut u32,
) -> Result<(), Failure> {
    // SAFETY: as promised by the caller.
    let reason = unsafe { Out::new(reason_out) }?;
    let (identity, number) = match outcome {
        Ok(identity) => (identity, 0),
        Err(failure) => (String::new(), Reason::User(failure).code().number()),
    };
    // SAFETY: as promised by the caller.
    unsafe { copy_out(identity.as_bytes(), out.0.cast(), out.1, out.2) }?;
    reason.set(number);
    Ok(())
}

/// Resolves whom a client acts as (XEP-0178 §2).
///
/// With one user in the certificate and no authorization identity it is that one; with several the client must say
/// which. `authzid`: decoded, as `xmpp_tls_external_decode_authzid` gives it; empty when there is none. `mapped`: the
/// bare JID that the operator knows by this certificate or key; empty if none. `out`: the bare JID; empty when refused.
/// `written_out`: its size, also when `capacity` is too small. `reason_out`: 0, or the reason for the refusal: a number
/// of `xmpp_tls_reason`.
///
/// Returns `XMPP_TLS_OK`, also for a refusal, `XMPP_TLS_INVALID_PARAMETER` if `mapped` is no bare JID, or
/// `XMPP_TLS_INSUFFICIENT_SIZE`.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_external_users_resolve(
    users: *const xmpp_tls_external_users,
    authzid: *const c_char,
    authzid_len: usize,
    mapped: *const c_char,
    mapped_len: usize,
    out: *mut c_char,
    capacity: usize,
    written_out: *mut usize,
    reason_out: *mut u32,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let identities = &shared(users)?.identities;
            let authzid = input::text(authzid, authzid_len)?;
            let mapped = optional_user(input::text(mapped, mapped_len)?)?;
            let user = resolve_user(identities, (!authzid.is_empty()).then_some(authzid), mapped.as_ref());
            write(user.map(|user| user.to_string()), (out, capacity, written_out), reason_out)
        })
    }
}

fn optional_user(text: &str) -> Result<Option<UserAddress>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let user = UserAddress::parse(text);
    user.map(Some).map_err(|_| Failure::new(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER, "no bare JID"))
}

/// Resolves which domain a server wants to act as (XEP-0178 §3): its authorization identity, or the `from` of its
/// stream header. This says what it wants; that it may is said by a verdict about that very domain.
///
/// `authzid`: decoded; empty when there is none. `from`: of the stream header over TLS. `out`: the domain as A-labels;
/// empty when refused. `written_out`, `reason_out`: as in `xmpp_tls_external_users_resolve`.
///
/// Returns `XMPP_TLS_OK`, also for a refusal, `XMPP_TLS_INVALID_DOMAIN` if `from` is none, or
/// `XMPP_TLS_INSUFFICIENT_SIZE`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_external_resolve_server(
    authzid: *const c_char,
    authzid_len: usize,
    from: *const c_char,
    from_len: usize,
    out: *mut c_char,
    capacity: usize,
    written_out: *mut usize,
    reason_out: *mut u32,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let authzid = input::text(authzid, authzid_len)?;
            let from = input::domain(from, from_len)?;
            let domain = resolve_server((!authzid.is_empty()).then_some(authzid), &from);
            let domain = domain.map(|domain| domain.as_ascii().to_owned());
            write(domain, (out, capacity, written_out), reason_out)
        })
    }
}

/// Gives the SASL error condition for a refusal (RFC 6120 §6.5): `invalid-authzid` or `not-authorized`; the latter for
/// every other number.
///
/// `reason`: a number of `xmpp_tls_reason`. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_external_condition(reason: u32) -> xmpp_tls_str {
    let all = [
        UserFailure::AuthzidForeign,
        UserFailure::AuthzidMalformed,
        UserFailure::AuthzidRequired,
        UserFailure::NoIdentity,
    ];
    let failure = all.into_iter().find(|failure| Reason::User(*failure).code().number() == reason);
    text(failure.unwrap_or(UserFailure::NoIdentity).sasl_condition())
}

/// Says whether to offer EXTERNAL: one of `XMPP_TLS_EXTERNAL_OFFER_…`; 0 for NULL.
///
/// `users`: those of a client's certificate; NULL for servers. `is_mapped`: the operator knows the client by its
/// certificate or key. Both are not looked at for servers.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_external_offer(
    verdict: *const xmpp_tls_verdict,
    users: *const xmpp_tls_external_users,
    is_mapped: bool,
) -> u32 {
    guard::read(0, || {
        // SAFETY: the pointers are NULL or live handles.
        let (verdict, users) = unsafe { (peek(verdict)?.verdict(), peek(users)) };
        Some(match offer_external(verdict, users.map(|users| &users.identities), is_mapped) {
            Ok(()) => 1,
            Err(NotOffered::NoCertificate) => 2,
            Err(NotOffered::NoPossession) => 3,
            Err(NotOffered::NotAuthenticated(_)) => 4,
            Err(NotOffered::NoIdentity) => 5,
            Err(NotOffered::NotReceiving) => 6,
        })
    })
}

/// Gives the name of an answer of `xmpp_tls_verdict_external_offer`, such as `no_identity`; `unknown` for a number
/// without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_external_offer_name(offer: u32) -> xmpp_tls_str {
    text(match offer {
        1 => "offer",
        2 => "no_certificate",
        3 => "no_possession",
        4 => "not_authenticated",
        5 => "no_identity",
        6 => "not_receiving",
        _ => "unknown",
    })
}

/// Gives the text of `<auth/>` that a client sends with its certificate (XEP-0178 §2): `=` when the certificate names
/// exactly the wanted user, else the user in base64.
///
/// `certificate`: our own. `wanted`: the bare JID to act as; empty: what the certificate says. `out`, `written_out`: the
/// text and its size, the latter also when `capacity` is too small.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_NOT_AVAILABLE` if the certificate names several users and `wanted` is empty: choose one,
/// - `XMPP_TLS_INVALID_PARAMETER` if `wanted` is no bare JID,
/// - `XMPP_TLS_INSUFFICIENT_SIZE`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_client_authzid(
    certificate: *const xmpp_tls_certificate,
    wanted: *const c_char,
    wanted_len: usize,
    out: *mut c_char,
    capacity: usize,
    written_out: *mut usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let certificate = shared(certificate)?.certificate();
            let wanted = optional_user(input::text(wanted, wanted_len)?)?;
            let sent = match client_authzid(certificate, wanted.as_ref()) {
                ClientAuthzid::Omit => authzid_to_wire(None),
                ClientAuthzid::Send(user) => authzid_to_wire(Some(&user.to_string())),
                ClientAuthzid::Choose(users) => {
                    let message = format!("the certificate names {} users: choose one", users.len());
                    return Err(Failure::new(xmpp_tls_result::XMPP_TLS_NOT_AVAILABLE, message));
                }
            };
            copy_out(sent.as_bytes(), out.cast(), capacity, written_out)
        })
    }
}

/// Gives the text of `<auth/>` for an authorization identity: base64; `=` for an empty one (RFC 6120 §6.4.2). A server
/// sends its own domain (XEP-0178 §3).
///
/// `out`, `written_out`: the text and its size, the latter also when `capacity` is too small.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_TEXT`, or `XMPP_TLS_INSUFFICIENT_SIZE`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_external_encode_authzid(
    authzid: *const c_char,
    authzid_len: usize,
    out: *mut c_char,
    capacity: usize,
    written_out: *mut usize,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        unsafe {
            let sent = authzid_to_wire(Some(input::text(authzid, authzid_len)?));
            copy_out(sent.as_bytes(), out.cast(), capacity, written_out)
        }
    })
}

/// Reads the text of `<auth/>`: the authorization identity; empty for none in any of its spellings.
///
/// `out`, `written_out`: the identity and its size, the latter also when `capacity` is too small. `reason_out`: 0, or
/// the reason why the text is refused; the identity is empty then too.
///
/// Returns `XMPP_TLS_OK`, also for a refusal, `XMPP_TLS_INVALID_TEXT`, or `XMPP_TLS_INSUFFICIENT_SIZE`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_external_decode_authzid(
    auth: *const c_char,
    auth_len: usize,
    out: *mut c_char,
    capacity: usize,
    written_out: *mut usize,
    reason_out: *mut u32,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        unsafe {
            let authzid = authzid_from_wire(input::text(auth, auth_len)?).map(Option::unwrap_or_default);
            write(authzid, (out, capacity, written_out), reason_out)
        }
    })
}
