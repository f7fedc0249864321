//! The URLs of POSH: `https`, nothing that names a user, nothing behind a `#` (RFC 7711 §3, POSH-09).

use std::fmt;

use url::Url;

use crate::limits::POSH_URL_BYTES;
use crate::name::{Domain, Service};

/// An `https` URL with a host, without userinfo and fragment.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PoshUrl {
    text: Box<str>,
    host: Domain,
}

/// The text is no URL that POSH may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoshUrlError;

impl PoshUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`PoshUrlError`] for another scheme than `https`, userinfo, a fragment, control characters or
    /// white space anywhere, or more than [`POSH_URL_BYTES`] bytes.
    pub fn parse(text: &str) -> Result<Self, PoshUrlError> {
        // The parser drops tabs and line ends and trims blanks; what was published must stand as it is.
        if text.len() > POSH_URL_BYTES || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(PoshUrlError);
        }
        let url = Url::parse(text).map_err(|_| PoshUrlError)?;
        let named = !url.username().is_empty() || url.password().is_some() || text.contains('@');
        if url.scheme() != "https" || named || url.fragment().is_some() {
            return Err(PoshUrlError);
        }
        let host = url.host_str().and_then(|host| Domain::parse(host).ok()).ok_or(PoshUrlError)?;
        Ok(Self { text: url.as_str().into(), host })
    }

    pub(super) fn well_known(domain: &Domain, service: Service) -> Self {
        let text = format!("https://{domain}/.well-known/posh/{}.json", service.posh_name());
        Self { text: text.into(), host: domain.clone() }
    }

    /// The whole URL, normalised.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host whose certificate the HTTPS server must show.
    pub fn host(&self) -> &Domain {
        &self.host
    }
}

impl fmt::Display for PoshUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for PoshUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PoshUrl({})", self.text)
    }
}

impl fmt::Display for PoshUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is no https URL without userinfo and fragment")
    }
}

impl std::error::Error for PoshUrlError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posh_01_path_and_host_come_from_the_domain() {
        let domain = Domain::parse("bücher.example").unwrap();
        let url = PoshUrl::well_known(&domain, Service::C2s);
        assert_eq!(url.as_str(), "https://xn--bcher-kva.example/.well-known/posh/xmpp-client.json");
        assert_eq!(PoshUrl::parse(url.as_str()), Ok(url), "it is normalised already");
        let url = PoshUrl::well_known(&domain, Service::S2s);
        assert_eq!(url.as_str(), "https://xn--bcher-kva.example/.well-known/posh/xmpp-server.json");
    }

    #[test]
    fn posh_09_only_plain_https_urls_are_followed() {
        let good = PoshUrl::parse("HTTPS://Hosting.example.net:443/a.json?b=c").unwrap();
        assert_eq!(good.as_str(), "https://hosting.example.net/a.json?b=c");
        assert_eq!(good.host().as_ascii(), "hosting.example.net");
        for text in [
            "http://hosting.example.net/a.json",
            "https://user@hosting.example.net/",
            "https://@hosting.example.net/",
            "https://hosting.example.net/#",
            "https://hosting.example.net/#a",
            "ht\ttps://hosting.example.net/",
            " https://hosting.example.net/",
            "https:///",
            "data:text/plain,hello",
            "/relative",
            "",
        ] {
            assert!(PoshUrl::parse(text).is_err(), "{text:?}");
        }
        assert!(PoshUrl::parse(&format!("https://a.example/{}", "a".repeat(10_000))).is_err());
    }
}
