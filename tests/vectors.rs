//! Runs every case of `tests/vectors/`; none is skipped.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use support::scene::domain;
use support::vectors::{Certificates, Family, family};
use xmpptls::binding::{
    BindingDecision, BindingType, DowngradeHash, SaslProfile, decide as decide_binding, downgrade_hash,
};
use xmpptls::certificate::Certificate;
use xmpptls::name::{Domain, Service};
use xmpptls::proof::dialback::{DialbackContext, DialbackSecret};
use xmpptls::proof::dialback_stream::{JoiningPair, may_join};
use xmpptls::record::{Lookup, PoshDocument, TlsaOwner, TlsaRecord, posh_url};
use xmpptls::verdict::Verdict;
use xmpptls::verification::{
    Answer, CaseDocument, History, QuestionKind, UserAddress, Verification, authzid_from_wire,
    client_identities, observe, resolve_server, resolve_user,
};

fn families() -> Vec<Family> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    paths.sort();
    paths.iter().map(|path| family(path.file_stem().unwrap().to_str().unwrap())).collect()
}

/// What the library says, in the words of the case's expectation.
fn outcome(case: &Value, certificates: &Certificates) -> Value {
    let input = &case["input"];
    match case["kind"].as_str().unwrap() {
        "verdict" => verdict(input, certificates),
        "history" => history(input, certificates),
        "user" => user(input, certificates),
        "domain" => {
            let domain = Domain::parse(text(input, "text"));
            json!({ "ascii": domain.ok().map(|domain| domain.as_ascii().to_owned()) })
        }
        "dialback_key" => json!({ "key": dialback_key(input) }),
        "dialback_check" => {
            let secret = DialbackSecret::new(text(input, "secret").as_bytes()).unwrap();
            json!({ "matches": secret.matches(dialback_context(input), text(input, "key")) })
        }
        "tlsa_text" => {
            let record = text(input, "text").parse::<TlsaRecord>();
            json!({ "rdata": record.ok().map(|record| hexadecimal(&record.to_rdata())) })
        }
        "tlsa_owner" => {
            let port = u16::try_from(input["port"].as_u64().unwrap()).unwrap();
            json!({ "owner": TlsaOwner { host: domain(text(input, "host")), port }.to_string() })
        }
        "posh_document" => posh_document(input),
        "posh_url" => {
            let service = if input["service"] == "c2s" { Service::C2s } else { Service::S2s };
            json!({ "url": posh_url(&domain(text(input, "domain")), service).as_str() })
        }
        "channel_binding" => json!({ "decision": channel_binding(input) }),
        "downgrade_hash" => {
            let hash = match text(input, "hash") {
                "SHA-1" => DowngradeHash::Sha1,
                "SHA-256" => DowngradeHash::Sha256,
                _ => DowngradeHash::Sha512,
            };
            let value = downgrade_hash(hash, &texts(input, "mechanisms"), Some(&texts(input, "types")));
            json!({ "value": value })
        }
        "authzid_from_wire" => match authzid_from_wire(text(input, "wire")) {
            Ok(authzid) => json!({ "authzid": authzid, "malformed": false }),
            Err(_) => json!({ "authzid": null, "malformed": true }),
        },
        "server_authzid" => {
            let own = resolve_server(input["authzid"].as_str(), &domain(text(input, "from")));
            json!({ "domain": own.ok().map(|own| own.as_ascii().to_owned()) })
        }
        "joining_target" => {
            let is = |key: &str| input[key].as_bool().unwrap();
            let pair = JoiningPair::Target {
                peer_announced_errors: is("peer_announced_errors"),
                same_address: is("same_address"),
                certificate_proves_it: is("certificate_proves_it"),
            };
            json!({ "may_join": may_join(pair).is_ok() })
        }
        other => panic!("no runner for {other}"),
    }
}

fn text<'a>(input: &'a Value, key: &str) -> &'a str {
    input[key].as_str().unwrap()
}

fn texts<'a>(input: &'a Value, key: &str) -> Vec<&'a str> {
    input[key].as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn document(input: &Value, certificates: &Certificates) -> CaseDocument {
    CaseDocument::read(&input.to_string(), certificates).unwrap()
}

fn verdict(input: &Value, certificates: &Certificates) -> Value {
    let case = document(input, certificates);
    let verdict = case.decide();
    let asked = by_questions(&case);
    let main =
        |verdict: &Verdict| (verdict.level(), verdict.method(), verdict.alert(), verdict.is_permitted());
    assert_eq!(main(&verdict), main(&asked), "the machine and the decision differ");
    let mut reasons: Vec<&str> = verdict.reasons().map(|reason| reason.code().word()).collect();
    reasons.sort_unstable();
    let own: Value = serde_json::from_str(&verdict.to_json()).unwrap();
    let mut name = own["name"].clone();
    if let Some(name) = name.as_object_mut() {
        name.remove("presented_as");
    }
    json!({
        "level": own["level"],
        "method": own["method"],
        "reasons": reasons,
        "notes": verdict.notes().iter().map(|note| note.code().word()).collect::<Vec<_>>(),
        "name": name,
        "valid_until": own["valid_until"],
        "alert": own["alert"],
    })
}

/// The same verdict by way of questions and answers.
fn by_questions(case: &CaseDocument) -> Verdict {
    let request = case.request.clone();
    let mut own = Verification::of_handshake(request.clone(), case.handshake.clone());
    own.ask_dialback(xmpptls::verification::DialbackPair {
        originating: request.domain.clone(),
        receiving: request.domain,
        stream_id: "id".into(),
    });
    while let Some(question) = own.next_question(case.now) {
        let answer = match &question.kind {
            QuestionKind::Tlsa { owner } => answer(case.evidence.tlsa_of(owner), Answer::Tlsa),
            QuestionKind::Posh { .. } => answer(&case.evidence.posh, Answer::Posh),
            QuestionKind::SrvAndAddresses { .. } => answer(&case.evidence.targets, Answer::SrvAndAddresses),
            QuestionKind::Dialback { .. } => answer(&case.evidence.dialback, Answer::Dialback),
            _ => Answer::NotAsked,
        };
        own.answer(question.id, answer).unwrap();
    }
    assert!(own.is_ready(case.now));
    own.decide(case.now)
}

fn answer<T: Clone>(lookup: &Lookup<T>, found: impl FnOnce(T) -> Answer) -> Answer {
    match lookup {
        Lookup::Found(value) => found(value.clone()),
        Lookup::Absent(state) => Answer::Absent(*state),
        Lookup::Failed(failure) => Answer::Failed(*failure),
        Lookup::NotAsked => Answer::NotAsked,
    }
}

fn history(input: &Value, certificates: &Certificates) -> Value {
    let mut known: Option<History> = None;
    let mut last = Value::Null;
    for sighting in input["sightings"].as_array().unwrap() {
        let case = document(sighting, certificates);
        let (domain, service) = (case.request.domain.clone(), case.request.service);
        let previous = known.take().unwrap_or_else(|| History::new(domain.clone(), service));
        let previous = History::from_json(previous.to_json().as_bytes(), &domain, service).unwrap();
        let observation = observe(&previous, &case.decide(), case.now).unwrap();
        last = json!({ "change": observation.change.name(), "loudness": observation.loudness.name() });
        known = observation.to_store;
    }
    last
}

fn user(input: &Value, certificates: &Certificates) -> Value {
    let certificate = Certificate::parse(&certificates[text(input, "certificate")]).unwrap();
    let served: Vec<Domain> = texts(input, "served").into_iter().map(domain).collect();
    let mapped = input["mapped"].as_str().map(|text| UserAddress::parse(text).unwrap());
    let identities = client_identities(&certificate, &served);
    match resolve_user(&identities, input["authzid"].as_str(), mapped.as_ref()) {
        Ok(user) => json!({ "user": user.to_string(), "condition": null }),
        Err(failure) => json!({ "user": null, "condition": failure.sasl_condition() }),
    }
}

fn dialback_context(input: &Value) -> DialbackContext<'_> {
    DialbackContext {
        receiving: text(input, "receiving"),
        originating: text(input, "originating"),
        stream_id: text(input, "stream_id"),
    }
}

fn dialback_key(input: &Value) -> Option<String> {
    DialbackSecret::new(text(input, "secret").as_bytes()).ok()?.key(dialback_context(input)).ok()
}

fn posh_document(input: &Value) -> Value {
    match PoshDocument::parse(text(input, "document").as_bytes()) {
        Ok(PoshDocument::Fingerprints { fingerprints, expires }) => {
            let hashes: Vec<_> = fingerprints.iter().map(|own| own.hash.name()).collect();
            json!({ "kind": "fingerprints", "hashes": hashes, "expires": expires })
        }
        Ok(PoshDocument::Reference { url, expires }) => {
            json!({ "kind": "reference", "url": url.as_str(), "expires": expires })
        }
        Err(_) => json!({ "kind": "refused" }),
    }
}

fn channel_binding(input: &Value) -> &'static str {
    let profile = if input["profile"] == "sasl2" { SaslProfile::Sasl2 } else { SaslProfile::Sasl };
    let ours: Vec<BindingType> =
        texts(input, "ours").into_iter().map(|name| BindingType::from_name(name).unwrap()).collect();
    match decide_binding(profile, &texts(input, "mechanisms"), &texts(input, "announced"), &ours) {
        BindingDecision::Use(binding) => binding.name(),
        BindingDecision::FlagY => "y",
        BindingDecision::FlagN => "n",
        BindingDecision::Abort(_) => "abort",
    }
}

/// Whether an outcome is what was expected: equal in each member that the expectation has; of notes each
/// expected one must be there.
fn differs(expect: &Value, outcome: &Value) -> bool {
    expect.as_object().unwrap().iter().any(|(key, wanted)| match (key.as_str(), wanted.as_array()) {
        ("notes", Some(wanted)) => {
            let own = outcome["notes"].as_array().unwrap();
            wanted.iter().any(|note| !own.contains(note))
        }
        _ => outcome.get(key) != Some(wanted),
    })
}

#[test]
fn every_vector_has_its_outcome() {
    let mut failed = Vec::new();
    let mut count = 0;
    for file in families() {
        for case in &file.cases {
            count += 1;
            let outcome = outcome(case, &file.certificates);
            if differs(&case["expect"], &outcome) {
                failed.push(format!("{}\n  expected {}\n  got      {outcome}", case["id"], case["expect"]));
            }
        }
    }
    assert!(failed.is_empty(), "{} of {count} cases:\n{}", failed.len(), failed.join("\n"));
    assert!(count >= 400, "{count}");
}

#[test]
fn every_vector_cites_its_rule_and_clause() {
    let mut ids = HashSet::new();
    for file in families() {
        for case in &file.cases {
            let id = text(case, "id").to_owned();
            assert!(!text(case, "rule").is_empty() && !text(case, "clause").is_empty(), "{id}");
            assert!(ids.insert(id.clone()), "{id} stands twice");
        }
    }
}

#[test]
fn a_wrong_expectation_is_noticed() {
    for file in families() {
        for case in &file.cases {
            if case["kind"] != "verdict" {
                continue;
            }
            let mut wrong = case["expect"].clone();
            wrong["level"] = json!(if wrong["level"] == "refused" { "authenticated" } else { "refused" });
            assert!(differs(&wrong, &outcome(case, &file.certificates)), "{}", case["id"]);
            return;
        }
    }
    panic!("there is no verdict case");
}
