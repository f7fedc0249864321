//! OpenSSL's words, for drop-ins: names of suites and groups, cipher strings, options, verification codes.
//!
//! Programs that were written for OpenSSL speak in its words and compare its sentences. These functions are
//! the dictionary. Words for what does not exist here are passed over; none brings an old version or a weak
//! suite back. Texts that OpenSSL spells in several ways come in the older spelling, which programs compare
//! with.
//!
//! `xmpp_tls_compat_verify_chain` says what OpenSSL would say of a chain *without its names*. It
//! authenticates nobody; whoever uses it compares names afterwards, or asks for a verdict.

use std::os::raw::c_char;

use crate::certificate::Chain;
use crate::compat::{
    self, NoCipherMatch, OptionMeaning, ProtocolError, VerifyCode, certificate_key_type, chain_codes, cipher_list,
    ciphersuites, group_list, group_names, openssl_group, option_meaning, option_names, protocol_options,
    suite_words,
};
use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str, xmpp_tls_time};
use crate::ffi::certificate::xmpp_tls_certificate;
use crate::ffi::connection::{time, xmpp_tls_connection};
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{exclusive, peek, shared};
use crate::ffi::input;
use crate::ffi::output::{Out, text};
use crate::ffi::policy::{xmpp_tls_policy, xmpp_tls_policy_builder};
use crate::ffi::verdict::xmpp_tls_verdict;
use crate::parameter::{CipherSuite, Group, Version};

/// What an option of OpenSSL means here.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_compat_option {
    /// There is no such option.
    Unknown = 0,
    /// It is done.
    Honoured = 1,
    /// It is so in any case.
    Holds = 2,
    /// It has no meaning here.
    Meaningless = 3,
    /// It would weaken the connection, and is not followed.
    NotFollowed = 4,
}

/// What OpenSSL says where loading a certificate or key gives these results.
const CREDENTIAL_REASONS: &[(xmpp_tls_result, &str)] = &[
    (xmpp_tls_result::XMPP_TLS_NO_CERTIFICATE, "no start line"),
    (xmpp_tls_result::XMPP_TLS_NO_PRIVATE_KEY, "no start line"),
    (xmpp_tls_result::XMPP_TLS_MALFORMED_PEM, "bad base64 decode"),
    (xmpp_tls_result::XMPP_TLS_ENCRYPTED_PRIVATE_KEY, "bad password read"),
    (xmpp_tls_result::XMPP_TLS_KEY_MISMATCH, "key values mismatch"),
    (xmpp_tls_result::XMPP_TLS_UNSUPPORTED_PRIVATE_KEY, "unsupported"),
    (xmpp_tls_result::XMPP_TLS_MALFORMED_CERTIFICATE, "asn1 encoding routines"),
];

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

/// Says what an option means here.
///
/// `name`: OpenSSL's `SSL_OP_…` in lower case without the prefix; borrowed for this call.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_compat_option_meaning(name: *const c_char, name_len: usize) -> xmpp_tls_compat_option {
    guard::read(xmpp_tls_compat_option::Unknown, || {
        // SAFETY: the pointer is as the header demands.
        option_meaning(unsafe { input::text(name, name_len) }.ok()?).map(|meaning| match meaning {
            OptionMeaning::Honoured => xmpp_tls_compat_option::Honoured,
            OptionMeaning::Holds => xmpp_tls_compat_option::Holds,
            OptionMeaning::Meaningless => xmpp_tls_compat_option::Meaningless,
            OptionMeaning::NotFollowed => xmpp_tls_compat_option::NotFollowed,
        })
    })
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
            let texts = (input::text(ciphers, ciphers_len)?, input::text(ciphersuites, ciphersuites_len)?);
            let suites = suites(oldest, newest, texts).map_err(|error| no_match(&error))?;
            exclusive(builder, |builder| {
                let set = builder.oldest_version(oldest).and_then(|builder| builder.newest_version(newest));
                let set = set.and_then(|builder| builder.cipher_suites(suites));
                set.map(|_| ()).map_err(|error| crate::ffi::policy::failure(&error))
            })
        })
    }
}

fn suites(
    oldest: Version,
    newest: Version,
    (ciphers, tls13): (&str, &str),
) -> Result<Vec<CipherSuite>, NoCipherMatch> {
    let of = |version| CipherSuite::ALL.iter().copied().filter(move |suite| suite.version() == version);
    let mut chosen = Vec::new();
    if newest == Version::Tls13 {
        if tls13.is_empty() { chosen.extend(of(Version::Tls13)) } else { chosen.extend(ciphersuites(tls13)?.suites) }
    }
    if oldest == Version::Tls12 {
        if ciphers.is_empty() { chosen.extend(of(Version::Tls12)) } else { chosen.extend(cipher_list(ciphers)?.suites) }
    }
    Ok(chosen)
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

fn suite_text(suite: u32, read: impl FnOnce(&compat::SuiteWords) -> &'static str) -> xmpp_tls_str {
    guard::read(text(""), || {
        let suite = CipherSuite::from_number(u16::try_from(suite).ok()?)?;
        Some(text(read(&suite_words(suite))))
    })
}

/// Gives OpenSSL's name of a suite: `ECDHE-ECDSA-AES256-GCM-SHA384`; of TLS 1.3 IANA's. Empty for others.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_name(suite: u32) -> xmpp_tls_str {
    suite_text(suite, |words| words.name)
}

/// Gives a suite's key exchange: `ECDH`, or `any` in TLS 1.3.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_key_exchange(suite: u32) -> xmpp_tls_str {
    suite_text(suite, |words| words.key_exchange)
}

/// Gives a suite's authentication: `ECDSA`, `RSA`, or `any` in TLS 1.3.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_authentication(suite: u32) -> xmpp_tls_str {
    suite_text(suite, |words| words.authentication)
}

/// Gives a suite's encryption: `AESGCM(256)`, `CHACHA20/POLY1305(256)`.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_encryption(suite: u32) -> xmpp_tls_str {
    suite_text(suite, |words| words.encryption)
}

/// Gives a suite's integrity protection: `AEAD`.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_mac(suite: u32) -> xmpp_tls_str {
    suite_text(suite, |words| words.mac)
}

/// Gives a suite's strength in bits; 0 for others. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_bits(suite: u32) -> u32 {
    guard::read(0, || {
        Some(suite_words(CipherSuite::from_number(u16::try_from(suite).ok()?)?).bits.into())
    })
}

/// Gives OpenSSL's name of a group: `X25519`, `prime256v1`. Empty for others.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_group_name(group: u32) -> xmpp_tls_str {
    guard::read(text(""), || Some(text(openssl_group(Group::from_number(u16::try_from(group).ok()?)?))))
}

/// Writes codes and depths into the caller's arrays.
///
/// # Safety
/// `codes_out` and `depths_out` are NULL or valid for writes of `capacity` entries, `count_out` for one.
unsafe fn give(
    found: &[(usize, VerifyCode)],
    codes_out: *mut u32,
    depths_out: *mut u32,
    capacity: usize,
    count_out: *mut usize,
) -> Result<(), Failure> {
    // SAFETY: as promised by the caller.
    unsafe { Out::new(count_out) }?.set(found.len());
    if capacity > 0 && (codes_out.is_null() || depths_out.is_null()) {
        return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NULL_PARAMETER));
    }
    for (index, (depth, code)) in found.iter().take(capacity).enumerate() {
        // SAFETY: `index` is below `capacity`, for which both arrays have room.
        unsafe {
            codes_out.add(index).write(code.number().into());
            depths_out.add(index).write(u32::try_from(*depth).unwrap_or(u32::MAX));
        }
    }
    Ok(())
}

/// Says what OpenSSL's verification would say of the peer's chain: everything but the names.
///
/// This authenticates nobody: names are not looked at, and neither is DANE nor POSH.
///
/// `policy`: whose trust anchors and revocation lists count; NULL for the connection's. `codes_out`, `depths_out`: the
/// codes `X509_V_…` with the depth of the certificate that each is about, 0 for the peer's own; as many as
/// `capacity`. `count_out`: how many there are; 0 when a path leads to a trust anchor.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_NOT_AVAILABLE` if the peer presented no certificate.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_compat_verify_chain(
    connection: *const xmpp_tls_connection,
    policy: *const xmpp_tls_policy,
    now: *const xmpp_tls_time,
    codes_out: *mut u32,
    depths_out: *mut u32,
    capacity: usize,
    count_out: *mut usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let now = time(now)?;
            let other = if policy.is_null() { None } else { Some(shared(policy)?.policy()) };
            let found = exclusive(connection, |held| {
                let policy = other.map_or_else(|| held.connection.policy(), |policy| policy);
                let mut presented = held.connection.peer_certificates().peekable();
                if presented.peek().is_none() {
                    return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_AVAILABLE));
                }
                Ok(Chain::parse(presented).map_or_else(
                    |_| vec![(0, VerifyCode::ApplicationVerification)],
                    |chain| chain_codes(&chain, policy, now.unix_seconds),
                ))
            })?;
            give(&found, codes_out, depths_out, capacity, count_out)
        })
    }
}

/// Says a verdict in OpenSSL's codes: none for an authenticated peer, and at least one for any other.
///
/// Outputs as of `xmpp_tls_compat_verify_chain`.
///
/// Returns `XMPP_TLS_OK`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_compat_verify_verdict(
    verdict: *const xmpp_tls_verdict,
    codes_out: *mut u32,
    depths_out: *mut u32,
    capacity: usize,
    count_out: *mut usize,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        unsafe {
            let found = VerifyCode::all_of_verdict(shared(verdict)?.verdict());
            give(&found, codes_out, depths_out, capacity, count_out)
        }
    })
}

/// Gives OpenSSL's sentence for a code `X509_V_…`, in the spelling of 1.1; empty for codes that are not used here.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_verify_text(code: u32) -> xmpp_tls_str {
    guard::read(text(""), || VerifyCode::from_number(u8::try_from(code).ok()?).map(|code| text(code.text())))
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
        CREDENTIAL_REASONS.iter().find(|(code, _)| code.number() == result).map(|(_, reason)| text(reason))
    })
}
