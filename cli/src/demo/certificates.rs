//! Certificates of the demonstration, made anew each time and good from today.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};
use xmpptls::tls::Credential;

use crate::failure::Failure;

/// A certificate with its key and what is sent along.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// DER, the end entity's certificate first.
    pub(crate) chain: Vec<Vec<u8>>,
    /// PKCS #8.
    pub(crate) key: Vec<u8>,
}

impl Identity {
    pub(crate) fn leaf(&self) -> &[u8] {
        self.chain.first().map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn credential(&self) -> Result<Credential, Failure> {
        Credential::from_der(self.chain.clone(), &self.key).map_err(|error| failed(&error))
    }
}

/// A certification authority of the demonstration.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) der: Vec<u8>,
}

/// What is in a certificate.
pub(crate) struct Wanted<'a> {
    pub(crate) dns: &'a [&'a str],
    pub(crate) srv_name: Option<&'a str>,
    /// Days from today, from and to.
    pub(crate) days: (i64, i64),
    /// It is made for clients, not for servers.
    pub(crate) for_clients: bool,
}

impl<'a> Wanted<'a> {
    /// Ninety days for these names, most of them left.
    pub(crate) fn names(dns: &'a [&'a str]) -> Self {
        Self { dns, srv_name: None, days: (-12, 78), for_clients: false }
    }
}

impl Authority {
    pub(crate) fn new(name: &str) -> Result<Self, Failure> {
        let key = KeyPair::generate().map_err(|error| failed(&error))?;
        let mut params = CertificateParams::default();
        params.distinguished_name = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        lasts(&mut params, (-400, 3000));
        let der = params.self_signed(&key).map_err(|error| failed(&error))?.der().to_vec();
        Ok(Self { issuer: Issuer::new(params, key), der })
    }

    /// An end entity's certificate.
    pub(crate) fn issue(&self, wanted: &Wanted<'_>) -> Result<Identity, Failure> {
        let key = KeyPair::generate().map_err(|error| failed(&error))?;
        let params = server(wanted)?;
        let leaf = params.signed_by(&key, &self.issuer).map_err(|error| failed(&error))?;
        Ok(Identity { chain: vec![leaf.der().to_vec()], key: key.serialize_der() })
    }

    /// An end entity's certificate with the authority's own behind it, as DANE-TA wants it.
    pub(crate) fn issue_with_own(&self, wanted: &Wanted<'_>) -> Result<Identity, Failure> {
        let mut identity = self.issue(wanted)?;
        identity.chain.push(self.der.clone());
        Ok(identity)
    }
}

/// A certificate that vouches for itself.
pub(crate) fn self_signed(wanted: &Wanted<'_>) -> Result<Identity, Failure> {
    let key = KeyPair::generate().map_err(|error| failed(&error))?;
    let leaf = server(wanted)?.self_signed(&key).map_err(|error| failed(&error))?;
    Ok(Identity { chain: vec![leaf.der().to_vec()], key: key.serialize_der() })
}

fn server(wanted: &Wanted<'_>) -> Result<CertificateParams, Failure> {
    let names: Vec<String> = wanted.dns.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).map_err(|error| failed(&error))?;
    params.distinguished_name = named(wanted.dns.first().copied().or(wanted.srv_name).unwrap_or("nobody"));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![match wanted.for_clients {
        true => ExtendedKeyUsagePurpose::ClientAuth,
        false => ExtendedKeyUsagePurpose::ServerAuth,
    }];
    if let Some(name) = wanted.srv_name {
        params.custom_extensions = vec![CustomExtension::from_oid_content(&[2, 5, 29, 17], srv_name(name))];
    }
    lasts(&mut params, wanted.days);
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut all = DistinguishedName::new();
    all.push(DnType::CommonName, name);
    all
}

fn lasts(params: &mut CertificateParams, (from, to): (i64, i64)) {
    let now = OffsetDateTime::now_utc();
    params.not_before = now.saturating_add(Duration::days(from));
    params.not_after = now.saturating_add(Duration::days(to));
}

/// A subjectAltName of one SRVName: otherName, id-on-dnsSRV, an IA5String (RFC 4985 §2).
fn srv_name(name: &str) -> Vec<u8> {
    const ID_ON_DNS_SRV: &[u8] = &[0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x07];
    let value = der(0xa0, &der(0x16, name.as_bytes()));
    der(0x30, &der(0xa0, &[ID_ON_DNS_SRV, &value].concat()))
}

/// Tag, length in one octet, contents; what is written here is short.
fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u8::try_from(contents.len()).unwrap_or(0x7f).min(0x7f);
    [&[tag, length], contents].concat()
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::Demo(error.to_string())
}
