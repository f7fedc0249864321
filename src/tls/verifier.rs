//! The shared, stateless verifiers: strict about signatures, blind to identity.
//!
//! rustls resumes a session only with the very same verifier object, so there is one of each for the whole
//! process, and what belongs to one session reaches it through [`super::scope`]. A chain passes unless the
//! session's judge refuses it; that its owner holds the key is checked here, always.
//!
//! The key is taken out of the certificate leniently and the signature checked against the bare key, so
//! that a certificate of version 1 or with an unknown critical extension can finish a handshake and be
//! reported for what it is.

use std::sync::{Arc, LazyLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, SignatureScheme,
};

use super::judge::CertificateAlert;
use super::{der, provider, scope};

#[derive(Debug)]
struct Verifier;

static SERVERS: LazyLock<Arc<dyn ServerCertVerifier>> = LazyLock::new(|| Arc::new(Verifier));
static CLIENTS: LazyLock<Arc<dyn ClientCertVerifier>> = LazyLock::new(|| Arc::new(Verifier));

/// The verifier of servers' certificates.
pub(super) fn of_servers() -> Arc<dyn ServerCertVerifier> {
    Arc::clone(&SERVERS)
}

/// The verifier of clients' certificates: asks for one, names no authorities, goes on without (PAR-17).
pub(super) fn of_clients() -> Arc<dyn ClientCertVerifier> {
    Arc::clone(&CLIENTS)
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let stapled = Some(!ocsp_response.is_empty());
        judged(end_entity, intermediates, stapled, now).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        noted(signature, tls12_signature(message, certificate, signature))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        noted(signature, tls13_signature(message, certificate, signature))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider::signature_algorithms().supported_schemes()
    }
}

impl ClientCertVerifier for Verifier {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        judged(end_entity, intermediates, None, now).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        noted(signature, tls12_signature(message, certificate, signature))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        noted(signature, tls13_signature(message, certificate, signature))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider::signature_algorithms().supported_schemes()
    }
}

/// Asks the session's judge, outside of the slot that it may want to use for a session of its own.
fn judged(
    leaf: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    stapled: Option<bool>,
    now: UnixTime,
) -> Result<(), Error> {
    let judge = scope::with(|handshake| {
        handshake.found.stapled = stapled;
        handshake.judge.clone()
    });
    let Some(judge) = judge.flatten() else {
        return Ok(());
    };
    let presented: Vec<&[u8]> = std::iter::once(leaf).chain(others).map(AsRef::as_ref).collect();
    judge.judge(&presented, stapled, now.as_secs()).map_err(|refusal| {
        scope::with(|handshake| handshake.found.judged = Some(refusal));
        Error::InvalidCertificate(as_rustls_says(refusal))
    })
}

/// The error that rustls answers with this alert.
fn as_rustls_says(refusal: CertificateAlert) -> CertificateError {
    match refusal {
        CertificateAlert::Bad => CertificateError::BadEncoding,
        CertificateAlert::Unsupported => CertificateError::InvalidPurpose,
        CertificateAlert::Revoked => CertificateError::Revoked,
        CertificateAlert::Expired => CertificateError::Expired,
        CertificateAlert::Unknown => CertificateError::Other(OtherError(Arc::new(Refused))),
        CertificateAlert::UnknownCa => CertificateError::UnknownIssuer,
        CertificateAlert::AccessDenied => CertificateError::ApplicationVerificationFailure,
        CertificateAlert::BadStatusResponse => CertificateError::InvalidOcspResponse,
    }
}

#[derive(Debug)]
struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("refused by the judge")
    }
}

impl std::error::Error for Refused {}

/// Keeps the scheme, or that the signature was wrong, for the session.
fn noted(
    signature: &DigitallySignedStruct,
    outcome: Result<HandshakeSignatureValid, Error>,
) -> Result<HandshakeSignatureValid, Error> {
    scope::with(|handshake| match &outcome {
        Ok(_) => handshake.found.scheme = Some(u16::from(signature.scheme)),
        Err(_) => handshake.found.bad_signature = true,
    });
    outcome
}

fn key_of(certificate: &CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'static>, Error> {
    let key = der::public_key(certificate).ok_or(Error::InvalidCertificate(CertificateError::BadEncoding))?;
    Ok(SubjectPublicKeyInfoDer::from(key.to_vec()))
}

fn tls13_signature(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signature: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    let key = key_of(certificate)?;
    let algorithms = provider::signature_algorithms();
    rustls::crypto::verify_tls13_signature_with_raw_key(message, &key, signature, &algorithms)
}

/// In TLS 1.2 a scheme does not fix the curve, so each algorithm of the scheme is tried.
fn tls12_signature(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signature: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    let bad = || Error::InvalidCertificate(CertificateError::BadSignature);
    let key = key_of(certificate)?;
    let key = webpki::RawPublicKeyEntity::try_from(&key).map_err(|_| bad())?;
    let algorithms = provider::signature_algorithms();
    let candidates = algorithms
        .mapping
        .iter()
        .find(|(scheme, _)| *scheme == signature.scheme)
        .map(|(_, candidates)| *candidates)
        .ok_or(rustls::PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
    for candidate in candidates {
        match key.verify_signature(*candidate, message, signature.signature()) {
            Ok(()) => return Ok(HandshakeSignatureValid::assertion()),
            Err(webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)) => {}
            Err(_) => return Err(bad()),
        }
    }
    Err(bad())
}
