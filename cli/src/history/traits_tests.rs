use super::*;

fn good() -> Traits {
    Traits {
        tls: true,
        version: Some(0x0304),
        starttls_offered: true,
        starttls_required: true,
        proofs: vec!["dane".into(), "pkix".into()],
        undetermined: Vec::new(),
        level: Level::Authenticated,
    }
}

fn lost(now: &Traits) -> Vec<(&'static str, &'static str)> {
    let notes = now.losses(&good(), Service::C2s);
    notes.iter().map(|note| (note.change, note.loudness.name())).collect()
}

#[test]
fn what_is_as_it_was_is_quiet() {
    assert!(lost(&good()).is_empty());
    let better = Traits { proofs: vec!["posh".into(), "pkix".into(), "dane".into()], ..good() };
    assert!(lost(&better).is_empty());
}

#[test]
fn tls_that_is_gone_or_older_is_loud() {
    assert_eq!(lost(&Traits { tls: false, version: None, ..good() }), [("tls_gone", "alarm")]);
    assert_eq!(lost(&Traits { version: Some(0x0303), ..good() }), [("version_lower", "alarm")]);
}

#[test]
fn starttls_that_is_not_offered_any_more_is_loud_and_one_that_is_optional_is_said() {
    let gone = Traits { starttls_offered: false, starttls_required: false, ..good() };
    assert_eq!(lost(&gone), [("starttls_gone", "alarm")]);
    assert_eq!(lost(&Traits { starttls_required: false, ..good() }), [("starttls_optional", "warning")]);
}

#[test]
fn a_proof_is_lost_only_when_its_evidence_could_be_had() {
    let without = Traits { proofs: vec!["pkix".into()], ..good() };
    assert_eq!(lost(&without), [("proof_lost", "warning")]);
    assert!(lost(&Traits { undetermined: vec!["dane"], ..without }).is_empty());
}

#[test]
fn a_look_up_that_failed_is_no_ground_for_a_warning() {
    let refused = Traits { proofs: Vec::new(), level: Level::Refused, ..good() };
    assert_eq!(refused.incomparable(&good()), None);
    let unknown = Traits { undetermined: vec!["dane"], ..refused };
    assert_eq!(unknown.incomparable(&good()), Some("dane"));
    assert_eq!(Traits { level: Level::Authenticated, ..unknown }.incomparable(&good()), None);
}

#[test]
fn a_connection_that_was_cut_does_not_deny_tls_and_an_answer_does() {
    let cut = stream::Cause::TlsUnavailable { ending: Ending::Transport, offset: 0 };
    assert!(!denies_tls(&Cause::Stream(cut)));
    assert!(!denies_tls(&Cause::Tls(Failure::HandshakeTruncated)));
    assert!(denies_tls(&Cause::Stream(stream::Cause::TlsUnavailable { ending: Ending::Stream, offset: 0 })));
    assert!(denies_tls(&Cause::Stream(stream::Cause::TlsFailed { offset: 0 })));
}

#[test]
fn traits_read_as_they_are_written() {
    assert_eq!(Traits::from_json(&good().to_json()), Some(good()));
    assert_eq!(Traits::from_json("{}"), None);
    assert_eq!(Traits::from_json(&good().to_json().replace("authenticated", "trusted")), None);
}

#[test]
fn the_best_of_both_is_held_and_the_least_of_its_kin_measures_what_is_new() {
    let worse = Traits {
        version: Some(0x0303),
        starttls_required: false,
        proofs: vec!["pkix".into(), "posh".into()],
        level: Level::Refused,
        ..good()
    };
    let best = good().best(&worse);
    assert_eq!((best.version, best.level, best.proofs.len()), (Some(0x0304), Level::Authenticated, 3));
    let least = good().least(&worse);
    assert_eq!((least.version, least.level), (Some(0x0303), Level::Refused));
    assert_eq!((least.proofs, least.starttls_required), (vec!["pkix".to_owned()], false));
}

#[test]
fn another_endpoint_needs_no_records_of_its_own_yet_and_has_to_speak_tls() {
    let kin = good().of_kin(Nearness::OtherEndpoint);
    let bare = Traits { proofs: vec!["pkix".into()], starttls_required: false, ..good() };
    assert!(bare.losses(&kin, Service::C2s).is_empty());
    assert_eq!(Traits { tls: false, ..bare }.losses(&kin, Service::C2s)[0].change, "tls_gone");
}
