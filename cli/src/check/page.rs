//! A check as a page to send to someone: one file, nothing loaded from elsewhere, no script.
//!
//! The page is made from the JSON form and the words of the text form. Everything in it is escaped by the
//! template engine, besides what the library escaped already (HUM-08).

use minijinja::{AutoEscape, Environment, context};
use serde_json::Value;

use super::facts::DomainCheck;
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
            put(value, "places", &words::places(service, change));
        }
        let endpoints = value.get_mut("endpoints").and_then(Value::as_array_mut);
        for (value, endpoint) in endpoints.into_iter().flatten().zip(&service.endpoints) {
            put(value, "place", &words::place(&endpoint.endpoint));
            put(value, "start", words::transport(endpoint.endpoint.transport));
            put(value, "answer", text::answer(endpoint));
            put(value, "dnssec_text", &words::dnssec(&endpoint.endpoint));
            put(value, "resumption_text", endpoint.resumption.map_or("", words::resumption));
        }
    }
    value
}

fn put(value: &mut Value, name: &str, text: &str) {
    if let Some(object) = value.as_object_mut() {
        object.insert(name.into(), text.into());
    }
}
