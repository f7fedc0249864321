//! A check, beside what is known of its domain: each endpoint is compared with its like, then remembered.

use std::path::Path;

use rusqlite::Transaction;
use xmpptls::name::Domain;
use xmpptls::verification::Loudness;

use super::compare::{Baseline, Known, NOT_COMPARED};
use super::note::Note;
use super::place::{Nearness, Place, Source};
use super::store::{self, Store};
use super::traits::Traits;
use crate::check::facts::{ChangeNote, DomainCheck, Found, ServiceCheck};
use crate::check::words;
use crate::failure::Failure;

/// The places of a domain's service that are kept one by one; what was seen at others is kept together.
/// Domains with more addresses than this change them all the time.
const PLACES_KEPT: usize = 64;

/// Compares a check with what is known, remembers it, and puts the changes into it.
pub(crate) fn remember(check: &mut DomainCheck, path: &Path) -> Result<(), Failure> {
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
    let path = store.path().to_owned();
    let (name, service) = (domain.as_ascii(), check.service.name());
    let outcome = store.in_transaction(|transaction| {
        let rows = store::of_service(transaction, name, service)?;
        let known: Result<Vec<Known>, String> =
            rows.iter().map(|row| Known::read(row, domain, check.service)).collect();
        // A damaged entry is left as it is, and what was seen now is not written beside it.
        let known = match known {
            Ok(known) => known,
            Err(why) => return Ok(Err(why)),
        };
        let (changes, seen) = compare(domain, check, &known, now);
        for own in &seen {
            store::put(transaction, &own.row())?;
        }
        fold(transaction, known, &seen)?;
        for change in changes.iter().filter(|change| change.change != "same") {
            store::log(transaction, name, service, now, change)?;
        }
        Ok(Ok(changes))
    })?;
    outcome.map_err(|why| Failure::History { path, why })
}

/// Each is compared with what was known before this check. What does not answer teaches nothing, and nothing
/// is warned of.
fn compare(
    domain: &Domain,
    check: &ServiceCheck,
    known: &[Known],
    now: i64,
) -> (Vec<ChangeNote>, Vec<Known>) {
    let source = if check.found == Found::Given { Source::Given } else { Source::Records };
    let (mut changes, mut seen) = (Vec::new(), Vec::new());
    for endpoint in &check.endpoints {
        let Some(latest) = Traits::of(endpoint, check) else { continue };
        let place = Place::of(endpoint, source);
        let baseline = Baseline::of(&place, known, domain, check.service);
        let (notes, own) = baseline.compare(place, latest, endpoint.verdict.as_ref(), now);
        notes.into_iter().for_each(|note| add(&mut changes, note, &words::place(&endpoint.endpoint)));
        seen.extend(own);
    }
    // Of what several endpoints show the quiet is not said beside the loud.
    let is_quiet = |note: &ChangeNote| note.loudness == Loudness::Info.name();
    if !changes.iter().all(is_quiet) {
        changes.retain(|note| !is_quiet(note) || note.change == NOT_COMPARED);
    }
    (changes, seen)
}

/// Adds a change, or an endpoint to one that is there.
fn add(changes: &mut Vec<ChangeNote>, note: Note, place: &str) {
    let loudness = note.loudness.name();
    let same = |own: &&mut ChangeNote| own.change == note.change && own.text == note.text;
    match changes.iter_mut().find(same) {
        Some(own) if own.endpoints.iter().any(|known| known == place) => {}
        Some(own) => own.endpoints.push(place.to_owned()),
        None => changes.push(ChangeNote {
            change: note.change,
            loudness,
            text: note.text,
            endpoints: vec![place.to_owned()],
        }),
    }
}

/// Keeps the number of places small: those that were not seen for the longest become one.
fn fold(transaction: &Transaction<'_>, known: Vec<Known>, seen: &[Known]) -> rusqlite::Result<()> {
    let is_earlier = |own: &Known| own.place.source == Source::Earlier;
    let is_seen =
        |own: &Known| seen.iter().any(|other| other.place.nearness(&own.place) == Some(Nearness::Same));
    let mut earlier = known.iter().find(|own| is_earlier(own)).cloned();
    let mut others: Vec<Known> = known.into_iter().filter(|own| !is_earlier(own) && !is_seen(own)).collect();
    let room = PLACES_KEPT.saturating_sub(seen.len());
    if others.len() <= room {
        return Ok(());
    }
    others.sort_by_key(|own| std::cmp::Reverse(own.last_seen));
    for own in others.drain(room..) {
        store::remove(transaction, &own.row())?;
        // What the user gave says nothing about the places that the domain names.
        if own.place.source == Source::Records {
            earlier = Some(earlier.map_or_else(|| own.folded(&own), |known| known.folded(&own)));
        }
    }
    earlier.map_or(Ok(()), |own| store::put(transaction, &own.row()))
}

#[cfg(test)]
#[path = "remember_tests.rs"]
mod tests;
