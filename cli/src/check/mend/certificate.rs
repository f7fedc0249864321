//! What to mend about proofs and certificates.

use xmpptls::numbers::ReasonCode;
use xmpptls::verdict::{Level, Method, Outcome, Proof, Reason, Verdict};

use super::{List, tlsa_lines};
use crate::check::facts::{EndpointCheck, Weight};
use crate::clock::date;

/// A certificate with fewer days left should have been renewed.
const FEW_DAYS: i64 = 14;
const DAY: i64 = 86_400;

impl List<'_> {
    pub(super) fn of_verdict(&mut self, own: &EndpointCheck) {
        use Weight::Urgent;
        let Some(verdict) = &own.verdict else { return };
        let codes: Vec<ReasonCode> = verdict.reasons().map(Reason::code).collect();
        if codes.contains(&ReasonCode::DaneMismatch) {
            self.add_with(
                Urgent,
                "dane_mismatch",
                Some(own),
                "the TLSA records name another key. If the server's key is the one shown here (`xmpptls records` \
                 on the server says so), publish it and remove those that are gone; else somebody is in between"
                    .into(),
                tlsa_lines(own),
            );
        }
        if codes.contains(&ReasonCode::PoshMismatch) {
            self.add(
                if verdict.level() == Level::Authenticated { Weight::Important } else { Urgent },
                "posh_mismatch",
                Some(own),
                "the POSH document has the fingerprints of other certificates: `xmpptls records` writes the right one".into(),
            );
        }
        if codes.iter().any(|code| matches!(code, ReasonCode::PoshBadDocument | ReasonCode::PoshStale)) {
            self.add(
                Weight::Important,
                "posh_unusable",
                Some(own),
                "the POSH document is broken or out of date: `xmpptls records` writes a good one".into(),
            );
        }
        if verdict.level() == Level::Authenticated {
            self.of_single_proof(own, verdict);
            return;
        }
        self.of_untrusted(own, &codes);
    }

    /// What proves it to us does so only to those who ask for it.
    fn of_single_proof(&mut self, own: &EndpointCheck, verdict: &Verdict) {
        let by = match verdict.method() {
            Some(Method::DaneEe | Method::DaneTa) => "DANE",
            Some(Method::Posh) => "POSH",
            _ => return,
        };
        let pkix = own.proofs.iter().find(|attempt| attempt.proof == Proof::Pkix);
        if pkix.is_some_and(|attempt| attempt.outcome == Outcome::Failed) {
            let text = format!(
                "{by} alone proves it: peers that look at authorities only, as most clients do, refuse it; a \
                 certificate of a public authority for {} serves both",
                self.domain
            );
            self.add(Weight::Advice, "no_pkix", Some(own), text);
        }
    }

    pub(super) fn of_untrusted(&mut self, own: &EndpointCheck, codes: &[ReasonCode]) {
        use Weight::Urgent;
        let chain = own.verdict.as_ref().and_then(|verdict| verdict.chain().cloned());
        let alone = chain.as_ref().is_some_and(|chain| chain.others().next().is_none());
        if codes.contains(&ReasonCode::SelfSigned) {
            self.add(
                Urgent,
                "self_signed",
                Some(own),
                "the certificate vouches for itself: get one from a public authority, or let DANE or POSH vouch for it \
                 (`xmpptls records` on the server writes what to publish)"
                    .into(),
            );
        } else if codes.contains(&ReasonCode::UntrustedCa) {
            let text = if alone {
                "the certificate does not lead to a known authority: most often the server has to send the \
                 intermediate certificates along (the full chain)"
            } else {
                "the certificate comes from an authority that peers do not know: get one from a public authority, \
                 or let DANE or POSH vouch for it"
            };
            self.add(Urgent, "untrusted_issuer", Some(own), text.into());
        }
        if codes.iter().any(|code| matches!(code, ReasonCode::NameMismatch | ReasonCode::NoIdentifiers)) {
            self.add(
                Urgent,
                "wrong_name",
                Some(own),
                format!("the certificate has to name the domain: {} as dNSName (or SRVName)", self.domain),
            );
        }
        if codes.contains(&ReasonCode::BadEku) {
            self.add(
                Urgent,
                "wrong_purpose",
                Some(own),
                "the certificate is not made for servers: its extended key usage has to hold serverAuth"
                    .into(),
            );
        }
        if codes.iter().any(|code| matches!(code, ReasonCode::WeakKey | ReasonCode::WeakSignature)) {
            self.add(
                Urgent,
                "weak_key",
                Some(own),
                "the certificate is below today's floor: use ECDSA P-256, or RSA of 2048 bits or more, and SHA-256".into(),
            );
        }
        if codes.contains(&ReasonCode::Revoked) {
            self.add(Urgent, "revoked", Some(own), "the certificate was revoked: replace it".into());
        }
        if own.dialback_only {
            self.add(
                Weight::Important,
                "dialback_only",
                Some(own),
                "only servers that accept dialback talk to this one; dialback proves no more than DNS does"
                    .into(),
            );
        }
    }

    pub(super) fn of_certificate(&mut self, own: &EndpointCheck, now: i64) {
        let Some(chain) = own.report.as_ref().and_then(|report| report.peer()) else { return };
        let leaf = chain.leaf();
        let end = leaf.validity().not_after;
        // What DANE-EE vouches for does not end (RFC 7671 §5.1).
        let counts = !own.verdict.as_ref().is_some_and(|verdict| verdict.method() == Some(Method::DaneEe));
        if end < now {
            let weight = if counts { Weight::Urgent } else { Weight::Advice };
            self.add(
                weight,
                "expired",
                Some(own),
                format!("the certificate ended on {}: renew it", date(end)),
            );
        } else if end.saturating_sub(now) < FEW_DAYS * DAY {
            let days = end.saturating_sub(now).div_euclid(DAY);
            let text = format!("the certificate ends on {}, in {}: renew it", date(end), in_days(days));
            self.add(Weight::Important, "ends_soon", Some(own), text);
        }
        if leaf.validity().not_before > now {
            let text = format!(
                "the certificate begins on {}: set the clock, or wait",
                date(leaf.validity().not_before)
            );
            self.add(Weight::Urgent, "not_yet_valid", Some(own), text);
        }
    }
}

fn in_days(days: i64) -> String {
    match days {
        0 => "less than a day".into(),
        1 => "one day".into(),
        days => format!("{days} days"),
    }
}
