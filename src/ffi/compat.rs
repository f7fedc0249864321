//! OpenSSL's words, for programs that were written for it.
//!
//! Names of suites and groups, cipher strings, and the codes `X509_V_…` with their texts, as far as they mean
//! something here. Nothing in this part decides about a peer: a chain that holds is not a peer that is known.

use std::os::raw::c_char;

use crate::certificate::Chain;
use crate::compat::{
    NoCipherMatch, OptionMeaning, SuiteWords, VerifyCode, chain_codes, cipher_list, ciphersuites, group_list,
    openssl_group, option_meaning, suite_words,
};
use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str, xmpp_tls_time};
use crate::ffi::connection::{time, xmpp_tls_connection};
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{exclusive, peek, shared};
use crate::ffi::input;
use crate::ffi::output::{copy_out, text};
use crate::ffi::policy::xmpp_tls_policy;
use crate::ffi::verdict::xmpp_tls_verdict;
use crate::parameter::{CipherSuite, Group};
use crate::policy::Policy;

/// What one of OpenSSL's options means here.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_option_meaning {
    /// There is no such option.
    Unknown = 0,
    /// It is done.
    Honoured = 1,
    /// It holds in any case.
    Holds = 2,
    /// It has no meaning here.
    Meaningless = 3,
    /// It is not followed: it asks for something that is not to be had.
    NotFollowed = 4,
}

/// Says what OpenSSL's verification would say of the peer's chain: everything but the name, by the anchors, revocation
/// lists and dates of a policy. Certificates for servers and for clients count alike.
///
/// `policy`: NULL for the connection's. `codes_out`, `depths_out`: `capacity` places for codes (`X509_V_…`) and for the
/// depth of the certificate that each is about, 0 for the peer's own. `count_out`: how many codes there are, also when
/// `capacity` is too small; 0 if the chain holds.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_NOT_AVAILABLE` if the peer presented no certificate,
/// - `XMPP_TLS_INSUFFICIENT_SIZE`.
///
/// Threads: exclusive (the connection). Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_compat_verify_chain(
    connection: *const xmpp_tls_connection,
    policy: *const xmpp_tls_policy,
    now: *const xmpp_tls_time,
    codes_out: *mut i32,
    depths_out: *mut u32,
    capacity: usize,
    count_out: *mut usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let now = time(now)?;
            let other = if policy.is_null() { None } else { Some(shared(policy)?.policy().clone()) };
            let codes = exclusive(connection, |held| {
                let policy: &Policy = other.as_deref().unwrap_or_else(|| held.connection.policy());
                let mut presented = held.connection.peer_certificates().peekable();
                if presented.peek().is_none() {
                    return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_AVAILABLE));
                }
                let unreadable = vec![(0, VerifyCode::ApplicationVerification)];
                let chain = Chain::parse(presented);
                Ok(chain.map_or(unreadable, |chain| chain_codes(&chain, policy, now.unix_seconds)))
            })?;
            let numbers: Vec<i32> = codes.iter().map(|(_, code)| i32::from(code.number())).collect();
            let depths: Vec<u32> =
                codes.iter().map(|(depth, _)| u32::try_from(*depth).unwrap_or(u32::MAX)).collect();
            copy_out(&numbers, codes_out, capacity, count_out)?;
            copy_out(&depths, depths_out, capacity, count_out)
        })
    }
}

/// Gives OpenSSL's code for a verdict: 0 for an authenticated peer and for no other, else the most telling reason.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_compat_verify_code(verdict: *const xmpp_tls_verdict) -> i32 {
    guard::read(i32::from(VerifyCode::ApplicationVerification.number()), || {
        // SAFETY: the pointer is NULL or a live handle.
        Some(i32::from(VerifyCode::of_verdict(unsafe { peek(verdict) }?.verdict()).number()))
    })
}

/// Gives OpenSSL's sentence for a code, in the spelling of 1.1 that programs compare with. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_verify_text(code: i32) -> xmpp_tls_str {
    let known = u8::try_from(code).ok().and_then(VerifyCode::from_number);
    text(known.unwrap_or(VerifyCode::ApplicationVerification).text())
}

fn words(suite: u32) -> Option<SuiteWords> {
    Some(suite_words(CipherSuite::from_number(u16::try_from(suite).ok()?)?))
}

/// Gives OpenSSL's name of a suite, such as `ECDHE-ECDSA-AES256-GCM-SHA384`; empty for a number that is not here. Static
/// text.
///
/// `suite`: the IANA number. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_name(suite: u32) -> xmpp_tls_str {
    text(words(suite).map_or("", |words| words.name))
}

/// Gives OpenSSL's word for a suite's key exchange: `ECDH`, or `any` in TLS 1.3. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_key_exchange(suite: u32) -> xmpp_tls_str {
    text(words(suite).map_or("", |words| words.key_exchange))
}

/// Gives OpenSSL's word for a suite's authentication: `ECDSA`, `RSA`, or `any`. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_authentication(suite: u32) -> xmpp_tls_str {
    text(words(suite).map_or("", |words| words.authentication))
}

/// Gives OpenSSL's word for a suite's encryption, such as `AESGCM(256)`. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_encryption(suite: u32) -> xmpp_tls_str {
    text(words(suite).map_or("", |words| words.encryption))
}

/// Gives OpenSSL's word for a suite's integrity protection: `AEAD`. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_mac(suite: u32) -> xmpp_tls_str {
    text(words(suite).map_or("", |words| words.mac))
}

/// Gives the strength of a suite in bits; 0 for a number that is not here. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_suite_bits(suite: u32) -> u32 {
    words(suite).map_or(0, |words| u32::from(words.bits))
}

/// Gives OpenSSL's name of a group, such as `prime256v1`; empty for a number that is not here. Static text.
///
/// `group`: the IANA number. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_group_name(group: u32) -> xmpp_tls_str {
    let known = u16::try_from(group).ok().and_then(Group::from_number);
    text(known.map_or("", openssl_group))
}

/// Gives the name of what an option means, such as `honoured`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_compat_option_meaning_name(meaning: u32) -> xmpp_tls_str {
    text(match meaning {
        0 => "unknown",
        1 => "honoured",
        2 => "holds",
        3 => "meaningless",
        4 => "not_followed",
        _ => "unknown",
    })
}

/// # Safety
/// The pointers are as the header demands.
unsafe fn read_list(
    words: (*const c_char, usize),
    out: (*mut u16, usize, *mut usize),
    error_out: *mut *mut xmpp_tls_error,
    read: impl FnOnce(&str) -> Result<Vec<u16>, NoCipherMatch>,
) -> xmpp_tls_result {
    // SAFETY: as promised by the caller.
    unsafe {
        guard::call(error_out, || {
            let list = read(input::text(words.0, words.1)?)
                .map_err(|error| Failure::new(xmpp_tls_result::XMPP_TLS_UNKNOWN_NAME, error.to_string()))?;
            copy_out(&list, out.0, out.1, out.2)
        })
    }
}

/// Reads a cipher string of OpenSSL (`HIGH:!aNULL:@STRENGTH`) as the TLS 1.2 suites that exist here, in their order.
/// What does not exist here is passed over. It never changes the suites of TLS 1.3.
///
/// `suites_out`: IANA numbers, `capacity` places. `count_out`: how many there are, also when `capacity` is too small.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_UNKNOWN_NAME` if nothing is left (`no cipher match`), or
/// `XMPP_TLS_INSUFFICIENT_SIZE`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_compat_parse_ciphers(
    ciphers: *const c_char,
    ciphers_len: usize,
    suites_out: *mut u16,
    capacity: usize,
    count_out: *mut usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        read_list((ciphers, ciphers_len), (suites_out, capacity, count_out), error_out, |text| {
            Ok(cipher_list(text)?.suites.iter().map(|suite| suite.number()).collect())
        })
    }
}

/// Reads a list of TLS 1.3 suites (`TLS_AES_128_GCM_SHA256:…`). The rest as in `xmpp_tls_compat_parse_ciphers`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_compat_parse_ciphersuites(
    suites: *const c_char,
    suites_len: usize,
    suites_out: *mut u16,
    capacity: usize,
    count_out: *mut usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        read_list((suites, suites_len), (suites_out, capacity, count_out), error_out, |text| {
            Ok(ciphersuites(text)?.suites.iter().map(|suite| suite.number()).collect())
        })
    }
}

/// Reads a list of groups (`X25519:prime256v1`). The rest as in `xmpp_tls_compat_parse_ciphers`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_compat_parse_groups(
    groups: *const c_char,
    groups_len: usize,
    groups_out: *mut u16,
    capacity: usize,
    count_out: *mut usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        read_list((groups, groups_len), (groups_out, capacity, count_out), error_out, |text| {
            Ok(group_list(text)?.groups.iter().map(|group| group.number()).collect())
        })
    }
}

/// Says what one of OpenSSL's options, `SSL_OP_…` in lower case without the prefix, means here: one of
/// `XMPP_TLS_OPTION_MEANING_…`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_compat_option_meaning(name: *const c_char, name_len: usize) -> u32 {
    guard::read(0, || {
        // SAFETY: the pointer is as the header demands.
        let name = unsafe { input::text(name, name_len) }.ok()?;
        Some(match option_meaning(name)? {
            OptionMeaning::Honoured => 1,
            OptionMeaning::Holds => 2,
            OptionMeaning::Meaningless => 3,
            OptionMeaning::NotFollowed => 4,
        })
    })
}
