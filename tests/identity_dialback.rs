//! Dialback on one stream: solicited answers, joining pairs, the same-certificate shortcut.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{leaf, root};
use support::scene::{chain, domain};
use xmpptls::limits::{DIALBACK_FIELD_BYTES, DIALBACK_REQUESTS};
use xmpptls::proof::dialback_stream::{
    DialbackRequest, DialbackRequestError, DialbackRequests, InvalidAdvice, JoinRefusal, JoiningPair,
    SameCertificate, Unsolicited, invalid_advice, may_join, same_certificate_suffices,
};

fn result(sender: &str, target: &str) -> DialbackRequest {
    DialbackRequest::Result { sender: domain(sender), target: domain(target) }
}

fn verify(receiving: &str, originating: &str, stream_id: &str) -> DialbackRequest {
    DialbackRequest::Verify {
        receiving: domain(receiving),
        originating: domain(originating),
        stream_id: stream_id.into(),
    }
}

#[test]
fn dna_08_only_answers_to_own_requests_count_and_only_once() {
    let (here, there) = (domain("here.example"), domain("there.example"));
    let mut requests = DialbackRequests::new();
    assert_eq!(requests.result_answered(&there, &here), Err(Unsolicited), "nothing was asked");
    requests.sent(result("here.example", "there.example")).unwrap();
    assert_eq!(requests.result_answered(&here, &there), Err(Unsolicited), "swapped");
    assert_eq!(requests.result_answered(&there, &domain("other.example")), Err(Unsolicited));
    assert_eq!(requests.verify_answered(&there, &here, "id"), Err(Unsolicited), "another kind");
    assert_eq!(requests.result_answered(&domain("THERE.example"), &here), Ok(()), "canonical names");
    assert_eq!(requests.result_answered(&there, &here), Err(Unsolicited), "the first is final (ATK-DB-10)");
}

#[test]
fn dna_08_a_verify_answer_needs_the_stream_id() {
    let (here, there) = (domain("here.example"), domain("there.example"));
    let mut requests = DialbackRequests::new();
    requests.sent(verify("here.example", "there.example", "D60000229F")).unwrap();
    assert_eq!(requests.verify_answered(&there, &here, "d60000229f"), Err(Unsolicited));
    assert_eq!(requests.verify_answered(&there, &here, "D60000229F"), Ok(()));
    assert_eq!(requests.waiting(), 0);
}

#[test]
fn dna_08_a_stream_keeps_a_bounded_number_of_requests() {
    let mut requests = DialbackRequests::new();
    for n in 0..DIALBACK_REQUESTS {
        requests.sent(result(&format!("a{n}.example"), "there.example")).unwrap();
    }
    let one_more = result("one-more.example", "there.example");
    assert_eq!(requests.sent(one_more.clone()), Err(DialbackRequestError::TooMany));
    assert_eq!(requests.sent(result("a0.example", "there.example")), Err(DialbackRequestError::Repeated));
    requests.result_answered(&domain("there.example"), &domain("a0.example")).unwrap();
    assert_eq!(requests.sent(one_more), Ok(()));
    let mut requests = DialbackRequests::new();
    let long = "x".repeat(DIALBACK_FIELD_BYTES + 1);
    assert_eq!(
        requests.sent(verify("here.example", "there.example", &long)),
        Err(DialbackRequestError::TooLong)
    );
    assert_eq!(requests.sent(verify("here.example", "there.example", &long[1..])), Ok(()));
}

#[test]
fn dna_10_an_invalid_key_closes_a_stream_that_serves_nobody_else() {
    assert_eq!(invalid_advice(0), InvalidAdvice::Close);
    assert_eq!(invalid_advice(1), InvalidAdvice::AnswerForbidden);
}

#[test]
fn dna_15_16_which_pairs_may_join_a_stream() {
    let target = |peer_announced_errors, same_address, certificate_proves_it| JoiningPair::Target {
        peer_announced_errors,
        same_address,
        certificate_proves_it,
    };
    assert_eq!(may_join(JoiningPair::Sender), Ok(()));
    assert_eq!(may_join(target(true, true, true)), Ok(()));
    assert_eq!(may_join(target(false, true, true)), Err(JoinRefusal::PeerWithoutErrors));
    assert_eq!(may_join(target(true, false, true)), Err(JoinRefusal::OtherAddress));
    assert_eq!(may_join(target(true, true, false)), Err(JoinRefusal::CertificateDoesNotProveIt));
}

#[test]
fn dna_14_the_same_certificate_suffices_only_when_switched_on_and_named() {
    let own = leaf().dns("there.example").self_signed();
    let other = leaf().dns("there.example").key(&own.key).serial(&[9]).signed_by(&root());
    let (own, other) = (chain(&[&own]), chain(&[&other]));
    let suffices = |setting, peer: &xmpptls::certificate::Chain, named| {
        same_certificate_suffices(setting, own.leaf(), peer.leaf(), named)
    };
    assert!(suffices(SameCertificate::MaySuffice, &own, true));
    assert!(!suffices(SameCertificate::default(), &own, true));
    assert!(!suffices(SameCertificate::MaySuffice, &own, false));
    assert!(!suffices(SameCertificate::MaySuffice, &other, true), "the key alone is not enough");
}
