//! Channel binding in SASL: which types there are, which to use, and when to stop (XEP-0440, XEP-0474).
//!
//! The binding data itself comes from `xmpp_tls_connection_channel_binding`. A server announces the types of
//! `xmpp_tls_connection_channel_bindings`. A client asks `xmpp_tls_channel_binding_decide` before it authenticates:
//! whoever sits between can strip mechanisms or types from what the server announced, and what remains then often
//! contradicts itself. What does not is found by the hash of XEP-0474, which SCRAM protects.
//!
//! Names go in as they were announced; names that are unknown here are passed over.

use std::os::raw::c_char;

use crate::binding::{
    BindingContradiction, BindingDecision, BindingType, DowngradeHash, SaslProfile, decide, downgrade_hash,
};
use crate::connection::BindingKind;
use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str};
use crate::ffi::connection::xmpp_tls_connection;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::exclusive;
use crate::ffi::input;
use crate::ffi::numbered::{self, Numbered};
use crate::ffi::output::{Out, copy_out, text};
use crate::limits::ANNOUNCED_NAMES;

/// Which SASL negotiation is spoken.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_sasl_profile {
    /// RFC 6120 §6.
    Sasl = 1,
    /// XEP-0388.
    Sasl2 = 2,
}

/// What a client does about channel binding.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_binding_decision {
    /// Use a `-PLUS` mechanism with the type that was given.
    Use = 1,
    /// Use no binding, GS2 flag `y`: "I could, and you did not offer it."
    FlagY = 2,
    /// Use no binding, GS2 flag `n`: "I cannot."
    FlagN = 3,
    /// Stop: types are announced, none is ours, and the one that every server has is missing.
    AbortEndPointMissing = 4,
    /// Stop: `-PLUS` mechanisms without types; SASL2 has both or neither.
    AbortPlusWithoutTypes = 5,
    /// Stop: types without `-PLUS` mechanisms; the mechanisms were stripped.
    AbortTypesWithoutPlus = 6,
}

/// Gives the types that this connection has data for, the strongest first: what a server announces (XEP-0440 §3).
///
/// `kinds_out`: of `XMPP_TLS_CHANNEL_BINDING_…`, `capacity` places; 3 suffice. `count_out`: how many there are, also
/// when `capacity` is too small.
///
/// Returns `XMPP_TLS_OK`, also when there is none, or `XMPP_TLS_INSUFFICIENT_SIZE`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_channel_bindings(
    connection: *const xmpp_tls_connection,
    kinds_out: *mut u32,
    capacity: usize,
    count_out: *mut usize,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        unsafe {
            let kinds = exclusive(connection, |held| {
                let is_there = |kind: &BindingKind| held.connection.channel_binding(*kind).is_ok();
                Ok(BindingKind::ALL.into_iter().filter(is_there).map(Numbered::number).collect::<Vec<u32>>())
            })?;
            copy_out(&kinds, kinds_out, capacity, count_out)
        }
    })
}

/// Gives the registered name of a type, such as `tls-exporter`; `unknown` for a number without one. Static text.
///
/// `kind`: one of `XMPP_TLS_CHANNEL_BINDING_…`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_channel_binding_name(kind: u32) -> xmpp_tls_str {
    numbered::word::<BindingKind>(kind)
}

/// Decides what a client does, from what the server announced and the types this session has (XEP-0440 §3).
///
/// `profile`: one of `XMPP_TLS_SASL_PROFILE_…`. `mechanisms`: the names announced. `announced`: the types announced;
/// none if there was no list. `ours`: the types that this session has, of `XMPP_TLS_CHANNEL_BINDING_…`, the preferred
/// first: what `xmpp_tls_connection_channel_bindings` gave. All are borrowed for this call. `decision_out`: one of
/// `XMPP_TLS_BINDING_DECISION_…`. `kind_out`: the type to use; 0 when none is used.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_TEXT`, or `XMPP_TLS_INVALID_PARAMETER` for an unknown profile or type, or
/// for more than 64 names.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_channel_binding_decide(
    profile: u32,
    mechanisms: *const xmpp_tls_str,
    mechanism_count: usize,
    announced: *const xmpp_tls_str,
    announced_count: usize,
    ours: *const u32,
    our_count: usize,
    decision_out: *mut u32,
    kind_out: *mut u32,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let (decision, kind, mechanisms, announced, ours) = unsafe {
            (
                Out::new(decision_out)?,
                Out::new(kind_out)?,
                input::texts(mechanisms, mechanism_count, ANNOUNCED_NAMES)?,
                input::texts(announced, announced_count, ANNOUNCED_NAMES)?,
                input::list(ours, our_count, ANNOUNCED_NAMES)?,
            )
        };
        let profile = input::number(match profile {
            1 => Some(SaslProfile::Sasl),
            2 => Some(SaslProfile::Sasl2),
            _ => None,
        })?;
        let ours: Result<Vec<BindingType>, Failure> = ours.iter().copied().map(binding_type).collect();
        let (number, chosen) = match decide(profile, &mechanisms, &announced, &ours?) {
            BindingDecision::Use(BindingType::TlsExporter) => (1, 1),
            BindingDecision::Use(BindingType::TlsServerEndPoint) => (1, 2),
            BindingDecision::FlagY => (2, 0),
            BindingDecision::FlagN => (3, 0),
            BindingDecision::Abort(BindingContradiction::EndPointMissing) => (4, 0),
            BindingDecision::Abort(BindingContradiction::PlusWithoutTypes) => (5, 0),
            BindingDecision::Abort(BindingContradiction::TypesWithoutPlus) => (6, 0),
        };
        decision.set(number);
        kind.set(chosen);
        Ok(())
    })
}

fn binding_type(number: u32) -> Result<BindingType, Failure> {
    input::number(match number {
        1 => Some(BindingType::TlsExporter),
        2 => Some(BindingType::TlsServerEndPoint),
        _ => None,
    })
}

/// Gives the name of a decision, such as `abort_types_without_plus`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_binding_decision_name(decision: u32) -> xmpp_tls_str {
    text(match decision {
        1 => "use",
        2 => "flag_y",
        3 => "flag_n",
        4 => "abort_end_point_missing",
        5 => "abort_plus_without_types",
        6 => "abort_types_without_plus",
        _ => "unknown",
    })
}

/// Gives the text for SCRAM's `h` attribute, by which both ends find what was stripped (XEP-0474 §6).
///
/// `digest`: the hash of the SCRAM mechanism in use, one of `XMPP_TLS_DIGEST_…`. `mechanisms`: those announced.
/// `types`: the channel binding types announced. `has_types`: whether the server announced a list of types, which may
/// be empty; without it `types` is not looked at. All are borrowed for this call. `out`: 88 bytes suffice.
/// `written_out`: the size, also when `capacity` is too small.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_TEXT`, `XMPP_TLS_INVALID_PARAMETER` for an unknown hash or more than 64
/// names, or `XMPP_TLS_INSUFFICIENT_SIZE`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_channel_binding_downgrade_hash(
    digest: u32,
    mechanisms: *const xmpp_tls_str,
    mechanism_count: usize,
    types: *const xmpp_tls_str,
    type_count: usize,
    has_types: bool,
    out: *mut c_char,
    capacity: usize,
    written_out: *mut usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let hash = input::number(match digest {
                1 => Some(DowngradeHash::Sha1),
                2 => Some(DowngradeHash::Sha256),
                3 => Some(DowngradeHash::Sha512),
                _ => None,
            })?;
            let mechanisms = input::texts(mechanisms, mechanism_count, ANNOUNCED_NAMES)?;
            let types =
                if has_types { Some(input::texts(types, type_count, ANNOUNCED_NAMES)?) } else { None };
            let hash = downgrade_hash(hash, &mechanisms, types.as_deref());
            copy_out(hash.as_bytes(), out.cast(), capacity, written_out)
        })
    }
}
