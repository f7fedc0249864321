//! The report as text for a person: a few lines, the answer first.

use std::fmt::Write as _;

use crate::certificate::{Certificate, distinguished_name, escape_for_text, hexadecimal};
use crate::name::Direction;
use crate::report::{Report, Summary};
use crate::verdict::{Outcome, Verdict};

const DAY: i64 = 86_400;

impl Report {
    /// The report as text: lines of a label and what it says. Untrusted text is escaped.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let whom = self.domain.as_ref().map_or_else(
            || "a peer".to_owned(),
            |domain| {
                let unicode = domain.to_unicode();
                if unicode == domain.as_ascii() {
                    unicode
                } else {
                    format!("{} ({domain})", escape_for_text(&unicode))
                }
            },
        );
        let way = match self.role.direction {
            Direction::Initiating => "to",
            Direction::Receiving => "from",
        };
        let service = self.role.service.name();
        let _ = writeln!(text, "{service} connection {way} {whom}: {}", self.headline());
        self.write_tls(&mut text);
        for verdict in &self.verdicts {
            write_verdict(&mut text, verdict);
        }
        if let Some(peer) = &self.peer {
            write_certificate(&mut text, "certificate", peer.leaf(), self.made_at);
        }
        self.write_clear(&mut text);
        self.write_rest(&mut text);
        text
    }

    fn headline(&self) -> String {
        match (self.summary, &self.cause) {
            (Summary::Failed, Some(cause)) => match self.alert {
                Some(alert) => format!("failed: {cause} (alert {alert})"),
                None => format!("failed: {cause}"),
            },
            (Summary::Authenticated, _) => "encrypted, and the peer is authenticated".to_owned(),
            (Summary::WeaklyVerified, _) => {
                "encrypted, and the peer is verified weakly, by dialback".to_owned()
            }
            (Summary::EncryptedUnauthenticated, _) => {
                "encrypted, and nobody knows who the peer is".to_owned()
            }
            _ => "not encrypted".to_owned(),
        }
    }

    fn write_tls(&self, text: &mut String) {
        let Some(tls) = &self.negotiated else {
            return;
        };
        let group = tls.group.map_or("no key exchange of its own", |group| group.name());
        let _ = writeln!(
            text,
            "  tls          {}, {}, {group}, {}",
            tls.version,
            tls.suite,
            self.transport.name()
        );
        let later = match self.is_safe_against_later_decryption() {
            Some(true) => "what is said now stays safe from quantum computers to come",
            Some(false) => "recorded now, it can be decrypted by quantum computers to come",
            None => "",
        };
        if !later.is_empty() {
            let _ = writeln!(text, "               {later}");
        }
        if tls.resumed {
            let _ = writeln!(text, "               resumed: the certificate is that of an earlier handshake");
        }
    }

    fn write_clear(&self, text: &mut String) {
        let offered = match (self.starttls_offered, self.starttls_required) {
            (Some(false), _) => "was not offered; it was tried all the same",
            (Some(true), Some(true)) => "was offered as required",
            (Some(true), _) => "was offered as optional",
            (None, _) => return,
        };
        let _ = writeln!(text, "  starttls     {offered}");
    }

    fn write_rest(&self, text: &mut String) {
        if self.is_encrypted() {
            let available = self.bindings.iter().filter(|(_, missing)| missing.is_none());
            let names: Vec<&str> = available.map(|(kind, _)| kind.name()).collect();
            let _ = writeln!(text, "  bindings     {}", names.join(", "));
        }
        let _ = writeln!(text, "  policy       {}", self.policy);
        for relaxation in &self.relaxations {
            let _ = writeln!(text, "               relaxed: {relaxation}");
        }
    }
}

fn write_verdict(text: &mut String, verdict: &Verdict) {
    let _ = writeln!(text, "  verdict      {}", verdict.level().name());
    for attempt in verdict.attempts() {
        let outcome = match attempt.outcome {
            Outcome::NotTried(why) => format!("not tried: {}", why.name().replace('_', " ")),
            _ => attempt.outcome.name().to_owned(),
        };
        let method = attempt.method().map(|method| format!(" ({})", method.name())).unwrap_or_default();
        let _ = writeln!(text, "    {:<10} {outcome}{method}", attempt.proof.name());
        for reason in &attempt.reasons {
            let _ = writeln!(text, "               {reason}");
        }
    }
    if let Some(name) = verdict.name() {
        let presented = escape_for_text(&name.presented.text);
        let _ = writeln!(text, "    name       {} by {presented}", name.reference);
    }
    for note in verdict.notes() {
        let _ = writeln!(text, "    note       {note}");
    }
}

fn write_certificate(text: &mut String, label: &str, certificate: &Certificate, now: i64) {
    let names: Vec<String> = certificate.names().texts().iter().map(|name| escape_for_text(name)).collect();
    let names = if names.is_empty() { "names nobody".to_owned() } else { names.join(", ") };
    let _ = writeln!(text, "  {label:<12} {names}");
    let _ = writeln!(text, "               issued by {}", distinguished_name(certificate.issuer()));
    let left = certificate.validity().not_after.saturating_sub(now).div_euclid(DAY);
    let validity = if left < 0 { format!("expired {} days ago", -left) } else { format!("{left} days left") };
    let _ = writeln!(text, "               {}, {validity}", certificate.key().name());
    let _ = writeln!(text, "               SHA-256 {}", hexadecimal(&certificate.digest_sha256()));
}
