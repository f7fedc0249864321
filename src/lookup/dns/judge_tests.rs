//! Messages as a validator hands them on, honest and not.

use hickory_resolver::net::NoRecords;
use hickory_resolver::proto::dnssec::Algorithm;
use hickory_resolver::proto::dnssec::rdata::rrsig::RRSIG;
use hickory_resolver::proto::dnssec::rdata::sig::SigInput;
use hickory_resolver::proto::dnssec::rdata::{DNSSECRData, NSEC};
use hickory_resolver::proto::op::{Message, OpCode, Query};
use hickory_resolver::proto::rr::SerialNumber;
use hickory_resolver::proto::rr::rdata::{A, CNAME, SOA};

use super::*;

const ASKED: &str = "host.signed.example.";

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn with(proof: Proof, mut record: Record) -> Record {
    record.proof = proof;
    record
}

fn a(owner: &str, proof: Proof) -> Record {
    with(proof, Record::from_rdata(name(owner), 300, RData::A(A::new(9, 9, 9, 9))))
}

fn alias(owner: &str, target: &str, proof: Proof) -> Record {
    with(proof, Record::from_rdata(name(owner), 200, RData::CNAME(CNAME(name(target)))))
}

fn soa(owner: &str, proof: Proof) -> Record {
    let soa = SOA::new(name("ns.example."), name("h.example."), 1, 1, 1, 1, 60);
    with(proof, Record::from_rdata(name(owner), 900, RData::SOA(soa)))
}

fn nsec(owner: &str, next: &str, proof: Proof) -> Record {
    let nsec = NSEC::new(name(next), [RecordType::A]);
    with(proof, Record::from_rdata(name(owner), 60, RData::DNSSEC(DNSSECRData::NSEC(nsec))))
}

/// The signature of a record whose own name has so many labels.
fn signature(owner: &str, labels: u8) -> Record {
    let input = SigInput {
        type_covered: RecordType::A,
        algorithm: Algorithm::ECDSAP256SHA256,
        num_labels: labels,
        original_ttl: 300,
        sig_expiration: SerialNumber::new(2),
        sig_inception: SerialNumber::new(1),
        key_tag: 1,
        signer_name: name("signed.example."),
    };
    let signature = RRSIG::from_sig(input, vec![0; 64]);
    with(Proof::Secure, Record::from_rdata(name(owner), 300, RData::DNSSEC(DNSSECRData::RRSIG(signature))))
}

fn message(answers: &[Record], authorities: &[Record]) -> DnsResponse {
    let mut message = Message::response(1, OpCode::Query);
    message.add_query(Query::query(name(ASKED), RecordType::A));
    message.add_answers(answers.iter().cloned());
    message.add_authorities(authorities.iter().cloned());
    let mut response = DnsResponse::from_message(message.clone()).unwrap();
    response.answers.clone_from(&message.answers);
    response.authorities.clone_from(&message.authorities);
    response
}

fn judged(answers: &[Record], authorities: &[Record]) -> Judgement {
    judge(Way::start(name(ASKED)), RecordType::A, Ok(message(answers, authorities)))
}

fn refused(proof: Proof, answers: &[Record], authorities: &[Record]) -> Judgement {
    super::refused(Way::start(name(ASKED)), RecordType::A, &message(answers, authorities), proof)
}

fn found(judgement: Judgement) -> (usize, Way) {
    match judgement {
        Judgement::Found { records, way } => (records.len(), way),
        other => panic!("{other:?}"),
    }
}

fn absent(judgement: Judgement) -> Dnssec {
    match judgement {
        Judgement::Absent { way } => way.dnssec,
        other => panic!("{other:?}"),
    }
}

const BOGUS: Judgement = Judgement::Failed(LookupFailure::Bogus);

#[test]
fn dane_02_the_worst_state_on_the_way_is_the_state_of_the_answer() {
    let end = "end.example.";
    for (first, second, expected) in [
        (Proof::Secure, Proof::Secure, Dnssec::Secure),
        (Proof::Secure, Proof::Insecure, Dnssec::Insecure),
        (Proof::Insecure, Proof::Secure, Dnssec::Insecure),
    ] {
        let (count, way) = found(judged(&[alias(ASKED, end, first), a(end, second)], &[]));
        assert_eq!((count, way.dnssec, way.end, way.aliases), (1, expected, name(end), 1));
        assert_eq!(way.ttl, 200, "the first record to expire counts");
    }
    assert_eq!(judged(&[alias(ASKED, end, Proof::Bogus), a(end, Proof::Secure)], &[]), BOGUS);
    assert_eq!(judged(&[alias(ASKED, end, Proof::Secure), a(end, Proof::Bogus)], &[]), BOGUS);
}

#[test]
fn dane_04_indeterminate_is_a_failure_and_no_answer() {
    assert_eq!(judged(&[a(ASKED, Proof::Indeterminate)], &[]), Judgement::Failed(LookupFailure::Server));
    assert_eq!(refused(Proof::Indeterminate, &[], &[]), Judgement::Failed(LookupFailure::Server));
}

#[test]
fn records_beside_the_way_are_not_taken() {
    let other = a("other.signed.example.", Proof::Secure);
    let (count, _) = found(judged(&[a(ASKED, Proof::Secure), other.clone()], &[]));
    assert_eq!(count, 1);
    let denial = [nsec(ASKED, "zz.signed.example.", Proof::Secure)];
    assert_eq!(absent(judged(&[other], &denial)), Dnssec::Secure);
}

#[test]
fn atk_dn_03_a_secure_denial_is_a_secure_absence() {
    let authorities =
        [soa("signed.example.", Proof::Secure), nsec(ASKED, "zz.signed.example.", Proof::Secure)];
    assert_eq!(absent(judged(&[], &authorities)), Dnssec::Secure);
    let Judgement::Absent { way } = judged(&[], &authorities) else { panic!() };
    assert_eq!(way.ttl, 60, "the SOA's minimum bounds it (RFC 2308 §5)");
}

#[test]
fn an_insecure_denial_has_to_come_from_a_zone_that_the_name_is_in() {
    assert_eq!(absent(judged(&[], &[soa("signed.example.", Proof::Insecure)])), Dnssec::Insecure);
    assert_eq!(absent(judged(&[], &[])), Dnssec::Insecure);
    assert_eq!(judged(&[], &[soa("unsigned.example.", Proof::Insecure)]), BOGUS);
    assert_eq!(judged(&[], &[nsec(ASKED, "zz.signed.example.", Proof::Insecure)]), BOGUS);
}

#[test]
fn a_refused_denial_is_bogus_and_too_many_iterations_are_insecure() {
    let authorities = [soa("signed.example.", Proof::Secure)];
    assert_eq!(refused(Proof::Bogus, &[], &authorities), BOGUS);
    assert_eq!(absent(refused(Proof::Insecure, &[], &authorities)), Dnssec::Insecure);
    let (_, way) = found(refused(Proof::Insecure, &[a(ASKED, Proof::Secure)], &authorities));
    assert_eq!(way.dnssec, Dnssec::Insecure, "nothing beside such a denial is secure");
}

#[test]
fn rfc_4035_a_wildcard_without_its_proof_is_bogus_whatever_stands_beside_it() {
    // The name may exist by itself; the wildcard's records were taken from another answer.
    let replayed = [a(ASKED, Proof::Secure), signature(ASKED, 2)];
    let elsewhere = [soa("unsigned.example.", Proof::Insecure)];
    assert_eq!(judged(&replayed, &elsewhere), BOGUS);
    assert_eq!(judged(&replayed, &[]), BOGUS);
    assert_eq!(refused(Proof::Bogus, &replayed, &[nsec("a.example.", "zz.example.", Proof::Secure)]), BOGUS);

    let proven = [nsec("a.signed.example.", "zz.signed.example.", Proof::Secure)];
    assert_eq!(found(judged(&replayed, &proven)).1.dnssec, Dnssec::Secure);
    assert_eq!(found(refused(Proof::Bogus, &replayed, &proven)).1.dnssec, Dnssec::Secure);
    let own = [a(ASKED, Proof::Secure), signature(ASKED, 3)];
    assert_eq!(found(judged(&own, &elsewhere)).1.dnssec, Dnssec::Secure);
}

#[test]
fn rfc_4035_a_wildcard_alias_needs_its_proof_as_well() {
    let replayed = [
        alias(ASKED, "x.unsigned.example.", Proof::Secure),
        signature(ASKED, 2),
        a("x.unsigned.example.", Proof::Insecure),
    ];
    assert_eq!(judged(&replayed, &[soa("unsigned.example.", Proof::Insecure)]), BOGUS);
}

#[test]
fn a_wildcard_behind_an_alias_is_asked_about_on_its_own() {
    let end = "end.wild.example.";
    let answers = [alias(ASKED, end, Proof::Secure), a(end, Proof::Secure), signature(end, 2)];
    let denial = [nsec("a.wild.example.", "zz.wild.example.", Proof::Secure)];
    for judgement in [judged(&answers, &denial), refused(Proof::Bogus, &answers, &denial)] {
        let Judgement::Alias { way } = judgement else { panic!("{judgement:?}") };
        assert_eq!((way.end, way.aliases), (name(end), 1));
    }
}

#[test]
fn an_alias_whose_end_is_missing_is_asked_about_on_its_own() {
    let answers = [alias(ASKED, "end.signed.example.", Proof::Secure)];
    let denial = [nsec("end.signed.example.", "zz.signed.example.", Proof::Secure)];
    for judgement in
        [judged(&answers, &denial), judged(&answers, &[]), refused(Proof::Bogus, &answers, &denial)]
    {
        let Judgement::Alias { way } = judgement else { panic!("{judgement:?}") };
        assert_eq!((way.end, way.dnssec, way.aliases), (name("end.signed.example."), Dnssec::Secure, 1));
    }
}

#[test]
fn sec_06_a_ring_of_aliases_ends() {
    let ring = [alias(ASKED, "b.example.", Proof::Secure), alias("b.example.", ASKED, Proof::Secure)];
    assert_eq!(judged(&ring, &[]), Judgement::Failed(LookupFailure::Malformed));
}

#[test]
fn errors_of_servers_and_of_the_way_stay_apart() {
    let judged = |error| judge(Way::start(name(ASKED)), RecordType::A, Err(error));
    let code = |code| NetError::Dns(DnsError::ResponseCode(code));
    assert_eq!(judged(code(ResponseCode::ServFail)), Judgement::Failed(LookupFailure::Server));
    assert_eq!(judged(code(ResponseCode::Refused)), Judgement::Failed(LookupFailure::Server));
    assert_eq!(judged(NetError::Timeout), Judgement::Failed(LookupFailure::Timeout));
    assert_eq!(judged(NetError::NoConnections), Judgement::Failed(LookupFailure::Unreachable));
    assert_eq!(judged(NetError::Truncated), Judgement::Failed(LookupFailure::Malformed));
    assert_eq!(judged(NetError::Dns(DnsError::DnssecBogus)), BOGUS);
    // An absence that the validator has not seen is no absence.
    let nothing = NoRecords::new(Query::query(name(ASKED), RecordType::A), ResponseCode::NXDomain);
    assert_eq!(judged(nothing.into()), Judgement::Failed(LookupFailure::Server));
}

#[test]
fn atk_dn_04_nothing_that_was_not_validated_is_secure() {
    let unvalidated = |message| judge_unvalidated(Way::start(name(ASKED)), RecordType::A, message);
    let (_, way) = found(unvalidated(Ok(message(&[a(ASKED, Proof::Secure)], &[]))));
    assert_eq!(way.dnssec, Dnssec::Insecure);
    let nothing = NoRecords::new(Query::query(name(ASKED), RecordType::A), ResponseCode::NXDomain);
    assert_eq!(absent(unvalidated(Err(nothing.into()))), Dnssec::Insecure);
}
