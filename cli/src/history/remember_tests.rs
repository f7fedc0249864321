//! What is kept when a domain has more places than are kept one by one, and how near places are.

use xmpptls::name::Service;
use xmpptls::verdict::Level;
use xmpptls::verification::History;

use super::*;
use crate::history::store_tests::Scratch;

fn place(address: usize) -> Place {
    Place {
        source: Source::Records,
        target: "xmpp.im.example".into(),
        port: 5269,
        transport: "starttls".into(),
        address: address.to_string(),
    }
}

fn known(place: Place, level: Level, time: i64) -> Known {
    let traits = Traits {
        tls: true,
        version: Some(0x0304),
        starttls_offered: true,
        starttls_required: true,
        proofs: Vec::new(),
        undetermined: Vec::new(),
        level,
    };
    let domain = Domain::parse("im.example").unwrap();
    let certificates = History::new(domain, Service::S2s);
    Known { place, certificates, held: traits.clone(), latest: traits, first_seen: time, last_seen: time }
}

#[test]
fn places_that_were_not_seen_for_the_longest_become_one_and_are_not_forgotten() {
    let scratch = Scratch::new("fold");
    let mut store = Store::open(&scratch.file()).unwrap();
    let all: Vec<Known> = (0..PLACES_KEPT + 3)
        .map(|number| {
            let level = if number == 1 { Level::Weak } else { Level::Authenticated };
            known(place(number), level, i64::try_from(number).unwrap())
        })
        .collect();
    store
        .in_transaction(|transaction| {
            all.iter().try_for_each(|own| store::put(transaction, &own.row()))?;
            fold(transaction, all.clone(), &all[..1])
        })
        .unwrap();
    let rows = store.rows(Some("im.example")).unwrap();
    let left: Vec<&str> = rows.iter().map(|row| row.place.address.as_str()).collect();
    assert_eq!(rows.len(), PLACES_KEPT + 1);
    assert!(left.contains(&"0"), "it was seen just now");
    assert!(!left.contains(&"1") && !left.contains(&"3") && left.contains(&"4"));
    let earlier = rows.iter().find(|row| row.place.source == Source::Earlier).unwrap();
    assert_eq!((earlier.first_seen, earlier.last_seen), (1, 3));
    assert_eq!(Traits::from_json(&earlier.held).unwrap().level, Level::Weak);
}

#[test]
fn a_place_that_the_user_gave_says_nothing_about_others() {
    let given = Place { source: Source::Given, ..place(0) };
    assert_eq!(given.nearness(&place(0)), None);
    assert_eq!(given.nearness(&given.clone()), Some(Nearness::Same));
    assert_eq!(place(1).nearness(&place(0)), Some(Nearness::OtherAddress));
    let moved = Place { port: 5270, ..place(0) };
    assert_eq!(moved.nearness(&place(0)), Some(Nearness::OtherEndpoint));
    assert_eq!(Place::earlier().nearness(&place(0)), Some(Nearness::OtherEndpoint));
}
