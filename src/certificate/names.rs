//! The names that a certificate presents in its subjectAltName (RFC 5280 §4.2.1.6).
//!
//! Each entry becomes either an identifier that can be compared, or an [`IgnoredName`] with the reason
//! why it can not: one odd entry takes nothing away from its neighbours (RFC 9525 §6.3, SEC-03, SEC-04).
//! The subject's common name is no identifier (RFC 9525 §2) and is not looked at here. Whether a name
//! is the right one is decided in [`proof::names`](crate::proof::names).

use std::net::IpAddr;

use crate::certificate::der::{self, Element, NotDer, Reader};
use crate::certificate::{CertificateError, Oid};
use crate::limits::CERTIFICATE_NAMES;
use crate::name::Domain;

/// id-on-dnsSRV (RFC 4985 §2).
pub(super) const SRV_NAME: &str = "1.3.6.1.5.5.7.8.7";
/// id-on-xmppAddr (RFC 6120 §13.7.1.4).
pub(super) const XMPP_ADDR: &str = "1.3.6.1.5.5.7.8.5";

/// A domain name as certificates present it: whole, or with a wildcard for its left-most label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DnsPattern {
    /// This name and no other.
    Exact(Domain),
    /// Any name of one label more at the left (RFC 9525 §6.3); the domain has two labels at least (PKI-08).
    Wildcard(Domain),
}

/// A dNSName (RFC 5280 §4.2.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedDns {
    /// As it stands in the certificate.
    pub text: Box<str>,
    /// What it stands for.
    pub pattern: DnsPattern,
}

/// An SRVName (RFC 4985 §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedSrv {
    /// As it stands in the certificate.
    pub text: Box<str>,
    /// The service with its underscore, in lower case.
    pub service: Box<str>,
    /// The domain of which it is the service.
    pub pattern: DnsPattern,
}

/// An id-on-xmppAddr (RFC 6120 §13.7.1.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedXmppAddr {
    /// As it stands in the certificate.
    pub text: Box<str>,
    /// The address.
    pub address: XmppAddress,
}

/// Whom an id-on-xmppAddr names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum XmppAddress {
    /// A bare domain: a server.
    Domain(Domain),
    /// An address with a local part or a resource: a user. Both parts are as they stand in the certificate.
    Jid {
        /// The part before the `@`.
        local: Option<Box<str>>,
        /// The domain.
        domain: Domain,
        /// The part behind the `/`.
        resource: Option<Box<str>>,
    },
}

/// The form of an entry of subjectAltName (RFC 5280 §4.2.1.6, GeneralName).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NameKind {
    /// dNSName.
    Dns,
    /// rfc822Name.
    Email,
    /// iPAddress.
    Ip,
    /// Any otherName but the next two.
    OtherName(Oid),
    /// otherName id-on-dnsSRV.
    Srv,
    /// uniformResourceIdentifier.
    Uri,
    /// otherName id-on-xmppAddr.
    XmppAddr,
    /// directoryName.
    Directory,
    /// Any other form, or none.
    Unknown,
}

/// Why an entry is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IgnoredReason {
    /// A dNSName or SRVName that is an IP address in text (PKI-13).
    AddressAsName,
    /// An address that has neither 4 nor 16 octets.
    AddressLength,
    /// A label or the whole is no domain name, or no valid IDNA label (PKI-09).
    InvalidDomain,
    /// A byte that the name form does not have: a control character, NUL, one beyond ASCII (SEC-03).
    OddByte,
    /// The element cannot be read as the name form's DER, or has another string type (SEC-04).
    Encoding,
    /// An SRVName that does not begin with `_service.` (RFC 4985 §2).
    NoService,
    /// A form that identifies no XMPP service or user.
    UnusedForm,
    /// A `*` that is not the whole left-most label (PKI-06).
    WildcardMisplaced,
    /// A wildcard with fewer than two labels behind it (PKI-08).
    WildcardTooWide,
}

/// An entry that is no identifier; kept to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredName {
    /// The form of the entry.
    pub kind: NameKind,
    /// The content as it stands in the certificate: text where the form is text, else DER.
    pub bytes: Box<[u8]>,
    /// Why it is no identifier.
    pub why: IgnoredReason,
}

/// All names that a certificate presents, each list in the order of the certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The dNSNames.
    pub dns: Vec<PresentedDns>,
    /// The SRVNames.
    pub srv: Vec<PresentedSrv>,
    /// The XMPP addresses.
    pub xmpp_addr: Vec<PresentedXmppAddr>,
    /// The iPAddresses.
    pub ip: Vec<IpAddr>,
    /// The uniformResourceIdentifiers, ASCII without control characters. No identifiers of ours.
    pub uri: Vec<Box<str>>,
    /// The rfc822Names, ASCII without control characters. No identifiers of ours.
    pub email: Vec<Box<str>>,
    /// What is no identifier, and why.
    pub ignored: Vec<IgnoredName>,
    is_present: bool,
    is_unreadable: bool,
}

impl Names {
    /// Whether the certificate has a subjectAltName at all.
    pub fn is_present(&self) -> bool {
        self.is_present
    }

    /// Whether there is no identifier: no dNSName, SRVName, XMPP address or iPAddress that can be compared.
    pub fn is_empty(&self) -> bool {
        self.dns.is_empty() && self.srv.is_empty() && self.xmpp_addr.is_empty() && self.ip.is_empty()
    }

    /// Whether an XMPP address names a user: one with a local part (RFC 6120 §13.7.1.4).
    pub fn has_user(&self) -> bool {
        self.xmpp_addr.iter().any(|name| matches!(name.address, XmppAddress::Jid { local: Some(_), .. }))
    }

    /// The identifiers as text, in the order dNSName, SRVName, XMPP address, iPAddress.
    pub fn texts(&self) -> Vec<String> {
        let dns = self.dns.iter().map(|name| name.text.to_string());
        let srv = self.srv.iter().map(|name| name.text.to_string());
        let xmpp_addr = self.xmpp_addr.iter().map(|name| name.text.to_string());
        dns.chain(srv).chain(xmpp_addr).chain(self.ip.iter().map(IpAddr::to_string)).collect()
    }

    /// Whether the value of the extension is no list of names; it is then one ignored entry.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.is_unreadable
    }

    /// Reads the value of the extension.
    ///
    /// # Errors
    /// [`CertificateError::TooManyNames`].
    pub(crate) fn read(value: &[u8]) -> Result<Self, CertificateError> {
        match Self::read_list(value) {
            Ok(names) => names,
            Err(NotDer) => {
                let mut names = Self { is_present: true, is_unreadable: true, ..Self::default() };
                names.ignore(NameKind::Unknown, value, IgnoredReason::Encoding);
                Ok(names)
            }
        }
    }

    fn read_list(value: &[u8]) -> Result<Result<Self, CertificateError>, NotDer> {
        let mut names = Self { is_present: true, ..Self::default() };
        let mut entries = Reader::inside(value, der::SEQUENCE)?;
        let mut count = 0_usize;
        while !entries.is_at_end() {
            count = count.saturating_add(1);
            if count > CERTIFICATE_NAMES {
                return Ok(Err(CertificateError::TooManyNames));
            }
            names.add(entries.next()?);
        }
        Ok(Ok(names))
    }

    fn add(&mut self, entry: Element<'_>) {
        match entry.tag {
            0xa0 => self.add_other_name(entry),
            0x81 => match printable(entry.content) {
                Some(text) => self.email.push(text),
                None => self.ignore(NameKind::Email, entry.content, IgnoredReason::OddByte),
            },
            0x82 => match dns_pattern(entry.content) {
                Ok((text, pattern)) => self.dns.push(PresentedDns { text, pattern }),
                Err(why) => self.ignore(NameKind::Dns, entry.content, why),
            },
            0x86 => match printable(entry.content) {
                Some(text) => self.uri.push(text),
                None => self.ignore(NameKind::Uri, entry.content, IgnoredReason::OddByte),
            },
            0x87 => match address(entry.content) {
                Some(address) => self.ip.push(address),
                None => self.ignore(NameKind::Ip, entry.content, IgnoredReason::AddressLength),
            },
            0xa4 => self.ignore(NameKind::Directory, entry.content, IgnoredReason::UnusedForm),
            0xa3 | 0xa5 | 0x88 => self.ignore(NameKind::Unknown, entry.whole, IgnoredReason::UnusedForm),
            _ => self.ignore(NameKind::Unknown, entry.whole, IgnoredReason::Encoding),
        }
    }

    fn add_other_name(&mut self, entry: Element<'_>) {
        let Ok((oid, value)) = other_name(entry.content) else {
            return self.ignore(NameKind::Unknown, entry.whole, IgnoredReason::Encoding);
        };
        match oid.as_str() {
            SRV_NAME => match string(value, der::IA5_STRING).and_then(srv_name) {
                Ok(name) => self.srv.push(name),
                Err(why) => self.ignore(NameKind::Srv, shown(value), why),
            },
            XMPP_ADDR => match string(value, der::UTF8_STRING).and_then(xmpp_addr) {
                Ok(name) => self.xmpp_addr.push(name),
                Err(why) => self.ignore(NameKind::XmppAddr, shown(value), why),
            },
            _ => self.ignore(NameKind::OtherName(oid), value, IgnoredReason::UnusedForm),
        }
    }

    fn ignore(&mut self, kind: NameKind, bytes: &[u8], why: IgnoredReason) {
        self.ignored.push(IgnoredName { kind, bytes: bytes.into(), why });
    }
}

/// The OID of an otherName, and the content of the `[0] EXPLICIT` behind it.
pub(super) fn other_name(content: &[u8]) -> Result<(Oid, &[u8]), NotDer> {
    let mut parts = Reader::new(content);
    let oid = Oid::read(parts.expect(der::OBJECT_IDENTIFIER)?.content);
    let value = parts.expect(der::context(0))?.content;
    parts.end()?;
    Ok((oid, value))
}

/// The content of the only element, when its string type is the wanted one.
pub(super) fn string(value: &[u8], tag: u8) -> Result<&[u8], IgnoredReason> {
    let mut parts = Reader::new(value);
    let element = parts.expect(tag).map_err(|NotDer| IgnoredReason::Encoding)?;
    parts.end().map_err(|NotDer| IgnoredReason::Encoding)?;
    Ok(element.content)
}

/// What to keep of a value that was not accepted: its string when there is exactly one element.
fn shown(value: &[u8]) -> &[u8] {
    let mut parts = Reader::new(value);
    match parts.next() {
        Ok(element) if parts.is_at_end() => element.content,
        _ => value,
    }
}

fn printable(bytes: &[u8]) -> Option<Box<str>> {
    let is_printable = bytes.iter().all(|byte| (0x20..0x7f).contains(byte));
    std::str::from_utf8(bytes).ok().filter(|_| is_printable).map(Box::from)
}

fn dns_pattern(bytes: &[u8]) -> Result<(Box<str>, DnsPattern), IgnoredReason> {
    let text = usual(bytes)?;
    Ok((text.into(), pattern(text)?))
}

/// The text, when it has only bytes that names in DNS and wildcards have.
fn usual(bytes: &[u8]) -> Result<&str, IgnoredReason> {
    let is_usual = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.*".contains(byte);
    let text = std::str::from_utf8(bytes).ok().filter(|_| bytes.iter().all(is_usual));
    text.ok_or(IgnoredReason::OddByte)
}

/// A name of usual bytes as a pattern (RFC 9525 §6.3).
fn pattern(text: &str) -> Result<DnsPattern, IgnoredReason> {
    match text.split_once('.') {
        Some(("*", parent)) if !parent.contains('*') => {
            let parent = domain(parent)?;
            let is_wide = !parent.as_ascii().contains('.');
            if is_wide { Err(IgnoredReason::WildcardTooWide) } else { Ok(DnsPattern::Wildcard(parent)) }
        }
        _ if text == "*" => Err(IgnoredReason::WildcardTooWide),
        _ if text.contains('*') => Err(IgnoredReason::WildcardMisplaced),
        _ => domain(text).map(DnsPattern::Exact),
    }
}

/// A presented domain name: no address, and no dot behind it.
fn domain(text: &str) -> Result<Domain, IgnoredReason> {
    match Domain::parse(text) {
        Ok(domain) if domain.address().is_some() => Err(IgnoredReason::AddressAsName),
        Ok(domain) if !text.ends_with('.') => Ok(domain),
        _ => Err(IgnoredReason::InvalidDomain),
    }
}

fn srv_name(bytes: &[u8]) -> Result<PresentedSrv, IgnoredReason> {
    let text = usual(bytes)?;
    let (service, name) = text.split_once('.').ok_or(IgnoredReason::NoService)?;
    if service.len() < 2 || !service.starts_with('_') {
        return Err(IgnoredReason::NoService);
    }
    if service.contains('*') {
        return Err(IgnoredReason::WildcardMisplaced);
    }
    let pattern = pattern(name)?;
    Ok(PresentedSrv { text: text.into(), service: service.to_ascii_lowercase().into(), pattern })
}

fn xmpp_addr(bytes: &[u8]) -> Result<PresentedXmppAddr, IgnoredReason> {
    let text = std::str::from_utf8(bytes).map_err(|_| IgnoredReason::OddByte)?;
    if text.chars().any(char::is_control) {
        return Err(IgnoredReason::OddByte);
    }
    let (bare, resource) = match text.split_once('/') {
        Some((bare, resource)) => (bare, Some(resource)),
        None => (text, None),
    };
    let (local, name) = match bare.split_once('@') {
        Some((local, name)) => (Some(local), name),
        None => (None, bare),
    };
    if local.is_some_and(str::is_empty) || resource.is_some_and(str::is_empty) {
        return Err(IgnoredReason::InvalidDomain);
    }
    let domain = Domain::parse(name).map_err(|_| IgnoredReason::InvalidDomain)?;
    let address = match (local, resource) {
        (None, None) => XmppAddress::Domain(domain),
        _ => XmppAddress::Jid { local: local.map(Box::from), domain, resource: resource.map(Box::from) },
    };
    Ok(PresentedXmppAddr { text: text.into(), address })
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let v6 = <[u8; 16]>::try_from(bytes).map(IpAddr::from);
    v4.or(v6).ok()
}
