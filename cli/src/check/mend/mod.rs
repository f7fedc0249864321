//! What the admin should mend, most important first, with the record or line to publish where there is one.
//!
//! Each rule looks at what was found out and says one thing, once, however many endpoints show it.

mod certificate;

use xmpptls::certificate::Certificate;
use xmpptls::connection::Cause;
use xmpptls::name::{Domain, Endpoint, Service, Transport};
use xmpptls::parameter::Version;
use xmpptls::record::{
    Dnssec, Lookup, TlsaMatching, TlsaOwner, TlsaRecord, TlsaSelector, TlsaUsage, zone_line,
};
use xmpptls::stream;
use xmpptls::verdict::Level;

use super::facts::{Contact, EndpointCheck, Found, Injection, Mend, ServiceCheck, Weight};
use super::words;

/// All there is to mend, most important first.
pub(crate) fn of(domain: &Domain, check: &ServiceCheck, now: i64) -> Vec<Mend> {
    let mut list = List { domain, service: check.service, mends: Vec::new() };
    list.of_search(check);
    for endpoint in &check.endpoints {
        list.of_contact(check, endpoint);
        list.of_verdict(endpoint);
        list.of_certificate(endpoint, now);
        list.of_tls(endpoint);
    }
    list.of_absent_proofs(check);
    // The order within a weight is that in which the rules found it.
    list.mends.sort_by_key(|mend| std::cmp::Reverse(mend.weight));
    list.mends
}

struct List<'a> {
    domain: &'a Domain,
    service: Service,
    mends: Vec<Mend>,
}

impl List<'_> {
    /// Adds a mend, or an endpoint and records to one that is there.
    fn add(&mut self, weight: Weight, code: &'static str, at: Option<&EndpointCheck>, text: String) {
        self.add_with(weight, code, at, text, Vec::new());
    }

    fn add_with(
        &mut self,
        weight: Weight,
        code: &'static str,
        at: Option<&EndpointCheck>,
        text: String,
        publish: Vec<String>,
    ) {
        let place = at.map(|check| words::place(&check.endpoint));
        if let Some(known) = self.mends.iter_mut().find(|mend| mend.code == code) {
            known.endpoints.extend(place.filter(|place| !known.endpoints.contains(place)));
            for line in publish {
                if !known.publish.contains(&line) {
                    known.publish.push(line);
                }
            }
            return;
        }
        self.mends.push(Mend { weight, code, text, endpoints: place.into_iter().collect(), publish });
    }

    fn of_search(&mut self, check: &ServiceCheck) {
        use Weight::{Advice, Important, Urgent};
        let bogus = match check.found {
            Found::Absent(state) => state.is_forbidding(),
            Found::Failed(failure) => failure == xmpptls::record::LookupFailure::Bogus,
            _ => check.endpoints.iter().any(|endpoint| endpoint.contact == Contact::Forbidden),
        };
        if check.resolver_without_dnssec {
            self.add(
                Advice,
                "resolver_without_dnssec",
                None,
                "the resolver in use here leaves DNSSEC out, so nothing could be said about DANE; \
                 ask another one with --resolver"
                    .into(),
            );
        } else if bogus {
            self.add(
                Urgent,
                "dnssec_bogus",
                None,
                format!(
                    "DNSSEC of {} is broken: servers that validate must not even connect; \
                     check signatures, keys and the DS record",
                    self.domain
                ),
            );
        }
        let direct = check.endpoints.iter().any(|own| own.endpoint.transport == Transport::DirectTls);
        let starttls = check.endpoints.iter().find(|own| own.contact == Contact::Tls);
        if check.found == Found::Endpoints && !direct && starttls.is_some() {
            let port = if self.service == Service::C2s { 5223 } else { 5270 };
            let host = starttls.map_or_else(|| self.domain.clone(), |own| own.endpoint.target.clone());
            let label = self.service.direct_srv_label();
            self.add_with(
                Advice,
                "no_direct_tls",
                None,
                format!("direct TLS (XEP-0368) leaves nothing in the clear to tamper with: open port {port} for it and publish"),
                vec![format!("{label}._tcp.{}. IN SRV 5 0 {port} {host}.", self.domain)],
            );
        }
        if check.endpoints.is_empty() && matches!(check.found, Found::Failed(_)) && !bogus {
            self.add(
                Important,
                "search_failed",
                None,
                "the records of the service could not be had; try again later, or with another --resolver"
                    .into(),
            );
        }
    }

    fn of_contact(&mut self, check: &ServiceCheck, own: &EndpointCheck) {
        use Weight::{Important, Urgent};
        match own.contact {
            Contact::Unreachable(_) | Contact::NoAddress(_) => {
                let others = check.endpoints.iter().any(|other| other.contact == Contact::Tls);
                let text = if others {
                    "peers lose time at targets that do not answer: start the server there, or remove the record"
                } else if own.endpoint.srv.is_none() {
                    "nothing answers at the domain itself, and no SRV record leads elsewhere: publish SRV records, \
                     with the target “.” if the domain has no such service"
                } else {
                    "nothing answers: start the server, open the firewall, or correct the SRV records"
                };
                self.add(if others { Important } else { Urgent }, "dead_end", Some(own), text.into());
            }
            Contact::NoTls => self.of_missing_tls(own),
            Contact::Tls | Contact::Forbidden => {}
        }
        if own.injection == Some(Injection::Taken) {
            self.add(
                Urgent,
                "plaintext_injection",
                Some(own),
                "what arrives in the clear behind <starttls/> is taken as if it came through TLS, so that \
                 anybody on the way can put words into a protected stream: update the server (CVE-2011-0411 \
                 is the oldest of its kind)"
                    .into(),
            );
        }
    }

    fn of_missing_tls(&mut self, own: &EndpointCheck) {
        use Weight::Urgent;
        let cause = own.report.as_ref().and_then(|report| report.cause());
        match cause {
            Some(Cause::Stream(
                stream::Cause::TlsUnavailable { .. }
                | stream::Cause::TlsDeclined
                | stream::Cause::TlsFailed { .. },
            )) => self.add(
                Urgent,
                "no_starttls",
                Some(own),
                "the server does not begin TLS: give it a certificate and switch STARTTLS on; if it is on, \
                 somebody on the way strips it"
                    .into(),
            ),
            Some(Cause::Stream(stream::Cause::InjectedPlaintext { .. })) => self.add(
                Urgent,
                "early_bytes",
                Some(own),
                "bytes came in the clear behind <proceed/>, where TLS begins: the server is broken, or \
                 somebody on the way injects"
                    .into(),
            ),
            Some(cause) => self.add(Urgent, "no_tls", Some(own), format!("TLS does not come about: {cause}")),
            None => self.add(
                Urgent,
                "stalled",
                Some(own),
                "the address answers, and then nothing comes: the server is overloaded, or something on the \
                 way holds its answers back"
                    .into(),
            ),
        }
    }

    fn of_tls(&mut self, own: &EndpointCheck) {
        use Weight::{Advice, Important};
        let Some(report) = &own.report else { return };
        let Some(tls) = report.negotiated() else { return };
        if tls.version == Version::Tls12 {
            self.add(
                Advice,
                "no_tls_13",
                Some(own),
                "TLS 1.3 is not spoken: update the server, or allow it".into(),
            );
        } else if report.is_safe_against_later_decryption() == Some(false) {
            self.add(
                Advice,
                "no_post_quantum",
                Some(own),
                "what is recorded today can be decrypted by a quantum computer one day: allow the group X25519MLKEM768".into(),
            );
        }
        if own.endpoint.transport == Transport::DirectTls && tls.alpn.is_none() {
            self.add(
                Advice,
                "no_alpn",
                Some(own),
                format!(
                    "no ALPN on the direct TLS port: a server that answers {} cannot be confused with another service (XEP-0368)",
                    String::from_utf8_lossy(self.service.alpn())
                ),
            );
        }
        match (report.starttls_offered(), report.starttls_required()) {
            (Some(false), _) => self.add(
                Important,
                "starttls_not_offered",
                Some(own),
                "STARTTLS is spoken and not offered: peers that wait for the offer stay in the clear; somebody on the way may have stripped it".into(),
            ),
            (Some(true), Some(false)) => self.add(
                Important,
                "starttls_optional",
                Some(own),
                "STARTTLS is offered as optional: require it, so that nobody can be kept in the clear".into(),
            ),
            _ => {}
        }
    }

    /// Proofs that the zone could carry and does not. The record is made of the key that was seen, so only a key
    /// that is proved is worth one: what somebody in between shows is not to be published.
    fn of_absent_proofs(&mut self, check: &ServiceCheck) {
        for own in check.endpoints.iter().filter(|own| own.contact == Contact::Tls) {
            let secure =
                own.endpoint.srv != Some(Dnssec::Insecure) && own.endpoint.addresses == Dnssec::Secure;
            let none = !own.tlsa.is_empty()
                && own.tlsa.iter().all(|(_, found)| matches!(found, Lookup::Absent(Dnssec::Secure)));
            let proved = own.verdict.as_ref().is_some_and(|verdict| verdict.level() == Level::Authenticated);
            if secure && none && proved {
                self.add_with(
                    Weight::Advice,
                    "no_tlsa",
                    Some(own),
                    "the zone is signed, so TLSA records could vouch for the key without any authority; keep the key when the certificate is renewed, or publish the next one's record first".into(),
                    tlsa_lines(own),
                );
            }
        }
    }
}

/// The `3 1 1` record of the key in use, at the owner that peers ask first.
fn tlsa_lines(own: &EndpointCheck) -> Vec<String> {
    let chain = own.report.as_ref().and_then(|report| report.peer());
    chain.and_then(|chain| tlsa_line(&own.endpoint, chain.leaf())).into_iter().collect()
}

/// The `3 1 1` record of a certificate, at the owner that peers of this endpoint ask first.
pub(crate) fn tlsa_line(endpoint: &Endpoint, leaf: &Certificate) -> Option<String> {
    TlsaOwner::of_endpoint(endpoint).first().map(|owner| zone_line(owner, &dane_ee(leaf)))
}

/// DANE-EE, the key, SHA-256: what RFC 7671 §5.1 recommends.
pub(crate) fn dane_ee(leaf: &Certificate) -> TlsaRecord {
    TlsaRecord {
        usage: TlsaUsage::DaneEe,
        selector: TlsaSelector::PublicKey,
        matching: TlsaMatching::Sha256,
        data: leaf.spki_sha256().into(),
    }
}

/// DANE-TA, the whole certificate of an authority, SHA-256.
pub(crate) fn dane_ta(authority: &Certificate) -> TlsaRecord {
    TlsaRecord {
        usage: TlsaUsage::DaneTa,
        selector: TlsaSelector::Certificate,
        matching: TlsaMatching::Sha256,
        data: authority.digest_sha256().into(),
    }
}

#[cfg(test)]
mod tests;
