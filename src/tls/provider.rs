//! The cryptography: which implementation of each suite, group, random byte and clock reading rustls uses.
//!
//! All of it is aws-lc-rs; nothing is taken from a process-wide default. TLS 1.2's suites are wrapped once,
//! so that the exporter's value can be taken (see [`super::exporter`]). Time is what the host gave with the
//! call under way.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rustls::crypto::aws_lc_rs::{self, kx_group};
use rustls::crypto::{CryptoProvider, SupportedKxGroup};
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use rustls::version::{TLS12, TLS13};
use rustls::{SupportedCipherSuite, SupportedProtocolVersion, Tls12CipherSuite};

use super::exporter::ExportingPrf;
use super::scope;
use crate::parameter::{Group, Parameters, Version};

/// Random bytes could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRandomBytes;

impl std::fmt::Display for NoRandomBytes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("random bytes could not be had")
    }
}

impl std::error::Error for NoRandomBytes {}

static BASE: LazyLock<CryptoProvider> = LazyLock::new(aws_lc_rs::default_provider);

/// Every suite, TLS 1.2's with the exporter's hook. Made once and kept for the life of the process, since
/// rustls wants them `'static`.
static SUITES: LazyLock<Vec<SupportedCipherSuite>> =
    LazyLock::new(|| aws_lc_rs::ALL_CIPHER_SUITES.iter().copied().map(with_exporter).collect());

fn with_exporter(suite: SupportedCipherSuite) -> SupportedCipherSuite {
    let SupportedCipherSuite::Tls12(inner) = suite else {
        return suite;
    };
    let prf_provider: &'static ExportingPrf = Box::leak(Box::new(ExportingPrf(inner.prf_provider)));
    SupportedCipherSuite::Tls12(Box::leak(Box::new(Tls12CipherSuite {
        common: rustls::crypto::CipherSuiteCommon {
            suite: inner.common.suite,
            hash_provider: inner.common.hash_provider,
            confidentiality_limit: inner.common.confidentiality_limit,
        },
        prf_provider,
        kx: inner.kx,
        sign: inner.sign,
        aead_alg: inner.aead_alg,
    })))
}

/// Draws the first random bytes. They cost aws-lc about 30 ms of processor time, once a process: calling
/// this early keeps them out of the first handshake.
///
/// # Errors
/// When the system gives none.
pub fn seed() -> Result<(), NoRandomBytes> {
    random(&mut [0; 1])
}

/// Fills `bytes` from the cryptography's generator.
///
/// # Errors
/// When the system gives none; `bytes` is then not to be used.
pub fn random(bytes: &mut [u8]) -> Result<(), NoRandomBytes> {
    BASE.secure_random.fill(bytes).map_err(|_| NoRandomBytes)
}

/// The signature algorithms with which peers may sign.
pub(super) fn signature_algorithms() -> rustls::crypto::WebPkiSupportedAlgorithms {
    BASE.signature_verification_algorithms
}

/// What carries out these parameters: the suites of allowed versions and the groups, in their order.
pub(super) fn provider(parameters: &Parameters) -> Arc<CryptoProvider> {
    let cipher_suites = parameters
        .suites
        .iter()
        .filter(|suite| parameters.allows(suite.version()))
        .filter_map(|suite| SUITES.iter().find(|one| u16::from(one.suite()) == suite.number()).copied())
        .collect();
    let kx_groups = parameters.groups.iter().copied().map(implementation).collect();
    Arc::new(CryptoProvider { cipher_suites, kx_groups, ..BASE.clone() })
}

fn implementation(group: Group) -> &'static dyn SupportedKxGroup {
    match group {
        Group::X25519MlKem768 => kx_group::X25519MLKEM768,
        Group::Secp256r1MlKem768 => kx_group::SECP256R1MLKEM768,
        Group::X25519 => kx_group::X25519,
        Group::Secp256r1 => kx_group::SECP256R1,
        Group::Secp384r1 => kx_group::SECP384R1,
        Group::MlKem768 => kx_group::MLKEM768,
        Group::MlKem1024 => kx_group::MLKEM1024,
    }
}

/// The versions that these parameters allow.
pub(super) fn versions(parameters: &Parameters) -> Vec<&'static SupportedProtocolVersion> {
    let all = [(Version::Tls13, &TLS13), (Version::Tls12, &TLS12)];
    all.into_iter().filter(|(version, _)| parameters.allows(*version)).map(|(_, one)| one).collect()
}

/// Reads the time that the host gave with the call under way.
#[derive(Debug)]
pub(super) struct GivenTime;

impl TimeProvider for GivenTime {
    fn current_time(&self) -> Option<UnixTime> {
        scope::now().map(|seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
