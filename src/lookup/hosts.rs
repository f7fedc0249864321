//! The addresses of a host, in the order in which a connection tries them.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::join;
use hickory_resolver::proto::rr::{RData, RecordType};

use super::dns::{Dns, Rrset, host, owner};
use super::guard::AddressGuard;
use crate::limits::LOOKUP_ADDRESSES;
use crate::name::Domain;
use crate::record::{Dnssec, Lookup, LookupFailure};

/// What is known about where a host is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HostAddresses {
    /// The addresses that may be dialled, in order; or why there are none.
    pub(super) addresses: Lookup<Vec<IpAddr>>,
    /// The best state among the answers that were used (DANE-05).
    pub(super) dnssec: Dnssec,
    /// Where the host's aliases end, when every step was secure (DANE-19).
    pub(super) canonical: Option<Domain>,
}

impl HostAddresses {
    fn without(addresses: Lookup<Vec<IpAddr>>, dnssec: Dnssec) -> Self {
        Self { addresses, dnssec, canonical: None }
    }
}

/// Looks for the addresses of a host in both families at once.
pub(super) async fn addresses_of(dns: &Arc<Dns>, guard: &AddressGuard, target: &Domain) -> HostAddresses {
    if let Some(address) = target.address() {
        return guarded(guard, HostAddresses::without(Lookup::Found(vec![address]), Dnssec::Insecure));
    }
    let Some(name) = owner("", target) else {
        return HostAddresses::without(Lookup::Failed(LookupFailure::Malformed), Dnssec::Indeterminate);
    };
    let (v6, v4) = join(dns.ask(name.clone(), RecordType::AAAA), dns.ask(name, RecordType::A)).await;
    guarded(guard, combine(&v6.lookup, &v4.lookup))
}

fn guarded(guard: &AddressGuard, mut found: HostAddresses) -> HostAddresses {
    if let Lookup::Found(addresses) = &mut found.addresses {
        addresses.retain(|address| guard.permits(*address));
        if addresses.is_empty() {
            found.addresses = Lookup::Failed(LookupFailure::Forbidden);
        }
    }
    found
}

/// One answer out of two.
///
/// A bogus answer in one family forbids the host (RFC 7673 §3.2). One that only could not be had does not, as
/// long as the other family's answer is there: its state decides about DANE.
fn combine(v6: &Lookup<Arc<Rrset>>, v4: &Lookup<Arc<Rrset>>) -> HostAddresses {
    let both = [v6, v4];
    let failures = || {
        both.into_iter().filter_map(|answer| if let Lookup::Failed(why) = answer { Some(*why) } else { None })
    };
    let found: Vec<&Arc<Rrset>> = both
        .into_iter()
        .filter_map(|answer| if let Lookup::Found(set) = answer { Some(set) } else { None })
        .collect();
    if failures().any(|why| why == LookupFailure::Bogus) {
        return HostAddresses::without(Lookup::Failed(LookupFailure::Bogus), Dnssec::Bogus);
    }
    let Some(best) = found.iter().min_by_key(|set| set.dnssec) else {
        return match failures().next() {
            Some(why) => HostAddresses::without(Lookup::Failed(why), Dnssec::Indeterminate),
            None => {
                let state = absence(v6).max(absence(v4));
                HostAddresses::without(Lookup::Absent(state), state)
            }
        };
    };
    let canonical = best.canonical.as_ref().filter(|_| best.dnssec == Dnssec::Secure).and_then(host);
    let addresses = interleave(&family(v6), &family(v4));
    HostAddresses { addresses: Lookup::Found(addresses), dnssec: best.dnssec, canonical }
}

fn absence(answer: &Lookup<Arc<Rrset>>) -> Dnssec {
    if let Lookup::Absent(state) = answer { *state } else { Dnssec::Indeterminate }
}

fn family(answer: &Lookup<Arc<Rrset>>) -> Vec<IpAddr> {
    let Lookup::Found(set) = answer else { return Vec::new() };
    let addresses = set.records.iter().filter_map(|record| match record {
        RData::A(address) => Some(IpAddr::V4(address.0)),
        RData::AAAA(address) => Some(IpAddr::V6(address.0)),
        _ => None,
    });
    addresses.take(LOOKUP_ADDRESSES).collect()
}

/// The families in turn, IPv6 first (RFC 8305 §4, with a First Address Family Count of one).
fn interleave(v6: &[IpAddr], v4: &[IpAddr]) -> Vec<IpAddr> {
    let longest = v6.len().max(v4.len());
    (0..longest).flat_map(|at| [v6.get(at), v4.get(at)]).flatten().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_resolver::proto::rr::rdata::{A, AAAA};

    fn set(dnssec: Dnssec, addresses: &[&str]) -> Lookup<Arc<Rrset>> {
        let records = addresses
            .iter()
            .map(|text| match text.parse().unwrap() {
                IpAddr::V4(address) => RData::A(A(address)),
                IpAddr::V6(address) => RData::AAAA(AAAA(address)),
            })
            .collect();
        Lookup::Found(Arc::new(Rrset { records, dnssec, canonical: None }))
    }

    fn texts(found: &HostAddresses) -> Vec<String> {
        match &found.addresses {
            Lookup::Found(list) => list.iter().map(ToString::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rfc_8305_families_alternate_and_ipv6_begins() {
        let found = combine(
            &set(Dnssec::Secure, &["2a00::1", "2a00::2", "2a00::3"]),
            &set(Dnssec::Secure, &["9.9.9.1", "9.9.9.2"]),
        );
        assert_eq!(texts(&found), ["2a00::1", "9.9.9.1", "2a00::2", "9.9.9.2", "2a00::3"]);
    }

    #[test]
    fn dane_05_one_secure_family_makes_the_host_secure() {
        let found = combine(&set(Dnssec::Insecure, &["2a00::1"]), &set(Dnssec::Secure, &["9.9.9.1"]));
        assert_eq!(found.dnssec, Dnssec::Secure);
        let found = combine(&set(Dnssec::Insecure, &["2a00::1"]), &set(Dnssec::Insecure, &["9.9.9.1"]));
        assert_eq!(found.dnssec, Dnssec::Insecure);
        let found = combine(&Lookup::Absent(Dnssec::Secure), &set(Dnssec::Insecure, &["9.9.9.1"]));
        assert_eq!(found.dnssec, Dnssec::Insecure);
    }

    #[test]
    fn dane_05_a_bogus_family_forbids_the_host_and_a_silent_one_does_not() {
        let secure = set(Dnssec::Secure, &["9.9.9.1"]);
        let found = combine(&Lookup::Failed(LookupFailure::Bogus), &secure);
        assert_eq!((found.addresses, found.dnssec), (Lookup::Failed(LookupFailure::Bogus), Dnssec::Bogus));
        let found = combine(&Lookup::Failed(LookupFailure::Timeout), &secure);
        assert_eq!((texts(&found), found.dnssec), (vec!["9.9.9.1".to_owned()], Dnssec::Secure));
    }

    #[test]
    fn absence_and_failure_stay_apart() {
        let absent = Lookup::Absent(Dnssec::Secure);
        let failed = Lookup::Failed(LookupFailure::Timeout);
        assert_eq!(combine(&absent, &absent).addresses, Lookup::Absent(Dnssec::Secure));
        assert_eq!(combine(&absent, &failed).addresses, Lookup::Failed(LookupFailure::Timeout));
        assert_eq!(combine(&absent, &failed).dnssec, Dnssec::Indeterminate);
        assert_eq!(
            combine(&absent, &Lookup::Absent(Dnssec::Insecure)).addresses,
            Lookup::Absent(Dnssec::Insecure)
        );
    }

    #[test]
    fn forbidden_addresses_are_taken_out_and_a_host_without_others_is_forbidden() {
        let guard = AddressGuard::public_only();
        let mixed = combine(&set(Dnssec::Secure, &["::1"]), &set(Dnssec::Secure, &["9.9.9.1", "10.0.0.1"]));
        assert_eq!(texts(&guarded(&guard, mixed)), ["9.9.9.1"]);
        let inside = combine(&set(Dnssec::Secure, &["::1"]), &Lookup::Absent(Dnssec::Secure));
        assert_eq!(guarded(&guard, inside).addresses, Lookup::Failed(LookupFailure::Forbidden));
    }
}
