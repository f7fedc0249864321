use xmpptls::lookup::Candidate;

use super::*;
use crate::check::probe::blank;

fn endpoint() -> EndpointCheck {
    let domain = Domain::parse("im.example").unwrap();
    let endpoint = Endpoint::configured(domain, 5269, Transport::Starttls);
    blank(&Candidate { endpoint, addresses: Lookup::NotAsked, tlsa: Vec::new() }, None)
}

#[test]
fn a_server_that_wants_our_certificate_is_told_from_one_that_refuses_it() {
    let own = EndpointCheck { asks_for_certificate: true, ..endpoint() };
    assert!(stream_error("not-authorized", &own, false).contains("--as"));
    assert_eq!(stream_error("not-authorized", &own, true), "ends the stream: not-authorized");
    assert_eq!(stream_error("host-unknown", &own, false), "ends the stream: host-unknown");
    assert_eq!(stream_error("not-authorized", &endpoint(), false), "ends the stream: not-authorized");
}

#[test]
fn a_document_that_could_not_be_had_is_no_failed_proof_to_people() {
    let attempt =
        |reasons| Attempt { proof: Proof::Posh, outcome: Outcome::Failed, evidence: Evidence::None, reasons };
    let unreachable = Reason::Posh(PoshFailure::FetchFailed(LookupFailure::Unreachable));
    let text = super::attempt(&attempt(vec![unreachable.clone()]));
    assert_eq!(text, "its document could not be had: unreachable");
    let more = attempt(vec![unreachable, Reason::Posh(PoshFailure::ForeignDocument)]);
    assert!(super::attempt(&more).starts_with("failed: "));
}

#[test]
fn hum_08_of_many_names_a_few_are_shown_and_escaped() {
    let text = |count: usize| {
        let presented = (0..count).map(|n| format!("a{n}\u{1b}[31m.example")).collect();
        let attempt = Attempt {
            proof: Proof::Pkix,
            outcome: Outcome::Failed,
            evidence: Evidence::None,
            reasons: vec![Reason::Pkix(PkixFailure::NameMismatch { presented })],
        };
        super::attempt(&attempt)
    };
    assert!(text(100).ends_with(" and 94 more"), "{}", text(100));
    assert!(!text(100).contains('\u{1b}') && text(100).len() < 300);
    assert!(text(6).contains("a5") && !text(6).contains("more"));
}

#[test]
fn the_place_is_said_only_where_it_tells_something() {
    let at = |port| {
        let mut own = EndpointCheck { contact: Contact::Tls, ..endpoint() };
        own.endpoint.port = port;
        own
    };
    let check = |endpoints| ServiceCheck {
        service: Service::S2s,
        severity: Severity::Good,
        found: Found::Endpoints,
        resolver_without_dnssec: false,
        posh: Lookup::NotAsked,
        endpoints,
        mend: Vec::new(),
        changes: Vec::new(),
    };
    let one = ["im.example:1".to_owned()];
    assert_eq!(places(&check(vec![at(1)]), &one), "");
    assert_eq!(places(&check(vec![at(1), at(2)]), &one), " [im.example:1]");
    assert_eq!(places(&check(vec![at(1), at(2)]), &[]), "");
}
