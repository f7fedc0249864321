//! The verification machine: which questions, in which rounds, and what becomes of the answers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use support::ca::{Issued, NOW, leaf, root};
use support::der::{sequence, tlv};
use support::scene::{DOMAIN, chain, domain, owner, policy, posh, target, tlsa, tlsa_set, words};
use xmpptls::name::{Direction, Endpoint, Service};
use xmpptls::policy::{Policy, Preset};
use xmpptls::proof::pkix::Staple;
use xmpptls::record::{Dnssec, Lookup, LookupFailure};
use xmpptls::verdict::{Binding, Level, Method, Possession};
use xmpptls::verification::{
    Answer, AnswerError, DialbackAnswer, DialbackPair, Handshake, History, Presented, QuestionId, Request,
    Verification,
};

fn request(direction: Direction, endpoint: Option<Endpoint>, policy: &Arc<Policy>) -> Request {
    Request { domain: domain(DOMAIN), service: Service::S2s, direction, endpoint, policy: Arc::clone(policy) }
}

fn handshake(presented: &[&Issued]) -> Handshake {
    Handshake {
        chain: Some(chain(presented)),
        unreadable: None,
        possession: Possession::Shown,
        resumed: false,
        staple: Staple::NotApplicable,
        binding: Some(Binding(7)),
    }
}

/// Takes all questions of a round: their words and ids.
fn round(verification: &mut Verification) -> Vec<(&'static str, QuestionId)> {
    std::iter::from_fn(|| verification.next_question(NOW)).map(|own| (own.kind.name(), own.id)).collect()
}

fn secure() -> Endpoint {
    target(Some(Dnssec::Secure), Dnssec::Secure)
}

#[test]
fn dane_05_tlsa_is_asked_for_only_where_srv_and_addresses_are_secure() {
    let policy = policy(Preset::S2s2026, &[], |_| ());
    let words = |endpoint| {
        let mut own = Verification::prepare(request(Direction::Initiating, endpoint, &policy));
        round(&mut own).iter().map(|(word, _)| *word).collect::<Vec<_>>()
    };
    assert_eq!(words(Some(secure())), ["tlsa", "posh"]);
    for (srv, addresses) in [
        (Some(Dnssec::Insecure), Dnssec::Secure),
        (Some(Dnssec::Secure), Dnssec::Insecure),
        (None, Dnssec::Secure),
    ] {
        assert_eq!(words(Some(target(srv, addresses))), ["posh"]);
    }
    assert_eq!(words(None), ["posh"]);
}

#[test]
fn an_initiator_gathers_everything_first_and_judges_inside_the_handshake() {
    let server = leaf().dns("other.example").self_signed();
    let policy = policy(Preset::S2s2026, &[], |_| ());
    let mut own = Verification::prepare(request(Direction::Initiating, Some(secure()), &policy));
    assert!(!own.is_ready(NOW));
    let questions = round(&mut own);
    let set = tlsa_set(Dnssec::Secure, &[tlsa(3, 1, 1, &server)]);
    let Lookup::Found(set) = set else { panic!() };
    own.answer(questions[0].1, Answer::Tlsa(set)).unwrap();
    own.answer(questions[1].1, Answer::Absent(Dnssec::Insecure)).unwrap();
    assert!(own.is_ready(NOW));
    let prepared = own.prepared();
    assert!(prepared.forbids_to_connect(NOW).is_none());
    let judge =
        |issued: &Issued| prepared.judge_for(Binding(3), Presented::handshake(&chain(&[issued])), NOW);
    assert_eq!(judge(&server).method(), Some(Method::DaneEe));
    assert_eq!(judge(&server).binding(), Some(Binding(3)));
    let other = judge(&leaf().dns(DOMAIN).self_signed());
    assert_eq!((other.level(), other.alert().unwrap().number()), (Level::Refused, 42));
}

#[test]
fn dane_03_forged_answers_forbid_even_to_connect() {
    let policy = policy(Preset::S2s2026, &[], |_| ());
    for (endpoint, answer, forbids) in [
        (target(Some(Dnssec::Bogus), Dnssec::Secure), None, true),
        (target(Some(Dnssec::Secure), Dnssec::Indeterminate), None, true),
        (secure(), Some(Answer::Failed(LookupFailure::Timeout)), true),
        (secure(), Some(Answer::Absent(Dnssec::Bogus)), true),
        (secure(), Some(Answer::NotAsked), true),
        (secure(), Some(Answer::Absent(Dnssec::Secure)), false),
        (target(Some(Dnssec::Insecure), Dnssec::Secure), None, false),
    ] {
        let mut own = Verification::prepare(request(Direction::Initiating, Some(endpoint), &policy));
        let questions = round(&mut own);
        if let Some(answer) = answer {
            own.answer(questions[0].1, answer).unwrap();
        }
        let refusal = own.prepared().forbids_to_connect(NOW);
        assert_eq!(refusal.is_some(), forbids);
        if let Some(refusal) = refusal {
            assert!(words(&refusal).contains(&"dane_dns_bogus"));
        }
    }
}

#[test]
fn dane_22_an_inbound_server_is_asked_about_in_rounds() {
    let server = leaf().dns("other.example").self_signed();
    let policy = policy(Preset::S2sWithDialback2026, &[], |_| ());
    let pair = DialbackPair {
        originating: domain(DOMAIN),
        receiving: domain("here.example"),
        stream_id: "D60000229F".into(),
    };
    let request = request(Direction::Receiving, None, &policy);
    let mut own = Verification::of_handshake(request, handshake(&[&server]));
    own.ask_dialback(pair);
    let first = round(&mut own);
    assert_eq!(first[0].0, "srv");
    assert_eq!(first.len(), 1);
    own.answer(first[0].1, Answer::SrvAndAddresses(vec![secure(), target(None, Dnssec::Secure)])).unwrap();
    let second = round(&mut own);
    assert_eq!(second.iter().map(|own| own.0).collect::<Vec<_>>(), ["tlsa"]);
    own.answer(second[0].1, Answer::Absent(Dnssec::Secure)).unwrap();
    let third = round(&mut own);
    assert_eq!(third[0].0, "posh");
    own.answer(third[0].1, Answer::Failed(LookupFailure::Timeout)).unwrap();
    assert!(!own.is_ready(NOW));
    assert_eq!(own.decide(NOW).level(), Level::EncryptedOnly);
    let fourth = round(&mut own);
    assert_eq!(fourth[0].0, "dialback");
    let answer = DialbackAnswer { valid: true, dnssec: false, over_tls: true };
    own.answer(fourth[0].1, Answer::Dialback(answer)).unwrap();
    assert!(own.is_ready(NOW) && own.next_question(NOW).is_none());
    let verdict = own.decide(NOW);
    assert_eq!((verdict.method(), verdict.binding()), (Some(Method::Dialback), Some(Binding(7))));
}

#[test]
fn nothing_more_is_asked_once_the_peer_is_proved() {
    let ca = root();
    let server = leaf().dns(DOMAIN).signed_by(&ca);
    let policy = policy(Preset::S2s2026, &[&ca], |_| ());
    let request = request(Direction::Receiving, None, &policy);
    let mut own = Verification::of_handshake(request, handshake(&[&server]));
    let first = round(&mut own);
    assert_eq!(first[0].0, "srv");
    own.answer(first[0].1, Answer::NotAsked).unwrap();
    assert!(own.is_ready(NOW), "PKIX did it: no POSH");
    assert_eq!(own.decide(NOW).method(), Some(Method::Pkix));
}

#[test]
fn posh_13_a_receiver_fetches_when_the_peer_names_itself() {
    let server = leaf().dns("other.example").self_signed();
    let policy = policy(Preset::S2s2026, &[], |own| {
        own.dane_inbound(false).unwrap();
    });
    let request = request(Direction::Receiving, None, &policy);
    let mut own = Verification::of_handshake(request, handshake(&[&server]));
    let questions = round(&mut own);
    assert_eq!(questions[0].0, "posh");
    own.answer(questions[0].1, Answer::Posh(posh(DOMAIN, Service::S2s, &[&server]))).unwrap();
    assert!(own.is_ready(NOW));
    assert_eq!(own.decide(NOW).method(), Some(Method::Posh));
}

#[test]
fn any_question_takes_an_answer_without_a_value_and_none_of_another_kind() {
    let policy = policy(Preset::S2s2026, &[], |_| ());
    let mut own = Verification::prepare(request(Direction::Initiating, Some(secure()), &policy));
    let questions = round(&mut own);
    let (tlsa, posh_id) = (questions[0].1, questions[1].1);
    let document = posh(DOMAIN, Service::S2s, &[&root()]);
    assert_eq!(own.answer(tlsa, Answer::Posh(document.clone())), Err(AnswerError::OtherKind));
    let mut foreign = owner();
    foreign.port = 5222;
    let set = xmpptls::record::TlsaSet::new(foreign, Dnssec::Secure, None, []);
    assert_eq!(own.answer(tlsa, Answer::Tlsa(set)), Err(AnswerError::OtherKind), "another owner name");
    assert_eq!(own.answer(QuestionId(99), Answer::NotAsked), Err(AnswerError::NoSuchQuestion));
    own.answer(tlsa, Answer::NotAsked).unwrap();
    assert_eq!(own.answer(tlsa, Answer::NotAsked), Err(AnswerError::AnsweredAlready));
    own.answer(posh_id, Answer::Posh(document)).unwrap();
    assert!(own.is_ready(NOW));
}

#[test]
fn sec_06_targets_beyond_the_limit_are_not_asked_about() {
    let policy = policy(Preset::S2s2026, &[], |_| ());
    let server = leaf().dns("other.example").self_signed();
    let request = request(Direction::Receiving, None, &policy);
    let mut own = Verification::of_handshake(request, handshake(&[&server]));
    let first = round(&mut own);
    let targets = (0..10_000_u16).map(|port| Endpoint { port, ..secure() }).collect();
    own.answer(first[0].1, Answer::SrvAndAddresses(targets)).unwrap();
    assert_eq!(round(&mut own).len(), xmpptls::limits::SRV_TARGETS);
    let is_port_0 = |own: &xmpptls::verification::Question| matches!(&own.kind, xmpptls::verification::QuestionKind::Tlsa { owner } if owner.port == 0);
    assert!(!own.open_questions().any(is_port_0), "a target without a port is none");
}

#[test]
fn history_is_asked_for_on_demand_and_changes_no_verdict() {
    let ca = root();
    let server = leaf().dns(DOMAIN).signed_by(&ca);
    let policy = policy(Preset::S2s2026, &[&ca], |own| {
        own.dane_inbound(false).unwrap();
    });
    let request = request(Direction::Receiving, None, &policy);
    let mut own = Verification::of_handshake(request, handshake(&[&server]));
    own.ask_history();
    let questions = round(&mut own);
    assert_eq!(questions[0].0, "history");
    let foreign = History::new(domain("other.example"), Service::S2s);
    assert_eq!(own.answer(questions[0].1, Answer::History(foreign)), Err(AnswerError::OtherKind));
    let before = own.decide(NOW);
    own.answer(questions[0].1, Answer::History(History::new(domain(DOMAIN), Service::S2s))).unwrap();
    assert!(own.is_ready(NOW));
    assert_eq!(own.decide(NOW).to_json(), before.to_json());
}

#[test]
fn a_user_is_asked_about_by_certificate_and_key() {
    let ca = root();
    let user = leaf().xmpp_addr("juliet@im.example.com").self_signed();
    let policy = policy(Preset::C2sServer2026, &[&ca], |_| ());
    let request = Request { service: Service::C2s, ..request(Direction::Receiving, None, &policy) };
    let mut own = Verification::of_handshake(request, handshake(&[&user]));
    let questions = round(&mut own);
    assert_eq!(questions[0].0, "user_mapping");
    own.answer(questions[0].1, Answer::UserMapping("juliet@im.example.com".into())).unwrap();
    assert_eq!(*own.mapped_user(), Lookup::Found("juliet@im.example.com".into()));
}

#[test]
fn revocation_lists_are_asked_for_where_the_certificate_says() {
    let ca = root();
    let name = tlv(0xa0, tlv(0xa0, tlv(0x86, "http://crl.example.net/a.crl")));
    let points = sequence([sequence([name])]);
    let server = leaf().dns(DOMAIN).extension("2.5.29.31", false, points).signed_by(&ca);
    let policy = policy(Preset::S2s2026, &[&ca], |own| {
        own.dane_inbound(false).unwrap();
    });
    let request = request(Direction::Receiving, None, &policy);
    let mut own = Verification::of_handshake(request, handshake(&[&server]));
    let questions = round(&mut own);
    assert_eq!(questions[0].0, "revocation_lists");
    let list = support::ca::revocation_list(&ca, &[&server.serial], NOW - 10, Some(NOW + 10));
    let list = xmpptls::proof::pkix::RevocationList::parse(&list).unwrap();
    let lists = xmpptls::proof::pkix::RevocationLists::new([list]).unwrap();
    own.answer(questions[0].1, Answer::RevocationLists(lists)).unwrap();
    assert!(words(&own.decide(NOW)).contains(&"revoked"));
}
