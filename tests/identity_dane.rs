//! DANE: the ladder of RFC 7673, which records count, and what each usage demands.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{CLIENT_AUTH, DAY, Issued, NOW, authority, leaf, root, rsa_spki};
use support::scene::{
    DOMAIN, Scene, TARGET, domain, notes, owner, policy, s2s, target, tlsa, tlsa_set, words,
};
use xmpptls::name::Direction;
use xmpptls::policy::{DaneUsages, Preset};
use xmpptls::record::{Dnssec, Lookup, LookupFailure, TlsaOwner, TlsaSet};
use xmpptls::verdict::{Level, Method, Outcome};

fn good(ca: &Issued) -> Issued {
    leaf().dns(DOMAIN).signed_by(ca)
}

/// A certificate that only TLSA can save: self-signed, for another name.
fn stranger() -> Issued {
    leaf().dns("other.example").self_signed()
}

#[test]
fn dane_11_a_dane_ee_match_ignores_everything_but_the_key() {
    let odd = leaf().dns("other.example").expired().ca(true).purposes(&[CLIENT_AUTH]).self_signed();
    for rdata in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)].map(|(s, m)| tlsa(3, s, m, &odd)) {
        let scene = s2s(&[], &[&odd]).with_tlsa(&[rdata]);
        assert_eq!(scene.method(), Some(Method::DaneEe));
    }
    assert_eq!(s2s(&[], &[&odd]).level(), Level::Refused, "without the record");
}

#[test]
fn par_10_the_floor_for_keys_stays_under_dane_ee() {
    let verdict = |size| {
        let weak = leaf().dns(DOMAIN).spki(rsa_spki(size)).signed_by(&root());
        s2s(&[], &[&weak]).with_tlsa(&[tlsa(3, 1, 1, &weak)]).verdict()
    };
    assert_eq!(words(&verdict(1024)), ["weak_key"]);
    assert_eq!(verdict(1024).level(), Level::Refused);
    assert_eq!(verdict(2048).method(), Some(Method::DaneEe));
}

#[test]
fn dane_09_a_mismatch_is_final_whatever_else_would_prove_the_peer() {
    let ca = root();
    let server = good(&ca);
    let wrong = [tlsa(3, 1, 1, &stranger())];
    let scene = s2s(&[&ca], &[&server]).with_tlsa(&wrong).with_posh(support::scene::posh(
        DOMAIN,
        xmpptls::name::Service::S2s,
        &[&server],
    ));
    let verdict = scene.verdict();
    assert_eq!((verdict.level(), words(&verdict)), (Level::Refused, vec!["dane_mismatch"]));
    assert_eq!(verdict.alert().unwrap().number(), 42);
    for attempt in &verdict.attempts()[1..] {
        assert_eq!(attempt.outcome, Outcome::Skipped, "{:?}", attempt.proof);
    }
    let right = s2s(&[&ca], &[&server]).with_tlsa(&[tlsa(3, 1, 1, &server)]);
    assert_eq!(right.method(), Some(Method::DaneEe));
}

#[test]
fn dane_09_not_even_encryption_alone_is_left_after_a_mismatch() {
    let server = stranger();
    let mut scene = s2s(&[], &[&server]).with_tlsa(&[tlsa(3, 1, 1, &good(&root()))]);
    scene.policy = policy(Preset::S2s2026, &[], |own| {
        own.requirement(xmpptls::policy::Requirement::EncryptOnly).unwrap();
    });
    assert_eq!(scene.level(), Level::Refused);
    scene.evidence.tlsa.clear();
    scene.endpoint = Some(target(Some(Dnssec::Insecure), Dnssec::Insecure));
    assert_eq!(scene.level(), Level::EncryptedOnly);
}

#[test]
fn dane_10_a_dane_ee_record_of_an_issuer_does_nothing() {
    let ca = root();
    let server = good(&ca);
    let scene = s2s(&[&ca], &[&server, &ca]).with_tlsa(&[tlsa(3, 0, 1, &ca)]);
    assert_eq!(words(&scene.verdict()), ["dane_mismatch"]);
}

/// The outcome for SRV, address and TLSA states, with a TLSA record that does not match a CA's certificate.
fn state(srv: Option<Dnssec>, addresses: Dnssec, tlsa_answer: Lookup<TlsaSet>) -> (Level, Vec<&'static str>) {
    let ca = root();
    let mut scene = s2s(&[&ca], &[&good(&ca)]);
    scene.endpoint = Some(target(srv, addresses));
    scene.evidence.tlsa = vec![(owner(), tlsa_answer)];
    let verdict = scene.verdict();
    (verdict.level(), words(&verdict))
}

#[test]
fn dane_02_to_06_the_whole_ladder() {
    use Dnssec::{Bogus, Indeterminate, Insecure, Secure};
    let wrong = || tlsa_set(Secure, &[tlsa(3, 1, 1, &stranger())]);
    let pkix = || (Level::Authenticated, Vec::new());
    let bogus = || (Level::Refused, vec!["dane_dns_bogus"]);
    for forbidding in [Bogus, Indeterminate] {
        assert_eq!(state(Some(forbidding), Secure, wrong()), bogus(), "SRV {forbidding:?}");
        assert_eq!(state(Some(Secure), forbidding, wrong()), bogus(), "addresses {forbidding:?}");
        assert_eq!(state(Some(Secure), Secure, Lookup::Absent(forbidding)), bogus());
        assert_eq!(state(Some(Secure), Secure, tlsa_set(forbidding, &[])), bogus());
    }
    for failure in [LookupFailure::Timeout, LookupFailure::Server, LookupFailure::Bogus] {
        assert_eq!(state(Some(Secure), Secure, Lookup::Failed(failure)), bogus(), "TLSA {failure:?}");
    }
    assert_eq!(state(Some(Insecure), Secure, wrong()), pkix(), "SRV insecure: TLSA ignored");
    assert_eq!(state(Some(Insecure), Bogus, wrong()), pkix(), "SRV insecure: nothing else is looked at");
    assert_eq!(state(Some(Secure), Insecure, wrong()), pkix(), "addresses insecure: TLSA ignored");
    assert_eq!(state(Some(Secure), Secure, Lookup::Absent(Secure)), pkix());
    assert_eq!(state(Some(Secure), Secure, Lookup::Absent(Insecure)), pkix());
    let insecure = tlsa_set(Insecure, &[tlsa(3, 1, 1, &stranger())]);
    assert_eq!(state(Some(Secure), Secure, insecure), pkix(), "TLSA insecure: as if there were none");
    assert_eq!(state(Some(Secure), Secure, wrong()), (Level::Refused, vec!["dane_mismatch"]));
}

#[test]
fn dane_06_a_secure_answer_without_records_is_a_secure_absence() {
    let ca = root();
    let state_of = |answer| {
        let mut scene = s2s(&[&ca], &[&good(&ca)]).with_tlsa(&[]);
        scene.evidence.tlsa = vec![(owner(), answer)];
        let json: serde_json::Value = serde_json::from_str(&scene.verdict().to_json()).unwrap();
        json["attempts"][0]["evidence"]["tlsa"].clone()
    };
    assert_eq!(state_of(tlsa_set(Dnssec::Secure, &[])), "secure");
    assert_eq!(state_of(Lookup::Absent(Dnssec::Secure)), "secure");
    assert_eq!(state_of(Lookup::Absent(Dnssec::Insecure)), "insecure");
}

#[test]
fn sec_07_records_that_were_not_asked_for_help_nobody() {
    use Dnssec::Secure;
    assert_eq!(state(Some(Secure), Secure, Lookup::NotAsked).0, Level::Refused);
}

#[test]
fn dane_07_the_target_is_a_name_only_when_srv_was_secure() {
    let ca = root();
    let server = leaf().dns(TARGET).signed_by(&ca);
    let mut scene = s2s(&[&ca], &[&server]);
    scene.endpoint = Some(target(Some(Dnssec::Secure), Dnssec::Insecure));
    let verdict = scene.verdict();
    assert_eq!(verdict.method(), Some(Method::Pkix));
    assert_eq!(verdict.name().unwrap().presented.text, TARGET);
    scene.endpoint = Some(target(Some(Dnssec::Insecure), Dnssec::Insecure));
    assert_eq!(words(&scene.verdict()), ["name_mismatch", "authentication_required"]);
}

#[test]
fn dane_08_unusable_records_leave_pkix() {
    let ca = root();
    let server = good(&ca);
    for rdata in [
        [vec![3, 1, 1], vec![0; 31]].concat(),
        [vec![255, 1, 1], vec![0; 32]].concat(),
        [vec![3, 9, 1], vec![0; 32]].concat(),
        [vec![3, 1, 200], vec![0; 32]].concat(),
        [vec![3, 0, 0], vec![0; 40]].concat(),
        [vec![3, 1, 0], vec![0; 40]].concat(),
        vec![3],
    ] {
        let verdict = s2s(&[&ca], &[&server]).with_tlsa(std::slice::from_ref(&rdata)).verdict();
        assert_eq!(verdict.method(), Some(Method::Pkix), "{rdata:?}");
        assert!(notes(&verdict).contains(&"dane_no_usable_records"));
    }
}

#[test]
fn dane_12_a_dane_ta_record_is_the_anchor_and_names_still_count() {
    let ca = root();
    let verdict = |server: &Issued| s2s(&[], &[server, &ca]).with_tlsa(&[tlsa(2, 0, 1, &ca)]).verdict();
    assert_eq!(verdict(&good(&ca)).method(), Some(Method::DaneTa));
    assert_eq!(verdict(&leaf().dns(TARGET).signed_by(&ca)).method(), Some(Method::DaneTa));
    assert_eq!(words(&verdict(&leaf().dns("other.example").signed_by(&ca))), ["name_mismatch"]);
    assert_eq!(words(&verdict(&leaf().dns(DOMAIN).expired().signed_by(&ca))), ["expired"]);
    let other = root();
    let local = s2s(&[&other], &[&good(&other), &other]).with_tlsa(&[tlsa(2, 0, 1, &ca)]);
    assert_eq!(words(&local.verdict()), ["dane_mismatch"], "local anchors are not consulted");
}

#[test]
fn dane_13_a_full_record_stands_in_for_an_anchor_that_was_not_sent() {
    let ca = root();
    let server = good(&ca);
    let verdict =
        |selector, matching| s2s(&[], &[&server]).with_tlsa(&[tlsa(2, selector, matching, &ca)]).verdict();
    assert_eq!(verdict(0, 0).method(), Some(Method::DaneTa));
    assert_eq!(verdict(1, 0).method(), Some(Method::DaneTa));
    assert_eq!(words(&verdict(0, 1)), ["dane_mismatch"], "a digest needs the certificate on the wire");
    let other = authority("Test Root").self_signed();
    let foreign = s2s(&[], &[&server]).with_tlsa(&[tlsa(2, 1, 0, &other)]);
    assert_eq!(words(&foreign.verdict()), ["dane_mismatch"], "another key of the same name");
}

#[test]
fn dane_14_an_anchor_from_the_wire_keeps_its_path_length() {
    let verdict = |length| {
        let ca = authority("Anchor").path_len(length).self_signed();
        let between = authority("Intermediate").signed_by(&ca);
        let server = good(&between);
        s2s(&[], &[&server, &between, &ca]).with_tlsa(&[tlsa(2, 0, 1, &ca)]).verdict()
    };
    assert_eq!(verdict(1).method(), Some(Method::DaneTa));
    assert_eq!(words(&verdict(0)), ["chain_too_long"]);
}

#[test]
fn dane_14_an_intermediate_may_be_the_anchor_and_a_leaf_may_not() {
    let between = authority("Intermediate").signed_by(&root());
    let server = good(&between);
    let scene = s2s(&[], &[&server, &between]).with_tlsa(&[tlsa(2, 1, 1, &between)]);
    assert_eq!(scene.method(), Some(Method::DaneTa), "its own issuer is unknown");
    let scene = s2s(&[], &[&server, &between]).with_tlsa(&[tlsa(2, 1, 1, &server)]);
    assert_eq!(words(&scene.verdict()), ["dane_mismatch"]);
    let own = leaf().dns(DOMAIN).self_signed();
    let scene = s2s(&[], &[&own]).with_tlsa(&[tlsa(2, 0, 1, &own)]);
    assert_eq!(scene.method(), Some(Method::DaneTa), "a self-issued leaf counts");
}

#[test]
fn dane_14_what_is_no_authority_anchors_nothing() {
    let no_ca = authority("Not a CA").ca(false).self_signed();
    let server = good(&no_ca);
    let scene = s2s(&[], &[&server, &no_ca]).with_tlsa(&[tlsa(2, 0, 1, &no_ca)]);
    assert_eq!(words(&scene.verdict()), ["issuer_is_no_ca"]);
    // A certificate of version 1 cannot say that it is an authority's; the operator's own anchors need not.
    let silent = authority("Version 1").version_1().self_signed();
    let server = good(&silent);
    let scene = s2s(&[], &[&server, &silent]).with_tlsa(&[tlsa(2, 0, 1, &silent)]);
    assert_eq!(words(&scene.verdict()), ["issuer_is_no_ca", "malformed_cert"]);
}

fn all_usages(ca: &Issued, mut scene: Scene) -> Scene {
    scene.policy = policy(Preset::S2s2026, &[ca], |own| {
        own.dane(DaneUsages::ALL).unwrap();
    });
    scene
}

#[test]
fn dane_15_pkix_usages_need_both_pkix_and_the_record() {
    let ca = root();
    let between = authority("Intermediate").signed_by(&ca);
    let server = good(&between);
    let verdict = |rdata: Vec<u8>, server: &Issued| {
        all_usages(&ca, s2s(&[], &[server, &between]).with_tlsa(&[rdata])).verdict()
    };
    assert_eq!(verdict(tlsa(1, 1, 1, &server), &server).method(), Some(Method::PkixEe));
    assert_eq!(verdict(tlsa(0, 0, 1, &between), &server).method(), Some(Method::PkixTa));
    assert_eq!(verdict(tlsa(0, 0, 1, &ca), &server).method(), Some(Method::PkixTa), "the root itself");
    assert_eq!(words(&verdict(tlsa(0, 0, 1, &stranger()), &server)), ["dane_mismatch"]);
    let expired = leaf().dns(DOMAIN).expired().signed_by(&between);
    assert_eq!(words(&verdict(tlsa(1, 1, 1, &expired), &expired)), ["expired"]);
    let unknown = stranger();
    let verdict = verdict(tlsa(1, 1, 1, &unknown), &unknown);
    assert_eq!(verdict.level(), Level::Refused);
    assert!(words(&verdict).contains(&"self_signed"));
}

#[test]
fn dane_16_pkix_usages_are_unusable_by_default() {
    let ca = root();
    let server = good(&ca);
    let wrong = [tlsa(1, 1, 1, &stranger())];
    let verdict = s2s(&[&ca], &[&server]).with_tlsa(&wrong).verdict();
    assert_eq!(verdict.method(), Some(Method::Pkix));
    assert!(notes(&verdict).contains(&"dane_records_unusable"));
    let verdict = all_usages(&ca, s2s(&[], &[&server]).with_tlsa(&wrong)).verdict();
    assert_eq!(verdict.level(), Level::Refused);
    assert!(notes(&verdict).contains(&"dane_pkix_usages_enabled"));
}

#[test]
fn dane_17_the_strongest_digest_of_a_kind_decides() {
    let (server, other) = (stranger(), stranger());
    let (right, wrong) = (tlsa(3, 1, 1, &server), tlsa(3, 1, 2, &other));
    let verdict = |records: &[Vec<u8>]| s2s(&[], &[&server]).with_tlsa(records).verdict();
    assert_eq!(words(&verdict(&[right.clone(), wrong.clone()])), ["dane_mismatch"]);
    let malformed = wrong[..40].to_vec();
    assert_eq!(verdict(&[right.clone(), malformed]).method(), Some(Method::DaneEe));
    let full = tlsa(3, 1, 0, &server);
    assert_eq!(verdict(&[full, wrong.clone()]).method(), Some(Method::DaneEe), "Full is always kept");
    let other_selector = tlsa(3, 0, 2, &other);
    assert_eq!(verdict(&[right, other_selector]).method(), Some(Method::DaneEe));
}

#[test]
fn atk_dn_06_the_order_of_records_does_not_matter() {
    let (server, other) = (stranger(), stranger());
    let mut records = vec![tlsa(3, 1, 1, &other), tlsa(3, 1, 1, &server), tlsa(2, 0, 1, &other)];
    for _ in 0..records.len() {
        records.rotate_left(1);
        assert_eq!(s2s(&[], &[&server]).with_tlsa(&records).method(), Some(Method::DaneEe));
    }
}

#[test]
fn dane_19_the_end_of_secure_cnames_is_the_first_base() {
    let server = stranger();
    let end = TlsaOwner { host: domain("end.example.net"), port: 5269 };
    let mut scene = s2s(&[], &[&server]).with_tlsa(&[tlsa(3, 1, 1, &stranger())]);
    scene.endpoint.as_mut().unwrap().canonical = Some(end.host.clone());
    let rdata = tlsa(3, 1, 1, &server);
    let set = TlsaSet::new(end.clone(), Dnssec::Secure, None, [&rdata[..]]);
    scene.evidence.tlsa.push((end.clone(), Lookup::Found(set)));
    assert_eq!(scene.method(), Some(Method::DaneEe));
    scene.evidence.tlsa.pop();
    let nothing = TlsaSet::new(end.clone(), Dnssec::Secure, None, []);
    for answer in [Lookup::Absent(Dnssec::Secure), Lookup::Found(nothing)] {
        scene.evidence.tlsa.push((end.clone(), answer));
        assert_eq!(words(&scene.verdict()), ["dane_mismatch"], "then the target itself");
        scene.evidence.tlsa.pop();
    }
}

#[test]
fn dane_20_records_beyond_their_time_are_not_used() {
    let server = stranger();
    let mut scene = s2s(&[], &[&server]).with_tlsa(&[tlsa(3, 1, 1, &server)]);
    scene.now = NOW + 3600;
    assert_eq!(scene.verdict().valid_until(), Some(NOW + 3600));
    assert_eq!(scene.method(), Some(Method::DaneEe));
    scene.now += 1;
    assert_eq!(words(&scene.verdict()), ["dane_records_stale"]);
}

#[test]
fn dane_21_a_domain_without_srv_records_is_its_own_target() {
    let server = stranger();
    let own = TlsaOwner { host: domain(DOMAIN), port: 5269 };
    let rdata = tlsa(3, 1, 1, &server);
    let mut scene = s2s(&[], &[&server]);
    let mut endpoint = target(None, Dnssec::Secure);
    endpoint.target = domain(DOMAIN);
    scene.endpoint = Some(endpoint);
    let set = TlsaSet::new(own.clone(), Dnssec::Secure, None, [&rdata[..]]);
    scene.evidence.tlsa = vec![(own, Lookup::Found(set))];
    assert_eq!(scene.method(), Some(Method::DaneEe));
    scene.endpoint.as_mut().unwrap().configured = true;
    assert_eq!(scene.level(), Level::Refused, "a configured host was not found by DNS");
}

#[test]
fn dane_22_an_inbound_server_is_proved_by_the_records_of_any_of_its_targets() {
    let server = stranger();
    let mut scene = s2s(&[], &[&server]).with_tlsa(&[tlsa(3, 1, 1, &server)]);
    scene.direction = Direction::Receiving;
    scene.evidence.targets =
        Lookup::Found(vec![target(Some(Dnssec::Insecure), Dnssec::Insecure), scene.endpoint.take().unwrap()]);
    let verdict = scene.verdict();
    assert_eq!(verdict.method(), Some(Method::DaneEe));
    assert!(notes(&verdict).contains(&"dane_inbound_local_policy"));
    scene.policy = policy(Preset::S2s2026, &[], |own| {
        own.dane_inbound(false).unwrap();
    });
    assert_eq!(scene.level(), Level::Refused);
}

#[test]
fn par_10_the_floor_for_keys_stays_for_inbound_servers() {
    let verdict = |size| {
        let server = leaf().dns("other.example").spki(rsa_spki(size)).signed_by(&root());
        let mut scene = s2s(&[], &[&server]).with_tlsa(&[tlsa(3, 1, 1, &server)]);
        scene.direction = Direction::Receiving;
        scene.evidence.targets = Lookup::Found(vec![scene.endpoint.take().unwrap()]);
        scene.verdict()
    };
    assert_eq!((verdict(1024).level(), verdict(1024).method()), (Level::Refused, None));
    assert_eq!(verdict(2048).method(), Some(Method::DaneEe));
}

#[test]
fn dane_22_inbound_records_that_do_not_match_refuse_nobody() {
    let ca = root();
    let server = good(&ca);
    let mut scene = s2s(&[&ca], &[&server]).with_tlsa(&[tlsa(3, 1, 1, &stranger())]);
    scene.direction = Direction::Receiving;
    scene.evidence.targets = Lookup::Found(vec![scene.endpoint.take().unwrap()]);
    let verdict = scene.verdict();
    assert_eq!(verdict.method(), Some(Method::Pkix));
    assert!(notes(&verdict).contains(&"dane_inbound_mismatch"));
}

#[test]
fn dane_required_refuses_what_dane_did_not_prove() {
    let ca = root();
    let server = good(&ca);
    let required = policy(Preset::S2s2026, &[&ca], |own| {
        own.dane_required(true).unwrap();
    });
    let mut scene = s2s(&[&ca], &[&server]);
    scene.policy = required.clone();
    assert_eq!(words(&scene.verdict()), ["dane_required"]);
    let mut scene = s2s(&[&ca], &[&server]).with_tlsa(&[tlsa(3, 1, 1, &server)]);
    scene.policy = required;
    assert_eq!(scene.method(), Some(Method::DaneEe));
}

#[test]
fn sec_06_a_thousand_records_are_judged_in_bounded_work() {
    let server = stranger();
    let many: Vec<Vec<u8>> =
        (0..1000_u32).map(|n| [&[3, 1, 1][..], &n.to_be_bytes(), &[0; 28]].concat()).collect();
    let verdict = s2s(&[], &[&server]).with_tlsa(&many).verdict();
    assert_eq!(words(&verdict), ["dane_mismatch"]);
    assert!(notes(&verdict).contains(&"dane_records_dropped"));
}

#[test]
fn pki_29_the_earliest_end_is_when_the_verdict_ends() {
    let ca = root();
    let server = good(&ca);
    let verdict = s2s(&[&ca], &[&server]).verdict();
    assert_eq!(verdict.valid_until(), Some(NOW + 89 * DAY));
    let verdict = s2s(&[], &[&server, &ca]).with_tlsa(&[tlsa(2, 0, 1, &ca)]).verdict();
    assert_eq!(verdict.valid_until(), Some(NOW + 3600), "the records end first");
}
