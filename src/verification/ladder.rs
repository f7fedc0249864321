//! May TLSA records speak, and which: the ladder of RFC 7673 for one target.
//!
//! | SRV | addresses | TLSA | outcome |
//! | --- | --- | --- | --- |
//! | bogus, indeterminate | | | forbidden, whole service |
//! | insecure | any | any | no DANE |
//! | secure, or none and the domain itself is dialled | bogus, indeterminate | | forbidden |
//! | | insecure | not asked | no DANE |
//! | | secure | bogus, indeterminate, failed, not asked | forbidden |
//! | | secure | insecure or absent | no DANE |
//! | | secure | secure, out of date | forbidden |
//! | | secure | secure | records |
//!
//! A domain without SRV records is its own target (RFC 7712 §5.1, DANE-21). A host that the user configured
//! is found without DNS, and DANE says nothing about it.

use crate::name::{Domain, Endpoint};
use crate::proof::dane::{DaneFailure, DnsStep};
use crate::record::{Dnssec, Lookup, TlsaOwner, TlsaSet};
use crate::verification::Evidence;

/// What the ladder says about a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ladder<'a> {
    /// The target must not be used.
    Forbidden(DaneFailure),
    /// DANE says nothing.
    NoDane,
    /// These owner names are to be asked for, in this order.
    Ask(Vec<TlsaOwner>),
    /// There is no record.
    NoRecords(Dnssec),
    /// These records decide.
    Records(&'a TlsaSet),
}

/// The owner names to ask for, as far as SRV and addresses say (DANE-03, DANE-05).
pub(crate) fn owners<'a>(domain: &Domain, endpoint: &Endpoint) -> Ladder<'a> {
    match endpoint.srv {
        Some(state) if state.is_forbidding() => return forbidden(DnsStep::Srv),
        Some(Dnssec::Secure) => {}
        None if !endpoint.configured && endpoint.target == *domain => {}
        _ => return Ladder::NoDane,
    }
    match endpoint.addresses {
        state if state.is_forbidding() => forbidden(DnsStep::Addresses),
        Dnssec::Secure if endpoint.target.address().is_none() => {
            Ladder::Ask(TlsaOwner::of_endpoint(endpoint))
        }
        _ => Ladder::NoDane,
    }
}

/// The whole ladder (DANE-02 to DANE-06, DANE-19, DANE-20).
pub(crate) fn climb<'a>(
    domain: &Domain,
    endpoint: &Endpoint,
    evidence: &'a Evidence,
    now: i64,
) -> Ladder<'a> {
    let owners = match owners(domain, endpoint) {
        Ladder::Ask(owners) => owners,
        end => return end,
    };
    let mut best = Dnssec::Insecure;
    for owner in owners {
        match evidence.tlsa_of(&owner) {
            Lookup::Found(set) if set.dnssec() == Dnssec::Secure => {
                return match set.valid_until() {
                    Some(valid_until) if now > valid_until => {
                        Ladder::Forbidden(DaneFailure::Stale { valid_until })
                    }
                    _ if set.records().is_empty() && set.unusable().is_empty() => {
                        best = Dnssec::Secure;
                        continue;
                    }
                    _ => Ladder::Records(set),
                };
            }
            Lookup::Found(set) if set.dnssec().is_forbidding() => return forbidden(DnsStep::Tlsa),
            Lookup::Absent(state) if state.is_forbidding() => return forbidden(DnsStep::Tlsa),
            Lookup::Failed(_) | Lookup::NotAsked => return forbidden(DnsStep::Tlsa),
            Lookup::Absent(Dnssec::Secure) => best = Dnssec::Secure,
            Lookup::Absent(_) | Lookup::Found(_) => {}
        }
    }
    Ladder::NoRecords(best)
}

fn forbidden<'a>(step: DnsStep) -> Ladder<'a> {
    Ladder::Forbidden(DaneFailure::DnsBogus { step })
}
