//! A check as a page to send to someone: one file, nothing loaded from elsewhere, no script.
//!
//! The page is made from the JSON form and the words of the text form. Everything in it is escaped by the
//! template engine, besides what the library escaped already (HUM-08).

use minijinja::{AutoEscape, Environment, context};
use serde_json::Value;
use xmpptls::certificate::Chain;

use super::facts::{DomainCheck, EndpointCheck};
use super::{json, text, words};
use crate::clock::{date, date_and_minute};
use crate::failure::Failure;

const TEMPLATE: &str = include_str!("page.html");

/// The page.
pub(crate) fn of(check: &DomainCheck) -> Result<String, Failure> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("date", date);
    environment.add_filter("moment", date_and_minute);
    let wrong = |error: minijinja::Error| Failure::Page(error.to_string());
    environment.add_template("page.html", TEMPLATE).map_err(wrong)?;
    let template = environment.get_template("page.html").map_err(wrong)?;
    let value = with_words(check);
    template.render(context! { check => value, version => env!("CARGO_PKG_VERSION") }).map_err(wrong)
}

/// The JSON form, with the words that the page shows beside it.
fn with_words(check: &DomainCheck) -> Value {
    let mut value = json::of(check);
    let services = value.get_mut("services").and_then(Value::as_array_mut);
    for (value, service) in services.into_iter().flatten().zip(&check.services) {
        put(value, "title", words::service(service.service));
        let changes = value.get_mut("changes").and_then(Value::as_array_mut);
        for (value, change) in changes.into_iter().flatten().zip(&service.changes) {
            put(value, "places", &words::places(service, &change.endpoints));
        }
        let mends = value.get_mut("mend").and_then(Value::as_array_mut);
        for (value, mend) in mends.into_iter().flatten().zip(&service.mend) {
            put(value, "places", &words::places(service, &mend.endpoints));
        }
        let mut shown = Vec::new();
        let endpoints = value.get_mut("endpoints").and_then(Value::as_array_mut);
        for (value, endpoint) in endpoints.into_iter().flatten().zip(&service.endpoints) {
            put(value, "place", &words::place(&endpoint.endpoint));
            put(value, "start", words::transport(endpoint.endpoint.transport));
            put(value, "answer", text::answer(endpoint));
            put(value, "dnssec_text", &words::dnssec(&endpoint.endpoint, service.found));
            let error = endpoint.offers.as_ref().and_then(|offers| offers.error.as_ref());
            let error = error.map(|error| words::stream_error(error, endpoint, check.shown_as.is_some()));
            put(value, "stream_error", &error.unwrap_or_default());
            let proofs = value.get_mut("proofs").and_then(Value::as_array_mut);
            for (value, attempt) in proofs.into_iter().flatten().zip(&endpoint.proofs) {
                let outcome = attempt.outcome.name();
                put(value, "look", if words::unfetched(attempt).is_some() { "not_tried" } else { outcome });
            }
            put_certificate(value, endpoint, &mut shown, check.checked_at);
            let tlsa = words::tlsa(endpoint).unwrap_or_default();
            put(value, "tlsa_text", &tlsa);
            let report = endpoint.report.as_ref();
            put(value, "bindings", &report.map(|own| words::bindings(own).join(", ")).unwrap_or_default());
            if let Some((_, text)) = words::external(check, service, endpoint) {
                put(value, "peer", &text);
            }
            put(value, "resumption_text", endpoint.resumption.map_or("", words::resumption));
        }
    }
    value
}

/// What the text form says of the certificate, and whether an endpoint before this one showed it already.
fn put_certificate<'a>(value: &mut Value, own: &'a EndpointCheck, shown: &mut Vec<&'a Chain>, now: i64) {
    let Some(chain) = own.report.as_ref().and_then(|report| report.peer()) else { return };
    let leaf = chain.leaf();
    if shown.iter().any(|known| known.leaf() == leaf) {
        put(value, "same_certificate", "the same certificate");
    }
    shown.push(chain);
    put(value, "names", &words::names(leaf));
    put(value, "validity", &words::validity(leaf, now));
    put(value, "purposes", &words::purposes(leaf));
}

fn put(value: &mut Value, name: &str, text: &str) {
    if let Some(object) = value.as_object_mut() {
        object.insert(name.into(), text.into());
    }
}
