//! The identifiers that would prove the name we mean (RFC 9525 §6.1, RFC 6120 §13.7.1.2.1).

use std::net::IpAddr;

use crate::name::{Domain, Endpoint, Service};
use crate::record::Dnssec;

/// What kind of identifier, with its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReferenceKind {
    /// DNS-ID: a dNSName (RFC 9525 §6.3).
    DnsId(Domain),
    /// SRV-ID: an SRVName of this service and domain, matched together (RFC 4985 §2, RFC 9525 §6.5).
    SrvId(Service, Domain),
    /// XmppAddr: a bare domain in id-on-xmppAddr (RFC 6120 §13.7.1.4).
    XmppAddr(Domain),
    /// IP-ID: an iPAddress (RFC 9525 §6.4).
    IpId(IpAddr),
}

/// Why an identifier counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReferenceSource {
    /// It is the service domain, the name that was asked for.
    ServiceDomain,
    /// It is the SRV target, and the SRV answer was DNSSEC-secure (RFC 7673 §4.1, DANE-07).
    SecureTarget,
    /// The user tied this host to the domain (RFC 9525 §6.1.1, STLS-32).
    Configured,
}

/// One reference identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReferenceIdentity {
    /// The identifier.
    pub kind: ReferenceKind,
    /// Why it counts.
    pub source: ReferenceSource,
}

impl std::fmt::Display for ReferenceIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            ReferenceKind::DnsId(domain) => write!(f, "DNS-ID {domain}"),
            ReferenceKind::SrvId(service, domain) => write!(f, "SRV-ID {}.{domain}", service.srv_label()),
            ReferenceKind::XmppAddr(domain) => write!(f, "XmppAddr {domain}"),
            ReferenceKind::IpId(address) => write!(f, "IP-ID {address}"),
        }
    }
}

/// The reference identities of a domain's service, reached at `endpoint` (PKI-02, PKI-04, PKI-14).
///
/// The target host is among them only when its SRV answer was secure, or when the user tied it to the
/// domain and `configured_counts`. A target gets a DNS-ID and nothing else.
pub fn reference_identities(
    domain: &Domain,
    service: Service,
    endpoint: Option<&Endpoint>,
    configured_counts: bool,
) -> Vec<ReferenceIdentity> {
    let source = ReferenceSource::ServiceDomain;
    let mut list = match domain.address() {
        Some(address) => vec![ReferenceIdentity { kind: ReferenceKind::IpId(address), source }],
        None => vec![
            ReferenceIdentity { kind: ReferenceKind::SrvId(service, domain.clone()), source },
            ReferenceIdentity { kind: ReferenceKind::DnsId(domain.clone()), source },
            ReferenceIdentity { kind: ReferenceKind::XmppAddr(domain.clone()), source },
        ],
    };
    if let Some(endpoint) = endpoint {
        list.extend(target_identity(domain, endpoint, configured_counts));
    }
    list
}

fn target_identity(
    domain: &Domain,
    endpoint: &Endpoint,
    configured_counts: bool,
) -> Option<ReferenceIdentity> {
    let source = if endpoint.srv == Some(Dnssec::Secure) {
        ReferenceSource::SecureTarget
    } else if endpoint.configured && configured_counts {
        ReferenceSource::Configured
    } else {
        return None;
    };
    if endpoint.target == *domain {
        return None;
    }
    let kind = match endpoint.target.address() {
        Some(address) => ReferenceKind::IpId(address),
        None => ReferenceKind::DnsId(endpoint.target.clone()),
    };
    Some(ReferenceIdentity { kind, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Transport;

    fn endpoint(srv: Option<Dnssec>) -> Endpoint {
        let target = Domain::parse("host.example.net").unwrap();
        Endpoint { srv, configured: false, ..Endpoint::configured(target, 5269, Transport::Starttls) }
    }

    fn kinds(endpoint: Option<&Endpoint>, configured_counts: bool) -> usize {
        let domain = Domain::parse("example.org").unwrap();
        reference_identities(&domain, Service::S2s, endpoint, configured_counts).len()
    }

    #[test]
    fn pki_14_the_target_counts_only_when_srv_was_secure() {
        assert_eq!(kinds(None, true), 3);
        assert_eq!(kinds(Some(&endpoint(Some(Dnssec::Insecure))), true), 3);
        assert_eq!(kinds(Some(&endpoint(None)), true), 3);
        assert_eq!(kinds(Some(&endpoint(Some(Dnssec::Secure))), true), 4);
    }

    #[test]
    fn stls_32_a_configured_host_counts_unless_told_otherwise() {
        let configured = Endpoint { configured: true, ..endpoint(None) };
        assert_eq!(kinds(Some(&configured), true), 4);
        assert_eq!(kinds(Some(&configured), false), 3);
    }

    #[test]
    fn pki_13_an_address_has_only_an_ip_id() {
        let domain = Domain::parse("192.0.2.1").unwrap();
        let list = reference_identities(&domain, Service::C2s, None, true);
        assert_eq!(list.len(), 1);
        assert!(matches!(list[0].kind, ReferenceKind::IpId(_)));
    }
}
