//! The TOML form: read strictly, printed completely, and the same policy both ways.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use std::sync::Arc;

use support::policy::trusted;
use support::scene::domain;
use xmpptls::name::DomainError;
use xmpptls::policy::{
    Contradiction, DigestError, Exception, Expected, PeerPolicy, PinnedDigest, Policy, PolicyBuilder,
    PolicyDocument, PolicyError, PolicyTextError, Preset, Requirement, Setting, TextFault, TrustAnchorSource,
};
use xmpptls::proof::pkix::TrustAnchors;

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn read(text: &str) -> Result<Arc<Policy>, PolicyTextError> {
    PolicyDocument::read(text)?.build(trusted())
}

#[track_caller]
fn refused(text: &str, line: u32, column: u32) -> TextFault {
    let error = read(text).unwrap_err();
    assert_eq!((error.line(), error.column()), (Some(line), Some(column)), "{error}");
    assert!(error.to_string().starts_with(&format!("line {line}, column {column}: ")), "{error}");
    error.fault().clone()
}

#[test]
fn the_printed_form_of_each_preset_never_changes() {
    for (preset, kept) in [
        (Preset::C2sClient2026, include_str!("snapshots/policy/c2s-client-2026.toml")),
        (Preset::C2sServer2026, include_str!("snapshots/policy/c2s-server-2026.toml")),
        (Preset::S2s2026, include_str!("snapshots/policy/s2s-2026.toml")),
        (Preset::S2sWithDialback2026, include_str!("snapshots/policy/s2s-with-dialback-2026.toml")),
    ] {
        let mut builder = PolicyBuilder::new(preset);
        let policy = builder.trust_anchors(trusted()).unwrap().build().unwrap();
        let printed = policy.to_toml();
        for (number, (now, then)) in printed.lines().zip(kept.lines()).enumerate() {
            assert_eq!(now, then, "{preset}, line {}", number + 1);
        }
        assert_eq!(printed, kept, "{preset}");
    }
    assert_eq!(Preset::ALL.len(), 4, "each preset has a snapshot");
}

#[test]
fn every_setting_is_printed() {
    let printed = read("preset = \"s2s\"").unwrap().to_toml();
    for setting in Setting::ALL {
        let start = format!("{} = ", setting.key());
        assert!(printed.lines().any(|line| line.starts_with(&start)), "{setting}");
    }
}

/// A policy in which every setting differs from its preset, as far as they agree with each other.
fn everything() -> String {
    format!(
        r#"
preset = "s2s"
requirement = "authenticate-or-dialback"
directions = "receiving"

[stream]
from_mismatch_is_refused = true
strict_virtual_hosts = true

[tls]
oldest_version = "TLSv1.3"
cipher_suites = ["TLS_AES_128_GCM_SHA256"]
groups = ["x25519", "X25519MLKEM768"]
require_extended_master_secret = false
resumption = "off"
alpn = false
starttls_server_name = false
unknown_server_name = "use-default"
client_certificate = "never"
client_certificate_minimum = "TLSv1.3"
key_log = true

[pkix]
trust_anchors = ["system", "file:/etc/ssl/own \"ca\".pem", 'directory:C:\certs']
revocation = "require-known"
revocation_lists = ["/var/lib/crl/root.crl"]
accept_client_auth_only = true
configured_host_counts = false

[dane]
usages = "all"
inbound = false
required = true

[posh]
mismatch_is_final = true
maximum_age = 0x3c

[dialback]
enabled = true
requires_tls = false

[time_limits]
before_tls = 1
handshake = 2
verdict = 3

[peer."Bücher.example"]
with_subdomains = true
requirement = "authenticate-or-dialback"
dane_required = false
pins = [{{ public_key = "sha-256:{HEX}" }}, {{ certificate = "{HEX}" }}]

[peer."b.example"]
exceptions = [{{ certificate = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", until = 2027-01-01T01:00:00+01:00 }}]
"#
    )
}

#[test]
fn what_is_printed_reads_to_an_equal_policy() {
    let anchors = trusted();
    let dane_only = "preset = \"s2s\"\n[pkix]\nenabled = false\n".to_owned();
    let presets = Preset::ALL.iter().map(|preset| format!("preset = \"{preset}\"\n"));
    for text in presets.chain([everything(), dane_only]) {
        let build = |text: &str| PolicyDocument::read(text).unwrap().build(anchors.clone()).unwrap();
        let first = build(&text);
        let printed = first.to_toml();
        let second = build(&printed);
        assert_eq!(second.to_toml(), printed);
        assert_eq!(second.fingerprint(), first.fingerprint());
        assert_eq!((second.name(), second.changes()), (first.name(), first.changes()));
        assert_eq!(second.peers(), first.peers());
        assert_eq!(second.trust_anchor_sources(), first.trust_anchor_sources());
        assert_eq!(second.revocation_list_sources(), first.revocation_list_sources());
    }
}

#[test]
fn every_value_of_the_text_reaches_the_policy() {
    let policy = read(&everything()).unwrap();
    assert_eq!(policy.posh_maximum_age(), 60);
    let unchanged = [
        Setting::Gate,
        Setting::Starttls,
        Setting::NewestVersion,
        Setting::RequireAlpn,
        Setting::Pkix,
        Setting::Posh,
    ];
    let sources = [Setting::TrustAnchors, Setting::RevocationLists];
    let changes = policy.changes();
    for setting in Setting::ALL.iter().filter(|one| !unchanged.contains(one) && !sources.contains(one)) {
        assert!(changes.contains(setting), "{setting}");
    }
    assert_eq!(
        policy.trust_anchor_sources(),
        [
            TrustAnchorSource::System,
            TrustAnchorSource::File("/etc/ssl/own \"ca\".pem".into()),
            TrustAnchorSource::Directory(r"C:\certs".into()),
        ]
    );
    let bytes: [u8; 32] = std::array::from_fn(|index| u8::try_from(index).unwrap());
    let books = PeerPolicy {
        with_subdomains: true,
        requirement: Some(Requirement::AuthenticateOrDialback),
        dane_required: Some(false),
        pins: vec![PinnedDigest::PublicKey(bytes), PinnedDigest::Certificate(bytes)],
        exceptions: vec![],
    };
    assert_eq!(policy.peers().get(&domain("xn--bcher-kva.example")), Some(&books));
    let exception = Exception { digest: PinnedDigest::Certificate(bytes), until: 1_798_761_600 };
    assert_eq!(policy.for_peer(&domain("b.example")).exceptions, [exception]);
}

#[test]
fn atk_op_03_an_unknown_key_is_refused_with_its_place_and_the_nearest_known() {
    let fault = |key: &str, nearest: Option<&str>| TextFault::UnknownKey {
        key: key.into(),
        nearest: nearest.map(Into::into),
    };
    for (text, line, column, expected) in [
        ("preset = \"s2s\"\nrequierment = \"authenticate\"", 2, 1, fault("requierment", Some("requirement"))),
        ("preset = \"s2s\"\n\n[dane]\n  requierd = true", 4, 3, fault("requierd", Some("dane.required"))),
        ("preset = \"s2s\"\ndane.requierd = true", 2, 6, fault("requierd", Some("dane.required"))),
        ("preset = \"s2s\"\n[dan]\nrequired = true", 2, 2, fault("dan", Some("dane"))),
        (
            "preset = \"s2s\"\n[dane]\nrevocation = \"off\"",
            3,
            1,
            fault("revocation", Some("pkix.revocation")),
        ),
        ("preset = \"s2s\"\ndane_required = true", 2, 1, fault("dane_required", Some("dane.required"))),
        ("preset = \"s2s\"\n# ü\n[pkix]\n\"färbung\" = 1", 4, 1, fault("färbung", None)),
        ("preset = \"s2s\"\n[peer.\"a.example\"]\npin = []", 3, 1, fault("pin", Some("pins"))),
        ("preset = \"s2s\"\n[tls]\nalpn = true\nversion = 3", 4, 1, fault("version", None)),
    ] {
        assert_eq!(refused(text, line, column), expected, "{text}");
    }
    assert!(read("preset = \"s2s\"\n[dane]\n  required = true").is_ok());
}

#[test]
fn a_key_inside_a_pin_is_known_or_refused() {
    let pin = |fields: &str| format!("preset = \"s2s\"\n[peer.\"a.example\"]\npins = [{{ {fields} }}]");
    let exception = |fields: &str| pin(fields).replace("pins", "exceptions");
    let with_end = format!("public_key = \"{HEX}\", until = 2027-01-01T00:00:00Z");
    assert_eq!(
        refused(&pin(&format!("publickey = \"{HEX}\"")), 3, 11),
        TextFault::UnknownKey { key: "publickey".into(), nearest: Some("public_key".into()) }
    );
    let no_end = TextFault::UnknownKey { key: "until".into(), nearest: None };
    assert!(matches!(read(&pin(&with_end)).unwrap_err().fault(), fault if *fault == no_end));
    assert_eq!(refused(&pin(""), 3, 9), TextFault::NoDigest);
    let both = format!("public_key = \"{HEX}\", certificate = \"{HEX}\"");
    assert_eq!(refused(&pin(&both), 3, 9), TextFault::NoDigest);
    assert_eq!(refused(&exception(&format!("public_key = \"{HEX}\"")), 3, 15), TextFault::NoEnd);
    let day = with_end.replace("T00:00:00Z", "");
    assert!(matches!(read(&exception(&day)).unwrap_err().fault(), TextFault::WrongTime));
    let text = with_end.replace("2027-01-01T00:00:00Z", "\"2027\"");
    let wrong = TextFault::WrongType { expected: Expected::Time, found: "string" };
    assert_eq!(read(&exception(&text)).unwrap_err().fault(), &wrong);
    assert!(read(&exception(&with_end)).is_ok());
    assert!(read(&pin(&format!("public_key = \"{HEX}\""))).is_ok());
}

#[test]
fn atk_op_08_a_sha_1_pin_is_refused() {
    let pin = |text: &str| {
        format!("preset = \"s2s\"\n[peer.\"a.example\"]\npins = [{{ public_key = \"{text}\" }}]")
    };
    let sha_1 = format!("sha-1:{}", HEX.get(..40).unwrap());
    assert_eq!(refused(&pin(&sha_1), 3, 24), TextFault::Digest(DigestError::Weak));
    assert_eq!(refused(&pin("abc"), 3, 24), TextFault::Digest(DigestError::Malformed));
    assert!(read(&pin(HEX)).is_ok());
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_its_place() {
    for (text, line, column, expected, found) in [
        ("preset = 1", 1, 10, Expected::String, "integer"),
        ("preset = \"s2s\"\n[posh]\nenabled = \"yes\"", 3, 11, Expected::Boolean, "string"),
        ("preset = \"s2s\"\n[posh]\nmaximum_age = 1.5", 3, 15, Expected::Integer, "float"),
        ("preset = \"s2s\"\n[tls]\ngroups = \"x25519\"", 3, 10, Expected::Array, "string"),
        ("preset = \"s2s\"\n[tls]\ngroups = [1]", 3, 11, Expected::String, "integer"),
        ("preset = \"s2s\"\ndane = true", 2, 8, Expected::Table, "boolean"),
        ("preset = \"s2s\"\npeer = []", 2, 8, Expected::Table, "array"),
        ("preset = \"s2s\"\nrequirement = true", 2, 15, Expected::String, "boolean"),
    ] {
        assert_eq!(refused(text, line, column), TextFault::WrongType { expected, found }, "{text}");
    }
    for number in ["-1", "4294967296", "99999999999999999999"] {
        let text = format!("preset = \"s2s\"\n[posh]\nmaximum_age = {number}");
        assert_eq!(refused(&text, 3, 15), TextFault::WrongNumber);
    }
}

#[test]
fn a_word_that_does_not_exist_is_refused_with_those_that_do() {
    let fault = refused("preset = \"s2s\"\nrequirement = \"none\"", 2, 15);
    let known = vec!["authenticate", "authenticate-or-dialback", "encrypt-only"];
    assert_eq!(fault, TextFault::UnknownWord { word: "none".into(), known });
    let fault = refused("preset = \"s2s-2025\"", 1, 10);
    assert!(matches!(&fault, TextFault::UnknownWord { known, .. } if known.contains(&"s2s-2026")), "{fault}");
    let old = refused("preset = \"s2s\"\n[tls]\noldest_version = \"TLSv1.1\"", 3, 18);
    assert!(matches!(old, TextFault::UnknownWord { .. }), "par_02: {old}");
    for source in ["", "system:", "file:", "ftp:x", "/etc/ssl/ca.pem"] {
        let text = format!("preset = \"s2s\"\n[pkix]\ntrust_anchors = [\"{source}\"]");
        assert_eq!(refused(&text, 3, 18), TextFault::WrongSource, "{source:?}");
    }
}

#[test]
fn a_policy_without_preset_or_without_form_is_refused() {
    assert_eq!(refused("", 1, 1), TextFault::NoPreset);
    assert_eq!(refused("requirement = \"authenticate\"", 1, 1), TextFault::NoPreset);
    assert!(matches!(refused("preset = \"s2s\"\npreset = \"s2s\"", 2, 1), TextFault::Syntax(_)));
    assert!(matches!(refused("preset = \"s2s\"\n[dane\n", 2, 6), TextFault::Syntax(_)));
    let long = format!("preset = \"s2s\"\n#{}", "x".repeat(4 * 1024 * 1024));
    assert_eq!(read(&long).unwrap_err().fault(), &TextFault::TooLong(4 * 1024 * 1024));
}

#[test]
fn a_peer_that_is_no_domain_or_comes_twice_is_refused() {
    let bad = refused("preset = \"s2s\"\n[peer.\"a b\"]\n", 2, 7);
    assert_eq!(bad, TextFault::Domain(DomainError::InvalidLabel));
    let twice = refused("preset = \"s2s\"\n[peer.\"a.example\"]\n[peer.\"A.example.\"]\n", 3, 7);
    assert_eq!(twice, TextFault::Policy(PolicyError::PeerTwice(domain("a.example"))));
    assert!(read("preset = \"s2s\"\n[peer.\"a.example\"]\n[peer.\"b.example\"]\n").is_ok());
}

#[test]
fn a_contradiction_is_reported_at_the_setting_that_the_text_has() {
    let text = "preset = \"s2s\"\n\n[dane]\nusages = \"off\"\ninbound = false\nrequired = true\n";
    let contradiction = Contradiction::DaneRequiredButOff(None);
    assert_eq!(refused(text, 6, 1), TextFault::Policy(PolicyError::Contradiction(contradiction)));
    assert!(read(&text.replace("required = true", "required = false")).is_ok());
    let second_only = "preset = \"s2s\"\n[dialback]\nenabled = false\nrequires_tls = true\n[tls]\nalpn = false\nrequire_alpn = true";
    refused(second_only, 7, 1);
    let range = refused("preset = \"s2s\"\n[posh]\nmaximum_age = 0", 3, 15);
    let setting = Setting::PoshMaximumAge;
    assert_eq!(range, TextFault::Policy(PolicyError::OutOfRange { setting, minimum: 1, maximum: 2_592_000 }));
}

#[test]
fn atk_id_02_a_text_that_names_trust_anchors_does_not_bring_them() {
    let text = "preset = \"s2s\"\n[pkix]\ntrust_anchors = [\"system\"]\n";
    let document = PolicyDocument::read(text).unwrap();
    assert_eq!(document.trust_anchor_sources(), [TrustAnchorSource::System]);
    let error = document.build(TrustAnchors::default()).unwrap_err();
    assert_eq!(error.fault(), &TextFault::Policy(PolicyError::NoTrustAnchors));
    assert_eq!((error.line(), error.column()), (Some(3), Some(1)));
    assert!(read(text).is_ok());
}

#[test]
fn a_document_takes_further_settings_until_it_is_built() {
    let mut document = PolicyDocument::read("preset = \"s2s\"\n[posh]\nenabled = false").unwrap();
    let twice = document.builder().posh(true).unwrap_err();
    assert_eq!(twice, PolicyError::SetTwice(Setting::Posh));
    document.builder().dane_required(true).unwrap();
    let policy = document.build(trusted()).unwrap();
    assert_eq!(policy.changes(), [Setting::DaneRequired, Setting::Posh]);
}

#[test]
fn a_contradiction_in_a_peers_table_is_reported_at_that_table() {
    let text = format!(
        "preset = \"s2s\"\n[peer.\"a.example\"]\n[peer.\"b.example\"]\nrequirement = \"encrypt-only\"\npins = [{{ public_key = \"{HEX}\" }}]\n"
    );
    let contradiction = Contradiction::PinsOfNobody(domain("b.example"));
    assert_eq!(refused(&text, 3, 7), TextFault::Policy(PolicyError::Contradiction(contradiction)));
    assert!(read(&text.replace("encrypt-only", "authenticate")).is_ok());
}

#[test]
fn one_setting_can_be_set_by_its_path() {
    let anchors = trusted();
    let mut from = PolicyBuilder::new(Preset::S2sWithDialback2026);
    let changed = read(&everything()).unwrap();
    for setting in Setting::ALL {
        let value = changed.setting(*setting).unwrap();
        if *setting != Setting::TrustAnchors {
            let preset = read(&format!("preset = \"{}\"", Preset::S2sWithDialback2026)).unwrap();
            from.set(setting.path(), &preset.setting(*setting).unwrap()).unwrap();
        }
        assert!(PolicyBuilder::new(Preset::S2s2026).set(setting.path(), &value).is_ok(), "{setting}");
    }
    let policy = from.trust_anchors(anchors).unwrap().build().unwrap();
    assert_eq!(policy.name(), "s2s-with-dialback-2026");

    let mut builder = PolicyBuilder::new(Preset::S2s2026);
    builder.set("dane.required", "true").unwrap();
    let twice = builder.set("dane.required", "true").unwrap_err();
    assert_eq!(twice.fault(), &TextFault::Policy(PolicyError::SetTwice(Setting::DaneRequired)));
    let unknown = builder.set("dane.requierd", "true").unwrap_err();
    let nearest = Some("dane.required".into());
    assert_eq!(unknown.fault(), &TextFault::UnknownKey { key: "requierd".into(), nearest });
    let wrong = builder.set("posh.enabled", "\"yes\"").unwrap_err();
    let expected = TextFault::WrongType { expected: Expected::Boolean, found: "string" };
    assert_eq!((wrong.fault(), wrong.column()), (&expected, Some(1)));
    let syntax = builder.set("posh.enabled", "tr ue").unwrap_err();
    assert!(matches!(syntax.fault(), TextFault::Syntax(_)), "{syntax}");
    assert!(builder.set("peer.pins", "[]").is_err());
    for (path, value) in
        [("tls.resumption", "off"), ("tls.oldest_version", "TLSv1.3"), ("posh.maximum_age", "0x3c")]
    {
        builder.set(path, value).unwrap();
    }
    let policy = builder.trust_anchors(trusted()).unwrap().build().unwrap();
    assert_eq!(
        (policy.setting(Setting::Resumption).unwrap().as_str(), policy.posh_maximum_age()),
        ("\"off\"", 60)
    );
    let word = PolicyBuilder::new(Preset::S2s2026).set("tls.resumption", "on").unwrap_err();
    assert!(matches!(word.fault(), TextFault::UnknownWord { .. }), "{word}");
    let two =
        PolicyBuilder::new(Preset::S2s2026).set("posh.enabled", "true\nrequirement = true").unwrap_err();
    assert!(matches!(two.fault(), TextFault::Syntax(_)), "{two}");
}
