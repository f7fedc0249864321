//! Look-ups in a real signed DNS: knotd serves the zones, the library validates them.
//!
//! Needs the Debian packages knot and pdns-recursor, which `make test` installs; without them these tests fail.

#![cfg(feature = "lookup")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test has a clock and sockets, and fails by panicking"
)]

#[path = "interop/dns/mod.rs"]
mod dns;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use dns::{Passing, Recursion, builder, domain, forwarder, recursor, world};
use xmpptls::lookup::{Candidate, Finding, Lookup, Reply, Request};
use xmpptls::name::{Domain, Endpoint, Service, Transport};
use xmpptls::record::{self, Dnssec, LookupFailure, TlsaMatching, TlsaSet, TlsaUsage};

const LIMIT: Duration = Duration::from_secs(20);

fn lookup() -> Lookup {
    builder(world().server).build()
}

fn gather(lookup: &Lookup, name: &str, service: Service) -> (record::Lookup<Vec<Candidate>>, Reply) {
    let reply = lookup.ask(Request::Gather { domain: domain(name), service }, LIMIT).expect("a reply");
    match &reply.finding {
        Finding::Gathered(found) => (found.candidates.clone(), reply),
        other => panic!("{other:?}"),
    }
}

fn claimed(lookup: &Lookup, name: &str) -> (record::Lookup<Vec<Candidate>>, Reply) {
    gather(lookup, name, Service::S2s)
}

fn outcome(name: &str) -> record::Lookup<Vec<Candidate>> {
    claimed(&lookup(), name).0
}

fn list(name: &str) -> Vec<Candidate> {
    match outcome(name) {
        record::Lookup::Found(list) => list,
        other => panic!("{name}: {other:?}"),
    }
}

/// The TLSA records of a candidate, as the ladder of RFC 7671 §7 takes them: the first owner that has any.
fn tlsa(candidate: &Candidate) -> &TlsaSet {
    let found = candidate.tlsa.iter().find_map(|(_, answer)| match answer {
        record::Lookup::Found(set) => Some(set),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{}: {:?}", candidate.endpoint.target, candidate.tlsa))
}

/// The data of the first record, in the order of the set.
fn data(candidate: &Candidate) -> &[u8] {
    &tlsa(candidate).records()[0].data
}

fn base(candidate: &Candidate) -> Domain {
    tlsa(candidate).owner().host.clone()
}

fn addresses(candidate: &Candidate) -> Vec<String> {
    match &candidate.addresses {
        record::Lookup::Found(list) => list.iter().map(IpAddr::to_string).collect(),
        other => panic!("{}: {other:?}", candidate.endpoint.target),
    }
}

#[test]
fn dane_01_and_02_a_signed_service_comes_with_secure_srv_addresses_and_tlsa() {
    let list = list("signed.test");
    assert_eq!(list.len(), 1);
    let Endpoint { target, port, transport, srv, addresses: state, canonical, configured } =
        &list[0].endpoint;
    assert_eq!((target, *port, *transport), (&domain("xmpp.signed.test"), 5269, Transport::Starttls));
    assert_eq!((*srv, *state), (Some(Dnssec::Secure), Dnssec::Secure));
    assert_eq!((canonical, *configured), (&None, false));
    assert_eq!(addresses(&list[0]), ["2001:db8::10", "127.0.2.10"]);
    let found = tlsa(&list[0]);
    assert_eq!((found.dnssec(), base(&list[0])), (Dnssec::Secure, domain("xmpp.signed.test")));
    let records: Vec<_> = found.records().iter().map(|r| (r.usage, r.matching, r.data.to_vec())).collect();
    let expected = [
        (TlsaUsage::DaneTa, TlsaMatching::Sha512, vec![0x44; 64]),
        (TlsaUsage::DaneEe, TlsaMatching::Sha256, vec![0x33; 32]),
    ];
    assert_eq!(records, expected);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let left = found.valid_until().unwrap() - i64::try_from(now).unwrap();
    assert!((290..=300).contains(&left), "{left}");
}

#[test]
fn dtls_02_both_transports_of_a_client_service_are_mixed_and_each_has_its_own_tlsa() {
    let record::Lookup::Found(list) = gather(&lookup(), "signed.test", Service::C2s).0 else { panic!() };
    let seen: Vec<_> = list.iter().map(|c| (c.endpoint.transport, c.endpoint.port)).collect();
    assert_eq!(seen, [(Transport::DirectTls, 5223), (Transport::Starttls, 5222)]);
    assert_eq!(data(&list[0]), [0x22; 32]);
    assert_eq!(data(&list[1]), [0x11; 32]);
}

#[test]
fn nsec3_denials_are_understood() {
    let list = list("nsec3.test");
    assert_eq!(list.len(), 1, "the direct TLS records are denied by NSEC3");
    assert_eq!((list[0].endpoint.srv, list[0].endpoint.addresses), (Some(Dnssec::Secure), Dnssec::Secure));
    assert_eq!(data(&list[0]), [0x99; 32]);
}

#[test]
fn dane_02_an_unsigned_domain_is_insecure_and_its_tlsa_is_not_asked_for() {
    let list = list("unsigned.test");
    assert_eq!(list.len(), 2);
    for candidate in &list {
        assert_eq!(candidate.endpoint.srv, Some(Dnssec::Insecure));
        assert_eq!(candidate.endpoint.addresses, Dnssec::Insecure);
        assert_eq!(addresses(candidate), ["127.0.4.10"]);
        assert_eq!(candidate.tlsa, []);
    }
}

#[test]
fn dane_03_a_bogus_domain_is_given_up_as_bogus() {
    let (found, reply) = claimed(&lookup(), "bogus.test");
    assert_eq!(found, record::Lookup::Failed(LookupFailure::Bogus));
    assert!(!reply.resolver_without_dnssec, "the resolver is not to blame");
}

#[test]
fn dane_03_a_domain_whose_server_fails_is_given_up_as_failed_and_not_as_absent() {
    assert_eq!(outcome("failing.test"), record::Lookup::Failed(LookupFailure::Server));
}

#[test]
fn stls_31_a_dot_means_no_service_and_the_denial_is_secure() {
    assert_eq!(outcome("dot.signed.test"), record::Lookup::Absent(Dnssec::Secure));
}

#[test]
fn dane_21_a_domain_without_srv_is_its_own_target_and_base() {
    let list = list("nosrv.signed.test");
    assert_eq!((list[0].endpoint.srv, list[0].endpoint.addresses), (None, Dnssec::Secure));
    assert_eq!((list[0].endpoint.port, list[0].endpoint.transport), (5269, Transport::Starttls));
    assert_eq!(data(&list[0]), [0x88; 32]);
}

#[test]
fn a_domain_that_does_not_exist_has_a_candidate_without_addresses() {
    let list = list("nobody.signed.test");
    assert_eq!(list[0].addresses, record::Lookup::Absent(Dnssec::Secure));
    assert_eq!(list[0].tlsa, []);
}

#[test]
fn dane_19_the_end_of_a_secure_alias_chain_is_the_first_base() {
    let list = list("aliased.signed.test");
    assert_eq!(list[0].endpoint.target, domain("alias.signed.test"));
    assert_eq!(list[0].endpoint.canonical, Some(domain("end.signed.test")));
    assert_eq!(base(&list[0]), domain("end.signed.test"));
    assert_eq!(data(&list[0]), [0x55; 32]);
}

#[test]
fn dane_19_the_target_itself_is_the_second_base() {
    let list = list("oldname.signed.test");
    assert_eq!(list[0].endpoint.canonical, Some(domain("end.signed.test")));
    assert_eq!(base(&list[0]), domain("alias.signed.test"));
    assert_eq!(data(&list[0]), [0x66; 32]);
}

#[test]
fn dane_19_tlsa_and_srv_names_may_be_aliases() {
    let list_of_tlsa_alias = list("shared.signed.test");
    assert_eq!(data(&list_of_tlsa_alias[0]), [0x77; 32]);
    let list_of_srv_alias = list("leased.signed.test");
    assert_eq!(list_of_srv_alias[0].endpoint.srv, Some(Dnssec::Secure));
    assert_eq!(list_of_srv_alias[0].endpoint.target, domain("xmpp.signed.test"));
}

#[test]
fn dane_05_a_secure_srv_with_an_insecure_address_asks_for_no_tlsa() {
    for name in ["mixed.signed.test", "out.signed.test"] {
        let list = list(name);
        assert_eq!(list[0].endpoint.srv, Some(Dnssec::Secure), "{name}");
        assert_eq!(list[0].endpoint.addresses, Dnssec::Insecure, "{name}");
        assert_eq!(list[0].endpoint.canonical, None, "an insecure step hides the end of the chain");
        assert_eq!(addresses(&list[0]), ["127.0.4.10"], "{name}");
        assert_eq!(list[0].tlsa, [], "{name}");
    }
}

#[test]
fn dane_05_a_target_with_bogus_or_lost_addresses_is_marked_and_the_next_one_stands() {
    for (name, why, state) in [
        ("forged.signed.test", LookupFailure::Bogus, Dnssec::Bogus),
        ("broken.signed.test", LookupFailure::Server, Dnssec::Indeterminate),
    ] {
        let list = list(name);
        assert_eq!(list[0].addresses, record::Lookup::Failed(why), "{name}");
        assert_eq!(list[0].endpoint.addresses, state, "{name}");
        assert_eq!(list[1].endpoint.target, domain("xmpp.signed.test"), "{name}");
        assert_eq!(tlsa(&list[1]).dnssec(), Dnssec::Secure, "{name}");
    }
}

#[test]
fn dane_06_tlsa_that_is_not_there_and_tlsa_that_cannot_be_had_differ() {
    assert_eq!(list("plain.signed.test")[0].tlsa[0].1, record::Lookup::Absent(Dnssec::Secure));
    assert_eq!(list("lost.signed.test")[0].tlsa[0].1, record::Lookup::Failed(LookupFailure::Server));
}

#[test]
fn a_wildcard_is_secure_when_the_name_itself_is_denied() {
    let list = list("wild.signed.test");
    assert_eq!(
        (addresses(&list[0]), list[0].endpoint.addresses),
        (vec!["127.0.2.23".to_owned()], Dnssec::Secure)
    );
}

#[test]
fn an_answer_that_no_datagram_holds_comes_over_tcp() {
    let list = list("large.signed.test");
    assert_eq!(tlsa(&list[0]).records().len(), 40);
    assert_eq!(tlsa(&list[0]).dnssec(), Dnssec::Secure);
}

/// What is found about a host that the user configured.
fn host(name: &str) -> Candidate {
    let endpoint = Endpoint::configured(domain(name), 5222, Transport::Starttls);
    match lookup().ask(Request::Endpoint(endpoint), LIMIT).unwrap().finding {
        Finding::Endpoint(candidate) => candidate,
        other => panic!("{other:?}"),
    }
}

#[test]
fn sec_06_a_stranger_s_zone_makes_us_ask_about_so_much_and_no_more() {
    let crowd = list("crowd.signed.test");
    let targets: Vec<_> = crowd.iter().map(|own| own.endpoint.target.as_ascii().to_owned()).collect();
    assert_eq!(targets, (1..=16).map(|n| format!("crowd{n}.signed.test")).collect::<Vec<_>>());
    assert_eq!(addresses(&host("wide.signed.test")).len(), 16);
    assert_eq!(addresses(&host("step2.signed.test")), ["127.0.2.25"], "eight aliases");
    let far = host("step1.signed.test");
    assert!(matches!(far.addresses, record::Lookup::Failed(_)), "nine aliases: {:?}", far.addresses);
}

#[test]
fn an_endless_alias_ends() {
    let list = list("endless.signed.test");
    assert!(matches!(list[0].addresses, record::Lookup::Failed(_)), "{:?}", list[0].addresses);
}

#[test]
fn a_target_inside_our_network_is_forbidden_and_allowed_when_told() {
    assert_eq!(list("inside.signed.test")[0].addresses, record::Lookup::Failed(LookupFailure::Forbidden));
    let guard = xmpptls::lookup::AddressGuard::public_only().allow("10.0.0.0/8".parse().unwrap());
    let lookup = builder(world().server).address_guard(guard).build();
    let (record::Lookup::Found(list), _) = claimed(&lookup, "inside.signed.test") else { panic!() };
    assert_eq!(addresses(&list[0]), ["10.0.0.1"]);
}

#[test]
fn a_record_that_was_changed_on_the_way_is_bogus() {
    let changer = forwarder(world().server, Passing::Changed([127, 0, 2, 66], [127, 0, 2, 67]));
    let endpoint = Endpoint::configured(domain("changed.signed.test"), 5222, Transport::Starttls);
    let ask = |server| {
        let request = Request::Endpoint(endpoint.clone());
        match builder(server).build().ask(request, LIMIT).unwrap().finding {
            Finding::Endpoint(candidate) => candidate,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ask(changer.address).addresses, record::Lookup::Failed(LookupFailure::Bogus));
    let honest = ask(world().server);
    assert_eq!(
        (addresses(&honest), honest.endpoint.addresses),
        (vec!["127.0.2.66".to_owned()], Dnssec::Secure)
    );
}

#[test]
fn sec_07_swallowed_tlsa_answers_are_a_failure_and_never_an_absence() {
    let swallower = forwarder(world().server, Passing::Without("_5269"));
    let lookup = builder(swallower.address).question_time_out(Duration::from_millis(600)).build();
    let (record::Lookup::Found(list), _) = claimed(&lookup, "signed.test") else { panic!() };
    assert_eq!(list[0].endpoint.addresses, Dnssec::Secure);
    assert_eq!(list[0].tlsa[0].1, record::Lookup::Failed(LookupFailure::Timeout));
}

#[test]
fn atk_op_06_a_resolver_that_leaves_dnssec_out_is_named() {
    let stripping = recursor(Recursion::WithoutDnssec);
    let (found, reply) = claimed(&builder(stripping).build(), "signed.test");
    assert_eq!(found, record::Lookup::Failed(LookupFailure::Bogus));
    assert!(reply.resolver_without_dnssec);

    let accepting = builder(stripping).accept_resolver_without_dnssec().build();
    let (record::Lookup::Found(list), reply) = claimed(&accepting, "signed.test") else { panic!() };
    assert!(reply.resolver_without_dnssec);
    assert_eq!(
        (list[0].endpoint.srv, list[0].endpoint.addresses),
        (Some(Dnssec::Insecure), Dnssec::Insecure)
    );
    assert_eq!(list[0].tlsa, []);
    assert_eq!(claimed(&accepting, "dot.signed.test").0, record::Lookup::Absent(Dnssec::Insecure));

    let passing = builder(recursor(Recursion::WithDnssec)).build();
    let (record::Lookup::Found(list), reply) = claimed(&passing, "signed.test") else { panic!() };
    assert!(!reply.resolver_without_dnssec);
    assert_eq!(tlsa(&list[0]).dnssec(), Dnssec::Secure);
}

#[test]
fn accepting_such_a_resolver_changes_nothing_behind_one_that_passes_dnssec() {
    let accepting = builder(world().server).accept_resolver_without_dnssec().build();
    assert_eq!(claimed(&accepting, "bogus.test").0, record::Lookup::Failed(LookupFailure::Bogus));
    let (record::Lookup::Found(list), _) = claimed(&accepting, "signed.test") else { panic!() };
    assert_eq!(tlsa(&list[0]).dnssec(), Dnssec::Secure);
}

#[test]
fn another_anchor_makes_the_whole_world_bogus() {
    let other = ". 300 IN DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==";
    let lookup = builder(world().server).dnssec_trust_anchors(other).unwrap().build();
    assert_eq!(claimed(&lookup, "signed.test").0, record::Lookup::Failed(LookupFailure::Bogus));
}

#[test]
fn an_answer_is_kept_for_its_time_to_live_and_no_longer() {
    let counting = forwarder(world().server, Passing::After(Duration::ZERO));
    let lookup = builder(counting.address).build();
    let ask = |name: &str| {
        let endpoint = Endpoint::configured(domain(name), 5222, Transport::Starttls);
        lookup.ask(Request::Endpoint(endpoint), LIMIT).unwrap().effort
    };
    assert!(ask("brief.signed.test").dns_queries > 0);
    let before = counting.questions();
    let again = ask("brief.signed.test");
    assert_eq!((again.dns_queries, counting.questions()), (0, before));
    assert!(again.cached >= 2);
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(ask("brief.signed.test").dns_queries, 1, "the address has expired, its keys have not");
}

#[test]
fn a_flush_forgets_a_domain_with_all_below_it_and_nothing_else() {
    let lookup = lookup();
    for name in ["signed.test", "nsec3.test"] {
        assert!(claimed(&lookup, name).1.effort.dns_queries > 0);
        assert_eq!(claimed(&lookup, name).1.effort.dns_queries, 0);
    }
    lookup.flush(&Domain::parse("signed.test").unwrap()).unwrap();
    assert!(claimed(&lookup, "signed.test").1.effort.dns_queries > 0);
    assert_eq!(claimed(&lookup, "nsec3.test").1.effort.dns_queries, 0);
}

#[test]
fn a_failure_is_remembered_for_a_while() {
    let lookup = lookup();
    assert!(claimed(&lookup, "failing.test").1.effort.dns_queries > 0);
    let again = claimed(&lookup, "failing.test");
    assert_eq!(again.0, record::Lookup::Failed(LookupFailure::Server));
    assert_eq!(again.1.effort.dns_queries, 0);
}

#[test]
fn many_who_ask_the_same_at_once_cause_the_work_of_one() {
    let slow = forwarder(world().server, Passing::After(Duration::from_millis(100)));
    let alone = builder(slow.address).build();
    let begin = Instant::now();
    let questions = claimed(&alone, "signed.test").1.effort.dns_queries;
    println!("one look-up: {questions} questions, {} ms", begin.elapsed().as_millis());
    let before = slow.questions();
    let together = builder(slow.address).build();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert!(matches!(claimed(&together, "signed.test").0, record::Lookup::Found(_))));
        }
    });
    assert_eq!(slow.questions() - before, before, "twenty look-ups ask what one asks");
}
