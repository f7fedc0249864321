//! Whether a certificate presents one of the names that we mean (RFC 9525 §6, RFC 6120 §13.7.2).
//!
//! Reference identities are tried in their order, and the first that is presented ends the search; it, and
//! not what was presented, is the identity (RFC 9525 §6.2, PKI-12). Service and domain of an SRVName match
//! together (RFC 4985 §2, PKI-10); an XMPP address is compared whole and has no wildcards (PKI-07). The
//! work is at most one comparison for each pair of a reference and a presented name.

use std::net::IpAddr;

use crate::certificate::{DnsPattern, NameKind, Names, XmppAddress};
use crate::name::{Domain, ReferenceIdentity, ReferenceKind, Service};

/// A reference identity, and how the certificate presents it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameMatch {
    /// The identity that was proved.
    pub reference: ReferenceIdentity,
    /// The name that proved it.
    pub presented: PresentedAs,
}

/// A presented identifier, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedAs {
    /// Its form.
    pub kind: NameKind,
    /// Its text as it stands in the certificate; an address in its usual notation.
    pub text: String,
}

/// The first of `references` that `names` present.
pub fn matches(names: &Names, references: &[ReferenceIdentity]) -> Option<NameMatch> {
    references.iter().find_map(|reference| {
        let (kind, text) = match &reference.kind {
            ReferenceKind::DnsId(domain) => (NameKind::Dns, dns_id(names, domain)?),
            ReferenceKind::SrvId(service, domain) => (NameKind::Srv, srv_id(names, *service, domain)?),
            ReferenceKind::XmppAddr(domain) => (NameKind::XmppAddr, xmpp_addr(names, domain)?),
            ReferenceKind::IpId(address) => (NameKind::Ip, ip_id(names, *address)?),
        };
        Some(NameMatch { reference: reference.clone(), presented: PresentedAs { kind, text } })
    })
}

/// The domain of a reference identity; an address has none.
pub(crate) fn domain_of(reference: &ReferenceIdentity) -> Option<&Domain> {
    match &reference.kind {
        ReferenceKind::DnsId(domain) | ReferenceKind::SrvId(_, domain) | ReferenceKind::XmppAddr(domain) => {
            Some(domain)
        }
        ReferenceKind::IpId(_) => None,
    }
}

/// Whether a pattern stands for a domain: whole, or with exactly one label for the wildcard (PKI-06).
pub(crate) fn is_pattern_of(pattern: &DnsPattern, domain: &Domain) -> bool {
    match pattern {
        DnsPattern::Exact(own) => own == domain,
        DnsPattern::Wildcard(parent) => {
            domain.address().is_none()
                && domain.as_ascii().split_once('.').is_some_and(|(_, rest)| rest == parent.as_ascii())
        }
    }
}

fn dns_id(names: &Names, domain: &Domain) -> Option<String> {
    // an address is no DNS name, whatever a dNSName says (RFC 9525 §7.4)
    let is_name = domain.address().is_none();
    names
        .dns
        .iter()
        .find(|name| is_name && is_pattern_of(&name.pattern, domain))
        .map(|name| name.text.to_string())
}

fn srv_id(names: &Names, service: Service, domain: &Domain) -> Option<String> {
    let label = service.srv_label();
    let mut own = names.srv.iter().filter(|name| name.service.eq_ignore_ascii_case(label));
    own.find(|name| is_pattern_of(&name.pattern, domain)).map(|name| name.text.to_string())
}

fn xmpp_addr(names: &Names, domain: &Domain) -> Option<String> {
    let is_own = |address: &XmppAddress| matches!(address, XmppAddress::Domain(own) if own == domain);
    names.xmpp_addr.iter().find(|name| is_own(&name.address)).map(|name| name.text.to_string())
}

fn ip_id(names: &Names, address: IpAddr) -> Option<String> {
    names.ip.contains(&address).then(|| address.to_string())
}
