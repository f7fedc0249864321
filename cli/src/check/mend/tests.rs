//! The rules that no server of the demonstration calls for.

use xmpptls::lookup::Candidate;
use xmpptls::name::Endpoint;
use xmpptls::record::LookupFailure;

use crate::check::facts::Severity;
use crate::check::probe::blank;
use xmpptls::numbers::ReasonCode;

use super::*;

fn domain() -> Domain {
    Domain::parse("im.example").unwrap()
}

fn endpoint() -> EndpointCheck {
    let endpoint = Endpoint::configured(domain(), 5269, Transport::Starttls);
    blank(&Candidate { endpoint, addresses: Lookup::NotAsked, tlsa: Vec::new() }, None)
}

fn service(found: Found) -> ServiceCheck {
    ServiceCheck {
        service: Service::S2s,
        severity: Severity::Untested,
        found,
        resolver_without_dnssec: false,
        posh: Lookup::NotAsked,
        endpoints: Vec::new(),
        mend: Vec::new(),
        changes: Vec::new(),
    }
}

fn codes(check: &ServiceCheck) -> Vec<&'static str> {
    of(&domain(), check, 0).iter().map(|mend| mend.code).collect()
}

fn untrusted(code: ReasonCode) -> Vec<&'static str> {
    let domain = domain();
    let mut list = List { domain: &domain, service: Service::S2s, mends: Vec::new() };
    list.of_untrusted(&endpoint(), &[code]);
    list.mends.iter().map(|mend| mend.code).collect()
}

#[test]
fn a_certificate_below_the_floor_is_to_be_replaced() {
    assert_eq!(untrusted(ReasonCode::WeakKey), ["weak_key"]);
    assert_eq!(untrusted(ReasonCode::WeakSignature), ["weak_key"]);
    assert!(untrusted(ReasonCode::RevocationUnknown).is_empty());
}

#[test]
fn a_revoked_certificate_is_to_be_replaced() {
    assert_eq!(untrusted(ReasonCode::Revoked), ["revoked"]);
}

#[test]
fn atk_op_06_a_resolver_that_leaves_dnssec_out_is_named_and_dnssec_is_not_called_broken() {
    let check = service(Found::Failed(LookupFailure::Bogus));
    assert_eq!(codes(&check), ["dnssec_bogus"]);
    let check = ServiceCheck { resolver_without_dnssec: true, ..check };
    assert_eq!(codes(&check), ["resolver_without_dnssec"]);
}

#[test]
fn records_that_could_not_be_had_are_told_from_a_service_that_is_not_there() {
    assert_eq!(codes(&service(Found::Failed(LookupFailure::Timeout))), ["search_failed"]);
    assert!(codes(&service(Found::Absent(Dnssec::Secure))).is_empty());
}

#[test]
fn where_no_srv_record_leads_anywhere_records_are_what_is_missing() {
    let text = |srv| {
        let mut own = EndpointCheck { contact: Contact::NoAddress(None), ..endpoint() };
        own.endpoint.srv = srv;
        let check = ServiceCheck { endpoints: vec![own], ..service(Found::Endpoints) };
        let mends = of(&domain(), &check, 0);
        assert_eq!(mends[0].code, "dead_end");
        mends[0].text.clone()
    };
    assert!(text(None).contains("publish SRV records"));
    assert!(text(Some(Dnssec::Secure)).contains("correct the SRV records"));
}
