//! A check as text: the answer first, then each endpoint, then what to mend.

use xmpptls::certificate::{Chain, hexadecimal};
use xmpptls::report::Report;
use xmpptls::verdict::Level;

use super::facts::{Contact, DomainCheck, EndpointCheck, Found, ServiceCheck, Severity, Weight};
use super::words;
use crate::paint::{BAD, BOLD, FAINT, GOOD, Lines, PLAIN, WEAK};

/// The whole check.
pub(crate) fn of(check: &DomainCheck, width: usize) -> String {
    let mut lines = Lines::new(width);
    for (index, service) in check.services.iter().enumerate() {
        if index > 0 {
            lines.blank();
        }
        write_service(&mut lines, check, service);
    }
    lines.finish()
}

fn write_service(lines: &mut Lines, check: &DomainCheck, own: &ServiceCheck) {
    let title = format!("{}  {}", words::domain(&check.domain), words::service(own.service));
    lines.heading(0, (&title, BOLD), (&words::headline(own).to_uppercase(), style(own.severity)));
    lines.entry(2, "dns", PLAIN, &words::search(own));
    for change in &own.changes {
        let style = match change.loudness {
            "alarm" => BAD,
            "warning" => WEAK,
            _ => PLAIN,
        };
        lines.entry(
            2,
            "history",
            style,
            &format!("{}{}", change.text, words::places(own, &change.endpoints)),
        );
    }
    let mut shown: Vec<&Chain> = Vec::new();
    for endpoint in &own.endpoints {
        lines.blank();
        write_endpoint(lines, (check, own), endpoint, &mut shown);
    }
    write_mends(lines, own);
}

fn write_endpoint<'a>(
    lines: &mut Lines,
    (check, service): (&DomainCheck, &ServiceCheck),
    own: &'a EndpointCheck,
    shown: &mut Vec<&'a Chain>,
) {
    let place = words::place(&own.endpoint);
    let mut title = format!("{place}  {}", words::transport(own.endpoint.transport));
    if let Some(address) = own.address.filter(|address| !place.contains(&address.ip().to_string())) {
        title = format!("{title}  {}", address.ip());
    }
    lines.heading(2, (&title, BOLD), (answer(own), style(own.severity)));
    if own.contact != Contact::Tls {
        lines.entry(4, "reach", PLAIN, &words::contact(own));
    }
    if let Some(report) = &own.report {
        write_tls(lines, report, own);
    }
    write_proofs(lines, own, service.found);
    if let Some(chain) = own.report.as_ref().and_then(|report| report.peer()) {
        if shown.iter().any(|known| known.leaf() == chain.leaf()) {
            lines.entry(4, "shows", FAINT, "the same certificate");
        } else {
            write_certificate(lines, chain, check.checked_at);
            shown.push(chain);
        }
    }
    write_inside(lines, own, check.shown_as.is_some());
    if let Some((style, text)) = words::external(check, service, own) {
        lines.entry(4, "as a peer", style, &text);
    }
}

/// The answer of one endpoint in a word or two.
pub(crate) fn answer(own: &EndpointCheck) -> &'static str {
    match own.contact {
        Contact::Unreachable(_) | Contact::NoAddress(_) => "dead end",
        Contact::Forbidden => "forbidden",
        Contact::NoTls if own.severity == Severity::Untested => "stalled",
        Contact::NoTls => "no TLS",
        Contact::Tls => own.verdict.as_ref().map_or("not judged", |verdict| match verdict.level() {
            Level::Authenticated => "authenticated",
            Level::Weak => "weak",
            Level::EncryptedOnly => "encrypted only",
            Level::Refused if own.dialback_only => "dialback only",
            Level::Refused => "refused",
        }),
    }
}

fn write_tls(lines: &mut Lines, report: &Report, own: &EndpointCheck) {
    let Some(tls) = report.negotiated() else { return };
    let group = tls.group.map_or("no key exchange of its own", |group| group.name());
    let later = match report.is_safe_against_later_decryption() {
        Some(true) => ", safe against later decryption",
        Some(false) => ", not safe against later decryption",
        None => "",
    };
    lines.entry(4, "tls", PLAIN, &format!("{}, {}, {group}{later}", tls.version, tls.suite));
    let mut parts: Vec<String> = Vec::new();
    if let Some(offered) = report.starttls_offered() {
        parts.push(match (offered, report.starttls_required()) {
            (false, _) => "STARTTLS not offered".into(),
            (true, Some(true)) => "STARTTLS required".into(),
            (true, _) => "STARTTLS optional".into(),
        });
    }
    if let Some(alpn) = &tls.alpn {
        parts.push(format!("ALPN {}", xmpptls::certificate::escape_for_text(&String::from_utf8_lossy(alpn))));
    }
    parts.extend(own.resumption.map(|how| format!("resumption: {}", words::resumption(how))));
    parts.extend(own.injection.map(|how| format!("plaintext behind <starttls/>: {}", words::injection(how))));
    if !parts.is_empty() {
        lines.entry(4, "", PLAIN, &parts.join(", "));
    }
    let bindings = words::bindings(report);
    if !bindings.is_empty() {
        lines.entry(4, "", PLAIN, &format!("channel bindings: {}", bindings.join(", ")));
    }
}

fn write_proofs(lines: &mut Lines, own: &EndpointCheck, found: Found) {
    if own.verdict.is_none() {
        return;
    }
    for (index, attempt) in own.proofs.iter().enumerate() {
        let label = if index == 0 { "proof" } else { "" };
        let text = format!("{:<5} {}", words::proof(attempt.proof), words::attempt(attempt));
        let style = match attempt.outcome {
            xmpptls::verdict::Outcome::Passed(_) => GOOD,
            xmpptls::verdict::Outcome::Failed if words::unfetched(attempt).is_none() => WEAK,
            _ => PLAIN,
        };
        lines.entry(4, label, style, &text);
    }
    lines.entry(4, "dnssec", PLAIN, &words::dnssec(&own.endpoint, found));
    if let Some(tlsa) = words::tlsa(own) {
        lines.entry(4, "tlsa", PLAIN, &tlsa);
    }
}

fn write_certificate(lines: &mut Lines, chain: &Chain, now: i64) {
    let leaf = chain.leaf();
    lines.entry(4, "shows", PLAIN, &words::names(leaf));
    let more = chain.others().count();
    let along = match more {
        0 => "nothing sent along".into(),
        1 => "one certificate sent along".into(),
        more => format!("{more} certificates sent along"),
    };
    lines.entry(4, "", PLAIN, &format!("from {}; {along}", words::issuer(leaf)));
    let text =
        format!("{}; {}; purposes: {}", words::validity(leaf, now), leaf.key().name(), words::purposes(leaf));
    lines.entry(4, "", PLAIN, &text);
    let digest: String = hexadecimal(&leaf.digest_sha256());
    lines.entry(4, "SHA-256", PLAIN, &digest);
}

fn write_inside(lines: &mut Lines, own: &EndpointCheck, shown: bool) {
    let mut parts = Vec::new();
    if let Some(offers) = &own.offers {
        if let Some(error) = &offers.error {
            parts.push(words::stream_error(error, own, shown));
        }
        if !offers.mechanisms.is_empty() {
            parts.push(format!("SASL {}", offers.mechanisms.join(" ")));
        }
        if offers.dialback {
            parts.push("dialback".into());
        }
        if !offers.bindings.is_empty() {
            parts.push(format!("binds {}", offers.bindings.join(" ")));
        }
    }
    if own.asks_for_certificate {
        parts.push("asks for our certificate".into());
    }
    if !parts.is_empty() {
        lines.entry(4, "offers", PLAIN, &parts.join(", "));
    }
}

fn write_mends(lines: &mut Lines, check: &ServiceCheck) {
    if check.mend.is_empty() {
        return;
    }
    lines.blank();
    lines.line(&format!("  {}", crate::paint::painted(BOLD, "what to mend")));
    for mend in &check.mend {
        let style = match mend.weight {
            Weight::Urgent => BAD,
            Weight::Important => WEAK,
            Weight::Advice => FAINT,
        };
        let places = words::places(check, &mend.endpoints);
        let mark = format!("{:<9}", mend.weight.name());
        lines.item(2, (&mark, style), &format!("{}{places}", mend.text));
        for line in &mend.publish {
            lines.line(&format!("            {line}"));
        }
    }
}

pub(crate) fn style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Good => GOOD,
        Severity::Weak | Severity::Untested => WEAK,
        Severity::Refused => BAD,
    }
}
