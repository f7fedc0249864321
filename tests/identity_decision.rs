//! How proofs combine, what the policy demands, and what a verdict says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{
    CLIENT_AUTH, DAY, Issued, NOW, Recipe, SERVER_AUTH, authority, leaf, revocation_list, root, rsa_spki,
};
use support::scene::{DOMAIN, Scene, TARGET, domain, notes, policy, posh, s2s, tlsa, words};
use xmpptls::name::{Direction, Endpoint, Service, Transport};
use xmpptls::policy::{Preset, Requirement, Revocation};
use xmpptls::proof::pkix::{RevocationList, RevocationLists, Staple};
use xmpptls::record::{Dnssec, Lookup, LookupFailure};
use xmpptls::verdict::{Alert, Level, Method, Proof};
use xmpptls::verification::{Presented, decide};

fn good(ca: &Issued) -> Issued {
    leaf().dns(DOMAIN).signed_by(ca)
}

fn self_signed() -> Issued {
    leaf().dns("other.example").self_signed()
}

#[test]
fn pki_16_a_good_chain_is_authenticated_by_pkix() {
    let ca = root();
    let verdict = s2s(&[&ca], &[&good(&ca)]).verdict();
    assert_eq!((verdict.level(), verdict.method()), (Level::Authenticated, Some(Method::Pkix)));
    assert!(verdict.is_permitted() && verdict.may_use_plain());
    assert_eq!(verdict.name().unwrap().presented.text, DOMAIN);
    assert_eq!(verdict.alert(), None);
    let proofs: Vec<_> = verdict.attempts().iter().map(|attempt| attempt.proof).collect();
    assert_eq!(proofs, Proof::ALL, "the trail holds every proof once");
}

#[test]
fn atk_id_04_a_self_signed_certificate_with_the_right_name_is_refused() {
    let own = leaf().dns(DOMAIN).self_signed();
    let verdict = s2s(&[], &[&own]).verdict();
    assert_eq!(verdict.level(), Level::Refused);
    assert_eq!(words(&verdict), ["self_signed", "authentication_required"]);
    assert_eq!(verdict.alert(), Some(Alert::UnknownCa));
    assert!(verdict.chain().is_some(), "the chain is there to be shown (PKI-27)");
}

#[test]
fn every_reason_is_kept() {
    let odd = leaf().dns("other.example").expired().self_signed();
    let verdict = s2s(&[], &[&odd]).verdict();
    for word in ["name_mismatch", "expired", "self_signed", "authentication_required"] {
        assert!(words(&verdict).contains(&word), "{word}: {:?}", words(&verdict));
    }
}

#[test]
fn pki_27_the_alert_says_what_is_wrong() {
    let ca = root();
    let number = |recipe: Recipe| s2s(&[&ca], &[&recipe.signed_by(&ca)]).verdict().alert().unwrap().number();
    assert_eq!(number(leaf().dns("other.example")), 42);
    assert_eq!(number(leaf().dns(DOMAIN).purposes(&[CLIENT_AUTH])), 43);
    assert_eq!(number(leaf().dns(DOMAIN).expired()), 45);
    assert_eq!(number(leaf().dns(DOMAIN).not_yet_valid()), 45);
    let mut none = s2s(&[&ca], &[&good(&ca)]);
    none.chain = None;
    assert_eq!(none.verdict().alert().unwrap().number(), 46);
}

#[test]
fn posh_15_a_fingerprint_proves_any_certificate() {
    let server = self_signed();
    let scene = s2s(&[], &[&server]).with_posh(posh(DOMAIN, Service::S2s, &[&server]));
    let verdict = scene.verdict();
    assert_eq!(verdict.method(), Some(Method::Posh));
    assert!(notes(&verdict).contains(&"posh_no_known_name"), "POSH-17");
    assert_eq!(verdict.valid_until(), Some(NOW + 86_400));
    let named = leaf().dns(TARGET).self_signed();
    let scene = s2s(&[], &[&named]).with_posh(posh(DOMAIN, Service::S2s, &[&named]));
    assert!(!notes(&scene.verdict()).contains(&"posh_no_known_name"));
}

#[test]
fn posh_14_a_mismatch_is_a_reason_and_another_proof_may_carry() {
    let ca = root();
    let server = good(&ca);
    let mut scene = s2s(&[&ca], &[&server]).with_posh(posh(DOMAIN, Service::S2s, &[&self_signed()]));
    let verdict = scene.verdict();
    assert_eq!(verdict.method(), Some(Method::Pkix));
    assert!(words(&verdict).contains(&"posh_mismatch") && notes(&verdict).contains(&"posh_mismatch"));
    scene.policy = policy(Preset::S2s2026, &[&ca], |own| {
        own.posh_mismatch_is_final(true).unwrap();
    });
    let verdict = scene.verdict();
    assert_eq!(verdict.level(), Level::Refused);
    assert!(words(&verdict).contains(&"posh_mismatch_final"));
}

#[test]
fn posh_14_only_a_good_document_contradicts() {
    let ca = root();
    let mut scene = s2s(&[&ca], &[&good(&ca)]);
    scene.policy = policy(Preset::S2s2026, &[&ca], |own| {
        own.posh_mismatch_is_final(true).unwrap();
    });
    let other = self_signed();
    let document = || posh(DOMAIN, Service::S2s, &[&other]);
    let mut unverified = document();
    unverified.https_verified = false;
    let mut old = document();
    old.fetched_at -= 86_401;
    let foreign = posh("example.com", Service::S2s, &[&other]);
    for no_evidence in [unverified, old, foreign] {
        scene.evidence.posh = Lookup::Found(no_evidence);
        let verdict = scene.verdict();
        assert_eq!(verdict.method(), Some(Method::Pkix), "{:?}", words(&verdict));
        assert!(words(&verdict).contains(&"posh_mismatch") && !notes(&verdict).contains(&"posh_mismatch"));
    }
    scene.evidence.posh = Lookup::Found(document());
    assert_eq!(scene.level(), Level::Refused);
}

#[test]
fn posh_16_dates_and_keys_count_under_posh() {
    for (recipe, word) in [
        (leaf().expired(), "expired"),
        (leaf().not_yet_valid(), "not_yet_valid"),
        (leaf().spki(rsa_spki(1024)), "weak_key"),
    ] {
        let server = recipe.signed_by(&root());
        let verdict = s2s(&[], &[&server]).with_posh(posh(DOMAIN, Service::S2s, &[&server])).verdict();
        assert_eq!(verdict.level(), Level::Refused);
        let attempt = &verdict.attempts()[2];
        assert_eq!(attempt.reasons.len(), 1);
        assert_eq!(attempt.reasons[0].code().word(), word);
    }
    let short = leaf().valid(NOW - DAY, NOW + 3600).self_signed();
    let verdict = s2s(&[], &[&short]).with_posh(posh(DOMAIN, Service::S2s, &[&short])).verdict();
    assert_eq!(verdict.valid_until(), Some(NOW + 3600), "the certificate ends before the document");
}

#[test]
fn posh_05_only_the_leaf_and_only_the_whole_certificate_count() {
    let ca = root();
    let server = leaf().dns("other.example").signed_by(&ca);
    let issuer_listed = s2s(&[], &[&server, &ca]).with_posh(posh(DOMAIN, Service::S2s, &[&ca]));
    assert!(words(&issuer_listed.verdict()).contains(&"posh_mismatch"), "ATK-PO-06");
    let renewed = leaf().dns("other.example").serial(&[9]).key(&server.key).signed_by(&ca);
    let same_key = s2s(&[], &[&renewed]).with_posh(posh(DOMAIN, Service::S2s, &[&server]));
    assert!(words(&same_key.verdict()).contains(&"posh_mismatch"), "ATK-PO-05");
}

#[test]
fn posh_02_08_10_a_document_needs_verified_https_and_freshness() {
    let server = self_signed();
    let scene = || s2s(&[], &[&server]).with_posh(posh(DOMAIN, Service::S2s, &[&server]));
    let change = |change: fn(&mut xmpptls::record::PoshEvidence)| {
        let mut scene = scene();
        let Lookup::Found(evidence) = &mut scene.evidence.posh else { panic!() };
        change(evidence);
        words(&scene.verdict())[2]
    };
    assert_eq!(change(|own| own.https_verified = false), "posh_fetch_failed");
    assert_eq!(change(|own| own.expires = 0), "posh_stale");
    assert_eq!(change(|own| own.fetched_at -= 86_401), "posh_stale");
    assert_eq!(scene().method(), Some(Method::Posh));
    let mut old = scene();
    let Lookup::Found(evidence) = &mut old.evidence.posh else { panic!() };
    evidence.expires = 1 << 53;
    evidence.fetched_at = NOW - 604_800;
    assert_eq!(old.method(), Some(Method::Posh), "seven days are the cap");
    old.now += 1;
    assert!(words(&old.verdict()).contains(&"posh_stale"));
    let mut early = scene();
    let Lookup::Found(evidence) = &mut early.evidence.posh else { panic!() };
    evidence.fetched_at = NOW + 30 * DAY;
    assert_eq!(early.verdict().valid_until(), Some(NOW + 86_400), "fetched by a clock that runs ahead");
}

#[test]
fn atk_po_07_a_document_of_another_service_or_domain_proves_nothing() {
    let server = self_signed();
    for (name, service) in [(DOMAIN, Service::C2s), ("example.com", Service::S2s)] {
        let verdict = s2s(&[], &[&server]).with_posh(posh(name, service, &[&server])).verdict();
        assert!(words(&verdict).contains(&"posh_foreign_document"), "{name}");
        assert_eq!(verdict.level(), Level::Refused);
    }
}

#[test]
fn posh_12_absence_and_failure_are_told_apart_and_refuse_nobody() {
    let ca = root();
    for (answer, word) in [
        (Lookup::Absent(Dnssec::Insecure), None),
        (Lookup::Failed(LookupFailure::Timeout), Some("posh_fetch_failed")),
        (Lookup::Failed(LookupFailure::Malformed), Some("posh_bad_document")),
    ] {
        let mut scene = s2s(&[&ca], &[&good(&ca)]);
        scene.evidence.posh = answer;
        let verdict = scene.verdict();
        assert_eq!(verdict.method(), Some(Method::Pkix));
        assert_eq!(words(&verdict).first().copied(), word);
    }
}

#[test]
fn pki_20_21_inbound_servers_are_judged_as_servers() {
    let ca = root();
    let verdict = |purposes: &[&str]| {
        let mut scene = s2s(&[&ca], &[&leaf().dns(DOMAIN).purposes(purposes).signed_by(&ca)]);
        scene.direction = Direction::Receiving;
        scene.endpoint = None;
        scene.verdict()
    };
    let server = verdict(&[SERVER_AUTH]);
    assert_eq!(server.method(), Some(Method::Pkix));
    assert!(notes(&server).contains(&"server_certificate_as_client"), "ATK-EX-01");
    assert_eq!(words(&verdict(&[CLIENT_AUTH])), ["bad_eku", "authentication_required"]);
}

#[test]
fn pki_22_users_are_judged_as_users() {
    let ca = root();
    let verdict = |purposes: &[&str]| {
        let user = leaf().xmpp_addr("juliet@im.example.com").purposes(purposes).signed_by(&ca);
        let mut scene = s2s(&[&ca], &[&user]);
        scene.service = Service::C2s;
        scene.direction = Direction::Receiving;
        scene.endpoint = None;
        scene.policy = policy(Preset::C2sServer2026, &[&ca], |_| ());
        scene.verdict()
    };
    assert_eq!(verdict(&[CLIENT_AUTH]).method(), Some(Method::Pkix));
    let by_posh = {
        let user = leaf().xmpp_addr("juliet@im.example.com").purposes(&[CLIENT_AUTH]).self_signed();
        let mut scene = s2s(&[&ca], &[&user]).with_posh(posh(DOMAIN, Service::C2s, &[&user]));
        scene.service = Service::C2s;
        scene.direction = Direction::Receiving;
        scene.endpoint = None;
        scene.policy = policy(Preset::C2sServer2026, &[&ca], |own| {
            own.posh(true).unwrap();
        });
        scene.verdict()
    };
    assert_eq!(by_posh.method(), None, "a document of the domain speaks of servers");
    let server = verdict(&[SERVER_AUTH]);
    assert_eq!(server.level(), Level::EncryptedOnly, "SASL is the host's");
    assert_eq!(words(&server), ["bad_eku"]);
}

#[test]
fn par_17_a_peer_without_certificate_is_nobody() {
    let ca = root();
    let mut scene = s2s(&[&ca], &[&good(&ca)]);
    scene.chain = None;
    assert_eq!(words(&scene.verdict()), ["no_certificate", "authentication_required"]);
}

#[test]
fn pki_23_a_revoked_certificate_is_not_made_good_by_posh() {
    let ca = root();
    let server = leaf().dns(DOMAIN).serial(&[0x55]).signed_by(&ca);
    let scene = |revoked: &[&[u8]]| {
        let list = revocation_list(&ca, revoked, NOW - DAY, Some(NOW + DAY));
        let lists = RevocationLists::new([RevocationList::parse(&list).unwrap()]).unwrap();
        let mut scene = s2s(&[&ca], &[&server]).with_posh(posh(DOMAIN, Service::S2s, &[&server]));
        scene.policy = policy(Preset::S2s2026, &[&ca], |own| {
            own.revocation_lists(lists).unwrap();
        });
        scene
    };
    let verdict = scene(&[&[0x55]]).verdict();
    assert_eq!((verdict.level(), verdict.alert()), (Level::Refused, Some(Alert::CertificateRevoked)));
    assert_eq!(scene(&[&[0x56]]).method(), Some(Method::Pkix));
}

#[test]
fn pki_23_must_staple_counts_in_full_handshakes_of_an_initiator() {
    let ca = root();
    let server = leaf().dns(DOMAIN).must_staple().signed_by(&ca);
    let scene = s2s(&[&ca], &[&server]);
    let verdict = |staple| {
        let mut case = scene.case();
        case.presented.staple = staple;
        decide(&case)
    };
    assert_eq!(words(&verdict(Staple::Absent)), ["must_staple_missing"]);
    assert_eq!(verdict(Staple::NotApplicable).method(), Some(Method::Pkix));
    let unchecked = verdict(Staple::Unchecked);
    assert_eq!(unchecked.method(), Some(Method::Pkix));
    assert!(notes(&unchecked).contains(&"staple_unchecked"));
}

#[test]
fn pki_23_unknown_revocation_follows_the_policy() {
    let ca = root();
    let mut scene = s2s(&[&ca], &[&good(&ca)]);
    assert!(notes(&scene.verdict()).contains(&"revocation_unknown"));
    scene.policy = policy(Preset::S2s2026, &[&ca], |own| {
        own.revocation(Revocation::RequireKnown).unwrap();
    });
    assert!(words(&scene.verdict()).contains(&"revocation_unknown"));
}

#[test]
fn stls_32_a_configured_host_is_a_name_and_is_reported() {
    let ca = root();
    let mut scene = s2s(&[&ca], &[&leaf().dns("host.example.org").signed_by(&ca)]);
    let endpoint = Endpoint::configured(domain("host.example.org"), 5269, Transport::Starttls);
    scene.endpoint = Some(endpoint);
    assert!(notes(&scene.verdict()).contains(&"configured_host_counted"));
    scene.policy = policy(Preset::S2s2026, &[&ca], |own| {
        own.configured_host_counts(false).unwrap();
    });
    assert!(words(&scene.verdict()).contains(&"name_mismatch"));
}

#[test]
fn a_chain_alone_authenticates_no_connection() {
    let ca = root();
    let scene = s2s(&[&ca], &[&good(&ca)]);
    let chain = scene.chain.clone().unwrap();
    let mut case = scene.case();
    case.presented = Presented::chain_alone(&chain);
    let verdict = decide(&case);
    assert_eq!(verdict.level(), Level::Authenticated);
    assert!(notes(&verdict).contains(&"possession_not_shown"));
    assert!(!verdict.is_permitted() && !verdict.may_use_plain());
    assert!(verdict.permits(Requirement::EncryptOnly));
}

#[test]
fn hum_07_encrypted_only_is_never_authenticated() {
    let mut scene = s2s(&[], &[&self_signed()]);
    scene.policy = policy(Preset::S2s2026, &[], |own| {
        own.requirement(Requirement::EncryptOnly).unwrap();
    });
    let verdict = scene.verdict();
    assert_eq!((verdict.level(), verdict.method()), (Level::EncryptedOnly, None));
    assert!(verdict.is_permitted() && !verdict.may_use_plain());
    assert!(verdict.to_string().contains("encrypted_only"));
}

#[test]
fn hum_08_what_a_peer_wrote_is_escaped_in_every_text() {
    let between = authority("Evil\nCA\u{202e}").self_signed();
    let server = leaf().uri("x").xmpp_addr("a\u{202e}b@c.example").signed_by(&between);
    let verdict = s2s(&[], &[&server]).verdict();
    for text in [verdict.to_string(), verdict.to_json()] {
        assert!(!text.contains('\n') && !text.contains('\u{202e}'), "{text}");
    }
}

#[test]
fn the_json_form_says_what_the_verdict_says() {
    let ca = root();
    let server = good(&ca);
    let verdict = s2s(&[&ca], &[&server]).with_tlsa(&[tlsa(3, 1, 1, &server), vec![9, 9, 9, 9]]).verdict();
    let json: serde_json::Value = serde_json::from_str(&verdict.to_json()).unwrap();
    assert_eq!(json["format"], "xmpptls-verdict-1");
    assert_eq!(json["level"], "authenticated");
    assert_eq!(json["method"], "dane-ee");
    assert_eq!(json["attempts"][0]["evidence"]["owner"], format!("_5269._tcp.{TARGET}."));
    assert_eq!(json["attempts"][0]["evidence"]["unusable"][0]["rdata"], "09090909");
    assert_eq!(json["attempts"][1]["outcome"], "skipped");
    assert_eq!(json["notes"][0]["name"], "dane_records_unusable");
    assert_eq!(json["valid_until"], NOW + 3600);
    assert_eq!(json["permitted"], true);
    let refused = s2s(&[], &[&self_signed()]).verdict().to_json();
    let json: serde_json::Value = serde_json::from_str(&refused).unwrap();
    assert_eq!(json["reasons"][0]["code"], 100);
    assert_eq!(json["reasons"][0]["clause"], "RFC 9525 §6");
    assert_eq!(json["alert"], 48);
}

#[test]
fn sec_07_taking_evidence_away_never_makes_a_better_verdict() {
    let ca = root();
    let server = good(&ca);
    let rank = |scene: &Scene| match scene.level() {
        Level::Authenticated => 3,
        Level::Weak => 2,
        Level::EncryptedOnly => 1,
        Level::Refused => 0,
    };
    for record in [tlsa(3, 1, 1, &server), tlsa(3, 1, 1, &ca), vec![3, 1, 1, 0]] {
        for fingerprint in [&server, &ca] {
            for anchors in [&[&ca][..], &[]] {
                let scene = s2s(anchors, &[&server])
                    .with_tlsa(std::slice::from_ref(&record))
                    .with_posh(posh(DOMAIN, Service::S2s, &[fingerprint]));
                let whole = rank(&scene);
                let mut less = scene;
                let posh = std::mem::replace(&mut less.evidence.posh, Lookup::NotAsked);
                assert!(rank(&less) <= whole);
                less.evidence.posh = posh;
                less.evidence.tlsa.clear();
                assert!(rank(&less) <= whole);
            }
        }
    }
}

#[test]
fn sec_04_a_certificate_that_cannot_be_read_is_refused_as_malformed() {
    let ca = root();
    let scene = s2s(&[&ca], &[&good(&ca)]);
    let verdict = |der: &[&[u8]]| {
        let error = xmpptls::certificate::Chain::parse(der.iter().copied()).unwrap_err();
        let mut case = scene.case();
        case.presented = Presented::unreadable(&error);
        decide(&case)
    };
    let server = good(&ca);
    let cut = verdict(&[&server.der[..server.der.len() - 1]]);
    assert_eq!(words(&cut), ["malformed_cert", "authentication_required"]);
    assert_eq!(cut.alert(), Some(Alert::BadCertificate));
    let many = verdict(&[&*server.der; 11]);
    assert_eq!(words(&many), ["chain_too_long", "authentication_required"], "SEC-01");
}
