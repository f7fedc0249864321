//! What names a certification authority may issue for (RFC 5280 §4.2.1.10, RFC 4985 §4).
//!
//! Read as data, and asked by [`proof::pkix`](crate::proof::pkix) for names whose form the path
//! building does not know. What cannot be read here permits nothing.

use crate::certificate::der::{self, NotDer, Reader};
use crate::certificate::names::{SRV_NAME, XMPP_ADDR, other_name, string};
use crate::certificate::{NameKind, Oid};
use crate::name::Domain;

/// A subtree of dNSName constraints.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DnsSubtree {
    /// Every name: the empty constraint.
    All,
    /// The domain, and what has labels added at its left.
    Within(Domain),
    /// What has labels added at the domain's left, but not itself: a constraint with a leading dot. RFC
    /// 5280 does not define it for dNSName; CAs use it.
    Below(Domain),
}

impl DnsSubtree {
    /// Whether `domain` is in the subtree.
    pub fn contains(&self, domain: &Domain) -> bool {
        match self {
            Self::All => true,
            Self::Within(base) => domain.is_within(base),
            Self::Below(base) => domain != base && domain.is_within(base),
        }
    }

    fn read(content: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(content).ok().filter(|text| text.is_ascii())?;
        match text.strip_prefix('.') {
            Some(base) => Some(Self::Below(plain_domain(base)?)),
            None if text.is_empty() => Some(Self::All),
            None => Some(Self::Within(plain_domain(text)?)),
        }
    }
}

/// A subtree of SRVName constraints: a service, a domain, or both (RFC 4985 §4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SrvSubtree {
    /// The service with its underscore, in lower case; `None` is any.
    pub service: Option<Box<str>>,
    /// The domain, with all that has labels added at its left; `None` is any.
    pub domain: Option<Domain>,
}

impl SrvSubtree {
    /// Whether `service` at `domain` is in the subtree. The service is compared without regard to case;
    /// the two parts are judged apart (RFC 4985 §4, PKI-25).
    pub fn contains(&self, service: &str, domain: &Domain) -> bool {
        self.is_of_service(service) && self.domain.as_ref().is_none_or(|own| domain.is_within(own))
    }

    pub(crate) fn is_of_service(&self, service: &str) -> bool {
        self.service.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(service))
    }

    /// Reads the text of an SRVName constraint: `_service.domain`, `_service` or `domain`.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.is_ascii() || text.is_empty() {
            return None;
        }
        if !text.starts_with('_') {
            return Some(Self { service: None, domain: Some(plain_domain(text)?) });
        }
        let (service, domain) = match text.split_once('.') {
            Some((service, domain)) => (service, Some(plain_domain(domain)?)),
            None => (text, None),
        };
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_service = service.len() > 1 && service.bytes().all(is_usual);
        is_service.then(|| Self { service: Some(service.to_ascii_lowercase().into()), domain })
    }
}

fn plain_domain(text: &str) -> Option<Domain> {
    Domain::parse(text).ok().filter(|domain| domain.address().is_none() && !text.ends_with('.'))
}

/// The name constraints of a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameConstraints {
    /// The permitted dNSName subtrees; when there is one, a dNSName must be in one of them.
    pub dns_permitted: Vec<DnsSubtree>,
    /// The excluded dNSName subtrees.
    pub dns_excluded: Vec<DnsSubtree>,
    /// The permitted SRVName subtrees.
    pub srv_permitted: Vec<SrvSubtree>,
    /// The excluded SRVName subtrees.
    pub srv_excluded: Vec<SrvSubtree>,
    /// The forms of all other subtrees, permitted or excluded, each once.
    pub others: Vec<NameKind>,
    /// A subtree could not be read; nothing then satisfies the constraints.
    pub unreadable: bool,
}

impl NameConstraints {
    /// Reads the value of the extension.
    pub(crate) fn read(value: &[u8]) -> Self {
        let mut constraints = Self::default();
        if constraints.read_lists(value) == Err(NotDer) {
            constraints.unreadable = true;
        }
        constraints
    }

    fn read_lists(&mut self, value: &[u8]) -> Result<(), NotDer> {
        let mut parts = Reader::inside(value, der::SEQUENCE)?;
        if let Some(list) = parts.optional(der::context(0))? {
            self.read_subtrees(list.content, Subtrees::Permitted)?;
        }
        if let Some(list) = parts.optional(der::context(1))? {
            self.read_subtrees(list.content, Subtrees::Excluded)?;
        }
        parts.end()
    }

    fn read_subtrees(&mut self, list: &[u8], side: Subtrees) -> Result<(), NotDer> {
        let mut subtrees = Reader::new(list);
        while !subtrees.is_at_end() {
            let mut subtree = Reader::new(subtrees.expect(der::SEQUENCE)?.content);
            let base = subtree.next()?;
            // minimum and maximum are not used (RFC 5280 §4.2.1.10)
            subtree.end()?;
            self.add(base.tag, base.content, side)?;
        }
        Ok(())
    }

    fn add(&mut self, tag: u8, content: &[u8], side: Subtrees) -> Result<(), NotDer> {
        let kind = match tag {
            0x82 => {
                let subtree = DnsSubtree::read(content).ok_or(NotDer)?;
                let list = side.choose(&mut self.dns_permitted, &mut self.dns_excluded);
                list.push(subtree);
                return Ok(());
            }
            0xa0 => match other_name(content)? {
                (oid, value) if oid == SRV_NAME => {
                    let subtree = srv_subtree(value).ok_or(NotDer)?;
                    side.choose(&mut self.srv_permitted, &mut self.srv_excluded).push(subtree);
                    return Ok(());
                }
                (oid, _) => other_kind(oid),
            },
            0x81 => NameKind::Email,
            0x86 => NameKind::Uri,
            0x87 => NameKind::Ip,
            0xa4 => NameKind::Directory,
            _ => NameKind::Unknown,
        };
        if !self.others.contains(&kind) {
            self.others.push(kind);
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Subtrees {
    Permitted,
    Excluded,
}

impl Subtrees {
    fn choose<'a, T>(self, permitted: &'a mut T, excluded: &'a mut T) -> &'a mut T {
        match self {
            Self::Permitted => permitted,
            Self::Excluded => excluded,
        }
    }
}

fn other_kind(oid: Oid) -> NameKind {
    if oid == XMPP_ADDR { NameKind::XmppAddr } else { NameKind::OtherName(oid) }
}

fn srv_subtree(value: &[u8]) -> Option<SrvSubtree> {
    SrvSubtree::parse(std::str::from_utf8(string(value, der::IA5_STRING).ok()?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(subtree: &str, service: &str, domain: &str) -> bool {
        SrvSubtree::parse(subtree).unwrap().contains(service, &Domain::parse(domain).unwrap())
    }

    #[test]
    fn pki_25_the_two_parts_of_an_srv_constraint_are_judged_apart() {
        assert!(contains("_http", "_http", "any.example"));
        assert!(!contains("_http", "_https", "any.example"));
        assert!(contains("example.com", "_http", "example.com"));
        assert!(contains("example.com", "_imap", "www.example.com"));
        assert!(!contains("example.com", "_http", "1example.com"));
        assert!(contains("_http.example.com", "_HTTP", "www.example.com"));
        assert!(!contains("_http.example.com", "_imap", "www.example.com"));
        assert!(!contains("_http.example.com", "_http", "example.org"));
    }

    #[test]
    fn pki_25_odd_srv_constraints_are_not_read() {
        for text in ["", "_", "_.example.com", "_a b.example.com", "_http.", "bücher.example", "192.0.2.1"] {
            assert_eq!(SrvSubtree::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn pki_25_dns_constraints_add_labels_at_the_left() {
        let within = DnsSubtree::read(b"host.example.com").unwrap();
        let below = DnsSubtree::read(b".host.example.com").unwrap();
        let domain = |text| Domain::parse(text).unwrap();
        assert!(within.contains(&domain("host.example.com")) && !below.contains(&domain("host.example.com")));
        assert!(within.contains(&domain("my.host.example.com")));
        assert!(below.contains(&domain("my.host.example.com")));
        assert!(!within.contains(&domain("xhost.example.com")));
        assert_eq!(DnsSubtree::read(b""), Some(DnsSubtree::All));
        assert_eq!(DnsSubtree::read(b"*.example.com"), None);
    }
}
