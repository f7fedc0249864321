//! What was seen of domains before, on this machine, and what changed (RFC 7590 §3.6).
//!
//! A check compares and remembers. What got worse is said again with each check until `history accept`. The
//! file belongs to its user; the library itself keeps none.

mod compare;
mod form;
mod note;
mod place;
mod remember;
mod store;
#[cfg(test)]
mod store_tests;
mod traits;

use std::env;
use std::path::PathBuf;

use serde_json::{Value, json};
use xmpptls::certificate::hexadecimal;
use xmpptls::name::{Domain, Service};

use self::compare::Known;
pub(crate) use self::remember::remember;
use self::store::{Row, Store};
use crate::args::{HistoryArgs, HistoryCommand};
use crate::clock::{date_and_minute, wall_seconds};
use crate::failure::Failure;
use crate::paint::{self, BAD, BOLD, FAINT, Lines, PLAIN, WEAK};

/// Where the history is unless told otherwise: `$XDG_STATE_HOME`, else `~/.local/state`.
pub(crate) fn default_path() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    Some(state?.join("xmpptls/history.sqlite"))
}

/// Runs `history`.
pub(crate) fn run(args: &HistoryArgs) -> Result<u8, Failure> {
    let path = args.history.clone().or_else(default_path);
    let path =
        path.ok_or_else(|| Failure::Argument("there is no home directory; give --history FILE".into()))?;
    let Some(mut store) = Store::open_existing(&path)? else {
        crate::complain(&format!("{}: nothing was seen yet", path.display()));
        return Ok(0);
    };
    match &args.command {
        None => list(&store, None, args.json),
        Some(HistoryCommand::Show { domain }) => list(&store, Some(domain), args.json),
        Some(HistoryCommand::Accept { domain, services }) => accept(&mut store, domain, &services.all()),
        Some(HistoryCommand::Forget { domain, services }) => {
            let mut count = 0_usize;
            for service in services.all() {
                let name = domain.as_ascii();
                let gone =
                    store.in_transaction(|transaction| store::forget(transaction, name, service.name()))?;
                count = count.saturating_add(gone);
            }
            said(count, domain, "forgotten")
        }
    }
}

fn said(count: usize, domain: &Domain, what: &str) -> Result<u8, Failure> {
    if count == 0 {
        return Err(Failure::Argument(format!("nothing is known of {domain}")));
    }
    crate::say(&format!("{domain}: {what}\n"));
    Ok(0)
}

/// What was seen last is what later checks are measured by.
fn accept(store: &mut Store, domain: &Domain, services: &[Service]) -> Result<u8, Failure> {
    let path = store.path().to_owned();
    let mut count = 0_usize;
    for service in services {
        let name = domain.as_ascii();
        let done = store.in_transaction(|transaction| {
            let rows = store::of_service(transaction, name, service.name())?;
            for row in &rows {
                let Ok(known) = Known::read(row, domain, *service) else { return Ok(None) };
                store::put(transaction, &known.accepted().row())?;
            }
            store::accept(transaction, name, service.name(), wall_seconds())?;
            Ok(Some(rows.len()))
        })?;
        let done = done.ok_or_else(|| Failure::History {
            path: path.clone(),
            why: format!("the entry of {domain} is damaged; `history forget {domain}` begins anew"),
        })?;
        count = count.saturating_add(done);
    }
    said(count, domain, "accepted as it was seen last")
}

fn list(store: &Store, domain: Option<&Domain>, as_json: bool) -> Result<u8, Failure> {
    let rows = store.rows(domain.map(Domain::as_ascii))?;
    let services = rows.chunk_by(|one, other| one.domain == other.domain && one.service == other.service);
    let mut lines = Lines::new(paint::width());
    for (index, rows) in services.enumerate() {
        let Some(first) = rows.first() else { continue };
        if as_json {
            crate::say(&format!("{}\n", service_json(store, first, rows)?));
            continue;
        }
        if index > 0 {
            lines.blank();
        }
        write_service(&mut lines, first, rows);
        if domain.is_some() {
            write_changes(&mut lines, store, first)?;
        }
    }
    if rows.is_empty() && !as_json {
        lines.line("nothing was seen yet");
    }
    crate::say(&lines.finish());
    Ok(0)
}

fn service_json(store: &Store, first: &Row, rows: &[Row]) -> Result<Value, Failure> {
    let nested = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let places = rows.iter().map(|row| {
        json!({
            "source": row.place.source.name(),
            "target": row.place.target,
            "port": row.place.port,
            "transport": row.place.transport,
            "address": row.place.address,
            "first_seen": row.first_seen,
            "last_seen": row.last_seen,
            "held": nested(&row.held),
            "latest": nested(&row.latest),
            "certificates": nested(&row.certificates),
        })
    });
    let changes = store.changes(&first.domain, &first.service)?;
    let changes = changes.iter().map(|change| {
        json!({
            "seen_at": change.seen_at,
            "change": change.change,
            "loudness": change.loudness,
            "text": change.text,
            "accepted_at": change.accepted_at,
        })
    });
    Ok(json!({
        "domain": first.domain,
        "service": first.service,
        "places": places.collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
    }))
}

fn write_service(lines: &mut Lines, first: &Row, rows: &[Row]) {
    let last = rows.iter().map(|row| row.last_seen).max().unwrap_or(first.last_seen);
    let seen = format!("last seen {}", date_and_minute(last));
    lines.heading(0, (&format!("{}  {}", first.domain, first.service), BOLD), (&seen, FAINT));
    for row in rows {
        let service = [Service::C2s, Service::S2s].into_iter().find(|own| own.name() == row.service);
        let known = Domain::parse(&row.domain).ok().zip(service);
        let known = known.and_then(|(domain, service)| Known::read(row, &domain, service).ok());
        match known {
            None => lines.entry(2, "damaged", BAD, "this entry cannot be read; `history forget` removes it"),
            Some(known) => write_place(lines, &known),
        }
    }
}

fn write_place(lines: &mut Lines, known: &Known) {
    let latest = &known.latest;
    let level = latest.level.name().replace('_', " ");
    let level = if latest.tls { level } else { "no TLS".into() };
    lines.heading(2, (&known.place.text(), PLAIN), (&level, PLAIN));
    if !latest.proofs.is_empty() {
        lines.entry(4, "proofs", PLAIN, &latest.proofs.join(", ").to_uppercase());
    }
    for (index, own) in known.certificates.seen().iter().rev().enumerate() {
        let key: String = hexadecimal(own.public_key.get(..8).unwrap_or_default());
        let (first, last) = (date_and_minute(own.first_seen), date_and_minute(own.last_seen));
        let seen = if first == last { first } else { format!("{first} to {last}") };
        let line = format!("{key}… from {}, seen {seen}", own.issuer_text);
        lines.entry(4, if index == 0 { "keys" } else { "" }, PLAIN, &line);
    }
}

fn write_changes(lines: &mut Lines, store: &Store, row: &Row) -> Result<(), Failure> {
    let changes = store.changes(&row.domain, &row.service)?;
    for (index, change) in changes.iter().enumerate() {
        let style = match change.loudness.as_str() {
            "alarm" => BAD,
            "warning" => WEAK,
            _ => PLAIN,
        };
        let accepted = if change.accepted_at.is_some() { " (accepted)" } else { "" };
        let text = format!("{}  {}{accepted}", date_and_minute(change.seen_at), change.text);
        lines.entry(2, if index == 0 { "changes" } else { "" }, style, &text);
    }
    Ok(())
}
