//! What a person is shown about a connection (RFC 7590 §3.6), from real connections.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::ca::{Issued, NOW, leaf, root};
use support::pair::{Pair, context, credentials, feed, now, transmitted};
use support::scene::{domain, owner, posh, target, tlsa, tlsa_set};
use support::schema::{fits, load};
use xmpptls::connection::{Connection, Context};
use xmpptls::name::{Direction, Service, Transport};
use xmpptls::policy::{PolicyBuilder, Preset};
use xmpptls::proof::pkix::TrustAnchors;
use xmpptls::record::{Dnssec, Lookup};
use xmpptls::report::{Report, Summary};
use xmpptls::verification::{Answer, DialbackAnswer, DialbackPair, QuestionKind, Request, Verification};

const DOMAIN: &str = "im.example.com";
const PEER: &str = "peer.example";

/// The report as JSON, once its form was compared with the schema.
fn shown(connection: &Connection) -> Value {
    let report: Value = serde_json::from_str(&Report::of(connection, now()).to_json()).unwrap();
    let schema = load("docs/schema/report.json");
    fits(&schema, &schema, &report).unwrap_or_else(|why| panic!("{why}\n{report:#}"));
    let described = schema["properties"].as_object().unwrap();
    for name in report.as_object().unwrap().keys() {
        assert!(described.contains_key(name), "{name} is not described");
    }
    report
}

fn c2s(own: &Issued, ca: &Issued, settings: &[(&str, &str)]) -> Pair {
    let client = context(Preset::C2sClient2026, &[ca], None, settings);
    let server = context(Preset::C2sServer2026, &[], Some(credentials(&[DOMAIN], &[own])), &[]);
    Pair::new(&client, &server, Transport::Starttls, DOMAIN)
}

fn good(settings: &[(&str, &str)]) -> Pair {
    let ca = root();
    c2s(&leaf().dns(DOMAIN).signed_by(&ca), &ca, settings)
}

#[test]
fn hum_01_encrypted_is_said_of_a_handshake_that_is_done_and_of_nothing_else() {
    let mut pair = good(&[]);
    let facts = |own: &Connection| {
        let report = shown(own);
        (report["encrypted"].clone(), report["summary"].clone(), report["direction"].clone())
    };
    assert_eq!(facts(&pair.client), (json!(false), json!("plaintext"), json!("initiating")));
    assert_eq!(facts(&pair.server), (json!(false), json!("plaintext"), json!("receiving")));
    pair.run();
    assert_eq!(facts(&pair.client), (json!(true), json!("authenticated"), json!("initiating")));
    assert_eq!(facts(&pair.server), (json!(true), json!("encrypted-unauthenticated"), json!("receiving")));
    let mut refused = c2s(&leaf().dns("other.example").self_signed(), &root(), &[]);
    refused.run();
    assert_eq!(facts(&refused.client), (json!(false), json!("failed"), json!("initiating")));
    assert_eq!(shown(&refused.client)["tls"], Value::Null);
}

#[test]
fn hum_02_05_version_suite_and_key_exchange_are_named_and_numbered() {
    for (version, number, prefix) in
        [("TLSv1.3", 0x0304, "TLS_AES_"), ("TLSv1.2", 0x0303, "TLS_ECDHE_ECDSA_WITH_")]
    {
        let mut pair = good(&[("tls.newest_version", version)]);
        pair.run();
        for end in [&pair.client, &pair.server] {
            let tls = shown(end)["tls"].clone();
            assert_eq!((&tls["version"], &tls["version_number"]), (&json!(version), &json!(number)));
            let suite = tls["suite"].as_str().unwrap();
            assert!(suite.starts_with(prefix), "{suite}");
            assert!(tls["suite_number"].is_u64() && tls["group"].is_string());
        }
        let tls = shown(&pair.client)["tls"].clone();
        assert_eq!(tls["signature_scheme"], json!("ecdsa_secp256r1_sha256"));
        assert_eq!(tls["extended_master_secret"], if number == 0x0303 { json!(true) } else { Value::Null });
    }
}

/// An initiating server's connection, judged by evidence that was gathered before.
fn gathered(
    own: &Issued,
    ca: &Issued,
    change: impl FnOnce(&mut PolicyBuilder),
    evidence: &dyn Fn(&mut Verification),
) -> Pair {
    let mut builder = PolicyBuilder::new(Preset::S2s2026);
    builder.trust_anchors(TrustAnchors::from_der([ca.der.as_slice()])).unwrap();
    change(&mut builder);
    let client = Context::new(builder.build().unwrap(), None).unwrap();
    let server = context(Preset::S2s2026, &[ca], Some(credentials(&[DOMAIN], &[own])), &[]);
    let mut verification = Verification::prepare(Request {
        domain: domain(DOMAIN),
        service: Service::S2s,
        direction: Direction::Initiating,
        endpoint: Some(target(Some(Dnssec::Secure), Dnssec::Secure)),
        policy: client.policy(),
    });
    evidence(&mut verification);
    let mut pair = Pair::new(&client, &server, Transport::DirectTls, DOMAIN);
    pair.client.set_verification(verification.prepared()).unwrap();
    pair.run();
    pair
}

/// Answers TLSA and POSH questions.
fn answer(verification: &mut Verification, records: Option<&[Vec<u8>]>, document: Option<&Issued>) {
    while let Some(question) = verification.next_question(NOW) {
        let answer = match (&question.kind, records, document) {
            (QuestionKind::Tlsa { owner: asked }, Some(records), _) => {
                assert_eq!(*asked, owner());
                let Lookup::Found(set) = tlsa_set(Dnssec::Secure, records) else { panic!() };
                Answer::Tlsa(set)
            }
            (QuestionKind::Posh { .. }, _, Some(own)) => Answer::Posh(posh(DOMAIN, Service::S2s, &[own])),
            _ => Answer::Absent(Dnssec::Secure),
        };
        verification.answer(question.id, answer).unwrap();
    }
}

#[test]
fn hum_03_dna_01_the_report_says_by_which_proof_and_why_not_by_others() {
    let ca = root();
    let signed = leaf().dns(DOMAIN).signed_by(&ca);
    let strange = leaf().dns("other.example").self_signed();
    let records = [tlsa(3, 1, 1, &strange)];
    for (own, method, records, document) in [
        (&signed, "pkix", None, None),
        (&strange, "dane-ee", Some(&records[..]), None),
        (&strange, "posh", None, Some(&strange)),
    ] {
        let pair = gathered(own, &ca, |_| (), &|verification| answer(verification, records, document));
        let report = shown(&pair.client);
        assert_eq!(report["summary"], json!("authenticated"), "{method}");
        let verdict = &report["verdicts"][0];
        assert_eq!(verdict["method"], json!(method));
        let proofs: Vec<_> =
            verdict["attempts"].as_array().unwrap().iter().map(|own| &own["proof"]).collect();
        assert_eq!(
            proofs,
            [&json!("dane"), &json!("pkix"), &json!("posh"), &json!("exception"), &json!("dialback")]
        );
        let passed =
            verdict["attempts"].as_array().unwrap().iter().find(|own| own["outcome"] == "passed").unwrap();
        assert_eq!(passed["method"], json!(method));
        let evidence = &passed["evidence"];
        match method {
            "dane-ee" => assert!(evidence["matched"].as_str().unwrap().starts_with("3 1 1 ")),
            "posh" => {
                assert!(evidence["url"].as_str().unwrap().ends_with("/.well-known/posh/xmpp-server.json"))
            }
            _ => assert_eq!(verdict["name"]["value"], json!(DOMAIN)),
        }
        assert_eq!(report["policy"], json!("s2s-2026"));
        assert_eq!(report["tls"]["alpn"], json!("xmpp-server"));
        let text = report["text"].as_str().unwrap();
        assert!(text.contains("authenticated") && text.contains(method), "{text}");
    }
}

#[test]
fn hum_04_the_certificate_is_shown_after_a_refusal_too() {
    let ca = root();
    let own = leaf().dns("other.example").srv_name("_xmpp-server.other.example").self_signed();
    let mut pair = c2s(&own, &ca, &[]);
    pair.run();
    let report = shown(&pair.client);
    let certificate = &report["peer_chain"][0];
    let names = certificate["names"].to_string();
    assert!(names.contains("other.example") && names.contains("_xmpp-server.other.example"), "{names}");
    assert_eq!(certificate["subject"], json!("CN=leaf"));
    assert_eq!(certificate["not_after"], json!(NOW + 89 * 86_400));
    assert_eq!(certificate["sha256"].as_str().unwrap().len(), 64);
    let mut served = good(&[]);
    served.run();
    let seen = shown(&served.client)["peer_chain"][0]["sha256"].clone();
    assert_eq!(shown(&served.server)["own_certificate"]["sha256"], seen);
}

#[test]
fn hum_07_dialback_is_weak_in_the_report_and_never_authenticated() {
    let ca = root();
    let peer = leaf().dns(PEER).self_signed();
    let own = leaf().dns(DOMAIN).signed_by(&ca);
    let server = context(Preset::S2sWithDialback2026, &[&ca], Some(credentials(&[DOMAIN], &[&own])), &[]);
    let client = context(Preset::S2sWithDialback2026, &[&ca], Some(credentials(&[PEER], &[&peer])), &[]);
    let mut pair = Pair::new(&client, &server, Transport::Starttls, DOMAIN);
    pair.client.set_own_domain(domain(PEER)).unwrap();
    pair.run();
    assert_eq!(Report::of(&pair.server, now()).summary(), Summary::EncryptedUnauthenticated);
    let dialback =
        DialbackPair { originating: domain(PEER), receiving: domain(DOMAIN), stream_id: "D60000229F".into() };
    let mut verification = pair.server.verification(domain(PEER), None, None).unwrap();
    verification.ask_dialback(dialback);
    while let Some(question) = verification.next_question(NOW) {
        let answer = match &question.kind {
            QuestionKind::Dialback { .. } => {
                Answer::Dialback(DialbackAnswer { valid: true, dnssec: false, over_tls: true })
            }
            _ => Answer::Absent(Dnssec::Insecure),
        };
        verification.answer(question.id, answer).unwrap();
    }
    pair.server.conclude(now(), verification.decide(NOW)).unwrap();
    let report = shown(&pair.server);
    assert_eq!(report["summary"], json!("weakly-verified"));
    assert_eq!(report["verdicts"][0]["method"], json!("dialback"));
    assert!(report["text"].as_str().unwrap().contains("verified weakly, by dialback"));
}

#[test]
fn hum_09_a_stripped_offer_and_a_refused_command_are_reported() {
    let mut pair = good(&[]);
    transmitted(&mut pair.client);
    let answer = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' \
                  from='im.example.com' version='1.0'><stream:features/>\
                  <failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    feed(&mut pair.client, answer.as_bytes(), &mut Vec::new(), usize::MAX);
    let report = shown(&pair.client);
    assert_eq!(report["summary"], json!("failed"));
    assert_eq!(report["starttls"]["offered"], json!(false));
    assert!(report["starttls"]["notes"].as_array().unwrap().contains(&json!("starttls_not_offered")));
    assert_eq!(report["cause"]["name"], json!("tls_failed"));
    assert!(report["text"].as_str().unwrap().contains("was not offered; it was tried all the same"));
}
