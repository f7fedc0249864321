//! Contexts: what connections share.
//!
//! A context holds the current policy and credentials, the keys of session tickets and a client's session
//! cache. It is synchronised: all threads may use it at once. Setting another policy or other credentials
//! puts a new snapshot in place; connections keep the one they began with, so a reload never disturbs a
//! connection under way.
//!
//! A context may be freed while connections made from it live on.

use std::os::raw::c_char;

use crate::connection::{Context, ContextError};
use crate::ffi::basics::xmpp_tls_result;
use crate::ffi::credentials::xmpp_tls_credentials;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{Tag, Tagged, exclusive_free, exclusive_into_raw, shared};
use crate::ffi::input;
use crate::ffi::output::Out;
use crate::ffi::policy::xmpp_tls_policy;
use crate::tls::{TicketKey, TicketKeysError};

/// What connections share. Synchronised: any threads at once; freed once by `xmpp_tls_context_free`.
pub struct xmpp_tls_context {
    tag: Tag,
    context: Context,
}

impl Tagged for xmpp_tls_context {
    const TAG: u32 = 0x7874_7803;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

impl xmpp_tls_context {
    pub(super) fn context(&self) -> &Context {
        &self.context
    }
}

fn failure(error: ContextError) -> Failure {
    let code = match error {
        ContextError::Parameters(_) => xmpp_tls_result::XMPP_TLS_CONTRADICTION,
        _ => xmpp_tls_result::XMPP_TLS_INTERNAL,
    };
    Failure::new(code, error.to_string())
}

/// Makes a context.
///
/// The first context of a process draws the first random bytes, which costs some 30 ms of processor time
/// once; make it before the first peer waits.
///
/// `policy`: retained. `credentials`: retained; NULL for an end that shows no certificate. `context_out`: owned
/// by the caller, free with `xmpp_tls_context_free`.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_CONTRADICTION` if the policy leaves nothing to negotiate,
/// - `XMPP_TLS_INTERNAL` if the system gives no random bytes.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_context_new(
    policy: *const xmpp_tls_policy,
    credentials: *const xmpp_tls_credentials,
    context_out: *mut *mut xmpp_tls_context,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::handle(context_out)?;
            let policy = shared(policy)?.policy().clone();
            let credentials = xmpp_tls_credentials::optional(credentials)?;
            let context = Context::new(policy, credentials).map_err(failure)?;
            out.set(exclusive_into_raw(xmpp_tls_context { tag: Tag::new::<xmpp_tls_context>(), context }));
            Ok(())
        })
    }
}

/// Puts another policy in place for the connections to come.
///
/// `policy`: retained.
///
/// Returns as `xmpp_tls_context_new`; on failure the old policy stays. Threads: any, atomic. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_context_set_policy(
    context: *mut xmpp_tls_context,
    policy: *const xmpp_tls_policy,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let context = shared(context.cast_const())?;
            context.context.set_policy(shared(policy)?.policy().clone()).map_err(failure)
        })
    }
}

/// Puts other credentials in place for the connections to come.
///
/// `credentials`: retained; NULL for none.
///
/// Returns as `xmpp_tls_context_new`; on failure the old ones stay. Threads: any, atomic. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_context_set_credentials(
    context: *mut xmpp_tls_context,
    credentials: *const xmpp_tls_credentials,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let context = shared(context.cast_const())?;
            let credentials = xmpp_tls_credentials::optional(credentials)?;
            context.context.set_credentials(credentials).map_err(failure)
        })
    }
}

/// Bytes of one key for session tickets: an id of 16, then a secret of 32.
pub const XMPP_TLS_TICKET_KEY_SIZE: usize = 48;

/// Gives the keys of session tickets, so that several processes or machines take each other's tickets. Without this
/// call each context makes keys of its own every day. Whoever has a key can read the sessions that were resumed with
/// its tickets: replace keys at least weekly, and the old ones are forgotten (RFC 9325 §3.4).
///
/// `keys`: `count` times `XMPP_TLS_TICKET_KEY_SIZE` bytes, copied: an id that names the key, and 32 random bytes. The
/// first seals, all open. Wipe your copy.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_INVALID_PARAMETER` if `count` is 0, a secret is all zero, or an id or secret stands twice,
/// - `XMPP_TLS_LIMIT_EXCEEDED` if there are more than 8.
///
/// Threads: any, atomic. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_context_set_ticket_keys(
    context: *mut xmpp_tls_context,
    keys: *const u8,
    count: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let context = shared(context.cast_const())?;
            let bytes = input::bytes(keys, count.saturating_mul(XMPP_TLS_TICKET_KEY_SIZE))?;
            let keys = TicketKey::from_bytes(bytes).map_err(|error| match error {
                TicketKeysError::TooMany => Failure::plain(xmpp_tls_result::XMPP_TLS_LIMIT_EXCEEDED),
                error => Failure::new(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER, error.to_string()),
            })?;
            context.context.set_ticket_keys(keys).map_err(failure)
        })
    }
}

/// Forgets the session tickets of a domain, so that the next handshake with it is a full one: after a
/// stream error `reset` (RFC 6120 §4.9.3.16), or when a user wants not to be recognised.
///
/// `domain`: copied.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_DOMAIN`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_context_forget(
    context: *mut xmpp_tls_context,
    domain: *const c_char,
    domain_len: usize,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let (context, domain) =
            unsafe { (shared(context.cast_const())?, input::domain(domain, domain_len)?) };
        context.context.forget(&domain);
        Ok(())
    })
}

/// Frees a context. `context` may be NULL; connections made from it live on.
///
/// Threads: any, once, when no other call uses it. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_context_free(context: *mut xmpp_tls_context) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { exclusive_free(context) }
}
