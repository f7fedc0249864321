//! A check as JSON, as `docs/schema/check.json` describes it.

use serde_json::{Value, json};
use xmpptls::certificate::escape_for_text;
use xmpptls::record::Lookup;

use super::facts::{Contact, DomainCheck, EndpointCheck, Found, Mend, Resumption, ServiceCheck};
use super::words;

/// The name and version of the format, in its member `format`.
pub(crate) const CHECK_FORMAT: &str = "xmpptls-check-1";

pub(crate) fn of(check: &DomainCheck) -> Value {
    json!({
        "format": CHECK_FORMAT,
        "domain": check.domain.as_ascii(),
        "domain_unicode": escape_for_text(&check.domain.to_unicode()),
        "checked_at": check.checked_at,
        "shown_as": check.shown_as.as_ref().map(|domain| domain.as_ascii()),
        "severity": check.severity().name(),
        "exit_code": check.severity().exit_code(),
        "services": check.services.iter().map(service).collect::<Vec<_>>(),
    })
}

fn service(check: &ServiceCheck) -> Value {
    json!({
        "service": check.service.name(),
        "severity": check.severity.name(),
        "headline": words::headline(check),
        "search": {
            "outcome": match check.found {
                Found::Endpoints => "found",
                Found::Given => "given",
                Found::Absent(_) => "absent",
                Found::Failed(_) => "failed",
            },
            "text": words::search(check),
            "resolver_without_dnssec": check.resolver_without_dnssec,
        },
        "posh": posh(check),
        "endpoints": check.endpoints.iter().map(endpoint).collect::<Vec<_>>(),
        "changes": check.changes.iter().map(|change| json!({
            "change": change.change,
            "loudness": change.loudness,
            "text": change.text,
            "endpoints": change.endpoints,
        })).collect::<Vec<_>>(),
        "mend": check.mend.iter().map(mend).collect::<Vec<_>>(),
    })
}

fn posh(check: &ServiceCheck) -> Value {
    match &check.posh {
        Lookup::Found(own) => json!({
            "outcome": "found",
            "url": own.url.as_str(),
            "reference": own.reference.as_ref().map(|(url, _)| url.as_str()),
        }),
        Lookup::Absent(_) => json!({ "outcome": "absent" }),
        Lookup::Failed(why) => json!({ "outcome": "failed", "text": words::failure(*why) }),
        Lookup::NotAsked => json!({ "outcome": "not_asked" }),
    }
}

fn endpoint(check: &EndpointCheck) -> Value {
    let own = &check.endpoint;
    json!({
        "target": own.target.as_ascii(),
        "port": own.port,
        "transport": own.transport.name(),
        "address": check.address.map(|address| address.ip().to_string()),
        "dnssec": { "srv": own.srv.map(|state| state.name()), "addresses": own.addresses.name() },
        "tlsa": check.tlsa.iter().map(|(owner, found)| match found {
            Lookup::Found(set) => json!({
                "owner": owner.to_string(),
                "outcome": "found",
                "dnssec": set.dnssec().name(),
                "records": set.records().iter().map(ToString::to_string).collect::<Vec<_>>(),
            }),
            Lookup::Absent(state) => json!({
                "owner": owner.to_string(), "outcome": "absent", "dnssec": state.name(), "records": [],
            }),
            Lookup::Failed(why) => json!({
                "owner": owner.to_string(), "outcome": "failed", "text": words::failure(*why), "records": [],
            }),
            Lookup::NotAsked => json!({ "owner": owner.to_string(), "outcome": "not_asked", "records": [] }),
        }).collect::<Vec<_>>(),
        "severity": check.severity.name(),
        "contact": match check.contact {
            Contact::Tls => "tls",
            Contact::NoTls => "no_tls",
            Contact::Unreachable(_) => "unreachable",
            Contact::NoAddress(_) => "no_address",
            Contact::Forbidden => "forbidden",
        },
        "text": words::contact(check),
        "milliseconds": check.milliseconds,
        "report": check.report.as_ref().map(|report| nested(&report.to_json())),
        "verdict": check.verdict.as_ref().map(|verdict| nested(&verdict.to_json())),
        "proofs": check.proofs.iter().map(|proof| json!({
            "proof": proof.proof.name(),
            "outcome": proof.outcome.name(),
            "method": proof.method().map(|method| method.name()),
            "text": words::attempt(proof),
        })).collect::<Vec<_>>(),
        "dialback_only": check.dialback_only,
        "offers": check.offers.as_ref().map(|offers| json!({
            "mechanisms": offers.mechanisms,
            "channel_bindings": offers.bindings,
            "dialback": offers.dialback,
            "stream_error": offers.error,
        })),
        "asks_for_certificate": check.asks_for_certificate,
        "resumption": check.resumption.map(|how| match how {
            Resumption::Resumed => "resumed",
            Resumption::Full => "full",
            Resumption::Failed => "failed",
        }),
        "plaintext_behind_starttls": check.injection.map(|how| how.name()),
    })
}

fn mend(mend: &Mend) -> Value {
    json!({
        "weight": mend.weight.name(),
        "code": mend.code,
        "text": mend.text,
        "endpoints": mend.endpoints,
        "publish": mend.publish,
    })
}

/// What the library wrote as JSON is JSON.
fn nested(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or(Value::Null)
}
