//! Trust anchors: the certification authorities that a policy trusts, and their revocation lists.
//!
//! Parsed once and shared by any number of policies; a second policy on the same anchors costs next to
//! nothing. There are no anchors unless they are given: a policy that needs some and has none cannot be
//! built, so that "nobody was configured" never looks like "nobody is trusted".

use std::os::raw::c_char;
use std::path::Path;

use crate::certificate::Certificate;
use crate::ffi::basics::xmpp_tls_result;
use crate::ffi::certificate::malformed;
use crate::ffi::credentials::file_failure;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{
    Exclusive, Guarded, Tag, Tagged, exclusive, exclusive_free, exclusive_into_raw, peek, shared_free,
    shared_into_raw, shared_retain,
};
use crate::ffi::input;
use crate::ffi::output::Out;
use crate::files::{self, AnchorReading, FileError, FileFault};
use crate::proof::pkix::{Anchor, RevocationList, RevocationListError, RevocationLists, TrustAnchors};

/// Collects trust anchors. Exclusive; freed by `xmpp_tls_trust_anchors_builder_free`.
pub struct xmpp_tls_trust_anchors_builder(Guarded<Collected>);

/// What was collected.
#[derive(Default)]
pub(super) struct Collected {
    sources: Vec<TrustAnchors>,
    skipped: usize,
    lists: Vec<RevocationList>,
}

/// Trust anchors with their revocation lists. Shared; freed by `xmpp_tls_trust_anchors_free`.
pub struct xmpp_tls_trust_anchors {
    tag: Tag,
    anchors: TrustAnchors,
    lists: RevocationLists,
    skipped: usize,
}

impl Tagged for xmpp_tls_trust_anchors_builder {
    const TAG: u32 = 0x7874_6106;

    fn tag(&self) -> &Tag {
        self.0.tag()
    }
}

impl Exclusive for xmpp_tls_trust_anchors_builder {
    type Value = Collected;

    fn guarded(&self) -> &Guarded<Collected> {
        &self.0
    }
}

impl Tagged for xmpp_tls_trust_anchors {
    const TAG: u32 = 0x7874_6107;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

impl xmpp_tls_trust_anchors {
    pub(super) fn anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    pub(super) fn lists(&self) -> &RevocationLists {
        &self.lists
    }
}

impl Collected {
    fn add(&mut self, anchors: TrustAnchors) {
        self.skipped += anchors.skipped().len();
        self.sources.push(anchors);
    }

    /// One source alone is taken as it is, without building it again.
    fn built(&self) -> TrustAnchors {
        match self.sources.as_slice() {
            [one] => one.clone(),
            several => TrustAnchors::new(several.iter().flat_map(TrustAnchors::iter).cloned()),
        }
    }
}

fn list_failure(error: &RevocationListError) -> Failure {
    let code = match error {
        RevocationListError::TooLarge | RevocationListError::TooMany => {
            xmpp_tls_result::XMPP_TLS_LIMIT_EXCEEDED
        }
        _ => xmpp_tls_result::XMPP_TLS_MALFORMED_CRL,
    };
    Failure::new(code, error.to_string())
}

fn anchor_failure(error: &FileError) -> Failure {
    let code = match &error.fault {
        FileFault::NoTrustAnchor => xmpp_tls_result::XMPP_TLS_NO_CERTIFICATE,
        FileFault::TooLarge(_) | FileFault::TooManyFiles(_) => xmpp_tls_result::XMPP_TLS_LIMIT_EXCEEDED,
        _ => xmpp_tls_result::XMPP_TLS_FILE_NOT_READABLE,
    };
    file_failure(Failure::new(code, error.fault.to_string()), error)
}

/// # Safety
/// The pointers are as the header demands.
unsafe fn add_reading(
    builder: *mut xmpp_tls_trust_anchors_builder,
    error_out: *mut *mut xmpp_tls_error,
    read: impl FnOnce() -> Result<Result<AnchorReading, FileError>, Failure>,
) -> xmpp_tls_result {
    // SAFETY: as promised by the caller.
    unsafe {
        guard::call(error_out, || {
            let reading = read()?.map_err(|error| anchor_failure(&error))?;
            exclusive(builder, |collected| {
                collected.add(reading.anchors);
                collected.skipped += reading.skipped_files.len();
                Ok(())
            })
        })
    }
}

/// Starts a collection of trust anchors.
///
/// `builder_out`: owned by the caller, free with `xmpp_tls_trust_anchors_builder_free`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_builder_new(
    builder_out: *mut *mut xmpp_tls_trust_anchors_builder,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointer is as the header demands.
        let out = unsafe { Out::handle(builder_out) }?;
        let guarded = Guarded::new::<xmpp_tls_trust_anchors_builder>(Collected::default());
        out.set(exclusive_into_raw(xmpp_tls_trust_anchors_builder(guarded)));
        Ok(())
    })
}

/// Adds the system's trust store.
///
/// Where the environment has `SSL_CERT_FILE` or `SSL_CERT_DIR`, these are the store: a program that runs with
/// others' privileges must not let others set them.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_FILE_NOT_READABLE` if the store cannot be read,
/// - `XMPP_TLS_NO_CERTIFICATE` if it holds no usable certificate.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_builder_add_system(
    builder: *mut xmpp_tls_trust_anchors_builder,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { add_reading(builder, error_out, || Ok(files::system_trust_anchors())) }
}

/// Adds the certificates of a file: any number in PEM, or one in DER.
///
/// `path`: UTF-8; copied.
///
/// Returns as `xmpp_tls_trust_anchors_builder_add_system`, or `XMPP_TLS_LIMIT_EXCEEDED` if the file is too long;
/// the error names the file. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_builder_add_file(
    builder: *mut xmpp_tls_trust_anchors_builder,
    path: *const c_char,
    path_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        add_reading(builder, error_out, || {
            Ok(files::file_trust_anchors(Path::new(input::text(path, path_len)?)))
        })
    }
}

/// Adds the certificates of a directory of files named after a hash (`hash.0` to `hash.9`), as OpenSSL's
/// `c_rehash` makes it. Files that hold no certificate are skipped and counted.
///
/// `path`: UTF-8; copied.
///
/// Returns as `xmpp_tls_trust_anchors_builder_add_file`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_builder_add_directory(
    builder: *mut xmpp_tls_trust_anchors_builder,
    path: *const c_char,
    path_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        add_reading(builder, error_out, || {
            Ok(files::directory_trust_anchors(Path::new(input::text(path, path_len)?)))
        })
    }
}

/// Adds the certificates of a PEM text; those that cannot be anchors are skipped and counted.
///
/// `pem`: copied.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NO_CERTIFICATE` if none can be an anchor.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_builder_add_pem(
    builder: *mut xmpp_tls_trust_anchors_builder,
    pem: *const c_char,
    pem_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let anchors = TrustAnchors::from_pem(input::bytes(pem.cast(), pem_len)?);
            if anchors.is_empty() {
                return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NO_CERTIFICATE));
            }
            exclusive(builder, |collected| {
                collected.add(anchors);
                Ok(())
            })
        })
    }
}

/// Adds one certificate in DER.
///
/// `der`: copied.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_MALFORMED_CERTIFICATE`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_builder_add_der(
    builder: *mut xmpp_tls_trust_anchors_builder,
    der: *const u8,
    der_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let certificate = Certificate::parse(input::bytes(der, der_len)?).map_err(malformed)?;
            let anchor = Anchor::from_certificate(certificate)
                .map_err(|_| malformed("the certificate cannot be a trust anchor"))?;
            exclusive(builder, |collected| {
                collected.add(TrustAnchors::new([anchor]));
                Ok(())
            })
        })
    }
}

/// Adds a certificate revocation list, in DER or PEM (RFC 5280 §5). What is done about it is the policy's.
///
/// `list`: copied.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_MALFORMED_CRL` if it cannot be used, with the reason,
/// - `XMPP_TLS_LIMIT_EXCEEDED` if it is too large.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_builder_add_crl(
    builder: *mut xmpp_tls_trust_anchors_builder,
    list: *const u8,
    list_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let list = RevocationList::parse(input::bytes(list, list_len)?);
            let list = list.map_err(|error| list_failure(&error))?;
            exclusive(builder, |collected| {
                collected.lists.push(list);
                Ok(())
            })
        })
    }
}

/// Makes what was collected. The revocation lists move into the result; the anchors stay in the builder.
///
/// `anchors_out`: owned by the caller, free with `xmpp_tls_trust_anchors_free`.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_LIMIT_EXCEEDED` if there are too many revocation lists.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_builder_build(
    builder: *mut xmpp_tls_trust_anchors_builder,
    anchors_out: *mut *const xmpp_tls_trust_anchors,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::shared(anchors_out)?;
            let made = exclusive(builder, |collected| {
                let lists = RevocationLists::new(std::mem::take(&mut collected.lists));
                Ok(xmpp_tls_trust_anchors {
                    tag: Tag::new::<xmpp_tls_trust_anchors>(),
                    anchors: collected.built(),
                    lists: lists.map_err(|error| list_failure(&error))?,
                    skipped: collected.skipped,
                })
            })?;
            out.set(shared_into_raw(made));
            Ok(())
        })
    }
}

/// Frees a builder. `builder` may be NULL. Threads: exclusive, once. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_builder_free(builder: *mut xmpp_tls_trust_anchors_builder) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { exclusive_free(builder) }
}

/// Says how many anchors there are. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_count(anchors: *const xmpp_tls_trust_anchors) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(anchors) }?.anchors.len()))
}

/// Says how many certificates and files were skipped because they cannot be used. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_skipped(anchors: *const xmpp_tls_trust_anchors) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(anchors) }?.skipped))
}

/// Makes another reference. Returns `anchors`, or NULL for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_retain(
    anchors: *const xmpp_tls_trust_anchors,
) -> *const xmpp_tls_trust_anchors {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { shared_retain(anchors) }
}

/// Ends one reference. `anchors` may be NULL. Threads: any, once per reference. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_trust_anchors_free(anchors: *const xmpp_tls_trust_anchors) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(anchors) }
}
