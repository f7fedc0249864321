//! `check` over the world of the demonstration: what is said, in which form, with which exit code.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../../tests/support/schema.rs"]
mod schema;
mod support;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Scratch, check, check_json, command, mends, run, said, world};

/// Whether a domain's check has this line of "what to mend".
fn has(domain: &str, code: &str) -> bool {
    mends(&check_json(domain, &[]).1).iter().any(|own| own == code)
}

#[track_caller]
fn assert_mend(code: &str, with: &str, without: &str) {
    assert!(has(with, code), "{with} has to {code}");
    assert!(!has(without, code), "{without} need not {code}");
}

#[test]
fn exit_codes_say_how_bad_it_is() {
    for (domain, code) in [
        ("srvid.example", 0),
        ("dane-ee.example", 0),
        ("dane-ta.example", 0),
        ("posh.plain.example", 0),
        ("none.example", 0),
        ("dialback.example", 1),
        ("injecting.example", 1),
        ("optional.example", 1),
        ("expired.example", 2),
        ("mismatch.example", 2),
        ("stripped.example", 2),
        ("im.forged.example", 2),
        ("gone.example", 3),
    ] {
        assert_eq!(check(domain, &[]).code, code, "{domain}");
    }
    assert_eq!(run(&["check"]).code, 64);
    assert_eq!(run(&["check", "exa..mple"]).code, 64);
    assert_eq!(run(&["check", "pkix.example", "--connect", "localhost:1"]).code, 64);
}

#[test]
fn each_proof_is_shown_for_itself() {
    let proofs = |domain| {
        let (_, check) = check_json(domain, &[]);
        let list = check["services"][0]["endpoints"][0]["proofs"].as_array().unwrap().clone();
        list.iter().map(|own| own["outcome"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(proofs("dane-ta.example"), ["passed", "failed", "not_tried"]);
    assert_eq!(proofs("mismatch.example"), ["failed", "passed", "not_tried"]);
    assert_eq!(proofs("posh.plain.example"), ["not_tried", "failed", "passed"]);
}

#[test]
fn what_to_mend_about_certificates() {
    assert_mend("expired", "expired.example", "ends-soon.example");
    assert_mend("ends_soon", "ends-soon.example", "expired.example");
    assert_mend("not_yet_valid", "early.example", "expired.example");
    assert_mend("wrong_name", "wrong-name.example", "expired.example");
    assert_mend("wrong_purpose", "purpose.example", "expired.example");
    assert_mend("self_signed", "dialback.example", "private.example");
    assert_mend("untrusted_issuer", "private.example", "dialback.example");
}

#[test]
fn what_to_mend_about_the_other_proofs() {
    assert_mend("dane_mismatch", "mismatch.example", "dane-ee.example");
    assert_mend("no_tlsa", "srvid.example", "dane-ee.example");
    assert_mend("no_tlsa", "srvid.example", "expired.example");
    assert_mend("no_pkix", "dane-ee.example", "srvid.example");
    assert_mend("no_pkix", "posh.plain.example", "mismatch.example");
    assert_mend("posh_mismatch", "posh-other.plain.example", "posh.plain.example");
    assert_mend("posh_unusable", "posh-broken.plain.example", "posh-other.plain.example");
    assert_mend("dialback_only", "dialback.example", "private.example");
}

#[test]
fn what_to_mend_about_the_way_to_tls() {
    assert_mend("no_starttls", "stripped.example", "unoffered.example");
    assert_mend("starttls_not_offered", "unoffered.example", "optional.example");
    assert_mend("starttls_optional", "optional.example", "srvid.example");
    assert_mend("plaintext_injection", "injecting.example", "srvid.example");
    assert_mend("early_bytes", "early-bytes.example", "srvid.example");
    assert_mend("no_tls", "not-xmpp.example", "stripped.example");
}

#[test]
fn what_to_mend_about_tls() {
    assert_mend("no_tls_13", "tls12.example", "classic.example");
    assert_mend("no_post_quantum", "classic.example", "srvid.example");
    assert_mend("no_alpn", "no-alpn.example", "pkix.example");
    assert_mend("no_direct_tls", "srvid.example", "pkix.example");
}

#[test]
fn what_to_mend_about_where_the_service_is() {
    assert_mend("dead_end", "crowded.example", "srvid.example");
    assert_mend("dnssec_bogus", "im.forged.example", "posh.plain.example");
    let (code, check) = check_json("stalled.example", &["--timeout", "2"]);
    assert_eq!((code, mends(&check)), (3, vec!["stalled".to_owned()]));
    assert!(!has("stripped.example", "stalled"));
}

#[test]
fn a_record_to_publish_makes_the_proof_that_was_missing() {
    let (_, check) = check_json("mismatch.example", &[]);
    let line = check["services"][0]["mend"][0]["publish"][0].as_str().unwrap().to_owned();
    let certificate = &check["services"][0]["endpoints"][0]["verdict"]["certificate"];
    let key = certificate["public_key_sha256"].as_str().unwrap();
    assert!(line.ends_with(&format!(". IN TLSA 3 1 1 {key}")), "{line}");
}

#[test]
fn eight_endpoints_of_which_half_are_dead_ends_are_all_reported_in_time() {
    let started = Instant::now();
    let (code, check) = check_json("crowded.example", &["--timeout", "8"]);
    assert!(started.elapsed() < Duration::from_secs(9));
    let endpoints = check["services"][0]["endpoints"].as_array().unwrap();
    let count = |contact: &str| endpoints.iter().filter(|own| own["contact"] == contact).count();
    assert_eq!((code, count("tls"), count("unreachable")), (1, 4, 4));
}

#[test]
fn eight_endpoints_of_which_half_let_everybody_wait_are_all_reported_in_time() {
    let started = Instant::now();
    let (code, check) = check_json("slow.example", &["--timeout", "6"]);
    assert!(started.elapsed() < Duration::from_secs(20));
    let endpoints = check["services"][0]["endpoints"].as_array().unwrap();
    let count = |contact: &str| endpoints.iter().filter(|own| own["contact"] == contact).count();
    let counts = [count("tls"), count("no_tls"), count("unreachable"), count("no_address")];
    assert_eq!((code, counts), (1, [4, 2, 1, 1]));
    let good = endpoints.iter().filter(|own| own["contact"] == "tls");
    for own in good {
        assert_eq!((&own["severity"], &own["resumption"]), (&json!("ok"), &json!("resumed")));
    }
    let texts: Vec<&str> = endpoints.iter().filter_map(|own| own["text"].as_str()).collect();
    assert!(texts.contains(&"nothing answered in time"), "{texts:?}");
}

#[test]
fn a_server_that_stalls_does_not_outlast_the_limit() {
    let started = Instant::now();
    assert_eq!(check("stalled.example", &["--timeout", "2"]).code, 3);
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[test]
fn an_endpoint_can_be_given_and_proves_nothing_by_itself() {
    let (_, found) = check_json("wrong-name.example", &[]);
    let port = found["services"][0]["endpoints"][0]["port"].to_string();
    let place = format!("127.0.0.1:{port}");
    let (code, given) = check_json("www.wrong-name.example", &["--connect", &place]);
    assert_eq!(
        (code, &given["services"][0]["search"]["outcome"]),
        (2, &json!("given")),
        "the server refuses the name"
    );
    let (code, given) = check_json("wrong-name.example", &["--connect", &place]);
    assert_eq!(code, 2);
    assert_eq!(given["services"][0]["endpoints"][0]["verdict"]["level"], "refused");
}

#[test]
fn without_a_certificate_of_ours_the_offers_are_shown_and_nothing_is_concluded() {
    let (_, check) = check_json("srvid.example", &[]);
    let endpoint = &check["services"][0]["endpoints"][0];
    assert_eq!(endpoint["offers"]["mechanisms"], json!(["EXTERNAL"]));
    assert_eq!((&endpoint["asks_for_certificate"], &check["shown_as"]), (&json!(true), &json!(null)));
    assert_eq!(endpoint["resumption"], "resumed");
}

#[test]
fn atk_op_09_as_a_peer_it_is_said_whether_our_certificate_is_accepted() {
    let scratch = Scratch::new();
    let key = rcgen::KeyPair::generate().unwrap();
    let own =
        rcgen::CertificateParams::new(vec!["peer.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    let file = scratch.file("peer.pem");
    fs::write(&file, own.pem() + &key.serialize_pem()).unwrap();
    let arguments = ["--as", "peer.example", "--chain", &file];
    assert!(check("srvid.example", &arguments).out.contains("EXTERNAL is offered to peer.example"));
    let said = check("dialback.example", &arguments).out;
    assert!(said.contains("EXTERNAL is not offered"), "{said}");
    assert!(!check("dialback.example", &[]).out.contains("EXTERNAL"));
}

#[test]
fn a_new_certificate_may_go_live_when_what_is_published_proves_it() {
    let scratch = Scratch::new();
    let key = rcgen::KeyPair::generate().unwrap();
    let new = rcgen::CertificateParams::new(vec!["dane-ee.example".to_owned()]).unwrap();
    let file = scratch.file("new.pem");
    fs::write(&file, new.self_signed(&key).unwrap().pem()).unwrap();
    let rollover = |domain: &str| {
        let mut arguments = vec!["rollover", domain, "--new", &file, "--s2s", "--json"];
        arguments.extend(world());
        let said = run(&arguments);
        (said.code, serde_json::from_str::<Value>(&said.out).unwrap_or_else(|_| panic!("{}", said.err)))
    };
    let (code, said) = rollover("dane-ee.example");
    assert_eq!((code, &said["may_go_live"]), (2, &json!(false)));
    let endpoint = &said["endpoints"][0];
    let outcomes: Vec<&Value> =
        endpoint["proofs"].as_array().unwrap().iter().map(|own| &own["outcome"]).collect();
    assert_eq!(outcomes, ["failed", "failed", "not_tried"]);
    // The record to publish proves it, by the same command that writes records.
    let records = run(&["records", "dane-ee.example", "--chain", &file, "--s2s", "--json"]).out;
    let records: Value = serde_json::from_str(&records).unwrap();
    let data = |line: &Value| line.as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
    assert_eq!(data(&endpoint["publish"][0]), data(&records["services"][0]["tlsa"][0]));
    assert_eq!(rollover("none.example").0, 3);
}

#[test]
fn records_that_cannot_be_had_are_no_absence() {
    let mut arguments = vec!["check", "pkix.example", "--s2s", "--no-history", "--timeout", "4", "--json"];
    arguments.extend(world().into_iter().skip_while(|word| *word != "--trust-anchor"));
    arguments.extend(["--resolver", "127.0.0.1:1"]);
    let said = run(&arguments);
    let check: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &check["services"][0]["search"]["outcome"]), (3, &json!("failed")));
}

#[test]
fn the_json_form_is_the_one_that_is_described() {
    let schema = schema::load("docs/schema/check.json");
    let parts = [("report", "docs/schema/report.json"), ("verdict", "docs/schema/verdict.json")];
    let parts = parts.map(|(name, path)| (name, schema::load(path)));
    for domain in [
        "pkix.example",
        "dialback.example",
        "stripped.example",
        "gone.example",
        "none.example",
        "im.forged.example",
        "mismatch.example",
        "posh.plain.example",
    ] {
        let (code, check) = check_json(domain, &["--both"]);
        schema::fits(&schema, &schema, &check).unwrap_or_else(|why| panic!("{domain}: {why}"));
        assert_eq!(check["exit_code"], code, "{domain}");
        let services = check["services"].as_array().unwrap();
        for endpoint in services.iter().flat_map(|own| own["endpoints"].as_array().unwrap()) {
            for (name, schema) in &parts {
                if !endpoint[*name].is_null() {
                    schema::fits(schema, schema, &endpoint[*name])
                        .unwrap_or_else(|why| panic!("{domain}: {why}"));
                }
            }
        }
    }
}

/// Puts what differs from run to run into one form of the same length: ports, digests, days.
fn settled(text: &str) -> String {
    let mut settled = String::new();
    let mut word = String::new();
    let flush = |word: &mut String, settled: &mut String| {
        let digits = word.len() == 5 && word.bytes().all(|b| b.is_ascii_digit());
        let digest = word.len() >= 16 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let year = word.len() == 4 && word.starts_with("20") && word.bytes().all(|b| b.is_ascii_digit());
        let short = word.len() <= 2 && !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        let filler = match (digits, digest, year, short) {
            (true, ..) => Some('5'),
            (_, true, ..) => Some('f'),
            (_, _, true, _) => Some('2'),
            // Days, months and hours; and numbers that are always the same.
            (.., true) if word.len() == 2 => Some('9'),
            _ => None,
        };
        match filler {
            Some(filler) => settled.extend(word.chars().map(|_| filler)),
            None => settled.push_str(word),
        }
        word.clear();
    };
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            word.push(character);
        } else {
            flush(&mut word, &mut settled);
            settled.push(character);
        }
    }
    flush(&mut word, &mut settled);
    settled
}

/// Compares with what is kept; `XMPPTLS_SNAPSHOTS=write` keeps it anew.
#[track_caller]
fn assert_snapshot(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    let text = settled(text);
    if std::env::var_os("XMPPTLS_SNAPSHOTS").is_some_and(|value| value == "write") {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{} differs; it would be:\n{text}", path.display());
}

#[test]
fn the_text_form_is_as_it_was() {
    for domain in
        ["dane-ee", "dialback", "expired", "injecting", "mismatch", "posh.plain", "srvid", "stripped"]
    {
        for width in ["80", "120"] {
            let full = format!("{domain}.example");
            let output = command(&support::arguments(&full, &[])).env("COLUMNS", width).output().unwrap();
            let text = said(&output).out;
            let limit: usize = width.parse().unwrap();
            let long = text.lines().find(|line| line.chars().count() > limit && !line.contains(" IN "));
            assert_eq!(long, None, "wider than {width}");
            assert!(!text.contains('\u{1b}'), "colour without a terminal");
            assert_snapshot(&format!("{domain}.{width}.txt"), &text);
        }
    }
}

#[test]
fn the_page_is_as_it_was_and_loads_nothing() {
    let scratch = Scratch::new();
    let file = scratch.file("page.html");
    check("mismatch.example", &["--html", &file]);
    let page = fs::read_to_string(file).unwrap();
    for word in ["src=", "href=", "<script", "url(", "@import"] {
        assert!(!page.contains(word), "{word}");
    }
    assert_snapshot("mismatch.html", &page);
}
