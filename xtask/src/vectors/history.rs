//! What changed since a peer was seen before (RFC 7590 §3.6): sightings one after the other.

use serde_json::{Value, json};

use super::ca::{DAY, NOW, leaf};
use super::case::{Case, DOMAIN, draft};
use super::world::{Family, World, key};

/// A sighting: the certificate, and how many seconds after `NOW`.
struct Sight(&'static str, i64);

pub(super) fn family() -> Family {
    let mut world = World::with_root();
    world.root("other-root");
    world.issue("first", leaf().dns(DOMAIN), "root");
    world.issue_with("renewed", leaf().dns(DOMAIN).serial(&[9]), "root", key("first"));
    world.issue("new-key", leaf().dns(DOMAIN), "root");
    world.issue("other-issuer", leaf().dns(DOMAIN), "other-root");
    world.own("self-signed", leaf().dns(DOMAIN));
    world.own("self-signed-2", leaf().dns(DOMAIN));
    world.issue("ends-30", leaf().dns(DOMAIN).valid(NOW - DAY, NOW + 30 * DAY), "root");
    world.issue("ends-31", leaf().dns(DOMAIN).valid(NOW - DAY, NOW + 31 * DAY), "root");
    let rows: Vec<(&str, Vec<Sight>, &str, &str)> = vec![
        ("first-seen", vec![Sight("first", 0)], "first_seen", "info"),
        ("same", vec![Sight("first", 0), Sight("first", 10)], "same", "info"),
        ("renewed-same-key", vec![Sight("first", 0), Sight("renewed", 10)], "renewed_same_key", "info"),
        ("new-key", vec![Sight("first", 0), Sight("new-key", 10)], "new_key_same_issuer", "warning"),
        ("new-key-in-time", vec![Sight("ends-30", 0), Sight("new-key", 0)], "new_key_same_issuer", "info"),
        ("new-key-early", vec![Sight("ends-31", 0), Sight("new-key", 0)], "new_key_same_issuer", "warning"),
        ("new-issuer", vec![Sight("first", 0), Sight("other-issuer", 10)], "new_issuer", "warning"),
        ("worse", vec![Sight("first", 0), Sight("self-signed", 10)], "worse_verdict", "alarm"),
        ("worse-by-time", vec![Sight("first", 0), Sight("first", 90 * DAY)], "worse_verdict", "alarm"),
        ("attacker-first", vec![Sight("self-signed", 0), Sight("first", 10)], "first_seen", "info"),
        (
            "attacker-again",
            vec![Sight("first", 0), Sight("self-signed", 1), Sight("self-signed", 2)],
            "worse_verdict",
            "alarm",
        ),
        (
            "real-after-attacker",
            vec![Sight("first", 0), Sight("self-signed", 1), Sight("first", 2)],
            "same",
            "info",
        ),
        ("two-hosts", vec![Sight("first", 0), Sight("new-key", 1), Sight("first", 2)], "same", "info"),
        (
            "two-hosts-again",
            vec![Sight("first", 0), Sight("new-key", 1), Sight("first", 2), Sight("new-key", 3)],
            "same",
            "info",
        ),
        ("unproved-same", vec![Sight("self-signed", 0), Sight("self-signed", 1)], "same", "info"),
        (
            "unproved-other",
            vec![Sight("self-signed", 0), Sight("self-signed-2", 1)],
            "new_key_same_issuer",
            "warning",
        ),
    ];
    let cases =
        rows.into_iter().map(|(id, sights, change, loudness)| case(id, &sights, change, loudness)).collect();
    Family { name: "history", essay: "What changed since a peer was seen before.", world, cases }
}

fn case(id: &str, sights: &[Sight], change: &str, loudness: &str) -> Case {
    let sightings: Vec<Value> = sights
        .iter()
        .map(|Sight(certificate, after)| {
            let sight =
                draft("", "", "", "").chain(&[certificate]).anchors(&["root", "other-root"]).now(NOW + after);
            Value::Object(sight.input)
        })
        .collect();
    Case {
        id: format!("rfc7590::change::{id}"),
        rule: "CHG-01",
        clause: "RFC 7590 §3.6",
        note: "the last sighting".into(),
        kind: "history",
        input: json!({ "sightings": sightings }),
        expect: json!({ "change": change, "loudness": loudness }),
    }
}
