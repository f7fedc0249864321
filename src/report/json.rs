//! The report as JSON, as `docs/schema/report.json` describes it.

use serde_json::{Value, json};

use crate::certificate::{Certificate, distinguished_name, escape_for_text, hexadecimal};
use crate::report::{Negotiated, Report};

/// The name and version of the format, in its member `format`.
pub const REPORT_FORMAT: &str = "xmpptls-report-1";

impl Report {
    /// The report as JSON, in one line.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    fn to_value(&self) -> Value {
        let peer = self.peer.as_ref();
        json!({
            "format": REPORT_FORMAT,
            "made_at": self.made_at,
            "summary": self.summary.name(),
            "encrypted": self.is_encrypted(),
            "service": self.role.service.name(),
            "direction": self.role.direction.name(),
            "transport": self.transport.name(),
            "domain": self.domain.as_ref().map(|domain| domain.as_ascii()),
            "domain_unicode": self.domain.as_ref().map(|domain| escape_for_text(&domain.to_unicode())),
            "tls": self.negotiated.as_ref().map(negotiated),
            "safe_against_later_decryption": self.is_safe_against_later_decryption(),
            "server_name": self.server_name.as_deref().map(escape_for_text),
            "starttls": {
                "offered": self.starttls_offered,
                "required": self.starttls_required,
                "notes": self.clear_notes,
            },
            "verdicts": self.verdicts.iter().map(|verdict| verdict.to_value()).collect::<Vec<_>>(),
            "peer_chain": peer.map(|chain| chain.iter().map(certificate).collect::<Vec<_>>()),
            "own_certificate": self.own.as_ref().map(certificate),
            "channel_bindings": self.bindings.iter().map(|(kind, missing)| json!({
                "type": kind.name(),
                "available": missing.is_none(),
                "why_not": missing.as_ref().map(ToString::to_string),
            })).collect::<Vec<_>>(),
            "gate": self.gate.name(),
            "policy": self.policy,
            "relaxations": self.relaxations,
            "cause": self.cause.as_ref().map(|cause| json!({
                "code": cause.code().number(),
                "name": cause.code().facts().word,
                "clause": cause.code().facts().clause,
                "text": cause.to_string(),
            })),
            "alert": self.alert.map(|alert| json!({ "number": alert.number(), "name": alert.name() })),
            "text": self.to_text(),
        })
    }
}

fn negotiated(tls: &Negotiated) -> Value {
    json!({
        "version": tls.version.name(),
        "version_number": tls.version.number(),
        "suite": tls.suite.name(),
        "suite_number": tls.suite.number(),
        "group": tls.group.map(|group| group.name()),
        "signature_scheme": tls.signature_scheme.map(|scheme| scheme.name()),
        "alpn": tls.alpn.as_deref().map(|alpn| escape_for_text(&String::from_utf8_lossy(alpn))),
        "resumed": tls.resumed,
        "extended_master_secret": tls.extended_master_secret,
    })
}

fn certificate(certificate: &Certificate) -> Value {
    let validity = certificate.validity();
    json!({
        "subject": distinguished_name(certificate.subject()),
        "issuer": distinguished_name(certificate.issuer()),
        "names": certificate.names().texts().iter().map(|text| escape_for_text(text)).collect::<Vec<_>>(),
        "not_before": validity.not_before,
        "not_after": validity.not_after,
        "key": certificate.key().name(),
        "key_bits": certificate.key().bits,
        "signature_algorithm": certificate.signature_algorithm().label(),
        "purposes": certificate.extended_key_usage().purposes().iter().map(|own| own.name()).collect::<Vec<_>>(),
        "serial": hexadecimal(certificate.serial()),
        "sha256": hexadecimal(&certificate.digest_sha256()),
        "public_key_sha256": hexadecimal(&certificate.spki_sha256()),
    })
}
