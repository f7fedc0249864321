//! SASL EXTERNAL: whom a certificate lets its holder act as.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{CLIENT_AUTH, Issued, leaf, root};
use support::scene::{DOMAIN, Scene, chain, domain, policy, s2s};
use xmpptls::name::{Direction, Service};
use xmpptls::policy::Preset;
use xmpptls::verdict::{Level, UserFailure, Verdict};
use xmpptls::verification::{
    ClientAuthzid, ClientIdentities, NotOffered, Presented, UserAddress, authzid_from_wire, authzid_to_wire,
    client_authzid, client_identities, decide, offer_external, resolve_server, resolve_user,
};

fn certificate(addresses: &[&str]) -> Issued {
    let recipe = leaf().purposes(&[CLIENT_AUTH]);
    addresses.iter().fold(recipe, |recipe, address| recipe.xmpp_addr(address)).self_signed()
}

fn identities(addresses: &[&str]) -> ClientIdentities {
    let chain = chain(&[&certificate(addresses)]);
    client_identities(chain.leaf(), &[domain("example.org")])
}

fn user(text: &str) -> UserAddress {
    UserAddress::parse(text).unwrap()
}

#[test]
fn ext_06_the_whole_table_of_addresses_and_authzids() {
    let resolve = |addresses: &[&str], authzid: Option<&str>| {
        resolve_user(&identities(addresses), authzid, None).map(|own| own.to_string())
    };
    let one = &["juliet@example.org"][..];
    let two = &["juliet@example.org", "nurse@example.org"][..];
    assert_eq!(resolve(one, None), Ok("juliet@example.org".into()));
    assert_eq!(resolve(one, Some("juliet@example.org")), Ok("juliet@example.org".into()));
    assert_eq!(resolve(one, Some("Juliet@EXAMPLE.org")), Ok("juliet@example.org".into()));
    assert_eq!(resolve(one, Some("nurse@example.org")), Err(UserFailure::AuthzidForeign));
    assert_eq!(resolve(one, Some("juliet@example.org/balcony")), Err(UserFailure::AuthzidMalformed));
    assert_eq!(resolve(two, None), Err(UserFailure::AuthzidRequired));
    assert_eq!(resolve(two, Some("nurse@example.org")), Ok("nurse@example.org".into()));
    assert_eq!(resolve(two, Some("romeo@example.org")), Err(UserFailure::AuthzidForeign));
    assert_eq!(resolve(&[], None), Err(UserFailure::NoIdentity));
    assert_eq!(resolve(&[], Some("juliet@example.org")), Err(UserFailure::NoIdentity));
    assert_eq!(resolve(&["juliet@example.org", "juliet@example.org"], None), resolve(one, None));
}

#[test]
fn ext_07_addresses_of_other_domains_are_shown_and_not_used() {
    let own = identities(&["romeo@montague.example", "juliet@example.org"]);
    assert_eq!(own.foreign, [user("romeo@montague.example")]);
    assert_eq!(resolve_user(&own, None, None), Ok(user("juliet@example.org")));
    for domain in ["montague.example", "sub.example.org", "org", "anexample.org"] {
        let foreign = identities(&[&format!("romeo@{domain}")]);
        assert_eq!((foreign.served.len(), foreign.foreign.len()), (0, 1), "{domain}");
        assert_eq!(resolve_user(&foreign, None, None), Err(UserFailure::NoIdentity), "{domain}");
    }
}

#[test]
fn atk_ex_06_servers_and_full_addresses_are_no_users() {
    let own = identities(&["example.org", "juliet@example.org/balcony", "example.org/admin"]);
    assert_eq!(own, ClientIdentities::default());
}

#[test]
fn atk_ex_04_a_certificate_without_an_address_authenticates_nobody() {
    let own = identities(&[]);
    assert_eq!(resolve_user(&own, Some("admin@example.org"), None), Err(UserFailure::NoIdentity));
    assert_eq!(UserFailure::NoIdentity.sasl_condition(), "not-authorized");
}

#[test]
fn ext_08_a_mapped_user_is_an_identity_of_last_resort() {
    let (none, mapped) = (identities(&[]), user("juliet@example.org"));
    assert_eq!(resolve_user(&none, None, Some(&mapped)), Ok(mapped.clone()));
    assert_eq!(resolve_user(&none, Some("juliet@example.org"), Some(&mapped)), Ok(mapped.clone()));
    let other = resolve_user(&none, Some("romeo@example.org"), Some(&mapped));
    assert_eq!(other, Err(UserFailure::AuthzidForeign));
    assert_eq!(UserFailure::AuthzidForeign.sasl_condition(), "invalid-authzid");
    let named = identities(&["nurse@example.org"]);
    assert_eq!(resolve_user(&named, None, Some(&mapped)), Ok(user("nurse@example.org")));
}

#[test]
fn ext_09_a_client_sends_an_authzid_only_when_it_says_something() {
    let choose = |addresses: &[&str], wanted: Option<&str>| {
        let chain = chain(&[&certificate(addresses)]);
        client_authzid(chain.leaf(), wanted.map(user).as_ref())
    };
    let (one, two) = (&["a@x.example"][..], &["a@x.example", "b@x.example"][..]);
    assert_eq!(choose(one, None), ClientAuthzid::Omit);
    assert_eq!(choose(one, Some("a@x.example")), ClientAuthzid::Omit);
    assert_eq!(choose(one, Some("c@x.example")), ClientAuthzid::Send(user("c@x.example")));
    assert_eq!(choose(two, Some("b@x.example")), ClientAuthzid::Send(user("b@x.example")));
    assert_eq!(choose(two, None), ClientAuthzid::Choose(vec![user("a@x.example"), user("b@x.example")]));
    assert_eq!(choose(&[], None), ClientAuthzid::Omit);
}

#[test]
fn ext_02_03_the_wire_forms_of_authzids() {
    assert_eq!(authzid_to_wire(Some("a.example")), "YS5leGFtcGxl");
    assert_eq!(authzid_from_wire(&authzid_to_wire(Some("a\0b"))), Err(UserFailure::AuthzidMalformed));
    assert_eq!(authzid_to_wire(None), "=");
    for none in ["=", "", " \n"] {
        assert_eq!(authzid_from_wire(none), Ok(None));
    }
    assert_eq!(authzid_from_wire("YS5leGFtcGxl"), Ok(Some("a.example".into())));
    for odd in ["YS5leGFtcGx", "/w==", "!"] {
        assert_eq!(authzid_from_wire(odd), Err(UserFailure::AuthzidMalformed), "{odd}");
    }
    assert_eq!(authzid_from_wire(&"A".repeat(1 << 20)), Err(UserFailure::AuthzidMalformed));
}

#[test]
fn ext_04_a_server_acts_as_a_bare_domain_and_nothing_else() {
    let from = domain("a.example");
    assert_eq!(resolve_server(None, &from), Ok(from.clone()));
    assert_eq!(resolve_server(Some("B.example"), &from), Ok(domain("b.example")));
    for odd in ["x@a.example", "a.example/x", "a b", ""] {
        assert_eq!(resolve_server(Some(odd), &from), Err(UserFailure::AuthzidMalformed), "{odd:?}");
    }
}

fn inbound(anchors: &[&Issued], presented: &[&Issued]) -> Scene {
    let mut scene = s2s(anchors, presented);
    scene.direction = Direction::Receiving;
    scene.endpoint = None;
    scene.policy = policy(Preset::S2sWithDialback2026, anchors, |_| ());
    scene
}

#[test]
fn ext_01_external_is_offered_to_proved_servers_alone() {
    let ca = root();
    let server = leaf().dns(DOMAIN).signed_by(&ca);
    let offer = |verdict: &Verdict| offer_external(verdict, None, false);
    assert_eq!(offer(&inbound(&[&ca], &[&server]).verdict()), Ok(()));
    let own = leaf().dns(DOMAIN).self_signed();
    let untrusted = inbound(&[&ca], &[&own]).verdict();
    assert_eq!(offer(&untrusted), Err(NotOffered::NotAuthenticated(Level::EncryptedOnly)));
    let mut none = inbound(&[&ca], &[&server]);
    none.chain = None;
    assert_eq!(offer(&none.verdict()), Err(NotOffered::NoCertificate));
    assert_eq!(offer(&s2s(&[&ca], &[&server]).verdict()), Err(NotOffered::NotReceiving));
    let scene = inbound(&[&ca], &[&server]);
    let chain = scene.chain.clone().unwrap();
    let mut case = scene.case();
    case.presented = Presented::chain_alone(&chain);
    assert_eq!(offer(&decide(&case)), Err(NotOffered::NoPossession));
}

#[test]
fn ext_01_external_is_offered_to_users_with_an_identity_or_a_mapping() {
    let ca = root();
    let signed = leaf().xmpp_addr("juliet@example.org").purposes(&[CLIENT_AUTH]).signed_by(&ca);
    let offer = |presented: &Issued, is_mapped| {
        let mut scene = inbound(&[&ca], &[presented]);
        scene.service = Service::C2s;
        scene.policy = policy(Preset::C2sServer2026, &[&ca], |_| ());
        let chain = chain(&[presented]);
        let identities = client_identities(chain.leaf(), &[domain("example.org")]);
        offer_external(&scene.verdict(), Some(&identities), is_mapped)
    };
    assert_eq!(offer(&signed, false), Ok(()));
    let own = certificate(&["juliet@example.org"]);
    assert_eq!(offer(&own, false), Err(NotOffered::NotAuthenticated(Level::EncryptedOnly)));
    assert_eq!(offer(&own, true), Ok(()), "known by its certificate");
    let foreign = leaf().xmpp_addr("x@other.example").purposes(&[CLIENT_AUTH]).signed_by(&ca);
    assert_eq!(offer(&foreign, false), Err(NotOffered::NoIdentity));
}
