//! What needs no network: `verify`, `records`, `policy`, `demo`, and what is made for shells.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::PathBuf;

use rcgen::{CertificateParams, KeyPair};
use serde_json::Value;
use support::{Scratch, run};

fn vectors() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    paths
}

fn certificate(scratch: &Scratch, domain: &str) -> String {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![domain.to_owned()]).unwrap().self_signed(&key).unwrap();
    let file = scratch.file(&format!("{domain}.pem"));
    fs::write(&file, certificate.pem()).unwrap();
    file
}

#[test]
fn verify_decides_every_vector_as_it_is_expected() {
    let mut count = 0;
    for path in vectors() {
        let said = run(&["verify", path.to_str().unwrap()]);
        assert!(said.code <= 2, "{}: {}", path.display(), said.err);
        for line in said.out.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["as_expected"], true, "{}", line["id"]);
            count += 1;
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn verify_says_so_when_a_case_expects_another_verdict() {
    let scratch = Scratch::new();
    let path = vectors().into_iter().find(|path| path.ends_with("dane.json")).unwrap();
    let mut document: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    document["cases"][0]["expect"]["level"] = "refused".into();
    let file = scratch.file("wrong.json");
    fs::write(&file, document.to_string()).unwrap();
    let said = run(&["verify", &file]);
    assert_eq!(said.code, 4);
    assert!(said.err.contains("1 verdicts are not those"), "{}", said.err);
}

#[test]
fn what_records_writes_proves_the_certificate_to_verify() {
    let scratch = Scratch::new();
    let chain = certificate(&scratch, "im.example");
    let said =
        run(&["records", "im.example", "--chain", &chain, "--s2s", "--host", "xmpp.im.example", "--json"]);
    let records: Value = serde_json::from_str(&said.out).unwrap();
    let lines: Vec<&str> = records["services"][0]["tlsa"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect();
    let (zone, posh) = (scratch.file("zone"), scratch.file("posh.json"));
    fs::write(&zone, lines.join("\n")).unwrap();
    fs::write(&posh, records["services"][0]["posh"]["document"].to_string()).unwrap();
    let verify = |more: &[&str]| {
        let said =
            run(&[&["verify", "--domain", "im.example", "--chain", &chain, "--ca", &chain][..], more]
                .concat());
        let verdict: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.err));
        (said.code, verdict["method"].as_str().map(str::to_owned))
    };
    assert_eq!(verify(&["--tlsa", &zone]), (0, Some("dane-ee".into())));
    // As tools print zones: tabs between the fields, and blanks in the digits.
    let tabbed = |line: &&str| {
        let (head, digits) = line.split_at(line.len() - 8);
        format!("{} {digits}", head.replace(' ', "\t"))
    };
    let tabs = scratch.file("tabs");
    fs::write(&tabs, lines.iter().map(tabbed).collect::<Vec<_>>().join("\n")).unwrap();
    assert_eq!(verify(&["--tlsa", &tabs]), (0, Some("dane-ee".into())));
    let other = certificate(&scratch, "other.example");
    let verify_other = |more: &[&str]| {
        let arguments = ["verify", "--domain", "im.example", "--chain", &other, "--ca", &chain];
        run(&[&arguments[..], more].concat()).code
    };
    assert_eq!(verify_other(&["--tlsa", &zone]), 2);
    assert_eq!(verify_other(&["--posh", &posh]), 2);
    let text = run(&["records", "im.example", "--chain", &chain]).out;
    for part in [
        "_xmpps-client._tcp.im.example. 3600 IN SRV 5 0 5223 im.example.",
        "https://im.example/.well-known/posh/xmpp-server.json",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("does not name"), "{text}");
    let text = run(&["records", "im.example", "--chain", &other]).out;
    assert!(text.contains("does not name im.example"), "{text}");
}

#[test]
fn posh_proves_what_nothing_else_does() {
    let scratch = Scratch::new();
    let (chain, other) = (certificate(&scratch, "hosting.example"), certificate(&scratch, "other.example"));
    let said = run(&["records", "im.example", "--chain", &chain, "--s2s", "--json"]);
    let records: Value = serde_json::from_str(&said.out).unwrap();
    let posh = scratch.file("posh.json");
    fs::write(&posh, records["services"][0]["posh"]["document"].to_string()).unwrap();
    let arguments = ["verify", "--domain", "im.example", "--chain", &chain, "--ca", &other];
    assert_eq!(run(&arguments).code, 2);
    assert_eq!(run(&[&arguments[..], &["--posh", &posh]].concat()).code, 0);
}

#[test]
fn a_policy_is_printed_as_it_reads() {
    let scratch = Scratch::new();
    let printed = run(&["policy", "s2s-with-dialback"]);
    assert_eq!(printed.code, 0, "{}", printed.err);
    let file = scratch.file("policy.toml");
    fs::write(&file, &printed.out).unwrap();
    assert_eq!(run(&["policy", &file]).out, printed.out);
    fs::write(&file, printed.out.replace("requirement", "requierment")).unwrap();
    let refused = run(&["policy", &file]);
    assert_eq!(refused.code, 3);
    assert!(refused.err.contains("requierment"), "{}", refused.err);
}

#[test]
fn atk_op_07_a_policy_says_what_it_gives_up() {
    assert!(run(&["policy", "s2s-with-dialback", "--for", "a.example"]).out.contains("dialback-counts"));
    assert!(run(&["policy", "s2s", "--for", "a.example"]).out.contains("gives up  nothing"));
}

#[test]
fn the_demonstration_finds_each_domain_to_be_what_it_is() {
    let said = run(&["demo"]);
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(said.out.contains("each is found to be what it is"));
    assert_eq!(run(&["demo", "nowhere.example"]).code, 64);
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let scratch = Scratch::new();
    let directory = scratch.file("man");
    assert_eq!(run(&["manuals", &directory]).code, 0);
    let bash = run(&["completions", "bash"]).out;
    for name in ["check", "verify", "records", "rollover", "history", "policy", "demo"] {
        assert!(
            fs::read_to_string(format!("{directory}/xmpptls-{name}.1")).unwrap().contains("xmpptls"),
            "{name}"
        );
        assert!(
            bash.contains(&format!("xmpptls__subcmd__{name}")) || bash.contains(&format!("xmpptls__{name}")),
            "{name}"
        );
    }
}
