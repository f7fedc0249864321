//! Thousands of damaged transcripts, made from a fixed seed: no panic, no difference between cuts, and no way
//! to TLS that does not go through the TLS namespace (ATK-PA-01).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test that panics has failed, as it should"
)]

mod starttls_support;

use starttls_support::{accepting_machine, initiating_machine};
use xmpptls::name::Service;
use xmpptls::policy::StarttlsDemand;
use xmpptls::stream::{Event, Outcome, StreamCondition};

const ROUNDS: usize = 20_000;
const TLS: &str = "urn:ietf:params:xml:ns:xmpp-tls";
const RESPONSE: &str = "<?xml version='1.0'?><stream:stream from='im.example.com' id='&#65;' version='1.0' xml:lang='en' \
     xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><stream:features>\
     <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
const INITIAL: &str = "<?xml version='1.0'?><stream:stream to='im.example.com' version='1.0' \
     xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

/// A linear congruential generator (Knuth's constants for 64 bits): the same numbers in every run.
struct Generator(u64);

impl Generator {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    fn byte(&mut self) -> u8 {
        // Half of the time a byte that means something in XML.
        const TELLING: &[u8] = b"<>/?!&;:='\" \n\t]x-\0\x80\xC0\xED\xEF\xBB\xBF";
        if self.below(2) == 0 { TELLING[self.below(TELLING.len())] } else { self.below(256) as u8 }
    }

    fn damage(&mut self, bytes: &mut Vec<u8>, from: usize, to: usize) {
        let place = from + self.below(to - from);
        match self.below(5) {
            0 => bytes[place] = self.byte(),
            1 => bytes.insert(place, self.byte()),
            2 => drop(bytes.remove(place)),
            3 => bytes.swap(place, place.saturating_sub(1)),
            _ => {
                let length = self.below(bytes.len() - place).min(40);
                let copied = bytes[place..place + length].to_vec();
                let target = self.below(bytes.len());
                bytes.splice(target..target, copied);
            }
        }
    }
}

fn initiate(pieces: &[&[u8]]) -> Option<Outcome> {
    let mut machine = initiating_machine(Service::C2s, StarttlsDemand::Require);
    for piece in pieces {
        let _ = machine.receive(piece);
        let _ = machine.transmit();
    }
    machine.outcome().cloned()
}

fn accept(pieces: &[&[u8]]) -> Option<Outcome> {
    let mut machine = accepting_machine(Service::C2s);
    let mut requested = false;
    for piece in pieces {
        let mut rest = *piece;
        loop {
            rest = &rest[machine.receive(rest).used..];
            match machine.next_event() {
                Some(Event::HeaderSeen(header)) if header.to.as_deref() == Some("im.example.com") => {
                    machine.answer("im.example.com").unwrap();
                }
                Some(Event::HeaderSeen(_)) => machine.decline(StreamCondition::HostUnknown).unwrap(),
                Some(Event::TlsRequested) => requested = true,
                Some(_) => {}
                None => break,
            }
        }
    }
    if requested && machine.outcome().is_none() {
        machine.proceed().unwrap();
    }
    let _ = machine.transmit();
    machine.outcome().cloned()
}

/// Damages `text` between `from` and `to` many times; gives how often each kind of outcome came.
fn rounds(
    seed: u64,
    text: &str,
    (from, to): (usize, usize),
    run: impl Fn(&[&[u8]]) -> Option<Outcome>,
    mut each: impl FnMut(&[u8], Option<&Outcome>),
) -> (usize, usize) {
    let mut generator = Generator(seed);
    let (mut begun, mut refused) = (0, 0);
    for _ in 0..ROUNDS {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=generator.below(3) {
            let to = to.min(bytes.len() - 1);
            generator.damage(&mut bytes, from, to);
        }
        let outcome = run(&[&bytes]);
        let (front, back) = bytes.split_at(generator.below(bytes.len()));
        assert_eq!(run(&[front, back]), outcome, "{:?}", bytes.escape_ascii().to_string());
        begun += usize::from(matches!(outcome, Some(Outcome::BeginTls { .. })));
        refused += usize::from(matches!(outcome, Some(Outcome::Refused(_))));
        each(&bytes, outcome.as_ref());
    }
    (begun, refused)
}

#[test]
fn atk_pa_01_damaged_dialogues_of_an_initiating_entity() {
    let text = format!("{RESPONSE}<proceed xmlns='{TLS}'/>");
    let (begun, refused) = rounds(1, &text, (0, text.len()), initiate, |bytes, outcome| {
        if let Some(Outcome::BeginTls { offset }) = outcome {
            assert_eq!(*offset, bytes.len() as u64);
            let tail = String::from_utf8_lossy(bytes);
            assert!(tail.rfind("proceed").is_some_and(|place| tail[place..].contains(TLS)), "{tail}");
        }
    });
    // Damage to an address is none to the way to TLS; most other damage is.
    assert!(begun > ROUNDS / 20 && refused > ROUNDS / 2, "{begun} {refused}");
}

#[test]
fn atk_pa_01_damaged_dialogues_of_a_receiving_entity() {
    let text = format!("{INITIAL}<starttls xmlns='{TLS}'/>");
    let (begun, refused) = rounds(2, &text, (0, text.len()), accept, |bytes, outcome| {
        if let Some(Outcome::BeginTls { .. }) = outcome {
            let tail = String::from_utf8_lossy(bytes);
            assert!(tail.rfind("starttls").is_some_and(|place| tail[place..].contains(TLS)), "{tail}");
        }
    });
    assert!(begun > ROUNDS / 100 && refused > ROUNDS / 2, "{begun} {refused}");
}

#[test]
fn stls_27_no_damaged_namespace_leads_to_tls() {
    for (text, run) in [
        (format!("{RESPONSE}<proceed xmlns='{TLS}'/>"), initiate as fn(&[&[u8]]) -> Option<Outcome>),
        (format!("{INITIAL}<starttls xmlns='{TLS}'/>"), accept),
    ] {
        assert!(matches!(run(&[text.as_bytes()]), Some(Outcome::BeginTls { .. })), "undamaged it does");
        let from = text.rfind(TLS).unwrap();
        for place in from..from + TLS.len() {
            for byte in 0..=u8::MAX {
                let mut changed = text.as_bytes().to_vec();
                let mut inserted = changed.clone();
                inserted.insert(place, byte);
                if changed[place] != byte {
                    changed[place] = byte;
                    assert!(!matches!(run(&[&changed]), Some(Outcome::BeginTls { .. })), "{place} {byte}");
                }
                assert!(!matches!(run(&[&inserted]), Some(Outcome::BeginTls { .. })), "{place} {byte}");
            }
            let mut removed = text.as_bytes().to_vec();
            removed.remove(place);
            assert!(!matches!(run(&[&removed]), Some(Outcome::BeginTls { .. })), "{place}");
        }
    }
}

#[test]
fn atk_pa_01_noise_is_refused() {
    let mut generator = Generator(3);
    for _ in 0..ROUNDS {
        let noise: Vec<u8> = (0..1 + generator.below(60)).map(|_| generator.byte()).collect();
        for run in [initiate as fn(&[&[u8]]) -> Option<Outcome>, accept] {
            let outcome = run(&[&noise]);
            assert!(!matches!(outcome, Some(Outcome::BeginTls { .. })));
            let single: Vec<&[u8]> = noise.chunks(1).collect();
            assert_eq!(run(&single), outcome);
        }
    }
}
