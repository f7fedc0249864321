//! Trust anchors made for one test run.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};

/// A self-signed CA certificate with this common name, in DER.
pub(crate) fn root_der(name: &str) -> Vec<u8> {
    root(name).der().to_vec()
}

/// A self-signed CA certificate with this common name, in PEM.
#[allow(dead_code, reason = "not every test file that includes this module needs PEM")]
pub(crate) fn root_pem(name: &str) -> String {
    root(name).pem()
}

fn root(name: &str) -> rcgen::Certificate {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.self_signed(&key).expect("a certificate")
}
