//! Policies: what is demanded of a peer and of its TLS.
//!
//! A policy starts from a dated preset that never changes, such as `s2s-2026`; an undated name means the
//! newest of its kind, and `xmpp_tls_policy_name` says which that was. The presets:
//!
//! - `c2s-client`: the server must be authenticated; the library keeps the gate.
//! - `c2s-server`: TLS is required; users are authenticated by SASL, which is the host's.
//! - `s2s`: the other server must be authenticated by a certificate proof.
//! - `s2s-with-dialback`: dialback is accepted where no certificate proves a server, and is called weak.
//!
//! Settings have one name everywhere: in the TOML form, here, and in every binding. Strict is the default;
//! whatever weakens a preset is listed by `xmpp_tls_policy_relaxation` with what is lost. A policy is built
//! once, frozen, and shared by any number of contexts.

use std::os::raw::c_char;
use std::sync::{Arc, OnceLock};

use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str};
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{
    Exclusive, Guarded, Tag, Tagged, exclusive, exclusive_free, exclusive_into_raw, peek, shared,
    shared_free, shared_into_raw, shared_retain,
};
use crate::ffi::input;
use crate::ffi::output::{Out, text};
use crate::ffi::trust_anchors::xmpp_tls_trust_anchors;
use crate::policy::{Policy, PolicyBuilder, PolicyDocument, PolicyError, PolicyTextError, TextFault};

/// Collects settings. Exclusive; freed by `xmpp_tls_policy_builder_free`.
pub struct xmpp_tls_policy_builder(Guarded<PolicyBuilder>);

/// A frozen policy. Shared; freed by `xmpp_tls_policy_free`.
pub struct xmpp_tls_policy {
    tag: Tag,
    policy: Arc<Policy>,
    toml: OnceLock<String>,
    relaxations: OnceLock<Vec<String>>,
}

impl Tagged for xmpp_tls_policy_builder {
    const TAG: u32 = 0x7874_7008;

    fn tag(&self) -> &Tag {
        self.0.tag()
    }
}

impl Exclusive for xmpp_tls_policy_builder {
    type Value = PolicyBuilder;

    fn guarded(&self) -> &Guarded<PolicyBuilder> {
        &self.0
    }
}

impl Tagged for xmpp_tls_policy {
    const TAG: u32 = 0x7874_7009;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

impl xmpp_tls_policy {
    pub(super) fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }
}

pub(super) fn failure(error: &PolicyError) -> Failure {
    let code = match error {
        PolicyError::UnknownPreset => xmpp_tls_result::XMPP_TLS_UNKNOWN_NAME,
        PolicyError::SetTwice(_) | PolicyError::PeerTwice(_) => xmpp_tls_result::XMPP_TLS_ALREADY_SET,
        PolicyError::NoTrustAnchors => xmpp_tls_result::XMPP_TLS_NO_TRUST_ANCHORS,
        _ => xmpp_tls_result::XMPP_TLS_CONTRADICTION,
    };
    Failure::new(code, error.to_string())
}

fn text_failure(error: &PolicyTextError) -> Failure {
    let code = match error.fault() {
        TextFault::Policy(policy) => failure(policy).code(),
        TextFault::UnknownKey { .. } => xmpp_tls_result::XMPP_TLS_UNKNOWN_NAME,
        _ => xmpp_tls_result::XMPP_TLS_INVALID_POLICY,
    };
    Failure::new(code, error.fault().to_string())
}

/// Starts a policy from a preset.
///
/// `preset`: `c2s-client`, `c2s-server`, `s2s` or `s2s-with-dialback`, or one of them with its year. `builder_out`:
/// owned by the caller, free with `xmpp_tls_policy_builder_free`.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_UNKNOWN_NAME`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_builder_new(
    preset: *const c_char,
    preset_len: usize,
    builder_out: *mut *mut xmpp_tls_policy_builder,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::handle(builder_out)?;
            let builder = PolicyBuilder::from_name(input::text(preset, preset_len)?);
            let guarded = Guarded::new::<xmpp_tls_policy_builder>(builder.map_err(|error| failure(&error))?);
            out.set(exclusive_into_raw(xmpp_tls_policy_builder(guarded)));
            Ok(())
        })
    }
}

/// Starts a policy from its TOML form, read strictly: an unknown key or a value of another type is an error
/// with its place. Trust anchors and revocation lists that the text names by file are not read here: give
/// them with `xmpp_tls_policy_builder_set_trust_anchors`.
///
/// `toml`: copied. `builder_out`: owned by the caller, free with `xmpp_tls_policy_builder_free`.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_INVALID_POLICY` or `XMPP_TLS_UNKNOWN_NAME`, with line and column,
/// - `XMPP_TLS_CONTRADICTION`, `XMPP_TLS_ALREADY_SET`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_builder_new_toml(
    toml: *const c_char,
    toml_len: usize,
    builder_out: *mut *mut xmpp_tls_policy_builder,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::handle(builder_out)?;
            let mut document = PolicyDocument::read(input::text(toml, toml_len)?).map_err(|error| {
                text_failure(&error).position(error.line().unwrap_or(0), error.column().unwrap_or(0))
            })?;
            let builder = document.builder().clone();
            let guarded = Guarded::new::<xmpp_tls_policy_builder>(builder);
            out.set(exclusive_into_raw(xmpp_tls_policy_builder(guarded)));
            Ok(())
        })
    }
}

/// Sets one setting by its name in the TOML form, for example `gate` to `host`, or `tls.groups` to
/// `["X25519", "secp256r1"]`. A setting can be set once.
///
/// `name`, `value`: copied. `value` is as in the TOML form; a single word may stand without quotes.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_UNKNOWN_NAME`, with the nearest name that exists,
/// - `XMPP_TLS_INVALID_POLICY` if the value has no meaning there,
/// - `XMPP_TLS_ALREADY_SET`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_builder_set(
    builder: *mut xmpp_tls_policy_builder,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let (name, value) = (input::text(name, name_len)?, input::text(value, value_len)?);
            exclusive(builder, |builder| match builder.set(name, value) {
                Ok(_) => Ok(()),
                Err(error) => Err(text_failure(&error)),
            })
        })
    }
}

/// Gives the trust anchors, and their revocation lists, that certificates are proven by.
///
/// `anchors`: retained.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_ALREADY_SET`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_builder_set_trust_anchors(
    builder: *mut xmpp_tls_policy_builder,
    anchors: *const xmpp_tls_trust_anchors,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let anchors = shared(anchors)?;
            exclusive(builder, |builder| {
                builder.trust_anchors(anchors.anchors().clone()).map_err(|error| failure(&error))?;
                if !anchors.lists().is_empty() {
                    builder.revocation_lists(anchors.lists().clone()).map_err(|error| failure(&error))?;
                }
                Ok(())
            })
        })
    }
}

/// Freezes what was collected. The builder stays as it is.
///
/// `policy_out`: owned by the caller, free with `xmpp_tls_policy_free`.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_CONTRADICTION` if two settings cannot both hold; the message names both,
/// - `XMPP_TLS_NO_TRUST_ANCHORS` if certificates shall be judged and nobody is trusted.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_builder_build(
    builder: *const xmpp_tls_policy_builder,
    policy_out: *mut *const xmpp_tls_policy,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::shared(policy_out)?;
            let policy = exclusive(builder, |builder| builder.build().map_err(|error| failure(&error)))?;
            out.set(shared_into_raw(xmpp_tls_policy {
                tag: Tag::new::<xmpp_tls_policy>(),
                policy,
                toml: OnceLock::new(),
                relaxations: OnceLock::new(),
            }));
            Ok(())
        })
    }
}

/// Frees a builder. `builder` may be NULL. Threads: exclusive, once. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_builder_free(builder: *mut xmpp_tls_policy_builder) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { exclusive_free(builder) }
}

/// Gives the dated name of the preset, with `+changes` behind it when a setting was changed.
///
/// Valid until the policy is freed. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_name(policy: *const xmpp_tls_policy) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(text(""), || Some(text(unsafe { peek(policy) }?.policy.name())))
}

/// Gives the policy in its TOML form, every setting written out. Reading it again makes an equal policy.
///
/// Valid until the policy is freed. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_toml(policy: *const xmpp_tls_policy) -> xmpp_tls_str {
    guard::read(text(""), || {
        // SAFETY: the pointer is NULL or a live handle.
        let policy = unsafe { peek(policy) }?;
        Some(text(policy.toml.get_or_init(|| policy.policy.to_toml())))
    })
}

/// Says how many relaxations the policy has. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_relaxation_count(policy: *const xmpp_tls_policy) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(policy) }?.relaxations().len()))
}

/// Names one relaxation, counted from 0, with what is lost by it. Empty when there is none at `index`.
///
/// Valid until the policy is freed. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_relaxation(
    policy: *const xmpp_tls_policy,
    index: usize,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(text(""), || unsafe { peek(policy) }?.relaxations().get(index).map(|found| text(found)))
}

/// Makes another reference. Returns `policy`, or NULL for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_retain(policy: *const xmpp_tls_policy) -> *const xmpp_tls_policy {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { shared_retain(policy) }
}

/// Ends one reference. `policy` may be NULL. Threads: any, once per reference. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_free(policy: *const xmpp_tls_policy) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(policy) }
}

impl xmpp_tls_policy {
    fn relaxations(&self) -> &[String] {
        self.relaxations.get_or_init(|| self.policy.relaxations().iter().map(ToString::to_string).collect())
    }
}
