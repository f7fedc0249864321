//! OpenSSL's words for settings and files: versions, cipher strings and groups as a policy has them, options,
//! and why credentials could not be loaded.
//!
//! Words for what does not exist here are passed over; none brings an old version or a weak suite back.

use std::os::raw::c_char;

use crate::compat::{
    self, NoCipherMatch, ProtocolError, certificate_key_type, credential_reason, group_list, group_names,
    option_names, protocol_options,
};
use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str};
use crate::ffi::certificate::xmpp_tls_certificate;
use crate::ffi::credentials;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{exclusive, peek};
use crate::ffi::input;
use crate::ffi::output::{Out, text};
use crate::ffi::policy::xmpp_tls_policy_builder;
use crate::parameter::Version;
use crate::tls::{CredentialError, PemText};

fn version(number: u32) -> Result<Version, Failure> {
    input::number(match number {
        0x0303 => Some(Version::Tls12),
        0x0304 => Some(Version::Tls13),
        _ => None,
    })
}

/// Says which versions a word such as `any`, `sslv23` or `tlsv1_2` leaves together with options.
///
/// `protocol`: LuaSec's word. `options`: OpenSSL's names in lower case, separated by `|`; those that are no options
/// are passed over. `oldest_out`, `newest_out`: 0x0303 or 0x0304.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_UNKNOWN_NAME` if the word is no protocol,
/// - `XMPP_TLS_CONTRADICTION` if nothing is left: there is nothing below TLS 1.2.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_compat_versions(
    protocol: *const c_char,
    protocol_len: usize,
    options: *const c_char,
    options_len: usize,
    oldest_out: *mut u32,
    newest_out: *mut u32,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let (oldest_out, newest_out) = (Out::new(oldest_out)?, Out::new(newest_out)?);
            let options = protocol_options([input::text(options, options_len)?]);
            let found = compat::versions(input::text(protocol, protocol_len)?, &options);
            let (oldest, newest) = found.map_err(|error| {
                let code = match error {
                    ProtocolError::Unknown => xmpp_tls_result::XMPP_TLS_UNKNOWN_NAME,
                    ProtocolError::NothingLeft => xmpp_tls_result::XMPP_TLS_CONTRADICTION,
                };
                Failure::new(code, error.to_string())
            })?;
            oldest_out.set(oldest.number().into());
            newest_out.set(newest.number().into());
            Ok(())
        })
    }
}

/// Names the options that are done or hold in any case, counted from 0; empty when there are no more.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_option_name(index: usize) -> xmpp_tls_str {
    guard::read(text(""), || option_names().nth(index).map(text))
}

/// Names the groups that can be chosen, all spellings, counted from 0; empty when there are no more.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_group_spelling(index: usize) -> xmpp_tls_str {
    guard::read(text(""), || group_names().nth(index).map(text))
}

fn no_match(error: &NoCipherMatch) -> Failure {
    Failure::new(xmpp_tls_result::XMPP_TLS_UNKNOWN_NAME, error.to_string())
}

/// Sets the versions and suites of a policy: `tls.oldest_version`, `tls.newest_version`, `tls.cipher_suites`.
///
/// `oldest`, `newest`: 0x0303 or 0x0304. `ciphers`: a cipher string of OpenSSL, which chooses among the suites of TLS
/// 1.2; `ciphersuites`: names of TLS 1.3's, with colons. An empty one means all. What belongs to a version outside
/// the range is not looked at.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_UNKNOWN_NAME` if a list has nothing that exists here: OpenSSL's `no cipher match`,
/// - `XMPP_TLS_INVALID_PARAMETER` for another version,
/// - `XMPP_TLS_ALREADY_SET`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_builder_set_compat_ciphers(
    builder: *mut xmpp_tls_policy_builder,
    oldest: u32,
    newest: u32,
    ciphers: *const c_char,
    ciphers_len: usize,
    ciphersuites: *const c_char,
    ciphersuites_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let (oldest, newest) = (version(oldest)?, version(newest)?);
            let ciphers = input::text(ciphers, ciphers_len)?;
            let tls13 = input::text(ciphersuites, ciphersuites_len)?;
            let suites = compat::suites(oldest, newest, ciphers, tls13).map_err(|error| no_match(&error))?;
            exclusive(builder, |builder| {
                let set = builder.oldest_version(oldest).and_then(|builder| builder.newest_version(newest));
                let set = set.and_then(|builder| builder.cipher_suites(suites));
                set.map(|_| ()).map_err(|error| crate::ffi::policy::failure(&error))
            })
        })
    }
}

/// Sets the groups of a policy: `tls.groups`.
///
/// `groups`: OpenSSL's names with colons, the preferred first. Those that do not exist here are passed over.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_UNKNOWN_NAME` if none of them exists here,
/// - `XMPP_TLS_ALREADY_SET`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_policy_builder_set_compat_groups(
    builder: *mut xmpp_tls_policy_builder,
    groups: *const c_char,
    groups_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let found = group_list(input::text(groups, groups_len)?);
            let groups = found.map_err(|error| no_match(&error))?.groups;
            exclusive(builder, |builder| {
                let set = builder.groups(groups);
                set.map(|_| ()).map_err(|error| crate::ffi::policy::failure(&error))
            })
        })
    }
}

/// Gives the type of a certificate's key as LuaSec says it: `RSA`, `EC`, `DSA` or `Unknown`.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_compat_key_type(certificate: *const xmpp_tls_certificate) -> xmpp_tls_str {
    guard::read(text(""), || {
        // SAFETY: the pointer is NULL or a live handle.
        Some(text(certificate_key_type(&unsafe { peek(certificate) }?.certificate().key().algorithm)))
    })
}

/// Gives OpenSSL's reason for credentials that could not be loaded, by the result of that call; empty for others.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_credential_reason(result: i32) -> xmpp_tls_str {
    guard::read(text(""), || {
        let faults = [
            CredentialError::NoCertificate,
            CredentialError::NoKey,
            CredentialError::MalformedBlock(PemText::Chain, 0),
            CredentialError::KeyEncrypted,
            CredentialError::KeyDoesNotMatch,
            CredentialError::KeyUnusable,
            CredentialError::MalformedCertificate(0),
        ];
        let fault = faults.into_iter().find(|fault| credentials::code(*fault).number() == result);
        fault.map(|fault| text(credential_reason(fault)))
    })
}
