//! A policy is built once, and refuses what cannot be met; beside each refusal stands its nearest twin
//! that is accepted.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use support::policy::{Change, accepts, builder, built, key, trusted};
use support::scene::domain;
use xmpptls::parameter::{CipherSuite, Group, Parameters, Version};
use xmpptls::policy::{
    ClientCertificate, Contradiction, DaneUsages, Directions, Exception, Gate, PeerPolicy, PolicyBuilder,
    PolicyError, Preset, Requirement, Setting, StarttlsDemand,
};
use xmpptls::proof::pkix::TrustAnchors;

#[track_caller]
fn contradicts(preset: Preset, refused: Change, expected: Contradiction, first: Setting, second: Setting) {
    let error = built(preset, refused).unwrap_err();
    assert_eq!(error, PolicyError::Contradiction(expected));
    assert_eq!(error.settings(), (Some(first), Some(second)));
    let text = error.to_string();
    assert!(text.contains(first.path()) && text.contains(second.path()), "{text}");
}

#[test]
fn a_setting_is_set_once() {
    let mut builder = builder(Preset::S2s2026);
    builder.dane_required(true).unwrap();
    assert_eq!(builder.dane_required(true).unwrap_err(), PolicyError::SetTwice(Setting::DaneRequired));
    assert_eq!(builder.trust_anchors(trusted()).unwrap_err(), PolicyError::SetTwice(Setting::TrustAnchors));
    builder.oldest_version(Version::Tls13).unwrap();
    assert_eq!(
        builder.parameters(Parameters::bcp195()).unwrap_err(),
        PolicyError::SetTwice(Setting::OldestVersion)
    );
    builder.peer(domain("a.example"), PeerPolicy::default()).unwrap();
    let again = builder.peer(domain("A.example."), PeerPolicy::default()).unwrap_err();
    assert_eq!(again, PolicyError::PeerTwice(domain("a.example")));
    assert!(builder.build().is_ok());
}

#[test]
fn atk_id_02_a_policy_without_trust_anchors_is_refused_by_that_name() {
    for preset in [Preset::C2sClient2026, Preset::S2s2026, Preset::S2sWithDialback2026] {
        let error = PolicyBuilder::new(preset).build().unwrap_err();
        assert_eq!(error, PolicyError::NoTrustAnchors, "{preset}");
        assert!(error.to_string().starts_with("no trust anchors configured"), "{error}");
        let empty = PolicyBuilder::new(preset).trust_anchors(TrustAnchors::default()).unwrap().build();
        assert_eq!(empty.unwrap_err(), PolicyError::NoTrustAnchors);
        assert!(builder(preset).build().is_ok(), "{preset}");
        assert!(PolicyBuilder::new(preset).pkix(false).unwrap().build().is_ok(), "{preset}");
    }
    assert!(PolicyBuilder::new(Preset::C2sServer2026).build().is_ok(), "users are authenticated by SASL");
}

#[test]
fn atk_id_02_a_peer_that_must_be_authenticated_needs_trust_anchors_too() {
    let with_peer = |requirement| {
        let peer = PeerPolicy { requirement, ..PeerPolicy::default() };
        let mut builder = PolicyBuilder::new(Preset::S2s2026);
        builder.requirement(Requirement::EncryptOnly).unwrap();
        builder.peer(domain("bank.example"), peer).unwrap().build()
    };
    assert_eq!(with_peer(Some(Requirement::Authenticate)).unwrap_err(), PolicyError::NoTrustAnchors);
    assert!(with_peer(None).is_ok());
}

#[test]
fn dialback_in_c2s_is_refused() {
    for preset in [Preset::C2sClient2026, Preset::C2sServer2026] {
        contradicts(
            preset,
            |b| b.dialback(true),
            Contradiction::DialbackInC2s,
            Setting::Dialback,
            Setting::Requirement,
        );
    }
    contradicts(
        Preset::C2sClient2026,
        |b| b.requirement(Requirement::AuthenticateOrDialback),
        Contradiction::DialbackInC2s,
        Setting::Dialback,
        Setting::Requirement,
    );
    accepts(Preset::S2s2026, |b| b.dialback(true));
    accepts(Preset::C2sClient2026, |b| b.dialback(false));
}

#[test]
fn dialback_that_counts_must_be_spoken() {
    contradicts(
        Preset::S2s2026,
        |b| b.requirement(Requirement::AuthenticateOrDialback),
        Contradiction::DialbackNotSpoken(None),
        Setting::Requirement,
        Setting::Dialback,
    );
    accepts(Preset::S2s2026, |b| b.requirement(Requirement::AuthenticateOrDialback)?.dialback(true));
}

#[test]
fn dane_that_is_required_must_be_on() {
    contradicts(
        Preset::S2s2026,
        |b| b.dane_required(true)?.dane(DaneUsages::OFF)?.dane_inbound(false),
        Contradiction::DaneRequiredButOff(None),
        Setting::DaneRequired,
        Setting::DaneUsages,
    );
    accepts(Preset::S2s2026, |b| b.dane_required(true));
    accepts(Preset::S2s2026, |b| b.dane(DaneUsages::OFF)?.dane_inbound(false));
}

#[test]
fn dane_cannot_be_required_of_those_who_need_not_be_authenticated() {
    contradicts(
        Preset::S2s2026,
        |b| b.dane_required(true)?.requirement(Requirement::EncryptOnly),
        Contradiction::DaneRequiredOfNobody(None),
        Setting::DaneRequired,
        Setting::Requirement,
    );
    accepts(Preset::S2s2026, |b| b.dane_required(false)?.requirement(Requirement::EncryptOnly));
}

#[test]
fn dane_22_inbound_dane_needs_dane_and_an_inbound_server() {
    contradicts(
        Preset::S2s2026,
        |b| b.dane(DaneUsages::OFF),
        Contradiction::DaneInboundButOff,
        Setting::DaneInbound,
        Setting::DaneUsages,
    );
    contradicts(
        Preset::C2sClient2026,
        |b| b.dane_inbound(true),
        Contradiction::DaneInboundInC2s,
        Setting::DaneInbound,
        Setting::Directions,
    );
    accepts(Preset::S2s2026, |b| b.dane(DaneUsages::OFF)?.dane_inbound(false));
}

#[test]
fn dane_15_usages_that_add_to_pkix_need_pkix() {
    for usages in [DaneUsages::ALL, DaneUsages::PKIX] {
        let mut refused = PolicyBuilder::new(Preset::S2s2026);
        let error = refused.pkix(false).unwrap().dane(usages).unwrap().build().unwrap_err();
        assert_eq!(error, PolicyError::Contradiction(Contradiction::DanePkixUsagesWithoutPkix));
        assert_eq!(error.settings(), (Some(Setting::DaneUsages), Some(Setting::Pkix)));
    }
    accepts(Preset::S2s2026, |b| b.dane(DaneUsages::ALL));
    accepts(Preset::S2s2026, |b| b.pkix(false)?.dane(DaneUsages::RECOMMENDED));
}

#[test]
fn every_proof_off_is_refused_unless_nobody_or_only_excepted_peers_are_meant() {
    let off: Change = |b| b.pkix(false)?.dane(DaneUsages::OFF)?.dane_inbound(false)?.posh(false);
    contradicts(Preset::S2s2026, off, Contradiction::NoProof(None), Setting::Requirement, Setting::Pkix);
    accepts(Preset::S2s2026, |b| b.pkix(false)?.dane(DaneUsages::OFF)?.dane_inbound(false));
    let mut encrypted = builder(Preset::S2s2026);
    off(&mut encrypted).unwrap().requirement(Requirement::EncryptOnly).unwrap();
    assert!(encrypted.build().is_ok());
    let mut excepted = builder(Preset::S2s2026);
    let exception = Exception { digest: key(1), until: 2_000_000_000 };
    let peer = PeerPolicy { exceptions: vec![exception], ..PeerPolicy::default() };
    off(&mut excepted).unwrap().peer(domain("a.example"), peer).unwrap();
    assert!(excepted.build().is_ok());
}

#[test]
fn par_17_a_certificate_that_is_demanded_must_be_asked_for() {
    let never: Change = |b| b.client_certificate(ClientCertificate::Never);
    let contradiction = Contradiction::CertificateNotAskedFor(None);
    contradicts(Preset::S2s2026, never, contradiction, Setting::Requirement, Setting::ClientCertificate);
    accepts(Preset::S2sWithDialback2026, never);
    accepts(Preset::S2s2026, |b| {
        b.client_certificate(ClientCertificate::Never)?.directions(Directions::Initiating)
    });
    let users: Change = |b| b.requirement(Requirement::Authenticate);
    let contradiction = Contradiction::CertificateNotAskedFor(None);
    contradicts(
        Preset::C2sServer2026,
        users,
        contradiction,
        Setting::Requirement,
        Setting::ClientCertificate,
    );
    accepts(Preset::C2sServer2026, |b| {
        b.requirement(Requirement::Authenticate)?.client_certificate(ClientCertificate::Request)
    });
}

#[test]
fn stls_17_plaintext_is_only_allowed_where_nobody_must_be_authenticated() {
    let plaintext: Change = |b| b.starttls(StarttlsDemand::TryThenAllowPlaintext);
    for preset in [Preset::C2sClient2026, Preset::S2s2026] {
        let contradiction = Contradiction::PlaintextAuthenticated(None);
        contradicts(preset, plaintext, contradiction, Setting::Starttls, Setting::Requirement);
    }
    let contradiction = Contradiction::PlaintextDialback(None);
    contradicts(
        Preset::S2sWithDialback2026,
        plaintext,
        contradiction,
        Setting::Starttls,
        Setting::DialbackRequiresTls,
    );
    accepts(Preset::S2sWithDialback2026, |b| {
        b.starttls(StarttlsDemand::TryThenAllowPlaintext)?.dialback_requires_tls(false)
    });
    accepts(Preset::S2s2026, |b| {
        b.starttls(StarttlsDemand::TryThenAllowPlaintext)?.requirement(Requirement::EncryptOnly)
    });
}

#[test]
fn the_library_cannot_keep_the_gate_where_pairs_are_named_behind_it() {
    let contradiction = Contradiction::LibraryGateInReceivingS2s;
    let library: Change = |b| b.gate(Gate::Library);
    contradicts(Preset::S2s2026, library, contradiction, Setting::Gate, Setting::Directions);
    accepts(Preset::S2s2026, |b| b.gate(Gate::Library)?.directions(Directions::Initiating));
    contradicts(
        Preset::S2sWithDialback2026,
        |b| b.gate(Gate::Library)?.directions(Directions::Initiating),
        Contradiction::LibraryGateWithDialback,
        Setting::Gate,
        Setting::Requirement,
    );
    accepts(Preset::C2sServer2026, library);
}

#[test]
fn a_client_preset_does_not_serve() {
    let contradiction = Contradiction::DirectionOfPreset(Preset::C2sClient2026);
    contradicts(
        Preset::C2sClient2026,
        |b| b.directions(Directions::Both),
        contradiction,
        Setting::Directions,
        Setting::Requirement,
    );
    accepts(Preset::C2sClient2026, |b| b.directions(Directions::Initiating));
}

#[test]
fn a_posh_mismatch_that_is_final_needs_posh() {
    let contradiction = Contradiction::PoshFinalButOff;
    let refused: Change = |b| b.posh(false)?.posh_mismatch_is_final(true);
    contradicts(Preset::S2s2026, refused, contradiction, Setting::PoshMismatchIsFinal, Setting::Posh);
    accepts(Preset::S2s2026, |b| b.posh_mismatch_is_final(true));
    accepts(Preset::S2s2026, |b| b.posh(false));
}

#[test]
fn dtls_12_alpn_that_is_demanded_must_be_on() {
    let contradiction = Contradiction::AlpnRequiredButOff;
    let refused: Change = |b| b.require_alpn(true)?.alpn(false);
    contradicts(Preset::S2s2026, refused, contradiction, Setting::RequireAlpn, Setting::Alpn);
    let policy = accepts(Preset::S2s2026, |b| b.require_alpn(true));
    assert_eq!(policy.alpn_protocol(), Some(b"xmpp-server".as_slice()));
    assert_eq!(accepts(Preset::C2sClient2026, |b| b.alpn(false)).alpn_protocol(), None);
}

#[test]
fn pki_21_the_rule_about_inbound_servers_is_refused_for_users() {
    let allow: Change = |b| b.accept_client_auth_only(true);
    let contradiction = Contradiction::ClientAuthOnlyInC2s;
    contradicts(
        Preset::C2sServer2026,
        allow,
        contradiction,
        Setting::AcceptClientAuthOnly,
        Setting::Directions,
    );
    accepts(Preset::S2s2026, allow);
}

#[test]
fn versions_suites_and_groups_must_fit() {
    contradicts(
        Preset::S2s2026,
        |b| b.oldest_version(Version::Tls13)?.newest_version(Version::Tls12),
        Contradiction::VersionsCrossed,
        Setting::OldestVersion,
        Setting::NewestVersion,
    );
    contradicts(
        Preset::S2s2026,
        |b| b.cipher_suites(vec![CipherSuite::Aes128GcmSha256]),
        Contradiction::VersionWithoutSuite(Version::Tls12),
        Setting::OldestVersion,
        Setting::CipherSuites,
    );
    contradicts(
        Preset::S2s2026,
        |b| b.cipher_suites(vec![CipherSuite::EcdheRsaAes128GcmSha256]),
        Contradiction::VersionWithoutSuite(Version::Tls13),
        Setting::NewestVersion,
        Setting::CipherSuites,
    );
    contradicts(
        Preset::S2s2026,
        |b| b.groups(vec![Group::X25519MlKem768]),
        Contradiction::Tls12WithoutGroup,
        Setting::OldestVersion,
        Setting::Groups,
    );
    accepts(Preset::S2s2026, |b| b.oldest_version(Version::Tls13)?.newest_version(Version::Tls13));
    let only_13: Change = |b| {
        b.oldest_version(Version::Tls13)?
            .cipher_suites(vec![CipherSuite::Aes128GcmSha256])?
            .groups(vec![Group::X25519MlKem768])
    };
    assert_eq!(accepts(Preset::S2s2026, only_13).parameters().groups, [Group::X25519MlKem768]);
    accepts(Preset::S2s2026, |b| {
        b.cipher_suites(vec![CipherSuite::Aes128GcmSha256, CipherSuite::EcdheRsaAes128GcmSha256])
    });
}

#[test]
fn numbers_and_lists_have_limits() {
    let mut builder = builder(Preset::S2s2026);
    let age = builder.posh_maximum_age(0).unwrap_err();
    let setting = Setting::PoshMaximumAge;
    assert_eq!(age, PolicyError::OutOfRange { setting, minimum: 1, maximum: 2_592_000 });
    builder.posh_maximum_age(1).expect("a refused value does not count as set");
    assert!(matches!(builder.time_for_handshake(0), Err(PolicyError::OutOfRange { .. })));
    assert_eq!(builder.groups(vec![]).unwrap_err(), PolicyError::EmptyList(Setting::Groups));
    let twice = builder.groups(vec![Group::X25519, Group::X25519]).unwrap_err();
    assert_eq!(twice, PolicyError::Repeated(Setting::Groups));
    builder.groups(vec![Group::X25519]).unwrap();
    let pins = |count: u8| PeerPolicy { pins: (0..count).map(key).collect(), ..PeerPolicy::default() };
    let setting = Setting::PeerPins;
    let refused = builder.peer(domain("a.example"), pins(65)).unwrap_err();
    assert_eq!(refused, PolicyError::TooMany { setting, maximum: 64 });
    builder.peer(domain("a.example"), pins(64)).unwrap();
    let exception = Exception { digest: key(1), until: 253_402_300_800 };
    let peer = PeerPolicy { exceptions: vec![exception], ..PeerPolicy::default() };
    let refused = builder.peer(domain("b.example"), peer).unwrap_err();
    assert_eq!(refused, PolicyError::WrongEnd(domain("b.example")));
    assert!(builder.build().is_ok());
}
