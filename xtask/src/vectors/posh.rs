//! POSH verdicts: which document proves which certificate (RFC 7711).

use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::ca::{DAY, NOW, leaf, rsa_spki};
use super::case::{Case, DOMAIN, Draft, TARGET, draft};
use super::world::{Family, World};

/// The fingerprint of a certificate, or of anything.
pub(super) fn fingerprint(algorithm: &'static Algorithm, content: &[u8]) -> String {
    STANDARD.encode(digest(algorithm, content))
}

/// A fingerprints document of whole descriptors.
pub(super) fn document(descriptors: &[Value], expires: u64) -> String {
    json!({ "fingerprints": descriptors, "expires": expires }).to_string()
}

fn sha256(world: &World, name: &str) -> Value {
    json!({ "sha-256": fingerprint(&SHA256, world.der(name)) })
}

fn found(document: &str) -> Value {
    json!({ "found": { "document": document, "fetched_at": NOW } })
}

fn posh(id: &str, clause: &'static str, note: &str, document: &str) -> Draft {
    draft(format!("rfc7711::posh::{id}"), "POSH-15", clause, note)
        .chain(&["stranger"])
        .evidence("posh", found(document))
}

/// The reasons that PKIX adds for a certificate that POSH alone could prove.
const BY_PKIX: [&str; 2] = ["name_mismatch", "self_signed"];

fn refused(case: Draft, more: &[&str]) -> Case {
    case.refused(&[&BY_PKIX[..], more].concat())
}

fn proved(case: Draft) -> Case {
    case.authenticated_with("posh", &BY_PKIX)
}

pub(super) fn family() -> Family {
    let mut world = World::with_root();
    world.issue("good", leaf().dns(DOMAIN), "root");
    world.own("stranger", leaf().dns("other.example"));
    world.own("another", leaf().dns("other.example").subject("another"));
    let mut cases = Vec::new();
    matches(&world, &mut cases);
    certificates(&mut world, &mut cases);
    freshness(&world, &mut cases);
    provenance(&world, &mut cases);
    beside_pkix(&world, &mut cases);
    Family { name: "posh", essay: "Which POSH document proves which certificate.", world, cases }
}

fn matches(world: &World, cases: &mut Vec<Case>) {
    for (name, algorithm) in [("sha-256", &SHA256), ("sha-384", &SHA384), ("sha-512", &SHA512)] {
        let right = json!({ name: fingerprint(algorithm, world.der("stranger")) });
        let wrong = json!({ name: fingerprint(algorithm, world.der("another")) });
        let case = |end: &str, descriptor: Value| {
            posh(
                &format!("{name}::{end}"),
                "RFC 7711 §3.1",
                "one descriptor",
                &document(&[descriptor], 86_400),
            )
        };
        cases.push(proved(case("match", right).valid_until(NOW + 86_400)));
        cases.push(refused(case("mismatch", wrong), &["posh_mismatch"]));
    }
    let (right, wrong) = (sha256(world, "stranger"), sha256(world, "another"));
    let mixed = json!({
        "sha-256": fingerprint(&SHA256, world.der("stranger")),
        "sha-512": fingerprint(&SHA512, world.der("another")),
    });
    let key = json!({ "sha-256": fingerprint(&SHA256, world.spki("stranger")) });
    let case = |id: &str, descriptors: &[Value], note: &str| {
        posh(id, "RFC 7711 §3.1", note, &document(descriptors, 86_400))
    };
    let rows = vec![
        proved(case("second-of-two", &[wrong.clone(), right.clone()], "any descriptor may match")),
        proved(case("first-of-two", &[right, wrong.clone()], "in any order")),
        refused(
            case(
                "strongest-is-wrong",
                std::slice::from_ref(&mixed),
                "the strongest hash of a descriptor decides",
            ),
            &["posh_mismatch"],
        ),
        proved(case(
            "another-descriptor",
            &[mixed, sha256(world, "stranger")],
            "another descriptor may match",
        )),
        refused(
            case("of-the-key", &[key], "the hash is of the certificate, not of its key"),
            &["posh_mismatch"],
        ),
        refused(
            case("of-the-issuer", &[sha256(world, "root")], "only the leaf counts")
                .chain(&["stranger", "root"]),
            &["posh_mismatch"],
        ),
        proved(case(
            "unknown-hash-beside",
            &[json!({ "sha-1": "AAAA" }), sha256(world, "stranger")],
            "unknown hashes are passed over",
        )),
        refused(
            case("unknown-hash-alone", &[json!({ "sha-1": "AAAA" })], "and prove nothing"),
            &["posh_bad_document"],
        ),
    ];
    cases.extend(rows);
}

fn certificates(world: &mut World, cases: &mut Vec<Case>) {
    world.issue("expired", leaf().dns(DOMAIN).expired(), "root");
    world.issue("early", leaf().dns(DOMAIN).not_yet_valid(), "root");
    world.issue_spki("weak", leaf().dns(DOMAIN), "root", rsa_spki(1024));
    world.own("ca", leaf().dns(TARGET).ca(true));
    world.own("of-target", leaf().dns(TARGET));
    for (name, reason) in [("expired", "expired"), ("early", "not_yet_valid"), ("weak", "weak_key")] {
        // PKIX and POSH both say so.
        cases.push(
            posh(
                name,
                "RFC 7711 §6",
                "a match does not excuse it",
                &document(&[sha256(world, name)], 86_400),
            )
            .chain(&[name])
            .refused(&[reason, reason]),
        );
    }
    let case = |name: &str, note: &str| {
        posh(name, "RFC 7711 §4", note, &document(&[sha256(world, name)], 86_400)).chain(&[name])
    };
    cases.push(
        case("ca", "an old self-signed certificate with CA:TRUE")
            .authenticated_with("posh", &["ee_is_ca", "name_mismatch", "self_signed"]),
    );
    cases.push(case("of-target", "the hosting service's own name").authenticated_with("posh", &BY_PKIX));
    cases.push(proved(case("stranger", "a name that nobody knows: a note").note("posh_no_known_name")));
}

fn freshness(world: &World, cases: &mut Vec<Case>) {
    let descriptor = || sha256(world, "stranger");
    let case = |id: &str, expires: u64, age: i64, note: &str| {
        posh(id, "RFC 7711 §6", note, "").evidence(
            "posh",
            json!({ "found": { "document": document(&[descriptor()], expires), "fetched_at": NOW - age } }),
        )
    };
    let rows = vec![
        proved(case("last-second", 3600, 3600, "good to the last second").valid_until(NOW)),
        refused(case("out-of-date", 3600, 3601, "and not longer"), &["posh_stale"]),
        refused(case("revoked", 0, 0, "expires 0 revokes"), &["posh_stale"]),
        proved(case("capped", 1 << 53, 604_800, "seven days are the cap").note("posh_lifetime_cut")),
        refused(case("beyond-the-cap", 1 << 53, 604_801, "whatever the document says"), &["posh_stale"]),
        proved(
            case("certificate-ends-first", 604_800, 0, "the earlier end counts").valid_until(NOW + 7 * DAY),
        ),
    ];
    cases.extend(rows);
    let reference =
        |expires: u64| json!({ "url": "https://posh.example.net/a", "expires": expires }).to_string();
    let case = |id: &str, first: String, second: String, age: i64, note: &str| {
        posh(id, "RFC 7711 §3.2", note, "").evidence(
            "posh",
            json!({ "found": { "reference": first, "document": second, "fetched_at": NOW - age } }),
        )
    };
    let fingerprints = |expires| document(&[descriptor()], expires);
    let rows = vec![
        proved(case("referred", reference(3600), fingerprints(86_400), 0, "one hop").valid_until(NOW + 3600)),
        proved(
            case("referred-shorter", reference(86_400), fingerprints(60), 0, "the lower counts")
                .valid_until(NOW + 60),
        ),
        refused(
            case("referred-late", reference(3600), fingerprints(86_400), 3601, "the lower is over"),
            &["posh_stale"],
        ),
        refused(
            case("referred-twice", reference(3600), reference(3600), 0, "no second hop"),
            &["posh_bad_document"],
        ),
        refused(
            case("referred-revoked", reference(0), fingerprints(60), 0, "the delegation is revoked"),
            &["posh_stale"],
        ),
        refused(
            case("reference-is-none", fingerprints(60), fingerprints(60), 0, "the first is no reference"),
            &["posh_bad_document"],
        ),
    ];
    cases.extend(rows);
}

fn provenance(world: &World, cases: &mut Vec<Case>) {
    let text = document(&[sha256(world, "stranger")], 86_400);
    let with = |id: &str, more: Value, clause: &'static str, note: &str| {
        let mut own = json!({ "document": text, "fetched_at": NOW });
        if let (Some(own), Some(more)) = (own.as_object_mut(), more.as_object()) {
            own.extend(more.clone());
        }
        posh(id, clause, note, "").evidence("posh", json!({ "found": own }))
    };
    let url = |host: &str, service: &str| json!({ "url": format!("https://{host}/.well-known/posh/{service}.json") });
    let rows = vec![
        refused(
            with(
                "https-unverified",
                json!({ "https_verified": false }),
                "RFC 7711 §3",
                "the web server did not prove its name",
            ),
            &["posh_fetch_failed"],
        ),
        proved(with("own-url", url(DOMAIN, "xmpp-server"), "RFC 7711 §3", "the URL of domain and service")),
        refused(
            with("other-service", url(DOMAIN, "xmpp-client"), "RFC 7711 §3", "the client service's document"),
            &["posh_foreign_document"],
        ),
        refused(
            with(
                "other-domain",
                url("example.com", "xmpp-server"),
                "RFC 7711 §3",
                "another domain's document",
            ),
            &["posh_foreign_document"],
        ),
        refused(posh("broken", "RFC 7711 §3", "no JSON", "{"), &["posh_bad_document"]),
    ];
    cases.extend(rows);
    cases.push(proved(
        posh("client-service", "RFC 7711 §3", "a client takes the client service's document", &text).c2s(),
    ));
    cases.push(proved(posh("inbound", "RFC 7712 §4.3", "a server that connects to us", &text).receiving()));
    for (name, answer, reasons) in [
        ("absent", json!({ "absent": "insecure" }), &[][..]),
        ("timeout", json!({ "failed": "timeout" }), &["posh_fetch_failed"]),
        ("server-error", json!({ "failed": "server" }), &["posh_fetch_failed"]),
        ("malformed", json!({ "failed": "malformed" }), &["posh_bad_document"]),
    ] {
        cases.push(refused(posh(name, "RFC 7711 §3", "no proof", "").evidence("posh", answer), reasons));
    }
    cases.push(refused(
        posh("switched-off", "RFC 7711 §3", "the policy does not look", &text)
            .policy("preset = \"s2s-2026\"\n[posh]\nenabled = false\n"),
        &[],
    ));
}

fn beside_pkix(world: &World, cases: &mut Vec<Case>) {
    let (right, wrong) = (sha256(world, "good"), sha256(world, "another"));
    let case = |id: &str, descriptor: &Value, note: &str| {
        let text = document(std::slice::from_ref(descriptor), 86_400);
        posh(id, "RFC 7711 §3.3", note, &text).chain(&["good"])
    };
    let strict = "preset = \"s2s-2026\"\n[posh]\nmismatch_is_final = true\n";
    cases.push(case("pkix-and-match", &right, "PKIX comes first").authenticated("pkix"));
    cases.push(
        case("pkix-and-mismatch", &wrong, "another proof carries, and it is noted")
            .note("posh_mismatch")
            .authenticated_with("pkix", &["posh_mismatch"]),
    );
    cases.push(
        case("pkix-and-final-mismatch", &wrong, "the policy makes it final")
            .policy(strict)
            .refused_finally(&["posh_mismatch", "posh_mismatch_final"]),
    );
    cases.push(case("pkix-and-strict-match", &right, "a match is fine").policy(strict).authenticated("pkix"));
    cases.push(
        case("dane-decides-alone", &wrong, "beside DANE it is not looked at")
            .policy(strict)
            .dane(&[world.tlsa(3, 1, 1, "good")])
            .authenticated("dane-ee"),
    );
}
