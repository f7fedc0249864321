//! What was seen of domains before, on this machine, and what changed (RFC 7590 §3.6).
//!
//! A check compares and remembers. What got worse is said again with each check until `history accept`. The
//! file belongs to its user; the library itself keeps none.

mod compare;
mod store;

use std::env;
use std::path::PathBuf;

use serde_json::{Value, json};
use xmpptls::name::{Domain, Service};
use xmpptls::verification::{History, Loudness};

use self::compare::{Traits, level_rank};
use self::store::{Row, Store};
use crate::args::{HistoryArgs, HistoryCommand};
use crate::check::facts::{ChangeNote, DomainCheck, ServiceCheck};
use crate::clock::{date_and_minute, wall_seconds};
use crate::failure::Failure;
use crate::paint::{self, BAD, BOLD, FAINT, Lines, PLAIN, WEAK};

/// Where the history is unless told otherwise: `$XDG_STATE_HOME`, else `~/.local/state`.
pub(crate) fn default_path() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    Some(state?.join("xmpptls/history.sqlite"))
}

/// Compares a check with what is known, remembers it, and puts the changes into it.
pub(crate) fn remember(check: &mut DomainCheck, path: &std::path::Path) -> Result<(), Failure> {
    let mut store = Store::open(path)?;
    let (domain, now) = (check.domain.clone(), check.checked_at);
    for service in &mut check.services {
        let changes = remember_service(&mut store, &domain, service, now)?;
        service.changes = changes;
    }
    Ok(())
}

fn remember_service(
    store: &mut Store,
    domain: &Domain,
    check: &ServiceCheck,
    now: i64,
) -> Result<Vec<ChangeNote>, Failure> {
    // Nothing answered: nothing is learnt, and nothing is warned of.
    let Some(latest) = Traits::of(check) else { return Ok(Vec::new()) };
    let path = store.path().to_owned();
    let (name, service) = (domain.as_ascii().to_owned(), check.service.name().to_owned());
    let mut damage = None;
    let changes = store.in_transaction(|transaction| {
        let before = store::row(transaction, &name, &service)?;
        let known = match before.as_ref().map(|row| read(row, domain, check.service)).transpose() {
            Ok(known) => known,
            Err(why) => {
                damage = Some(why);
                return Ok(Vec::new());
            }
        };
        let (history, held) = match known {
            Some((history, held)) => (history, Some(held)),
            None => (History::new(domain.clone(), check.service), None),
        };
        if let Some(proof) = held.as_ref().and_then(|held| latest.incomparable(held)) {
            return Ok(vec![not_compared(proof)]);
        }
        let (kept, mut changes) = compare::certificates(check, history, now);
        if let Some(held) = &held {
            changes.extend(latest.losses(held, check.service));
        }
        let row = Row {
            domain: name.clone(),
            service: service.clone(),
            certificates: kept.to_json(),
            held: held.map_or_else(|| latest.to_json(), |held| held.best(&latest).to_json()),
            latest: latest.to_json(),
            first_seen: before.as_ref().map_or(now, |row| row.first_seen),
            last_seen: now,
        };
        store::put(transaction, &row)?;
        for change in changes.iter().filter(|change| change.change != "same") {
            store::log(transaction, &name, &service, now, change)?;
        }
        Ok(changes)
    })?;
    match damage {
        Some(why) => Err(Failure::History { path, why }),
        None => Ok(changes),
    }
}

fn not_compared(proof: &str) -> ChangeNote {
    let text = format!(
        "not compared: {} proved it before, and could not be looked up this time",
        proof.to_uppercase()
    );
    ChangeNote { change: "not_compared", loudness: Loudness::Info.name(), text }
}

/// The parts of a row that are compared.
fn read(row: &Row, domain: &Domain, service: Service) -> Result<(History, Traits), String> {
    let history = History::from_json(row.certificates.as_bytes(), domain, service);
    let history = history.map_err(|error| format!("the entry of {domain} cannot be used: {error}"))?;
    let held = Traits::from_json(&row.held)
        .ok_or_else(|| format!("the entry of {domain} is damaged: nothing can be said about changes"))?;
    Ok((history, held))
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
            let Some(row) = store::row(transaction, name, service.name())? else { return Ok(Some(0)) };
            let Some(certificates) = without_better(&row) else { return Ok(None) };
            store::put(transaction, &Row { held: row.latest.clone(), certificates, ..row })?;
            store::accept(transaction, name, service.name(), wall_seconds())?;
            Ok(Some(1))
        })?;
        let done = done.ok_or_else(|| Failure::History {
            path: path.clone(),
            why: format!("the entry of {domain} is damaged; `history forget {domain}` begins anew"),
        })?;
        count = count.saturating_add(done);
    }
    said(count, domain, "accepted as it was seen last")
}

/// The certificates without those that were proved better than what was seen last.
fn without_better(row: &Row) -> Option<String> {
    let most = level_rank(&Traits::from_json(&row.latest)?.level);
    let mut json: Value = serde_json::from_str(&row.certificates).ok()?;
    let seen = json.get_mut("seen")?.as_array_mut()?;
    seen.retain(|own| {
        own.get("level").and_then(Value::as_str).is_some_and(|level| level_rank(level) <= most)
    });
    Some(json.to_string())
}

fn list(store: &Store, domain: Option<&Domain>, as_json: bool) -> Result<u8, Failure> {
    let rows = store.rows(domain.map(Domain::as_ascii))?;
    if as_json {
        for row in &rows {
            crate::say(&format!("{}\n", row_json(store, row)?));
        }
        return Ok(0);
    }
    let mut lines = Lines::new(paint::width());
    for row in &rows {
        write_row(&mut lines, row);
        if domain.is_some() {
            write_changes(&mut lines, store, row)?;
        }
    }
    if rows.is_empty() {
        lines.line("nothing was seen yet");
    }
    crate::say(&lines.finish());
    Ok(0)
}

fn row_json(store: &Store, row: &Row) -> Result<Value, Failure> {
    let nested = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let changes: Vec<Value> = store
        .changes(&row.domain, &row.service)?
        .iter()
        .map(|change| {
            json!({
                "seen_at": change.seen_at,
                "change": change.change,
                "loudness": change.loudness,
                "text": change.text,
                "accepted_at": change.accepted_at,
            })
        })
        .collect();
    Ok(json!({
        "domain": row.domain,
        "service": row.service,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
        "held": nested(&row.held),
        "latest": nested(&row.latest),
        "certificates": nested(&row.certificates),
        "changes": changes,
    }))
}

fn write_row(lines: &mut Lines, row: &Row) {
    let seen = format!("last seen {}", date_and_minute(row.last_seen));
    lines.heading(0, (&format!("{}  {}", row.domain, row.service), BOLD), (&seen, FAINT));
    match Traits::from_json(&row.latest) {
        None => lines.entry(2, "damaged", BAD, "this entry cannot be read; `history forget` removes it"),
        Some(latest) => {
            let proofs =
                if latest.proofs.is_empty() { "no proof".to_owned() } else { latest.proofs.join(", ") };
            lines.entry(2, "level", PLAIN, &format!("{}, {proofs}", latest.level.replace('_', " ")));
        }
    }
    let certificates: Value = serde_json::from_str(&row.certificates).unwrap_or(Value::Null);
    let all = certificates.get("seen").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (index, own) in all.iter().rev().enumerate() {
        let text = |name: &str| own.get(name).and_then(Value::as_str).unwrap_or_default();
        let key: String = text("public_key").chars().take(16).collect();
        let time =
            |name: &str| own.get(name).and_then(Value::as_i64).map(date_and_minute).unwrap_or_default();
        let line = format!(
            "{key}… from {}, seen {} to {}",
            text("issuer_text"),
            time("first_seen"),
            time("last_seen")
        );
        lines.entry(2, if index == 0 { "keys" } else { "" }, PLAIN, &line);
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
