//! Certificates: what one says, for inspection.
//!
//! A certificate here is parsed and nothing more: no function of this part says whether it is good, and
//! none compares names. That is a verdict's work. Use these readers to show a certificate to a person
//! (RFC 7590 §3.6), or to compute what shall be published about one.
//!
//! What a peer put into a certificate is the peer's choice: text can hold line breaks, escape sequences and
//! characters that reorder others. Escape it before showing it.

use std::os::raw::c_char;
use std::sync::OnceLock;

use crate::certificate::{Certificate, Names};
use crate::ffi::basics::{xmpp_tls_bytes, xmpp_tls_result, xmpp_tls_str};
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{Tag, Tagged, peek, shared, shared_free, shared_into_raw, shared_retain};
use crate::ffi::output::{Out, bytes, copy_out, text};
use crate::ffi::{input, pem};

/// A parsed certificate. Shared: any thread, freed by `xmpp_tls_certificate_free`.
pub struct xmpp_tls_certificate {
    tag: Tag,
    certificate: Certificate,
    shown: OnceLock<Shown>,
}

struct Shown {
    names: Vec<(xmpp_tls_name_kind, Box<[u8]>)>,
    pem: String,
    key: String,
}

/// The form of a name in a certificate's subjectAltName (RFC 5280 §4.2.1.6).
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_name_kind {
    /// dNSName, as text.
    Dns = 1,
    /// SRVName (RFC 4985), as text.
    SrvName = 2,
    /// id-on-xmppAddr (RFC 6120 §13.7.1.4), as text.
    XmppAddr = 3,
    /// iPAddress, 4 or 16 octets.
    Ip = 4,
    /// uniformResourceIdentifier, as text.
    Uri = 5,
    /// rfc822Name, as text.
    Email = 6,
    /// A name that identifies nobody: of another form, or not well formed. Its octets.
    Ignored = 7,
}

/// A hash function.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_digest {
    /// SHA-1, 20 octets: for showing what others show, never for deciding.
    Sha1 = 1,
    /// SHA-256, 32 octets.
    Sha256 = 2,
    /// SHA-512, 64 octets.
    Sha512 = 3,
}

impl Tagged for xmpp_tls_certificate {
    const TAG: u32 = 0x7874_6302;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

impl xmpp_tls_certificate {
    pub(super) fn into_raw(certificate: Certificate) -> *const Self {
        shared_into_raw(Self { tag: Tag::new::<Self>(), certificate, shown: OnceLock::new() })
    }

    pub(super) fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn shown(&self) -> &Shown {
        self.shown.get_or_init(|| Shown {
            names: listed(self.certificate.names()),
            pem: self.certificate.to_pem(),
            key: self.certificate.key().name(),
        })
    }
}

fn listed(names: &Names) -> Vec<(xmpp_tls_name_kind, Box<[u8]>)> {
    use xmpp_tls_name_kind::{Dns, Email, Ignored, Ip, SrvName, Uri, XmppAddr};
    let text = |text: &str| -> Box<[u8]> { text.as_bytes().into() };
    let mut list = Vec::new();
    list.extend(names.dns.iter().map(|name| (Dns, text(&name.text))));
    list.extend(names.srv.iter().map(|name| (SrvName, text(&name.text))));
    list.extend(names.xmpp_addr.iter().map(|name| (XmppAddr, text(&name.text))));
    list.extend(names.ip.iter().map(|address| match address {
        std::net::IpAddr::V4(v4) => (Ip, v4.octets().into()),
        std::net::IpAddr::V6(v6) => (Ip, v6.octets().into()),
    }));
    list.extend(names.uri.iter().map(|name| (Uri, text(name))));
    list.extend(names.email.iter().map(|name| (Email, text(name))));
    list.extend(names.ignored.iter().map(|name| (Ignored, name.bytes.clone())));
    list
}

/// Says why bytes are no certificate.
pub(super) fn malformed(error: impl std::fmt::Display) -> Failure {
    Failure::new(xmpp_tls_result::XMPP_TLS_MALFORMED_CERTIFICATE, error.to_string())
}

/// Reads a certificate in DER.
///
/// Lenient, so that odd certificates can be shown too: version 1, long serial numbers, unknown critical
/// extensions. A certificate that can be read is not thereby good. At most 32 KiB, 64 extensions and 1,000 names.
///
/// `der`: copied. `certificate_out`: owned by the caller, free with `xmpp_tls_certificate_free`.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_MALFORMED_CERTIFICATE`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_new_der(
    der: *const u8,
    der_len: usize,
    certificate_out: *mut *const xmpp_tls_certificate,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::shared(certificate_out)?;
            let der = input::bytes(der, der_len)?;
            out.set(xmpp_tls_certificate::into_raw(Certificate::parse(der).map_err(malformed)?));
            Ok(())
        })
    }
}

/// Reads the first certificate of a PEM text; what stands around it is passed over.
///
/// `pem`: copied. `certificate_out`: owned by the caller, free with `xmpp_tls_certificate_free`.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_MALFORMED_PEM` if a block is broken,
/// - `XMPP_TLS_NO_CERTIFICATE` if there is none,
/// - `XMPP_TLS_MALFORMED_CERTIFICATE`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_new_pem(
    pem: *const c_char,
    pem_len: usize,
    certificate_out: *mut *const xmpp_tls_certificate,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::shared(certificate_out)?;
            let der = pem::first_certificate(input::bytes(pem.cast(), pem_len)?)?;
            out.set(xmpp_tls_certificate::into_raw(Certificate::parse(&der).map_err(malformed)?));
            Ok(())
        })
    }
}

/// Makes another reference to a certificate.
///
/// Returns `certificate`, or NULL for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_retain(
    certificate: *const xmpp_tls_certificate,
) -> *const xmpp_tls_certificate {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { shared_retain(certificate) }
}

/// Ends one reference to a certificate. `certificate` may be NULL.
///
/// Threads: any, once per reference. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_free(certificate: *const xmpp_tls_certificate) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(certificate) }
}

/// Gives the certificate in DER, as it was presented. Valid until the certificate is freed; empty for NULL.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_der(
    certificate: *const xmpp_tls_certificate,
) -> xmpp_tls_bytes {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(bytes(&[]), || Some(bytes(unsafe { peek(certificate) }?.certificate.der())))
}

/// Gives the certificate as one PEM block. Valid until the certificate is freed; empty for NULL.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_pem(certificate: *const xmpp_tls_certificate) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(text(""), || Some(text(&unsafe { peek(certificate) }?.shown().pem)))
}

/// Gives the SubjectPublicKeyInfo in DER, tag and length included: what TLSA selector 1 and key pins hash.
///
/// Valid until the certificate is freed; empty for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_spki(
    certificate: *const xmpp_tls_certificate,
) -> xmpp_tls_bytes {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(bytes(&[]), || Some(bytes(unsafe { peek(certificate) }?.certificate.spki())))
}

/// Gives the serial number as it stands in the certificate, most significant octet first.
///
/// Valid until the certificate is freed; empty for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_serial(
    certificate: *const xmpp_tls_certificate,
) -> xmpp_tls_bytes {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(bytes(&[]), || Some(bytes(unsafe { peek(certificate) }?.certificate.serial())))
}

/// Says how many names the subjectAltName has, ignored ones included. The common name is no name here.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_name_count(certificate: *const xmpp_tls_certificate) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(certificate) }?.shown().names.len()))
}

/// Reads one name of the subjectAltName, counted from 0: forms in the order of `xmpp_tls_name_kind`, within
/// a form in the order of the certificate.
///
/// `kind_out`: one of `XMPP_TLS_NAME_KIND_…`. `value_out`: valid until the certificate is freed.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_FOUND`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_name(
    certificate: *const xmpp_tls_certificate,
    index: usize,
    kind_out: *mut xmpp_tls_name_kind,
    value_out: *mut xmpp_tls_bytes,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let (certificate, kind, value) =
            unsafe { (shared(certificate)?, Out::new(kind_out)?, Out::new(value_out)?) };
        let name = certificate.shown().names.get(index);
        let (found, octets) = name.ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_FOUND))?;
        kind.set(*found);
        value.set(bytes(octets));
        Ok(())
    })
}

/// Says whether the certificate names a user: an XmppAddr with a local part (RFC 6120 §13.7.1.4).
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_has_user(certificate: *const xmpp_tls_certificate) -> bool {
    guard::read(false, || {
        // SAFETY: the pointer is NULL or a live handle.
        Some(unsafe { peek(certificate) }?.certificate.names().has_user())
    })
}

/// Gives the name of a form of name, such as `srv_name`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_name_kind_name(kind: u32) -> xmpp_tls_str {
    text(match kind {
        1 => "dns",
        2 => "srv_name",
        3 => "xmpp_addr",
        4 => "ip",
        5 => "uri",
        6 => "email",
        7 => "ignored",
        _ => "unknown",
    })
}

unsafe fn attribute(
    certificate: *const xmpp_tls_certificate,
    of_issuer: bool,
    index: usize,
    oid_out: *mut xmpp_tls_str,
    name_out: *mut xmpp_tls_str,
    value_out: *mut xmpp_tls_str,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let (certificate, oid, name, value) =
            unsafe { (shared(certificate)?, Out::new(oid_out)?, Out::new(name_out)?, Out::new(value_out)?) };
        let certificate = certificate.certificate();
        let list = if of_issuer { certificate.issuer() } else { certificate.subject() };
        let found = list.get(index).ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_FOUND))?;
        oid.set(text(found.oid.as_str()));
        name.set(text(found.name.unwrap_or("")));
        value.set(text(&found.value));
        Ok(())
    })
}

/// Says how many attributes the subject has. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_subject_count(
    certificate: *const xmpp_tls_certificate,
) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(certificate) }?.certificate.subject().len()))
}

/// Reads one attribute of the subject, counted from 0, for people to read: it identifies no service
/// (RFC 9525 §2).
///
/// `oid_out`: dotted. `name_out`: the short name, such as `CN`; empty if there is none. `value_out`: text. All
/// valid until the certificate is freed.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_FOUND`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_subject(
    certificate: *const xmpp_tls_certificate,
    index: usize,
    oid_out: *mut xmpp_tls_str,
    name_out: *mut xmpp_tls_str,
    value_out: *mut xmpp_tls_str,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { attribute(certificate, false, index, oid_out, name_out, value_out) }
}

/// Says how many attributes the issuer has. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_issuer_count(
    certificate: *const xmpp_tls_certificate,
) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(certificate) }?.certificate.issuer().len()))
}

/// Reads one attribute of the issuer, counted from 0. Outputs as in `xmpp_tls_certificate_subject`.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_FOUND`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_issuer(
    certificate: *const xmpp_tls_certificate,
    index: usize,
    oid_out: *mut xmpp_tls_str,
    name_out: *mut xmpp_tls_str,
    value_out: *mut xmpp_tls_str,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { attribute(certificate, true, index, oid_out, name_out, value_out) }
}

/// Gives the first second of validity, since 1970 UTC, inclusive. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_not_before(certificate: *const xmpp_tls_certificate) -> i64 {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(certificate) }?.certificate.validity().not_before))
}

/// Gives the last second of validity, since 1970 UTC, inclusive. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_not_after(certificate: *const xmpp_tls_certificate) -> i64 {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(certificate) }?.certificate.validity().not_after))
}

/// Gives the algorithm of the public key, such as `RSA` or `EC P-256`. Valid until the certificate is freed.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_key_algorithm(
    certificate: *const xmpp_tls_certificate,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(text(""), || Some(text(&unsafe { peek(certificate) }?.shown().key)))
}

/// Gives the size of the public key in bits; 0 when it cannot be told. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_key_bits(certificate: *const xmpp_tls_certificate) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || unsafe { peek(certificate) }?.certificate.key().bits)
}

/// Gives the algorithm by which the issuer signed: its name in the RFCs, or its dotted OID.
///
/// Valid until the certificate is freed. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_signature_algorithm(
    certificate: *const xmpp_tls_certificate,
) -> xmpp_tls_str {
    guard::read(text(""), || {
        // SAFETY: the pointer is NULL or a live handle.
        Some(text(unsafe { peek(certificate) }?.certificate.signature_algorithm().label()))
    })
}

/// Says whether the certificate may issue others (basicConstraints cA). Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_is_ca(certificate: *const xmpp_tls_certificate) -> bool {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(false, || Some(unsafe { peek(certificate) }?.certificate.is_ca()))
}

/// Hashes the whole certificate: what TLSA selector 0 and POSH name.
///
/// `algorithm`: one of `XMPP_TLS_DIGEST_…`. `out`: 64 octets always suffice. `written_out`: the size of the
/// hash, also when `capacity` is too small.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_INVALID_PARAMETER` for an unknown algorithm,
/// - `XMPP_TLS_INSUFFICIENT_SIZE`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_digest(
    certificate: *const xmpp_tls_certificate,
    algorithm: u32,
    out: *mut u8,
    capacity: usize,
    written_out: *mut usize,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let certificate = unsafe { shared(certificate) }?.certificate();
        let value = match algorithm {
            1 => certificate.digest_sha1().to_vec(),
            2 => certificate.digest_sha256().to_vec(),
            3 => certificate.digest_sha512().to_vec(),
            _ => return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER)),
        };
        // SAFETY: as above.
        unsafe { copy_out(&value, out, capacity, written_out) }
    })
}

/// Hashes the SubjectPublicKeyInfo: what TLSA selector 1 and key pins name.
///
/// `algorithm`: `XMPP_TLS_DIGEST_SHA256` or `XMPP_TLS_DIGEST_SHA512`. The rest as in
/// `xmpp_tls_certificate_digest`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_certificate_spki_digest(
    certificate: *const xmpp_tls_certificate,
    algorithm: u32,
    out: *mut u8,
    capacity: usize,
    written_out: *mut usize,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let certificate = unsafe { shared(certificate) }?.certificate();
        let value = match algorithm {
            2 => certificate.spki_sha256().to_vec(),
            3 => certificate.spki_sha512().to_vec(),
            _ => return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER)),
        };
        // SAFETY: as above.
        unsafe { copy_out(&value, out, capacity, written_out) }
    })
}
