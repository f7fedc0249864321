//! The domain part of an XMPP address, in the one form that is compared.
//!
//! A domain comes in as U-labels or A-labels and is kept as lower-case A-labels without a trailing dot
//! (RFC 9525 §6.3, PKI-09), or as an IP address (PKI-13). Two equal `Domain`s are the same domain; there is
//! nothing else to compare. Labels that decode to plain ASCII are refused (ATK-ID-14).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::limits::{DOMAIN_BYTES, DOMAIN_LABEL_BYTES, DOMAIN_TEXT_BYTES};

/// An XMPP domain: a DNS name as A-labels, or an IP address.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Domain {
    ascii: Box<str>,
    address: Option<IpAddr>,
}

/// Why a text is not a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DomainError {
    /// The text is empty, or only a dot.
    Empty,
    /// The text, or one of its labels, is longer than DNS allows (RFC 1035 §2.3.4).
    TooLong,
    /// A label is empty, holds a character that no host name has, or is no valid IDNA label (UTS #46).
    InvalidLabel,
    /// Square brackets hold no IPv6 address.
    InvalidAddress,
}

impl fmt::Display for DomainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the domain is empty",
            Self::TooLong => "the domain or one of its labels is longer than DNS allows",
            Self::InvalidLabel => "the domain has a label that is no valid host or IDNA label",
            Self::InvalidAddress => "the brackets hold no IPv6 address",
        })
    }
}

impl std::error::Error for DomainError {}

impl Domain {
    /// Reads a domain: U-labels, A-labels, an IPv4 address, or an IPv6 address in brackets.
    ///
    /// One trailing dot is dropped, upper case is folded, U-labels become A-labels by UTS #46 without
    /// transitional processing and with STD3 rules (underscores are accepted in names that are ASCII
    /// already, since owner names have them).
    ///
    /// # Errors
    /// [`DomainError`] says what is wrong; nothing is guessed.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        if text.len() > DOMAIN_TEXT_BYTES {
            return Err(DomainError::TooLong);
        }
        if let Some(address) = parse_address(text)? {
            let ascii = match address {
                IpAddr::V4(v4) => v4.to_string(),
                IpAddr::V6(v6) => format!("[{v6}]"),
            };
            return Ok(Self { ascii: ascii.into(), address: Some(address) });
        }
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(DomainError::Empty);
        }
        let ascii = idna::domain_to_ascii_cow(text.as_bytes(), idna::AsciiDenyList::EMPTY)
            .map_err(|_| DomainError::InvalidLabel)?
            .to_ascii_lowercase();
        if ascii.len() > DOMAIN_BYTES || ascii.split('.').any(|label| label.len() > DOMAIN_LABEL_BYTES) {
            return Err(DomainError::TooLong);
        }
        if !ascii.split('.').all(is_host_label) || parse_address(&ascii)?.is_some() {
            return Err(DomainError::InvalidLabel);
        }
        Ok(Self { ascii: ascii.into(), address: None })
    }

    /// The domain as A-labels in lower case, without trailing dot; an IPv6 address in brackets.
    pub fn as_ascii(&self) -> &str {
        &self.ascii
    }

    /// The domain for people: U-labels where every label has one, else the A-labels (HUM-08).
    pub fn to_unicode(&self) -> String {
        let (text, result) = idna::domain_to_unicode(&self.ascii);
        if result.is_ok() { text } else { self.ascii.to_string() }
    }

    /// The IP address, when the domain is one (RFC 9525 §6.4).
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Whether `self` is `ancestor` or has labels added at its left (RFC 5280 §4.2.1.10, RFC 4985 §4).
    pub fn is_within(&self, ancestor: &Self) -> bool {
        if self.address.is_some() || ancestor.address.is_some() {
            return self == ancestor;
        }
        match self.ascii.strip_suffix(&*ancestor.ascii) {
            Some(rest) => rest.is_empty() || rest.ends_with('.'),
            None => false,
        }
    }
}

fn is_host_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn parse_address(text: &str) -> Result<Option<IpAddr>, DomainError> {
    if let Some(inner) = text.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(DomainError::InvalidAddress)?;
        return Ipv6Addr::from_str(inner)
            .map(|v6| Some(IpAddr::V6(v6)))
            .map_err(|_| DomainError::InvalidAddress);
    }
    Ok(Ipv4Addr::from_str(text).ok().map(IpAddr::V4))
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.ascii)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Domain({})", self.ascii)
    }
}

impl FromStr for Domain {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascii(text: &str) -> String {
        Domain::parse(text).unwrap().as_ascii().to_owned()
    }

    #[test]
    fn pki_09_u_labels_and_a_labels_are_one_domain() {
        assert_eq!(ascii("BÜCHER.example"), "xn--bcher-kva.example");
        assert_eq!(Domain::parse("bücher.example"), Domain::parse("XN--bcher-KVA.example"));
        assert_eq!(Domain::parse("xn--bcher-kva.example").unwrap().to_unicode(), "bücher.example");
    }

    #[test]
    fn pki_09_sharp_s_is_a_letter_of_its_own() {
        assert_ne!(ascii("faß.example"), ascii("fass.example"));
    }

    #[test]
    fn dtls_05_trailing_dot_and_case_are_dropped() {
        assert_eq!(ascii("Example.COM."), "example.com");
        assert_eq!(Domain::parse("example.com.."), Err(DomainError::InvalidLabel));
    }

    #[test]
    fn pki_13_addresses_are_told_from_names() {
        assert_eq!(Domain::parse("192.0.2.1").unwrap().address(), Some("192.0.2.1".parse().unwrap()));
        assert_eq!(Domain::parse("[2001:db8::1]").unwrap().address(), Some("2001:db8::1".parse().unwrap()));
        assert_eq!(Domain::parse("[2001:db8::1"), Err(DomainError::InvalidAddress));
        assert_eq!(Domain::parse("[fe80::1%eth0]"), Err(DomainError::InvalidAddress));
        assert_eq!(Domain::parse("example.com").unwrap().address(), None);
    }

    #[test]
    fn sec_03_odd_bytes_are_refused() {
        for text in ["", ".", "a..b", "a b", "a\0b", "a@b", "a/b", "-a.example", "a\nb", "exa*mple", "*"] {
            assert!(Domain::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn atk_id_14_labels_that_decode_to_ascii_are_refused() {
        for text in ["xn--example-.org", "example.org.xn--", "xn--a.example"] {
            assert!(Domain::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn lengths_end_where_dns_ends() {
        let label = "a".repeat(63);
        assert!(Domain::parse(&format!("{label}.example")).is_ok());
        assert_eq!(Domain::parse(&format!("{label}a.example")), Err(DomainError::TooLong));
        assert_eq!(Domain::parse(&"a.".repeat(2000)), Err(DomainError::TooLong));
    }

    #[test]
    fn pki_25_a_name_is_within_itself_and_its_ancestors() {
        let domain = |text| Domain::parse(text).unwrap();
        assert!(domain("host.example.com").is_within(&domain("example.com")));
        assert!(domain("example.com").is_within(&domain("example.com")));
        assert!(!domain("1example.com").is_within(&domain("example.com")));
        assert!(!domain("192.0.2.1").is_within(&domain("2.1.example")));
    }
}
