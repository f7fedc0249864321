//! Name constraints across name forms (RFC 5280 §4.2.1.10, RFC 4985 §4, RFC 9525 §7.6).
//!
//! The path building enforces constraints on dNSName and iPAddress for every name of every certificate,
//! refuses what directoryName and URI constraints touch, and refuses a certificate with any otherName
//! below an issuer that constrains otherNames. What it cannot know is done here, on top:
//!
//! * a CA that is limited by dNSName is not thereby limited for SRVName and XMPP addresses, so the domain
//!   of a match of these forms must satisfy the dNSName constraints of the whole path (PKI-24);
//! * SRVName constraints of a *trust anchor* are enforced by their own rules (PKI-25), since an anchor's
//!   constraints can be handed to the path building without them. Those of an intermediate certificate
//!   are inside its signature: there a certificate with an otherName is refused whole, which is the
//!   alternative that RFC 5280 leaves to those who do not process a constraint.

use crate::certificate::der::{self, NotDer, Reader};
use crate::certificate::{
    Certificate, DnsPattern, DnsSubtree, NameConstraints, NameKind, Names, PresentedSrv, SrvSubtree,
    XmppAddress,
};
use crate::name::{Domain, ReferenceKind};
use crate::proof::names::{NameMatch, domain_of, is_pattern_of};

/// The first name of a path that violates what is judged here.
///
/// `certificates` is leaf first; `constraints` are those of the anchor and of each issuer in the path.
pub(crate) fn violation(
    certificates: &[&Certificate],
    anchor: Option<&NameConstraints>,
    matched: Option<&NameMatch>,
) -> Option<String> {
    let issuers = certificates.iter().skip(1).filter_map(|issuer| issuer.name_constraints());
    let mut all = anchor.into_iter().chain(issuers);
    let leaf = certificates.first()?.names();
    if let Some(name) = all.find_map(|constraints| forbidden_by_dns(constraints, leaf, matched)) {
        return Some(name);
    }
    let anchor = anchor?;
    certificates.iter().find_map(|certificate| forbidden_other_name(anchor, certificate.names()))
}

/// A name that dNSName constraints forbid though it is none: the matched one, and for a user, of whom no
/// name was matched, each XMPP address. Constraints that cannot be read forbid everything.
fn forbidden_by_dns(
    constraints: &NameConstraints,
    leaf: &Names,
    matched: Option<&NameMatch>,
) -> Option<String> {
    if constraints.unreadable {
        return Some(leaf.texts().first().cloned().unwrap_or_default());
    }
    let Some(matched) = matched else {
        let mut addresses = leaf.xmpp_addr.iter();
        let forbidden = addresses.find(|name| !permits_dns(constraints, domain_of_address(&name.address)));
        return forbidden.map(|name| name.text.to_string());
    };
    match (&matched.reference.kind, domain_of(&matched.reference)) {
        (ReferenceKind::SrvId(..) | ReferenceKind::XmppAddr(_), Some(domain)) => {
            (!permits_dns(constraints, domain)).then(|| matched.presented.text.clone())
        }
        _ => None,
    }
}

fn domain_of_address(address: &XmppAddress) -> &Domain {
    let (XmppAddress::Domain(domain) | XmppAddress::Jid { domain, .. }) = address;
    domain
}

fn permits_dns(constraints: &NameConstraints, domain: &Domain) -> bool {
    let contains = |subtree: &DnsSubtree| subtree.contains(domain);
    let permitted = &constraints.dns_permitted;
    (permitted.is_empty() || permitted.iter().any(contains)) && !constraints.dns_excluded.iter().any(contains)
}

/// An otherName that an anchor's constraints forbid. SRVNames are judged; any other form of otherName is
/// refused where the anchor constrains that form.
fn forbidden_other_name(anchor: &NameConstraints, names: &Names) -> Option<String> {
    let srv = names.srv.iter().find(|name| !permits_srv(anchor, name));
    if let Some(name) = srv {
        return Some(name.text.to_string());
    }
    let is_constrained = |kind: &NameKind| anchor.others.contains(kind);
    if is_constrained(&NameKind::XmppAddr)
        && let Some(name) = names.xmpp_addr.first()
    {
        return Some(name.text.to_string());
    }
    let constrains_srv = !anchor.srv_permitted.is_empty() || !anchor.srv_excluded.is_empty();
    let is_forbidden = |kind: &NameKind| is_constrained(kind) || (*kind == NameKind::Srv && constrains_srv);
    let ignored = names.ignored.iter().find(|name| is_forbidden(&name.kind))?;
    Some(String::from_utf8_lossy(&ignored.bytes).into_owned())
}

/// Whether SRVName constraints permit a presented SRVName (RFC 4985 §4).
fn permits_srv(constraints: &NameConstraints, name: &PresentedSrv) -> bool {
    let permitted = &constraints.srv_permitted;
    (permitted.is_empty() || permitted.iter().any(|subtree| covers(subtree, name)))
        && !constraints.srv_excluded.iter().any(|subtree| touches(subtree, name))
}

/// Whether all that a presented SRVName stands for is in the subtree.
fn covers(subtree: &SrvSubtree, name: &PresentedSrv) -> bool {
    let (DnsPattern::Exact(domain) | DnsPattern::Wildcard(domain)) = &name.pattern;
    subtree.contains(&name.service, domain)
}

/// Whether anything that a presented SRVName stands for is in the subtree.
fn touches(subtree: &SrvSubtree, name: &PresentedSrv) -> bool {
    let is_touched = |base: &Domain| is_pattern_of(&name.pattern, base);
    covers(subtree, name)
        || (subtree.is_of_service(&name.service) && subtree.domain.as_ref().is_some_and(is_touched))
}

/// The content of a NameConstraints SEQUENCE without its otherName subtrees. What cannot be read stays.
pub(crate) fn without_other_names(content: &[u8]) -> Vec<u8> {
    filtered(content).unwrap_or_else(|NotDer| content.to_vec())
}

fn filtered(content: &[u8]) -> Result<Vec<u8>, NotDer> {
    let mut kept = Vec::new();
    let mut lists = Reader::new(content);
    while !lists.is_at_end() {
        let list = lists.next()?;
        let mut subtrees = Reader::new(list.content);
        let mut kept_subtrees = Vec::new();
        while !subtrees.is_at_end() {
            let subtree = subtrees.expect(der::SEQUENCE)?;
            let base = Reader::new(subtree.content).next()?;
            if base.tag != der::context(0) {
                kept_subtrees.extend_from_slice(subtree.whole);
            }
        }
        if !kept_subtrees.is_empty() {
            kept.extend(der::encode(list.tag, &kept_subtrees));
        }
    }
    Ok(kept)
}
