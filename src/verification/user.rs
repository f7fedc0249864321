//! SASL EXTERNAL: whom a certificate lets its holder act as, and whether to offer it (RFC 6120 §6.3, §13.7.2.2,
//! XEP-0178).
//!
//! A user's certificate names bare JIDs in id-on-xmppAddr; those of served domains are identities, others are
//! shown and nothing else. A bare domain there is a server, never a user. The server side of XEP-0178 speaks
//! for a domain that a verdict proved. Local parts are compared as they stand, in lower case; preparing them
//! by RFC 7622 is the host's part.

use std::collections::HashSet;
use std::fmt;

use base64::engine::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::certificate::{Certificate, XmppAddress};
use crate::limits::USER_ADDRESS_BYTES;
use crate::name::{Direction, Domain, Service};
use crate::verdict::{Level, Possession, UserFailure, Verdict};

/// A user: a bare JID (RFC 7622).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserAddress {
    local: Box<str>,
    domain: Domain,
}

/// The users that a certificate names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientIdentities {
    /// Those of served domains, each once.
    pub served: Vec<UserAddress>,
    /// Those of other domains; never an identity here (EXT-07).
    pub foreign: Vec<UserAddress>,
}

/// Why EXTERNAL is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotOffered {
    /// The peer presented no certificate.
    NoCertificate,
    /// Nobody showed the key of the certificate on this connection.
    NoPossession,
    /// The certificate proves nothing: the level says how little is known.
    NotAuthenticated(Level),
    /// The certificate is good and names no user of a served domain, and no mapping exists.
    NoIdentity,
    /// Only a receiving entity offers mechanisms.
    NotReceiving,
}

/// What a client sends as authorization identity (XEP-0178 §2, EXT-09).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientAuthzid {
    /// None: the certificate names exactly the wanted user.
    Omit,
    /// This one.
    Send(UserAddress),
    /// The certificate names several users and the client must choose one.
    Choose(Vec<UserAddress>),
}

impl UserAddress {
    /// Reads a bare JID.
    ///
    /// # Errors
    /// [`UserFailure::AuthzidMalformed`]: no local part, a resource, or what is no domain.
    pub fn parse(text: &str) -> Result<Self, UserFailure> {
        let malformed = UserFailure::AuthzidMalformed;
        let (local, domain) = text.split_once('@').ok_or(malformed)?;
        let domain = Domain::parse(domain).map_err(|_| malformed)?;
        Self::new(local, domain).ok_or(malformed)
    }

    fn new(local: &str, domain: Domain) -> Option<Self> {
        let is_odd = |c: char| c.is_control() || c.is_whitespace() || "\"&'/:<>@".contains(c);
        if local.is_empty() || local.len() > USER_ADDRESS_BYTES || local.contains(is_odd) {
            return None;
        }
        Some(Self { local: local.to_lowercase().into(), domain })
    }

    /// The part before the `@`, in lower case.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }
}

impl fmt::Display for UserAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain.to_unicode())
    }
}

/// The users that a certificate names, by whether their domain is served (EXT-06, EXT-07).
pub fn client_identities(certificate: &Certificate, served: &[Domain]) -> ClientIdentities {
    let users: Vec<UserAddress> = certificate
        .names()
        .xmpp_addr
        .iter()
        .filter_map(|name| match &name.address {
            XmppAddress::Jid { local: Some(local), domain, resource: None } => {
                UserAddress::new(local, domain.clone())
            }
            _ => None,
        })
        .collect();
    // A host may serve very many domains, and a certificate name many: each list is gone through once.
    let named: HashSet<&Domain> = users.iter().map(UserAddress::domain).collect();
    let served: HashSet<Domain> = served.iter().filter(|own| named.contains(own)).cloned().collect();
    let mut identities = ClientIdentities::default();
    for user in users {
        let is_served = served.contains(&user.domain);
        let list = if is_served { &mut identities.served } else { &mut identities.foreign };
        if !list.contains(&user) {
            list.push(user);
        }
    }
    identities
}

/// Whom a client acts as (EXT-06 to EXT-08). `authzid` is decoded, `None` when the client sent none;
/// `mapped` is the user that the host knows by certificate or key.
///
/// # Errors
/// [`UserFailure`]; [`UserFailure::sasl_condition`] is the answer to the client.
pub fn resolve_user(
    identities: &ClientIdentities,
    authzid: Option<&str>,
    mapped: Option<&UserAddress>,
) -> Result<UserAddress, UserFailure> {
    let wanted = authzid.map(UserAddress::parse).transpose()?;
    let known: Vec<&UserAddress> = if identities.served.is_empty() {
        mapped.into_iter().collect()
    } else {
        identities.served.iter().collect()
    };
    match (known.as_slice(), wanted) {
        ([], _) => Err(UserFailure::NoIdentity),
        (known, Some(wanted)) if known.contains(&&wanted) => Ok(wanted),
        (_, Some(_)) => Err(UserFailure::AuthzidForeign),
        ([only], None) => Ok((*only).clone()),
        (_, None) => Err(UserFailure::AuthzidRequired),
    }
}

/// The domain that a server wants to act as: the authorization identity, or the `from` of its stream header
/// over TLS (EXT-03). Where the two differ, the certificate must be judged for this domain (EXT-04).
///
/// # Errors
/// [`UserFailure::AuthzidMalformed`] for anything but a bare domain.
pub fn resolve_server(authzid: Option<&str>, from: &Domain) -> Result<Domain, UserFailure> {
    match authzid {
        None => Ok(from.clone()),
        Some(text) if text.contains(['@', '/']) => Err(UserFailure::AuthzidMalformed),
        Some(text) => Domain::parse(text).map_err(|_| UserFailure::AuthzidMalformed),
    }
}

/// Whether to offer EXTERNAL (EXT-01). For a user, `identities` are those of its certificate and
/// `is_mapped` says whether the host knows it by certificate or key; for a server neither is looked at.
///
/// # Errors
/// [`NotOffered`] says why not.
pub fn offer_external(
    verdict: &Verdict,
    identities: Option<&ClientIdentities>,
    is_mapped: bool,
) -> Result<(), NotOffered> {
    if verdict.direction() != Direction::Receiving {
        return Err(NotOffered::NotReceiving);
    }
    if verdict.chain().is_none() {
        return Err(NotOffered::NoCertificate);
    }
    if verdict.possession() != Possession::Shown {
        return Err(NotOffered::NoPossession);
    }
    let is_authenticated = verdict.level() == Level::Authenticated;
    match verdict.service() {
        Service::S2s if is_authenticated => Ok(()),
        Service::C2s if is_mapped && verdict.level() != Level::Refused => Ok(()),
        _ if !is_authenticated => Err(NotOffered::NotAuthenticated(verdict.level())),
        _ if identities.is_some_and(|own| !own.served.is_empty()) => Ok(()),
        _ => Err(NotOffered::NoIdentity),
    }
}

/// What a client sends with its certificate for the user it wants to be (EXT-09).
pub fn client_authzid(certificate: &Certificate, wanted: Option<&UserAddress>) -> ClientAuthzid {
    let identities = client_identities(certificate, &[]).foreign;
    match (identities.as_slice(), wanted) {
        ([only], Some(wanted)) if only == wanted => ClientAuthzid::Omit,
        (_, Some(wanted)) => ClientAuthzid::Send(wanted.clone()),
        ([] | [_], None) => ClientAuthzid::Omit,
        (several, None) => ClientAuthzid::Choose(several.to_vec()),
    }
}

/// The text of `<auth/>` for an authorization identity; `=` for none (RFC 6120 §6.4.2).
pub fn authzid_to_wire(authzid: Option<&str>) -> String {
    match authzid {
        None | Some("") => "=".to_owned(),
        Some(text) => STANDARD.encode(text),
    }
}

/// The authorization identity in the text of `<auth/>`; `None` for none in any of its spellings.
///
/// # Errors
/// [`UserFailure::AuthzidMalformed`] for what is no base64 of UTF-8 without zero octets (RFC 4422 §3.4.1).
pub fn authzid_from_wire(text: &str) -> Result<Option<String>, UserFailure> {
    let malformed = UserFailure::AuthzidMalformed;
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    if text.is_empty() || text == "=" {
        return Ok(None);
    }
    if text.len() > USER_ADDRESS_BYTES.saturating_mul(4) {
        return Err(malformed);
    }
    let bytes = STANDARD.decode(text).map_err(|_| malformed)?;
    let authzid = String::from_utf8(bytes).map_err(|_| malformed)?;
    if authzid.contains('\0') { Err(malformed) } else { Ok(Some(authzid)) }
}

impl UserFailure {
    /// The SASL error condition that answers it (RFC 6120 §6.5).
    pub fn sasl_condition(self) -> &'static str {
        match self {
            Self::AuthzidForeign | Self::AuthzidMalformed | Self::AuthzidRequired => "invalid-authzid",
            Self::NoIdentity => "not-authorized",
        }
    }
}

impl fmt::Display for NotOffered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("the peer presented no certificate"),
            Self::NoPossession => f.write_str("the peer did not show that it holds the key"),
            Self::NotAuthenticated(level) => write!(f, "the certificate proves nothing: {}", level.name()),
            Self::NoIdentity => f.write_str("the certificate names no user of a served domain"),
            Self::NotReceiving => f.write_str("only a receiving entity offers mechanisms"),
        }
    }
}
