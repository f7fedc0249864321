//! Rules about proofs that no other topic test names (RFC 7711, RFC 7712, XEP-0220).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{Issued, leaf, root};
use support::scene::{DOMAIN, Scene, TARGET, notes, policy, posh, s2s, words};
use xmpptls::name::{Direction, Service};
use xmpptls::policy::Preset;
use xmpptls::record::Lookup;
use xmpptls::verdict::{Level, Method};
use xmpptls::verification::DialbackAnswer;

fn by_posh(own: &Issued) -> Scene {
    s2s(&[], &[own]).with_posh(posh(DOMAIN, Service::S2s, &[own]))
}

#[test]
fn posh_17_a_certificate_that_names_nobody_known_is_taken_with_a_note() {
    for (name, noted) in [("unrelated.example", true), (DOMAIN, false), (TARGET, false)] {
        let verdict = by_posh(&leaf().dns(name).self_signed()).verdict();
        assert_eq!(verdict.method(), Some(Method::Posh), "{name}");
        assert_eq!(notes(&verdict).contains(&"posh_no_known_name"), noted, "{name}");
    }
}

#[test]
fn dna_18_a_host_of_many_domains_needs_dnssec_or_posh() {
    let ca = root();
    let hosting = leaf().dns(TARGET).signed_by(&ca);
    let plain = s2s(&[&ca], &[&hosting]);
    assert!(words(&plain.verdict()).contains(&"name_mismatch"));
    assert_eq!(plain.level(), Level::Refused);
    let delegated = s2s(&[&ca], &[&hosting]).with_posh(posh(DOMAIN, Service::S2s, &[&hosting]));
    assert_eq!(delegated.method(), Some(Method::Posh));
    assert_eq!(s2s(&[&ca], &[&hosting]).with_tlsa(&[]).method(), Some(Method::Pkix));
}

#[test]
fn dna_19_the_first_proof_in_the_order_carries() {
    let ca = root();
    let own = leaf().dns(DOMAIN).signed_by(&ca);
    let both = s2s(&[&ca], &[&own]).with_posh(posh(DOMAIN, Service::S2s, &[&own]));
    assert_eq!(both.method(), Some(Method::Pkix));
    assert_eq!(by_posh(&own).method(), Some(Method::Posh), "no anchor knows its issuer");
}

#[test]
fn dna_20_a_dialback_answer_over_a_connection_in_the_clear_counts_only_where_that_was_chosen() {
    for (over_tls, requires_tls, level) in
        [(true, true, Level::Weak), (false, true, Level::Refused), (false, false, Level::Weak)]
    {
        let mut scene = s2s(&[], &[&leaf().dns(DOMAIN).self_signed()]);
        scene.direction = Direction::Receiving;
        scene.endpoint = None;
        scene.policy = policy(Preset::S2sWithDialback2026, &[], |own| {
            own.dialback_requires_tls(requires_tls).unwrap();
        });
        scene.evidence.dialback = Lookup::Found(DialbackAnswer { valid: true, dnssec: true, over_tls });
        let verdict = scene.verdict();
        assert_eq!(verdict.level(), level, "{over_tls} {requires_tls}");
        assert_ne!(verdict.method(), (!over_tls).then_some(Method::DialbackDnssec));
    }
}
