//! What the order of SRV targets must and must not depend on.

use super::*;

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

fn record(priority: u16, weight: u16, port: u16, host: &str) -> SrvRecord {
    SrvRecord { priority, weight, port, target: (host != ".").then(|| domain(host)) }
}

fn found(dnssec: Dnssec, records: &[SrvRecord]) -> Lookup<SrvSet> {
    Lookup::Found(SrvSet { records: records.to_vec(), dnssec })
}

fn absent() -> Lookup<SrvSet> {
    Lookup::Absent(Dnssec::Insecure)
}

/// A small generator with a full period, so that the statistics below are the same in every run.
fn generator(mut state: u64) -> impl FnMut(u32) -> u32 {
    move |bound| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        u32::try_from((state >> 33) % u64::from(bound)).unwrap()
    }
}

fn plan(direct: &Lookup<SrvSet>, starttls: &Lookup<SrvSet>, mix: SrvMix) -> Result<SrvPlan, LookupFailure> {
    mix_srv(direct, starttls, mix, &mut generator(7))
}

fn hosts(plan: SrvPlan) -> Vec<String> {
    match plan {
        SrvPlan::Targets(list) => list.iter().map(|target| target.host.as_ascii().to_owned()).collect(),
        other => panic!("no targets: {other:?}"),
    }
}

#[test]
fn dtls_01_the_owner_name_decides_the_transport_and_the_port_does_not() {
    let starttls = found(Dnssec::Insecure, &[record(0, 0, 5223, "a.example")]);
    let Ok(SrvPlan::Targets(list)) = plan(&absent(), &starttls, SrvMix::Merged) else { panic!() };
    assert_eq!(list[0].transport, Transport::Starttls);
    let Ok(SrvPlan::Targets(list)) = plan(&starttls, &absent(), SrvMix::Merged) else { panic!() };
    assert_eq!(list[0].transport, Transport::DirectTls);
}

#[test]
fn dtls_02_both_sets_share_the_draw_of_a_priority() {
    let direct = found(Dnssec::Insecure, &[record(5, 1, 5270, "direct.example")]);
    let starttls = found(
        Dnssec::Insecure,
        &[record(10, 1, 5269, "last.example"), record(5, 1, 5269, "starttls.example")],
    );
    let mut random = generator(1);
    let mut direct_first = 0;
    for _ in 0..1000 {
        let list = hosts(mix_srv(&direct, &starttls, SrvMix::Merged, &mut random).unwrap());
        assert_eq!(list[2], "last.example");
        direct_first += usize::from(list[0] == "direct.example");
    }
    // The marks 0, 1 and 2 are drawn; the record that stands first takes two of them (RFC 2782).
    assert!((560..=770).contains(&direct_first), "{direct_first}");
}

#[test]
fn dtls_02_a_preferred_transport_comes_first_whatever_its_priority() {
    let direct = found(Dnssec::Insecure, &[record(50, 0, 1, "direct.example")]);
    let starttls = found(Dnssec::Insecure, &[record(5, 0, 2, "starttls.example")]);
    let first = |mix| hosts(plan(&direct, &starttls, mix).unwrap())[0].clone();
    assert_eq!(first(SrvMix::Merged), "starttls.example");
    assert_eq!(first(SrvMix::DirectFirst), "direct.example");
    assert_eq!(first(SrvMix::StarttlsFirst), "starttls.example");
}

#[test]
fn dtls_03_a_dot_for_direct_tls_leaves_starttls_and_forbids_the_fallback() {
    let dot = found(Dnssec::Secure, &[record(0, 0, 0, ".")]);
    let starttls = found(Dnssec::Secure, &[record(0, 0, 5222, "a.example")]);
    assert_eq!(hosts(plan(&dot, &starttls, SrvMix::Merged).unwrap()), ["a.example"]);
    assert_eq!(plan(&dot, &absent(), SrvMix::Merged), Ok(SrvPlan::ServiceAbsent(Dnssec::Secure)));
}

#[test]
fn stls_31_four_cases_of_starttls_records() {
    let dot = found(Dnssec::Insecure, &[record(0, 0, 5222, ".")]);
    let one = found(Dnssec::Insecure, &[record(0, 0, 5222, "a.example")]);
    assert_eq!(plan(&absent(), &dot, SrvMix::Merged), Ok(SrvPlan::ServiceAbsent(Dnssec::Insecure)));
    assert_eq!(plan(&absent(), &absent(), SrvMix::Merged), Ok(SrvPlan::Fallback));
    assert_eq!(hosts(plan(&absent(), &one, SrvMix::Merged).unwrap()), ["a.example"]);
    assert_eq!(hosts(plan(&one, &dot, SrvMix::Merged).unwrap()), ["a.example"]);
}

#[test]
fn dane_03_a_failed_answer_ends_the_plan_whatever_the_other_says() {
    let one = found(Dnssec::Secure, &[record(0, 0, 5222, "a.example")]);
    for failure in [LookupFailure::Bogus, LookupFailure::Timeout, LookupFailure::Server] {
        assert_eq!(plan(&Lookup::Failed(failure), &one, SrvMix::Merged), Err(failure));
        assert_eq!(plan(&one, &Lookup::Failed(failure), SrvMix::Merged), Err(failure));
    }
    let bogus = Lookup::Failed(LookupFailure::Bogus);
    assert_eq!(
        plan(&Lookup::Failed(LookupFailure::Timeout), &bogus, SrvMix::Merged),
        Err(LookupFailure::Bogus)
    );
    let forged = found(Dnssec::Bogus, &[record(0, 0, 5222, "a.example")]);
    assert_eq!(plan(&absent(), &forged, SrvMix::Merged), Err(LookupFailure::Bogus));
    assert!(plan(&absent(), &one, SrvMix::Merged).is_ok());
}

#[test]
fn dane_02_each_target_carries_the_state_of_its_own_answer() {
    let direct = found(Dnssec::Insecure, &[record(0, 0, 1, "a.example")]);
    let starttls = found(Dnssec::Secure, &[record(1, 0, 2, "b.example")]);
    let Ok(SrvPlan::Targets(list)) = plan(&direct, &starttls, SrvMix::Merged) else { panic!() };
    assert_eq!(list[0].dnssec, Dnssec::Insecure);
    assert_eq!(list[1].dnssec, Dnssec::Secure);
}

#[test]
fn sec_06_port_zero_is_dropped_and_the_list_is_bounded() {
    let zero = found(Dnssec::Insecure, &[record(0, 0, 0, "a.example"), record(9, 0, 5222, "b.example")]);
    assert_eq!(hosts(plan(&absent(), &zero, SrvMix::Merged).unwrap()), ["b.example"]);

    let many: Vec<_> = (0..10_000u16).rev().map(|n| record(n, 0, 5222, &format!("h{n}.example"))).collect();
    let list = hosts(plan(&found(Dnssec::Insecure, &many), &absent(), SrvMix::Merged).unwrap());
    assert_eq!(list.len(), SRV_TARGETS);
    assert_eq!(list[0], "h0.example");
}

#[test]
fn rfc_2782_weights_share_a_priority_in_proportion() {
    let records = [
        record(0, 60, 1, "sixty.example"),
        record(0, 30, 1, "thirty.example"),
        record(0, 10, 1, "ten.example"),
    ];
    let answer = found(Dnssec::Insecure, &records);
    let mut random = generator(3);
    let mut first = std::collections::HashMap::new();
    let rounds = 20_000u32;
    for _ in 0..rounds {
        let list = hosts(mix_srv(&absent(), &answer, SrvMix::Merged, &mut random).unwrap());
        assert_eq!(list.len(), 3);
        *first.entry(list[0].clone()).or_insert(0u32) += 1;
    }
    for (host, share) in [("sixty.example", 0.60), ("thirty.example", 0.30), ("ten.example", 0.10)] {
        let seen = f64::from(first[host]) / f64::from(rounds);
        assert!((seen - share).abs() < 0.02, "{host}: {seen}");
    }
}

#[test]
fn rfc_2782_weight_zero_is_rarely_first_and_never_lost() {
    let answer =
        found(Dnssec::Insecure, &[record(0, 0, 1, "zero.example"), record(0, 99, 1, "heavy.example")]);
    let mut random = generator(5);
    let mut zero_first = 0;
    for _ in 0..10_000 {
        let list = hosts(mix_srv(&absent(), &answer, SrvMix::Merged, &mut random).unwrap());
        assert_eq!(list.len(), 2);
        zero_first += usize::from(list[0] == "zero.example");
    }
    assert!((20..=300).contains(&zero_first), "{zero_first}");
}

#[test]
fn the_largest_weights_and_a_random_source_out_of_range_do_no_harm() {
    let many: Vec<_> = (0..64u16).map(|n| record(0, u16::MAX, 5222, &format!("h{n}.example"))).collect();
    let answer = found(Dnssec::Insecure, &many);
    for number in [0, u32::MAX] {
        let list = hosts(mix_srv(&absent(), &answer, SrvMix::Merged, &mut |_| number).unwrap());
        assert_eq!(list.len(), 64);
    }
}
