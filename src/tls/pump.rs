//! The pump: turns rustls until it wants something.

use rustls::HandshakeKind;

use super::engine::{Engine, Step};
use super::facts::Settled;
use super::failure::{Cause, Failure};
use super::plaintext::Plaintext;
use super::scope::{self, Found};
use super::session::Session;
use crate::parameter::Alert;

/// More steps than rustls can need to hand out one alert.
const STEPS_FOR_AN_ALERT: usize = 8;

impl Session {
    /// Gives rustls whole records and turns it until it wants more, there is no room for plaintext, the peer
    /// closed, or it failed. Says how many bytes at the front are done with; the others are to be given
    /// again.
    pub(super) fn pump(&mut self, now: u64, input: &mut [u8], plain: &mut Plaintext<'_>) -> usize {
        let mut out = Vec::new();
        let mut at = 0;
        let lent = scope::lend(now, &mut self.handshake);
        let outcome = loop {
            let (done, step) = self.engine.step(input.get_mut(at..).unwrap_or_default(), &mut out, plain);
            at += done;
            match step {
                Ok(Step::Again) => {}
                Ok(Step::Plaintext) => {
                    self.flags.heard = true;
                    self.records.read = self.records.read.saturating_add(1);
                    // Behind the last record there is nothing to find but what rustls has to say itself.
                    if plain.is_full() || (at == input.len() && !self.engine.common().wants_write()) {
                        break Ok(());
                    }
                }
                Ok(Step::Blocked | Step::Ready) => break Ok(()),
                Ok(Step::PeerClosed) => {
                    self.flags.peer_closed = true;
                    break Ok(());
                }
                Err(error) => break Err(error),
            }
        };
        // The alert is encoded before any input is looked at, so none is needed.
        let queued = outcome.is_err() && self.engine.common().wants_write();
        for _ in 0..STEPS_FOR_AN_ALERT {
            if outcome.is_ok() || !self.engine.common().wants_write() {
                break;
            }
            let _ = self.engine.step(&mut [], &mut out, &mut Plaintext::new(&mut []));
        }
        drop(lent);
        self.settle();
        if let Err(error) = outcome {
            let failure = self.failure_of(&error, input.get(at));
            if failure == Failure::Refused(Cause::UnknownServerName, Some(Alert::UNRECOGNIZED_NAME)) {
                say_unrecognized_name(&mut out);
            }
            self.fail(failure.told(queued, &out));
        }
        if !out.is_empty() {
            self.buffers_mut().outgoing.push(out);
        }
        self.watch_reading();
        at
    }

    /// Takes the facts of a handshake that is done, and forgets what only the handshake needed.
    fn settle(&mut self) {
        if self.flags.settled || self.is_handshaking() {
            return;
        }
        self.flags.settled = true;
        let resumed = self.engine.common().handshake_kind() == Some(HandshakeKind::Resumed);
        let Some(handshake) = &mut self.handshake else {
            return;
        };
        let Found {
            exporter,
            extended_master_secret,
            tls13,
            server_name,
            scheme,
            own,
            asked,
            ticket_leaf,
            stapled,
            ..
        } = std::mem::take(&mut handshake.found);
        let own = match self.engine {
            // The client knows the certificate it was shown when the ticket was made.
            Engine::Accepting(_) if resumed => own.filter(|own| Some(*own.fingerprint()) == ticket_leaf),
            Engine::Initiating(_) if resumed => None,
            _ => own,
        };
        let extended = if tls13 {
            None
        } else {
            extended_master_secret.or_else(|| handshake.demands_extended_master_secret.then_some(true))
        };
        self.settled =
            Settled { exporter, extended_master_secret: extended, server_name, scheme, own, asked, stapled };
        handshake.judge = None;
        let takes_tickets = handshake.resumption.is_some() && matches!(self.engine, Engine::Initiating(_));
        if !takes_tickets && handshake.key_log.is_none() {
            self.handshake = None;
        }
    }

    /// What rustls's error means, where `next` is the byte it met.
    fn failure_of(&self, error: &rustls::Error, next: Option<&u8>) -> Failure {
        let found = self.handshake.as_ref().map(|handshake| &handshake.found);
        match self.in_light_of_our_certificate(Failure::of(error, found)) {
            Failure::Refused(Cause::NotTls, alert) if next == Some(&b'<') => {
                Failure::Refused(Cause::PlaintextXml, alert)
            }
            failure => failure,
        }
    }

    /// PAR-18: an alert about a certificate, after ours was shown and before anything else came.
    fn in_light_of_our_certificate(&self, failure: Failure) -> Failure {
        let found = self.handshake.as_ref().map(|handshake| &handshake.found);
        let shown = self.settled.own.is_some() || found.is_some_and(|found| found.own.is_some());
        let asked = self.settled.asked || found.is_some_and(|found| found.asked);
        match failure {
            Failure::AlertReceived(alert) if self.flags.heard || !alert.is_about_certificate() => {
                Failure::AlertReceived(alert)
            }
            Failure::AlertReceived(alert) if shown || (asked && alert == Alert::CERTIFICATE_REQUIRED) => {
                Failure::CertificateRejected(alert)
            }
            other => other,
        }
    }
}

/// rustls says `access_denied` when no credential was chosen; RFC 6066 §3 wants `unrecognized_name` for an
/// unknown name. The alert is in the clear, its number the last byte of the seven.
fn say_unrecognized_name(out: &mut [u8]) {
    if let [.., 21, 3, _, 0, 2, 2, number @ 49] = out {
        *number = Alert::UNRECOGNIZED_NAME.number();
    }
}
