//! What changed since the peer was seen before, and how loudly it is said.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{DAY, Issued, NOW, authority, leaf, root};
use support::scene::{DOMAIN, Scene, domain, posh, s2s, tlsa};
use xmpptls::limits::{HISTORY_BYTES, HISTORY_CERTIFICATES};
use xmpptls::name::Service;
use xmpptls::verdict::Level;
use xmpptls::verification::{
    Change, History, HistoryError, Loudness, Observation, Presented, decide, observe,
};

fn empty() -> History {
    History::new(domain(DOMAIN), Service::S2s)
}

fn look(history: &History, scene: &Scene) -> Observation {
    observe(history, &scene.verdict(), scene.now).unwrap()
}

/// Sees these scenes one after the other, then says what the last one was.
fn after(scenes: &[&Scene]) -> (Change, Loudness) {
    let mut history = empty();
    let mut last = None;
    for scene in scenes {
        let observation = look(&history, scene);
        history = observation.to_store.clone().unwrap();
        last = Some((observation.change, observation.loudness));
    }
    last.unwrap()
}

fn good(ca: &Issued) -> Issued {
    leaf().dns(DOMAIN).signed_by(ca)
}

#[test]
fn chg_01_03_each_change_has_its_loudness() {
    let (ca, other_ca) = (root(), authority("Other Root").self_signed());
    let anchors = [&ca, &other_ca];
    let scene = |issued: &Issued| s2s(&anchors, &[issued]);
    let first = good(&ca);
    let first_scene = scene(&first);
    let change = |issued: &Issued| after(&[&first_scene, &scene(issued)]);
    assert_eq!(after(&[&first_scene]), (Change::FirstSeen, Loudness::Info));
    assert_eq!(change(&first), (Change::Same, Loudness::Info));
    let renewed = leaf().dns(DOMAIN).serial(&[9]).key(&first.key).signed_by(&ca);
    assert_eq!(change(&renewed), (Change::RenewedSameKey, Loudness::Info));
    assert_eq!(change(&good(&ca)), (Change::NewKeySameIssuer, Loudness::Warning));
    assert_eq!(change(&good(&other_ca)), (Change::NewIssuer, Loudness::Warning));
    let own = leaf().dns(DOMAIN).self_signed();
    assert_eq!(change(&own), (Change::WorseVerdict, Loudness::Alarm));
}

#[test]
fn chg_03_a_new_key_in_the_last_month_of_the_old_one_is_routine() {
    let ca = root();
    let ending = |days: i64| leaf().dns(DOMAIN).valid(NOW - DAY, NOW + days * DAY).signed_by(&ca);
    let change = |days| after(&[&s2s(&[&ca], &[&ending(days)]), &s2s(&[&ca], &[&good(&ca)])]);
    assert_eq!(change(30), (Change::NewKeySameIssuer, Loudness::Info));
    assert_eq!(change(31), (Change::NewKeySameIssuer, Loudness::Warning));
}

#[test]
fn chg_04_several_certificates_at_once_are_normal() {
    let ca = root();
    let (one, two) = (s2s(&[&ca], &[&good(&ca)]), s2s(&[&ca], &[&good(&ca)]));
    assert_eq!(after(&[&one, &two, &one]), (Change::Same, Loudness::Info));
    assert_eq!(after(&[&one, &two, &one, &two]), (Change::Same, Loudness::Info));
}

#[test]
fn chg_05_an_attacker_first_does_not_make_the_real_one_look_odd() {
    let ca = root();
    let attacker = s2s(&[&ca], &[&leaf().dns(DOMAIN).self_signed()]);
    let real = s2s(&[&ca], &[&good(&ca)]);
    assert_eq!(after(&[&attacker, &real]), (Change::FirstSeen, Loudness::Info));
    assert_eq!(after(&[&attacker, &real, &attacker]), (Change::WorseVerdict, Loudness::Alarm));
}

#[test]
fn chg_05_a_worse_session_does_not_lower_what_was_proved() {
    let ca = root();
    let server = good(&ca);
    let good_scene = s2s(&[&ca], &[&server]);
    let mut late = s2s(&[&ca], &[&server]);
    late.now = NOW + 90 * DAY;
    assert_eq!(after(&[&good_scene, &late]), (Change::WorseVerdict, Loudness::Alarm));
    assert_eq!(after(&[&good_scene, &late, &late]), (Change::WorseVerdict, Loudness::Alarm));
}

#[test]
fn chg_05_two_histories_as_one_have_all_that_was_seen_and_the_better_level() {
    let ca = root();
    let (known, other) = (good(&ca), good(&ca));
    let at = |mut scene: Scene, time| {
        scene.now = NOW + time;
        look(&empty(), &scene).to_store.unwrap()
    };
    // The same certificate, once proved and once to somebody who trusts nobody.
    let proved = at(s2s(&[&ca], &[&known]), 5);
    let unproved = at(s2s(&[&other], &[&known]), 9);
    let both = proved.joined(&unproved).unwrap();
    assert_eq!(both.seen().len(), 1);
    assert_eq!((both.seen()[0].first_seen, both.seen()[0].last_seen), (NOW + 5, NOW + 9));
    assert_eq!((both.seen()[0].level, unproved.seen()[0].level), (Level::Authenticated, Level::Refused));
    let more = at(s2s(&[&ca], &[&other]), 7).joined(&both).unwrap();
    let order: Vec<i64> = more.seen().iter().map(|seen| seen.last_seen - NOW).collect();
    assert_eq!(order, [7, 9], "the one seen last is at the end");
    assert_eq!(proved.joined(&History::new(domain("other.example"), Service::S2s)), None);
}

#[test]
fn chg_03_what_a_person_accepted_is_not_held_against_the_peer() {
    let ca = root();
    let own = s2s(&[&ca], &[&leaf().dns(DOMAIN).self_signed()]);
    let history = look(&empty(), &s2s(&[&ca], &[&good(&ca)])).to_store.unwrap();
    let history = look(&history, &own).to_store.unwrap();
    assert_eq!(look(&history, &own).change, Change::WorseVerdict);
    assert_eq!(look(&history.clone().no_better_than(Level::Refused), &own).change, Change::Same);
    assert_eq!(look(&history.no_better_than(Level::Authenticated), &own).change, Change::WorseVerdict);
}

#[test]
fn chg_03_levels_are_told_apart_by_what_they_prove() {
    let levels = [Level::Refused, Level::EncryptedOnly, Level::Weak, Level::Authenticated];
    for (index, level) in levels.into_iter().enumerate() {
        assert_eq!(Level::from_name(level.name()), Some(level));
        for (other_index, other) in levels.into_iter().enumerate() {
            let less = index.max(1) < other_index.max(1);
            assert_eq!(level.proves_less_than(other), less, "{level:?} {other:?}");
        }
    }
    assert_eq!(Level::from_name("trusted"), None);
}

#[test]
fn chg_06_an_announced_successor_is_no_news() {
    let (old, new) = (leaf().dns(DOMAIN).self_signed(), leaf().dns(DOMAIN).self_signed());
    let records = [tlsa(3, 1, 1, &old), tlsa(3, 1, 1, &new)];
    let history = look(&empty(), &s2s(&[], &[&old]).with_tlsa(&records)).to_store.unwrap();
    let observation = look(&history, &s2s(&[], &[&new]).with_tlsa(&records));
    assert_eq!((observation.change, observation.announced), (Change::Same, true));
    let document = || posh(DOMAIN, Service::S2s, &[&new, &old]);
    let history = look(&empty(), &s2s(&[], &[&old]).with_posh(document())).to_store.unwrap();
    let observation = look(&history, &s2s(&[], &[&new]).with_posh(document()));
    assert_eq!((observation.change, observation.loudness), (Change::Same, Loudness::Info));
}

#[test]
fn chg_05_a_resumed_connection_records_nothing() {
    let ca = root();
    let scene = s2s(&[&ca], &[&good(&ca)]);
    let history = look(&empty(), &scene).to_store.unwrap();
    let chain = scene.chain.clone().unwrap();
    let mut case = scene.case();
    case.presented = Presented { resumed: true, ..Presented::handshake(&chain) };
    let observation = observe(&history, &decide(&case), NOW).unwrap();
    assert_eq!((observation.change, observation.to_store), (Change::Same, None));
}

#[test]
fn chg_02_nothing_is_said_where_nothing_was_shown() {
    let ca = root();
    let mut scene = s2s(&[&ca], &[&good(&ca)]);
    let other = History::new(domain("other.example"), Service::S2s);
    assert_eq!(observe(&other, &scene.verdict(), NOW), None, "another peer's history");
    scene.chain = None;
    assert_eq!(observe(&empty(), &scene.verdict(), NOW), None);
}

#[test]
fn chg_04_a_history_remembers_a_few_and_keeps_the_proved_ones() {
    let ca = root();
    let mut history = look(&empty(), &s2s(&[&ca], &[&good(&ca)])).to_store.unwrap();
    let proved = history.seen()[0].clone();
    for n in 0..20_i64 {
        let mut attacker = s2s(&[&ca], &[&leaf().dns(DOMAIN).self_signed()]);
        attacker.now = NOW + n;
        history = look(&history, &attacker).to_store.unwrap();
    }
    assert_eq!(history.seen().len(), HISTORY_CERTIFICATES);
    assert!(history.seen().contains(&proved));
}

#[test]
fn chg_05_the_json_form_reads_as_it_was_written() {
    let between = authority("Évil \"CA\"\n").self_signed();
    let scene = s2s(&[&between], &[&good(&between)]);
    let history = look(&empty(), &scene).to_store.unwrap();
    let text = history.to_json();
    assert!(!text.contains('\n'));
    assert_eq!(History::from_json(text.as_bytes(), &domain(DOMAIN), Service::S2s), Ok(history));
}

#[test]
fn chg_05_a_certificate_that_ended_before_1970_does_not_damage_the_history() {
    let odd = leaf().dns(DOMAIN).valid(-631_152_000, -1).self_signed();
    let history = look(&empty(), &s2s(&[], &[&odd])).to_store.unwrap();
    assert_eq!(history.seen()[0].not_after, -1);
    let read = History::from_json(history.to_json().as_bytes(), &domain(DOMAIN), Service::S2s);
    assert_eq!(read, Ok(history));
}

#[test]
fn atk_pi_04_a_damaged_history_is_an_error_and_never_an_empty_one() {
    let ca = root();
    let text = look(&empty(), &s2s(&[&ca], &[&good(&ca)])).to_store.unwrap().to_json();
    let read = |text: &str| History::from_json(text.as_bytes(), &domain(DOMAIN), Service::S2s);
    assert!(read(&text).is_ok());
    for end in 0..text.len() {
        assert_eq!(read(&text[..end]), Err(HistoryError::Damaged), "cut at {end}");
    }
    for (from, to, error) in [
        ("history-1", "history-2", HistoryError::UnknownVersion),
        ("authenticated", "trusted", HistoryError::Damaged),
        ("\"first_seen\":1800000000", "\"first_seen\":1800000001", HistoryError::Damaged),
        ("\"first_seen\":1800000000", "\"first_seen\":1.5", HistoryError::Damaged),
        (DOMAIN, "other.example", HistoryError::OtherPeer),
        ("\"s2s\"", "\"c2s\"", HistoryError::OtherPeer),
    ] {
        let damaged = text.replace(from, to);
        assert_ne!(damaged, text, "{from}");
        assert_eq!(read(&damaged), Err(error), "{from}");
    }
    assert_eq!(read(""), Err(HistoryError::Damaged));
    assert_eq!(read(&" ".repeat(HISTORY_BYTES + 1)), Err(HistoryError::Damaged));
}

#[test]
fn atk_pi_05_a_history_belongs_to_one_domain_and_service() {
    let text = empty().to_json();
    let read = |name: &str, service| History::from_json(text.as_bytes(), &domain(name), service);
    assert!(read("IM.example.com", Service::S2s).is_ok(), "case is no difference");
    assert_eq!(read("sub.im.example.com", Service::S2s), Err(HistoryError::OtherPeer));
    assert_eq!(read(DOMAIN, Service::C2s), Err(HistoryError::OtherPeer));
}
