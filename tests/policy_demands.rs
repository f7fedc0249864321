//! What a built policy says: its name, its relaxations, what holds for a peer, and its fingerprint.

mod support;

use support::policy::{Change, accepts, builder, key, trusted};
use support::scene::domain;
use xmpptls::parameter::{Group, Version};
use xmpptls::policy::{
    ClientCertificate, Contradiction, DaneUsages, Directions, Exception, Gate, PeerPolicy, PolicyBuilder,
    PolicyError, Preset, Relaxation, Requirement, Resumption, Setting, StarttlsDemand,
};
use xmpptls::proof::pkix::TrustAnchors;

#[test]
fn atk_op_04_a_table_counts_for_its_domain_alone_unless_it_says_so() {
    let lax = |with_subdomains| PeerPolicy {
        with_subdomains,
        requirement: Some(Requirement::EncryptOnly),
        ..PeerPolicy::default()
    };
    let mut builder = builder(Preset::S2s2026);
    builder.peer(domain("exact.example"), lax(false)).unwrap();
    builder.peer(domain("wide.example"), lax(true)).unwrap();
    let pinned = PeerPolicy { pins: vec![key(7)], ..PeerPolicy::default() };
    builder.peer(domain("bank.wide.example"), pinned).unwrap();
    let policy = builder.build().unwrap();
    let requirement = |name| policy.for_peer(&domain(name)).requirement;
    for (name, expected) in [
        ("exact.example", Requirement::EncryptOnly),
        ("sub.exact.example", Requirement::Authenticate),
        ("wide.example", Requirement::EncryptOnly),
        ("a.b.wide.example", Requirement::EncryptOnly),
        ("notwide.example", Requirement::Authenticate),
        ("bank.wide.example", Requirement::Authenticate),
        ("deep.bank.wide.example", Requirement::EncryptOnly),
        ("example", Requirement::Authenticate),
        ("192.0.2.1", Requirement::Authenticate),
    ] {
        assert_eq!(requirement(name), expected, "{name}");
    }
    let bank = domain("bank.wide.example");
    let demands = policy.for_peer(&bank);
    assert_eq!((demands.pins, demands.owner), ([key(7)].as_slice(), Some(&bank)));
    assert!(policy.for_peer(&domain("deep.bank.wide.example")).pins.is_empty());
}

#[test]
fn atk_op_05_what_is_allowed_for_one_domain_does_not_reach_another() {
    let lax = PeerPolicy { requirement: Some(Requirement::EncryptOnly), ..PeerPolicy::default() };
    let policy = builder(Preset::S2s2026).peer(domain("a.example"), lax).unwrap().build().unwrap();
    assert_eq!(policy.for_peer(&domain("a.example")).requirement, Requirement::EncryptOnly);
    assert_eq!(policy.for_peer(&domain("b.example")).requirement, Requirement::Authenticate);
    assert_eq!(policy.requirement(), Requirement::Authenticate);
}

#[test]
fn the_strict_presets_relax_nothing() {
    for preset in [Preset::C2sClient2026, Preset::C2sServer2026, Preset::S2s2026] {
        assert_eq!(builder(preset).build().unwrap().relaxations(), [], "{preset}");
    }
    let dialback = builder(Preset::S2sWithDialback2026).build().unwrap();
    assert_eq!(dialback.relaxations(), [Relaxation::DialbackCounts]);
}

#[test]
fn atk_op_07_each_relaxation_is_listed_when_it_is_in_force() {
    let list = |preset, change| -> Vec<&'static str> {
        accepts(preset, change).relaxations().iter().map(Relaxation::name).collect()
    };
    use xmpptls::policy::{Revocation, UnknownServerName};
    let s2s = Preset::S2s2026;
    let c2s = Preset::C2sClient2026;
    assert_eq!(list(s2s, |b| b.requirement(Requirement::EncryptOnly)), ["encrypt-only"]);
    assert_eq!(
        list(s2s, |b| b
            .requirement(Requirement::EncryptOnly)?
            .starttls(StarttlsDemand::TryThenAllowPlaintext)),
        ["encrypt-only", "plaintext-allowed"]
    );
    assert_eq!(list(s2s, |b| b.dialback(true)?.dialback_requires_tls(false)), ["dialback-in-the-clear"]);
    assert_eq!(list(c2s, |b| b.gate(Gate::Host)), ["host-gate"]);
    assert_eq!(list(c2s, |b| b.dane(DaneUsages::OFF)), ["dane-off"]);
    assert_eq!(list(s2s, |b| b.dane(DaneUsages::ALL)), ["dane-all-usages"]);
    assert_eq!(list(s2s, |b| b.revocation(Revocation::Off)), ["revocation-off"]);
    assert_eq!(list(s2s, |b| b.accept_client_auth_only(true)), ["client-auth-only"]);
    let default = |b: &mut PolicyBuilder| -> Result<(), PolicyError> {
        b.unknown_server_name(UnknownServerName::UseDefault).map(|_| ())
    };
    let mut receiving = builder(s2s);
    default(&mut receiving).unwrap();
    assert_eq!(receiving.build().unwrap().relaxations(), [Relaxation::DefaultForUnknownName]);
    assert_eq!(list(s2s, |b| b.resumption(Resumption::Tls12AndTls13)), ["tls-1.2-resumption"]);
    assert_eq!(list(s2s, |b| b.require_extended_master_secret(false)), ["no-extended-master-secret"]);
    assert_eq!(list(s2s, |b| b.groups(vec![Group::X25519])), ["no-hybrid-group"]);
    assert_eq!(list(c2s, |b| b.client_certificate_minimum(Version::Tls12)), ["certificate-over-tls-1.2"]);
    assert_eq!(list(s2s, |b| b.key_log(true)), ["key-log"]);
}

#[test]
fn atk_op_07_a_relaxation_for_one_peer_names_the_peer() {
    let lax = PeerPolicy { requirement: Some(Requirement::EncryptOnly), ..PeerPolicy::default() };
    let dialback =
        PeerPolicy { requirement: Some(Requirement::AuthenticateOrDialback), ..PeerPolicy::default() };
    let without_dane = PeerPolicy { dane_required: Some(false), ..PeerPolicy::default() };
    let exception = Exception { digest: key(1), until: 1_900_000_000 };
    let excepted = PeerPolicy { exceptions: vec![exception], ..PeerPolicy::default() };
    let mut builder = builder(Preset::S2s2026);
    builder.dialback(true).unwrap().dane_required(true).unwrap();
    let lax = PeerPolicy { dane_required: Some(false), ..lax };
    builder.peer(domain("a.example"), lax).unwrap().peer(domain("b.example"), dialback).unwrap();
    builder.peer(domain("c.example"), without_dane).unwrap().peer(domain("d.example"), excepted).unwrap();
    assert_eq!(
        builder.build().unwrap().relaxations(),
        [
            Relaxation::PeerEncryptOnly(domain("a.example")),
            Relaxation::PeerDaneNotRequired(domain("a.example")),
            Relaxation::PeerDialbackCounts(domain("b.example")),
            Relaxation::PeerDaneNotRequired(domain("c.example")),
            Relaxation::PeerException(domain("d.example")),
        ]
    );
}

#[test]
fn an_undated_name_means_the_newest_preset_and_the_policy_says_which() {
    for (undated, dated) in [
        ("c2s-client", "c2s-client-2026"),
        ("c2s-server", "c2s-server-2026"),
        ("s2s", "s2s-2026"),
        ("s2s-with-dialback", "s2s-with-dialback-2026"),
    ] {
        for name in [undated, dated] {
            let mut builder = PolicyBuilder::from_name(name).unwrap();
            assert_eq!(builder.trust_anchors(trusted()).unwrap().build().unwrap().name(), dated);
        }
    }
    assert_eq!(PolicyBuilder::from_name("s2s-2025").unwrap_err(), PolicyError::UnknownPreset);
}

#[test]
fn a_changed_preset_says_so_and_an_unchanged_one_does_not() {
    let same = accepts(Preset::S2s2026, |b| b.posh(true)?.alpn(true));
    assert_eq!((same.name(), same.changes()), ("s2s-2026", vec![]));
    let changed = accepts(Preset::S2s2026, |b| b.posh(false));
    assert_eq!((changed.name(), changed.changes()), ("s2s-2026+changes", vec![Setting::Posh]));
    let mut with_peer = builder(Preset::S2s2026);
    with_peer.peer(domain("a.example"), PeerPolicy::default()).unwrap();
    assert_eq!(with_peer.build().unwrap().name(), "s2s-2026+changes");
}

#[test]
fn res_08_the_fingerprint_is_equal_only_for_equal_demands() {
    let anchors = trusted();
    let with = |preset, anchors: &TrustAnchors, change: Change| {
        let mut builder = PolicyBuilder::new(preset);
        builder.trust_anchors(anchors.clone()).unwrap();
        change(&mut builder).unwrap();
        builder.build().unwrap().fingerprint()
    };
    let nothing: Change = |b| Ok(b);
    let own = with(Preset::S2s2026, &anchors, nothing);
    assert_eq!(own, with(Preset::S2s2026, &anchors, |b| b.posh(true)));
    let mut others = vec![
        with(Preset::S2sWithDialback2026, &anchors, nothing),
        with(Preset::S2s2026, &trusted(), nothing),
        with(Preset::S2s2026, &anchors, |b| b.posh(false)),
        with(Preset::S2s2026, &anchors, |b| b.groups(vec![Group::X25519])),
        with(Preset::S2s2026, &anchors, |b| b.peer(domain("a.example"), PeerPolicy::default())),
        with(Preset::S2s2026, &anchors, |b| {
            let peer = PeerPolicy { pins: vec![key(1)], ..PeerPolicy::default() };
            b.peer(domain("a.example"), peer)
        }),
    ];
    others.push(own);
    let distinct: std::collections::BTreeSet<_> = others.iter().collect();
    assert_eq!(distinct.len(), others.len());
}

#[test]
fn the_fingerprint_does_not_depend_on_the_order_of_the_trust_anchors() {
    let (one, two) = (support::ca::root().der, support::ca::root().der);
    let fingerprint = |list: [&[u8]; 2]| {
        let mut builder = PolicyBuilder::new(Preset::S2s2026);
        builder.trust_anchors(TrustAnchors::from_der(list)).unwrap().build().unwrap().fingerprint()
    };
    assert_eq!(fingerprint([&one, &two]), fingerprint([&two, &one]));
}

#[test]
fn a_peers_table_cannot_contradict_itself_or_the_policy() {
    let with = |preset, peer| {
        let mut builder = builder(preset);
        builder.peer(domain("a.example"), peer).unwrap().build().map(|_| ())
    };
    let peer = PeerPolicy::default;
    let refused = |contradiction| Err(PolicyError::Contradiction(contradiction));
    let named = || Some(domain("a.example"));

    let encrypt = Some(Requirement::EncryptOnly);
    let pinned = PeerPolicy { pins: vec![key(1)], requirement: encrypt, ..peer() };
    assert_eq!(
        with(Preset::S2s2026, pinned.clone()),
        refused(Contradiction::PinsOfNobody(domain("a.example")))
    );
    assert_eq!(with(Preset::S2s2026, PeerPolicy { requirement: None, ..pinned.clone() }), Ok(()));
    assert_eq!(with(Preset::S2s2026, PeerPolicy { pins: vec![], ..pinned }), Ok(()));

    let dane = PeerPolicy { dane_required: Some(true), requirement: encrypt, ..peer() };
    assert_eq!(with(Preset::S2s2026, dane.clone()), refused(Contradiction::DaneRequiredOfNobody(named())));
    let dane = PeerPolicy { requirement: None, ..dane };
    assert_eq!(with(Preset::S2s2026, dane.clone()), Ok(()));
    let mut off = builder(Preset::S2s2026);
    off.dane(DaneUsages::OFF).unwrap().dane_inbound(false).unwrap();
    let error = off.peer(domain("a.example"), dane).unwrap().build().unwrap_err();
    assert_eq!(error, PolicyError::Contradiction(Contradiction::DaneRequiredButOff(named())));

    let mut of_all = builder(Preset::S2s2026);
    of_all
        .dane_required(true)
        .unwrap()
        .peer(domain("a.example"), PeerPolicy { requirement: encrypt, ..peer() })
        .unwrap();
    let error = of_all.build().unwrap_err();
    assert_eq!(error, PolicyError::Contradiction(Contradiction::DaneRequiredOfNobody(named())), "inherited");

    let dialback = PeerPolicy { requirement: Some(Requirement::AuthenticateOrDialback), ..peer() };
    assert_eq!(with(Preset::S2s2026, dialback.clone()), refused(Contradiction::DialbackNotSpoken(named())));
    assert_eq!(with(Preset::C2sClient2026, dialback.clone()), refused(Contradiction::DialbackInC2s));
    assert_eq!(with(Preset::S2sWithDialback2026, dialback.clone()), Ok(()));

    for (gate, expected) in
        [(Gate::Library, refused(Contradiction::LibraryGateWithDialback)), (Gate::Host, Ok(()))]
    {
        let mut own = builder(Preset::S2s2026);
        own.gate(gate).unwrap().directions(Directions::Initiating).unwrap().dialback(true).unwrap();
        assert_eq!(own.peer(domain("a.example"), dialback.clone()).unwrap().build().map(|_| ()), expected);
    }
}

#[test]
fn a_contradiction_in_a_peers_table_names_the_peer() {
    let peer = PeerPolicy {
        pins: vec![key(1)],
        requirement: Some(Requirement::EncryptOnly),
        ..PeerPolicy::default()
    };
    let error = builder(Preset::S2s2026).peer(domain("a.example"), peer).unwrap().build().unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("peer.pins contradicts peer.requirement for a.example: "), "{text}");
}

#[test]
fn a_peer_that_must_be_authenticated_cannot_be_undone_by_the_policy() {
    let must = || PeerPolicy { requirement: Some(Requirement::Authenticate), ..PeerPolicy::default() };
    let with = |change: Change, peer| {
        let mut builder = builder(Preset::S2s2026);
        change(&mut builder).unwrap().requirement(Requirement::EncryptOnly).unwrap();
        builder.peer(domain("a.example"), peer).unwrap().build().map(|_| ())
    };
    let named = || Some(domain("a.example"));
    let plaintext: Change = |b| b.starttls(StarttlsDemand::TryThenAllowPlaintext);
    for (change, expected) in [
        (plaintext, Contradiction::PlaintextAuthenticated(named())),
        (|b| b.client_certificate(ClientCertificate::Never), Contradiction::CertificateNotAskedFor(named())),
        (
            |b| b.pkix(false)?.dane(DaneUsages::OFF)?.dane_inbound(false)?.posh(false),
            Contradiction::NoProof(named()),
        ),
    ] {
        let (first, second) = expected.settings();
        assert!([first, second].contains(&Setting::PeerRequirement), "{expected}");
        assert_eq!(with(change, must()), Err(PolicyError::Contradiction(expected)));
        assert_eq!(with(change, PeerPolicy::default()), Ok(()));
    }
    let exception = Exception { digest: key(1), until: 1_900_000_000 };
    let excepted = PeerPolicy { exceptions: vec![exception], ..must() };
    assert_eq!(
        with(|b| b.pkix(false)?.dane(DaneUsages::OFF)?.dane_inbound(false)?.posh(false), excepted),
        Ok(())
    );
    let weak = PeerPolicy { requirement: Some(Requirement::AuthenticateOrDialback), ..PeerPolicy::default() };
    let plaintext: Change = |b| b.dialback(true)?.starttls(StarttlsDemand::TryThenAllowPlaintext);
    let refused = PolicyError::Contradiction(Contradiction::PlaintextDialback(named()));
    assert_eq!(with(plaintext, weak.clone()), Err(refused));
    assert_eq!(with(|b| b.dialback(true), weak), Ok(()));
}
