//! Credentials: whom this end can be.
//!
//! A credential is a certificate chain with its private key. Several may serve one domain (ECDSA beside
//! RSA); which one a client gets depends on what it can verify. A domain is served by its own credentials,
//! else by those of `*.` and its parent, else by the default ones if the policy lets unknown server names
//! have them (RFC 9325 §3.7, RFC 7671 §3).
//!
//! Build credentials once, share them between contexts, and put newly built ones into a context to reload:
//! when a file is bad the build fails, names the file, and the old credentials keep serving.

use std::os::raw::c_char;
use std::path::Path;
use std::sync::Arc;

use crate::certificate::Certificate;
use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str};
use crate::ffi::certificate::{malformed, xmpp_tls_certificate};
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{
    Exclusive, Guarded, Tag, Tagged, exclusive, exclusive_free, exclusive_into_raw, peek, shared,
    shared_free, shared_into_raw, shared_retain,
};
use crate::ffi::input;
use crate::ffi::output::{Out, text};
use crate::files::{self, FileError, FileFault};
use crate::tls::{Credential, CredentialError, CredentialStore, Serves};

/// Collects credentials. Exclusive; freed by `xmpp_tls_credentials_builder_free`.
pub struct xmpp_tls_credentials_builder(Guarded<Collected>);

/// What was collected: names (none: those of the certificate) and their credential.
#[derive(Default)]
pub(super) struct Collected(Vec<(Serving, Arc<Credential>)>);

enum Serving {
    Name(String),
    CertificateNames,
    Default,
}

/// Credentials by domain. Shared; freed by `xmpp_tls_credentials_free`.
pub struct xmpp_tls_credentials {
    tag: Tag,
    store: Arc<CredentialStore>,
}

/// Why a credential serves a name.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_serves {
    /// Nothing serves it.
    Nothing = 0,
    /// The name itself was given.
    Exact = 1,
    /// A wildcard of its parent domain was given.
    Wildcard = 2,
    /// The default credential serves it, if the policy allows that.
    Default = 3,
}

impl Tagged for xmpp_tls_credentials_builder {
    const TAG: u32 = 0x7874_6b04;

    fn tag(&self) -> &Tag {
        self.0.tag()
    }
}

impl Exclusive for xmpp_tls_credentials_builder {
    type Value = Collected;

    fn guarded(&self) -> &Guarded<Collected> {
        &self.0
    }
}

impl Tagged for xmpp_tls_credentials {
    const TAG: u32 = 0x7874_6b05;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

impl xmpp_tls_credentials {
    /// The store behind a pointer that may be NULL.
    ///
    /// # Safety
    /// `pointer` is NULL or a live handle.
    pub(super) unsafe fn optional(pointer: *const Self) -> Result<Option<Arc<CredentialStore>>, Failure> {
        if pointer.is_null() {
            Ok(None)
        } else {
            // SAFETY: as promised by the caller.
            unsafe { shared(pointer) }.map(|own| Some(own.store.clone()))
        }
    }
}

/// The result that tells of a credential that cannot be made.
pub(super) fn code(error: CredentialError) -> xmpp_tls_result {
    match error {
        CredentialError::NoCertificate => xmpp_tls_result::XMPP_TLS_NO_CERTIFICATE,
        CredentialError::NoKey => xmpp_tls_result::XMPP_TLS_NO_PRIVATE_KEY,
        CredentialError::KeyEncrypted => xmpp_tls_result::XMPP_TLS_ENCRYPTED_PRIVATE_KEY,
        CredentialError::KeyDoesNotMatch => xmpp_tls_result::XMPP_TLS_KEY_MISMATCH,
        CredentialError::KeyUnusable => xmpp_tls_result::XMPP_TLS_UNSUPPORTED_PRIVATE_KEY,
        CredentialError::MalformedBlock(..) => xmpp_tls_result::XMPP_TLS_MALFORMED_PEM,
        CredentialError::MalformedCertificate(_) => xmpp_tls_result::XMPP_TLS_MALFORMED_CERTIFICATE,
        CredentialError::TooLong => xmpp_tls_result::XMPP_TLS_LIMIT_EXCEEDED,
    }
}

fn failure(error: CredentialError) -> Failure {
    Failure::new(code(error), error.to_string())
}

/// Starts a collection of credentials.
///
/// `builder_out`: owned by the caller, free with `xmpp_tls_credentials_builder_free`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_builder_new(
    builder_out: *mut *mut xmpp_tls_credentials_builder,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointer is as the header demands.
        let out = unsafe { Out::handle(builder_out) }?;
        let guarded = Guarded::new::<xmpp_tls_credentials_builder>(Collected::default());
        out.set(exclusive_into_raw(xmpp_tls_credentials_builder(guarded)));
        Ok(())
    })
}

/// Adds a chain and its key from PEM.
///
/// The key is recognised by its content (PKCS #8, SEC 1, PKCS #1) whatever its label says, and must belong to
/// the first certificate. Text between the blocks is passed over.
///
/// `domain`: whom it serves, a domain or `*.` and a domain; empty: every name in the certificate. `chain`: the
/// end entity's certificate first; copied. `key`: copied; empty if the key is in `chain`.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_INVALID_DOMAIN`,
/// - `XMPP_TLS_NO_CERTIFICATE`, `XMPP_TLS_NO_PRIVATE_KEY`, `XMPP_TLS_ENCRYPTED_PRIVATE_KEY`,
/// - `XMPP_TLS_KEY_MISMATCH`, `XMPP_TLS_UNSUPPORTED_PRIVATE_KEY`,
/// - `XMPP_TLS_MALFORMED_PEM`, `XMPP_TLS_MALFORMED_CERTIFICATE`,
/// - `XMPP_TLS_LIMIT_EXCEEDED` if the chain or a text is too long.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_builder_add_pem(
    builder: *mut xmpp_tls_credentials_builder,
    domain: *const c_char,
    domain_len: usize,
    chain: *const c_char,
    chain_len: usize,
    key: *const c_char,
    key_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let serving = serving(domain, domain_len)?;
            let credential = from_pem(chain, chain_len, key, key_len)?;
            add(builder, serving, credential)
        })
    }
}

/// Adds a chain and its key from PEM files. The files are read in this call and not watched.
///
/// `chain_path`, `key_path`: UTF-8; an empty `key_path` if the key is in the file of the chain. The rest as in
/// `xmpp_tls_credentials_builder_add_pem`.
///
/// Returns as there, or `XMPP_TLS_FILE_NOT_READABLE`; the error names the file that is to blame.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_builder_add_file(
    builder: *mut xmpp_tls_credentials_builder,
    domain: *const c_char,
    domain_len: usize,
    chain_path: *const c_char,
    chain_path_len: usize,
    key_path: *const c_char,
    key_path_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let serving = serving(domain, domain_len)?;
            let credential = from_files(chain_path, chain_path_len, key_path, key_path_len)?;
            add(builder, serving, credential)
        })
    }
}

/// Adds a chain and its key from PEM, to serve what no name serves. Parameters and results as in
/// `xmpp_tls_credentials_builder_add_pem`.
///
/// An accepting end sends it only to clients that name nobody, unless the policy lets unknown names have it; an
/// initiating one shows it when it was given no domain of its own.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_builder_add_default_pem(
    builder: *mut xmpp_tls_credentials_builder,
    chain: *const c_char,
    chain_len: usize,
    key: *const c_char,
    key_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let credential = from_pem(chain, chain_len, key, key_len)?;
            add(builder, Serving::Default, credential)
        })
    }
}

/// Adds a chain and its key from PEM files, to serve what no name serves: as
/// `xmpp_tls_credentials_builder_add_default_pem`, with the results of
/// `xmpp_tls_credentials_builder_add_file`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_builder_add_default_file(
    builder: *mut xmpp_tls_credentials_builder,
    chain_path: *const c_char,
    chain_path_len: usize,
    key_path: *const c_char,
    key_path_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let credential = from_files(chain_path, chain_path_len, key_path, key_path_len)?;
            add(builder, Serving::Default, credential)
        })
    }
}

/// Adds everything of another set, under the names and as the default that it serves there: files that several sets
/// share are read once.
///
/// `credentials`: used in this call, may be freed afterwards.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NULL_PARAMETER`. Threads: exclusive (the builder). Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_builder_add_credentials(
    builder: *mut xmpp_tls_credentials_builder,
    credentials: *const xmpp_tls_credentials,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let store = &shared(credentials)?.store;
            exclusive(builder, |list| {
                list.0.extend(store.entries().map(|(name, credential)| {
                    let serving = name.map_or(Serving::Default, Serving::Name);
                    (serving, credential.clone())
                }));
                Ok(())
            })
        })
    }
}

/// Makes what was collected so far. The builder stays as it is.
///
/// `credentials_out`: owned by the caller, free with `xmpp_tls_credentials_free`.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NULL_PARAMETER`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_builder_build(
    builder: *const xmpp_tls_credentials_builder,
    credentials_out: *mut *const xmpp_tls_credentials,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::shared(credentials_out)?;
            let store = exclusive(builder, |list| Ok(store(list)))?;
            let tag = Tag::new::<xmpp_tls_credentials>();
            out.set(shared_into_raw(xmpp_tls_credentials { tag, store: Arc::new(store) }));
            Ok(())
        })
    }
}

/// Frees a builder. `builder` may be NULL. Threads: exclusive, once. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_builder_free(builder: *mut xmpp_tls_credentials_builder) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { exclusive_free(builder) }
}

/// Says which credential would serve a name, and why.
///
/// `how_out`: one of `XMPP_TLS_SERVES_…`. `certificate_out`: the end entity's certificate of the preferred one;
/// owned by the caller, free with `xmpp_tls_certificate_free`; NULL if nothing serves the name.
///
/// Returns `XMPP_TLS_OK`, also when nothing serves it. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_which(
    credentials: *const xmpp_tls_credentials,
    name: *const c_char,
    name_len: usize,
    how_out: *mut xmpp_tls_serves,
    certificate_out: *mut *const xmpp_tls_certificate,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let (how, out) = (Out::new(how_out)?, Out::shared(certificate_out)?);
            let store = &shared(credentials)?.store;
            let served = match input::optional_domain(name, name_len)? {
                Some(domain) => store.which(domain.as_ascii()),
                None => store.by_default(),
            };
            how.set(served.map_or(xmpp_tls_serves::Nothing, |served| match served.because {
                Serves::Exact => xmpp_tls_serves::Exact,
                Serves::Wildcard => xmpp_tls_serves::Wildcard,
                Serves::Default => xmpp_tls_serves::Default,
            }));
            if let Some(first) = served.and_then(|served| served.credentials.first()) {
                let leaf = Certificate::parse(first.leaf()).map_err(malformed)?;
                out.set(xmpp_tls_certificate::into_raw(leaf));
            }
            Ok(())
        })
    }
}

/// Gives the name of a cause to serve a name, such as `wildcard`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_serves_name(serves: u32) -> xmpp_tls_str {
    text(match serves {
        0 => "nothing",
        1 => "exact",
        2 => "wildcard",
        3 => "default",
        _ => "unknown",
    })
}

/// Says how many names are served, wildcards included. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_count(credentials: *const xmpp_tls_credentials) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(credentials) }?.store.len()))
}

/// Makes another reference. Returns `credentials`, or NULL for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_retain(
    credentials: *const xmpp_tls_credentials,
) -> *const xmpp_tls_credentials {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { shared_retain(credentials) }
}

/// Ends one reference. `credentials` may be NULL. Threads: any, once per reference. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_credentials_free(credentials: *const xmpp_tls_credentials) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(credentials) }
}

/// # Safety
/// `builder` is NULL or a live handle.
unsafe fn add(
    builder: *mut xmpp_tls_credentials_builder,
    serving: Serving,
    credential: Arc<Credential>,
) -> Result<(), Failure> {
    // SAFETY: as promised by the caller.
    unsafe {
        exclusive(builder, |list| {
            list.0.push((serving, credential));
            Ok(())
        })
    }
}

/// Whom a new credential serves.
///
/// # Safety
/// As [`input::bytes`].
unsafe fn serving(domain: *const c_char, len: usize) -> Result<Serving, Failure> {
    if len == 0 {
        return Ok(Serving::CertificateNames);
    }
    // SAFETY: as promised by the caller.
    let text = unsafe { input::text(domain, len) }?;
    let (star, rest) = text.strip_prefix("*.").map_or(("", text), |rest| ("*.", rest));
    let domain = input::parsed_domain(rest).map_err(|failure| failure.domain(text))?;
    Ok(Serving::Name(format!("{star}{domain}")))
}

/// # Safety
/// As [`input::bytes`], for both.
unsafe fn from_pem(
    chain: *const c_char,
    chain_len: usize,
    key: *const c_char,
    key_len: usize,
) -> Result<Arc<Credential>, Failure> {
    // SAFETY: as promised by the caller.
    let (chain, key) =
        unsafe { (input::bytes(chain.cast(), chain_len)?, input::bytes(key.cast(), key_len)?) };
    let key = if key.is_empty() { chain } else { key };
    Credential::from_pem(chain, key).map(Arc::new).map_err(failure)
}

/// # Safety
/// As [`input::bytes`], for both.
unsafe fn from_files(
    chain: *const c_char,
    chain_len: usize,
    key: *const c_char,
    key_len: usize,
) -> Result<Arc<Credential>, Failure> {
    // SAFETY: as promised by the caller.
    let (chain, key) = unsafe { (input::text(chain, chain_len)?, input::text(key, key_len)?) };
    let key = (!key.is_empty()).then(|| Path::new(key));
    files::credential(Path::new(chain), key).map(Arc::new).map_err(|error| match error.fault {
        FileFault::Credential(fault) => file_failure(failure(fault), &error),
        _ => file_failure(
            Failure::new(xmpp_tls_result::XMPP_TLS_FILE_NOT_READABLE, error.fault.to_string()),
            &error,
        ),
    })
}

/// Names the file that is to blame.
pub(super) fn file_failure(failure: Failure, error: &FileError) -> Failure {
    match &error.path {
        Some(path) => failure.file(path.display().to_string()),
        None => failure,
    }
}

fn store(list: &Collected) -> CredentialStore {
    let mut store = CredentialStore::new();
    for (serving, credential) in &list.0 {
        match serving {
            Serving::Name(name) => store.insert(name, credential.clone()),
            Serving::Default => store.insert_default(credential.clone()),
            Serving::CertificateNames => store.insert_by_names(credential.clone()),
        }
    }
    store
}
