//! Credentials by the domain they serve.
//!
//! The host says which credential serves which domain; the store does not read names out of certificates.
//! A name is looked up exactly, then under its parent's wildcard (`*.example.org` serves
//! `chat.example.org` and no deeper name), then the default is taken. Several credentials may serve one
//! domain: the client hello decides, an elliptic curve before RSA.
//!
//! Names are compared in lower case and without a final dot; international names come as A-labels, as they
//! stand in a client hello.

use std::collections::HashMap;
use std::sync::Arc;

use super::credential::{Credential, KeyKind};
use crate::certificate::{Certificate, DnsPattern, XmppAddress};

/// Credentials by domain. Built once, then shared; a reload builds another.
#[derive(Default)]
pub struct CredentialStore {
    exact: HashMap<Box<str>, Vec<Arc<Credential>>>,
    wildcard: HashMap<Box<str>, Vec<Arc<Credential>>>,
    default: Vec<Arc<Credential>>,
}

/// Why a credential serves a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Serves {
    /// The name itself is in the store.
    Exact,
    /// A wildcard of its parent domain is.
    Wildcard,
    /// Nothing names it; the default serves.
    Default,
}

/// Which credentials would serve a name, and why.
#[derive(Clone, Copy, Debug)]
pub struct Served<'a> {
    /// Why these.
    pub because: Serves,
    /// The candidates, the preferred first; never empty.
    pub credentials: &'a [Arc<Credential>],
}

impl CredentialStore {
    /// An empty store, which serves nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets `credential` serve `name`: a domain, or `*.` and a domain.
    pub fn insert(&mut self, name: &str, credential: Arc<Credential>) {
        let name = normal(name);
        let list = match name.strip_prefix("*.") {
            Some(parent) => self.wildcard.entry(parent.into()).or_default(),
            None => self.exact.entry(name).or_default(),
        };
        add(list, credential);
    }

    /// Lets `credential` serve whatever no name serves.
    pub fn insert_default(&mut self, credential: Arc<Credential>) {
        add(&mut self.default, credential);
    }

    /// Lets `credential` serve every name of a service in its certificate: dNSNames, and the domains of
    /// SRVNames and XMPP addresses.
    pub fn insert_by_names(&mut self, credential: Arc<Credential>) {
        let Ok(leaf) = Certificate::parse(credential.leaf()) else {
            return;
        };
        let names = leaf.names();
        let patterns =
            names.dns.iter().map(|name| &name.pattern).chain(names.srv.iter().map(|name| &name.pattern));
        let addresses = names.xmpp_addr.iter().filter_map(|name| match &name.address {
            XmppAddress::Domain(domain) => Some(domain.as_ascii().to_owned()),
            XmppAddress::Jid { .. } => None,
        });
        let patterns = patterns.map(|pattern| match pattern {
            DnsPattern::Exact(domain) => domain.as_ascii().to_owned(),
            DnsPattern::Wildcard(parent) => format!("*.{parent}"),
        });
        for name in patterns.chain(addresses) {
            self.insert(&name, credential.clone());
        }
    }

    /// Which credentials would serve `name`; `None` if none would.
    #[must_use]
    pub fn which(&self, name: &str) -> Option<Served<'_>> {
        self.named(name).or_else(|| self.by_default())
    }

    /// As [`Self::which`], without the default.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Served<'_>> {
        let name = normal(name);
        if let Some(credentials) = self.exact.get(&name) {
            return Some(Served { because: Serves::Exact, credentials });
        }
        let (_, parent) = name.split_once('.')?;
        self.wildcard.get(parent).map(|credentials| Served { because: Serves::Wildcard, credentials })
    }

    /// The credentials that serve when there is no name, or none that is known.
    #[must_use]
    pub fn by_default(&self) -> Option<Served<'_>> {
        let credentials = self.default.as_slice();
        (!credentials.is_empty()).then_some(Served { because: Serves::Default, credentials })
    }

    /// Every name with each credential that serves it; `None` for the default ones.
    pub fn entries(&self) -> impl Iterator<Item = (Option<String>, &Arc<Credential>)> {
        let exact = self.exact.iter().map(|(name, list)| (Some(name.to_string()), list));
        let wildcard = self.wildcard.iter().map(|(parent, list)| (Some(format!("*.{parent}")), list));
        let named = exact.chain(wildcard).chain([(None, &self.default)]);
        named.flat_map(|(name, list)| list.iter().map(move |credential| (name.clone(), credential)))
    }

    /// How many names there are, wildcards included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exact.len() + self.wildcard.len()
    }

    /// Whether nothing is served at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0 && self.default.is_empty()
    }
}

impl std::fmt::Debug for CredentialStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "CredentialStore({} names, {} by default)", self.len(), self.default.len())
    }
}

impl<'a> Served<'a> {
    /// The first candidate that can sign by one of the schemes; the first of all if none can, so that the
    /// handshake fails for what it lacks.
    pub(super) fn choose(self, schemes: &[rustls::SignatureScheme]) -> Option<&'a Arc<Credential>> {
        self.credentials.iter().find(|one| one.suits(schemes)).or_else(|| self.credentials.first())
    }
}

fn normal(name: &str) -> Box<str> {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase().into_boxed_str()
}

/// RSA goes last: a client that could take either pays less for the other.
fn add(list: &mut Vec<Arc<Credential>>, credential: Arc<Credential>) {
    let at = match credential.key_kind() {
        KeyKind::Rsa => list.len(),
        _ => list.iter().position(|one| one.key_kind() == KeyKind::Rsa).unwrap_or(list.len()),
    };
    list.insert(at, credential);
}
