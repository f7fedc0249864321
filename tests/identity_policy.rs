//! What the policy makes of a peer: exceptions, pins, dialback, other demands.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{DAY, Issued, NOW, leaf, root};
use support::scene::{DOMAIN, Scene, chain, domain, notes, policy, s2s, tlsa, words};
use xmpptls::name::Direction;
use xmpptls::policy::{Exception, PeerPolicy, PinnedDigest, Preset, Requirement};
use xmpptls::record::{Dnssec, Lookup, LookupFailure};
use xmpptls::verdict::{Level, Method, NotTried, Outcome, Proof, Verdict};
use xmpptls::verification::{DialbackAnswer, DialbackCondition, dialback_condition};

fn good(ca: &Issued) -> Issued {
    leaf().dns(DOMAIN).signed_by(ca)
}

fn self_signed() -> Issued {
    leaf().dns("other.example").self_signed()
}

fn outcome(verdict: &Verdict, proof: Proof) -> Outcome {
    verdict.attempts().iter().find(|attempt| attempt.proof == proof).unwrap().outcome
}

fn with_peer(scene: &mut Scene, owner: &str, peer: PeerPolicy, anchors: &[&Issued]) {
    scene.policy = policy(Preset::S2s2026, anchors, |own| {
        own.peer(domain(owner), peer).unwrap();
    });
}

fn exception(issued: &Issued, until: i64) -> Exception {
    Exception { digest: PinnedDigest::Certificate(chain(&[issued]).leaf().digest_sha256()), until }
}

#[test]
fn pki_28_an_exception_authenticates_until_its_end() {
    let server = self_signed();
    let mut scene = s2s(&[], &[&server]);
    let peer = PeerPolicy { exceptions: vec![exception(&server, NOW)], ..PeerPolicy::default() };
    with_peer(&mut scene, DOMAIN, peer, &[]);
    let verdict = scene.verdict();
    assert_eq!(verdict.method(), Some(Method::Exception));
    assert_eq!(notes(&verdict)[1..], ["exception_used", "exception_ends_soon"]);
    scene.now += 1;
    assert!(words(&scene.verdict()).contains(&"exception_ended"));
    scene.now = NOW;
    scene.chain = Some(chain(&[&self_signed()]));
    assert_eq!(scene.level(), Level::Refused, "another certificate");
}

#[test]
fn pki_28_of_several_exceptions_the_one_that_lasts_longest_counts() {
    let server = self_signed();
    let mut scene = s2s(&[], &[&server]);
    let of_the_key = PinnedDigest::PublicKey(chain(&[&server]).leaf().spki_sha256());
    let mut exceptions =
        vec![exception(&server, NOW - 1), Exception { digest: of_the_key, until: NOW + 30 * DAY }];
    for _ in 0..2 {
        exceptions.reverse();
        let peer = PeerPolicy { exceptions: exceptions.clone(), ..PeerPolicy::default() };
        with_peer(&mut scene, DOMAIN, peer, &[]);
        let verdict = scene.verdict();
        assert_eq!(verdict.valid_until(), Some(NOW + 30 * DAY));
        assert_eq!(verdict.method(), Some(Method::Exception));
    }
}

#[test]
fn pki_28_an_exception_does_not_bind_later_certificates() {
    let ca = root();
    let mut scene = s2s(&[&ca], &[&good(&ca)]);
    let peer = PeerPolicy { exceptions: vec![exception(&self_signed(), NOW)], ..PeerPolicy::default() };
    with_peer(&mut scene, DOMAIN, peer, &[&ca]);
    assert_eq!(scene.method(), Some(Method::Pkix));
}

#[test]
fn atk_op_04_an_exception_for_a_domain_does_not_cover_its_subdomains() {
    let server = self_signed();
    let mut scene = s2s(&[], &[&server]);
    let peer = PeerPolicy { exceptions: vec![exception(&server, NOW)], ..PeerPolicy::default() };
    with_peer(&mut scene, "example.com", peer.clone(), &[]);
    assert_eq!(scene.level(), Level::Refused);
    with_peer(&mut scene, "example.com", PeerPolicy { with_subdomains: true, ..peer }, &[]);
    assert_eq!(scene.method(), Some(Method::Exception));
}

#[test]
fn atk_pi_01_a_pin_restricts_whatever_was_proved() {
    let ca = root();
    let server = good(&ca);
    let pin = |issued: &Issued| PeerPolicy {
        pins: vec![PinnedDigest::PublicKey(chain(&[issued]).leaf().spki_sha256())],
        ..PeerPolicy::default()
    };
    let mut scene = s2s(&[&ca], &[&server]);
    with_peer(&mut scene, DOMAIN, pin(&server), &[&ca]);
    assert_eq!(scene.method(), Some(Method::Pkix));
    scene.chain = Some(chain(&[&leaf().dns(DOMAIN).serial(&[7]).key(&server.key).signed_by(&ca)]));
    assert_eq!(scene.method(), Some(Method::Pkix), "renewed with the same key (ATK-PI-02)");
    with_peer(&mut scene, DOMAIN, pin(&self_signed()), &[&ca]);
    let verdict = scene.verdict();
    assert_eq!((verdict.level(), words(&verdict)), (Level::Refused, vec!["pin_mismatch"]));
    let mut by_dane = s2s(&[&ca], &[&server]).with_tlsa(&[tlsa(3, 1, 1, &server)]);
    with_peer(&mut by_dane, DOMAIN, pin(&self_signed()), &[&ca]);
    assert_eq!(by_dane.level(), Level::Refused, "not even DANE outweighs a pin");
}

#[test]
fn a_pin_proves_nothing_by_itself() {
    let server = self_signed();
    let mut scene = s2s(&[], &[&server]);
    let pins = vec![PinnedDigest::Certificate(chain(&[&server]).leaf().digest_sha256())];
    with_peer(&mut scene, DOMAIN, PeerPolicy { pins, ..PeerPolicy::default() }, &[]);
    assert_eq!(scene.level(), Level::Refused);
}

fn dialback(answer: Lookup<DialbackAnswer>) -> Scene {
    let mut scene = s2s(&[], &[&self_signed()]);
    scene.direction = Direction::Receiving;
    scene.endpoint = None;
    scene.policy = policy(Preset::S2sWithDialback2026, &[], |_| ());
    scene.evidence.dialback = answer;
    scene
}

fn answer(valid: bool, dnssec: bool, over_tls: bool) -> Lookup<DialbackAnswer> {
    Lookup::Found(DialbackAnswer { valid, dnssec, over_tls })
}

#[test]
fn dna_03_dialback_is_weak_and_dnssec_makes_it_less_so() {
    let method = |answer| dialback(answer).method();
    assert_eq!(method(answer(true, false, true)), Some(Method::Dialback));
    assert_eq!(method(answer(true, true, true)), Some(Method::DialbackDnssec));
    assert_eq!(method(answer(true, true, false)), None, "without TLS on the second leg");
    let verdict = dialback(answer(true, true, true)).verdict();
    assert_eq!(verdict.level(), Level::Weak);
    assert!(verdict.is_permitted() && !verdict.permits(Requirement::Authenticate));
    assert!(!verdict.may_use_plain());
}

#[test]
fn pki_01_a_policy_that_demands_proof_does_not_take_dialback() {
    let mut scene = dialback(answer(true, true, true));
    scene.policy = policy(Preset::S2s2026, &[], |_| ());
    assert_eq!(scene.level(), Level::Refused);
    assert_eq!(outcome(&scene.verdict(), Proof::Dialback), Outcome::NotTried(NotTried::Policy));
}

#[test]
fn pki_01_without_an_answer_the_pair_waits_encrypted_only() {
    let verdict = dialback(Lookup::NotAsked).verdict();
    assert_eq!(verdict.level(), Level::EncryptedOnly);
    assert!(!verdict.is_permitted());
    assert!(notes(&verdict).contains(&"dialback_pending"));
    assert_eq!(dialback_condition(&verdict), None);
}

#[test]
fn dna_11_each_refusal_has_its_condition() {
    let condition = |answer| dialback_condition(&dialback(answer).verdict());
    assert_eq!(condition(answer(true, false, true)), None);
    assert_eq!(condition(answer(false, false, true)), Some(DialbackCondition::Forbidden));
    assert_eq!(condition(answer(true, false, false)), Some(DialbackCondition::PolicyViolation));
    assert_eq!(
        condition(Lookup::Failed(LookupFailure::Timeout)),
        Some(DialbackCondition::RemoteServerTimeout)
    );
    assert_eq!(
        condition(Lookup::Failed(LookupFailure::Unreachable)),
        Some(DialbackCondition::RemoteConnectionFailed)
    );
    assert_eq!(condition(Lookup::Absent(Dnssec::Insecure)), Some(DialbackCondition::RemoteServerNotFound));
    let mut strict = dialback(answer(true, false, true));
    strict.policy = policy(Preset::S2s2026, &[], |_| ());
    assert_eq!(dialback_condition(&strict.verdict()), Some(DialbackCondition::NotAuthorized));
}

#[test]
fn dna_13_a_certificate_that_proves_the_domain_needs_no_dialback() {
    let ca = root();
    let mut scene = dialback(Lookup::NotAsked);
    scene.policy = policy(Preset::S2sWithDialback2026, &[&ca], |_| ());
    scene.chain = Some(chain(&[&good(&ca)]));
    let verdict = scene.verdict();
    assert_eq!(verdict.method(), Some(Method::Pkix));
    assert_eq!(outcome(&verdict, Proof::Dialback), Outcome::Skipped);
    scene.now = NOW + 90 * DAY;
    assert_eq!(scene.level(), Level::EncryptedOnly, "judged as of now, it has expired");
}

#[test]
fn atk_op_05_a_relaxation_for_one_peer_does_not_reach_another() {
    let server = self_signed();
    let mut scene = s2s(&[], &[&server]);
    let peer = PeerPolicy { requirement: Some(Requirement::EncryptOnly), ..PeerPolicy::default() };
    with_peer(&mut scene, DOMAIN, peer, &[]);
    assert_eq!(scene.level(), Level::EncryptedOnly);
    scene.domain = domain("other.example.com");
    assert_eq!(scene.level(), Level::Refused);
}

#[test]
fn par_17_a_server_without_certificate_has_dialback_alone() {
    let mut inbound = dialback(Lookup::NotAsked);
    inbound.chain = None;
    assert_eq!(inbound.level(), Level::EncryptedOnly);
    inbound.evidence.dialback = answer(true, false, true);
    assert_eq!(inbound.level(), Level::Weak);
}
