//! Records that a wildcard made, and the proof that it was allowed to (RFC 4035 §5.3.4, RFC 4592 §3.3).
//!
//! A wildcard's signature fits every name below it, so it says nothing about a name that exists by itself. The
//! proof is an NSEC record that spans the name: it shows that the name does not exist, and, by the two names that
//! it stands between, which of the name's ancestors is the last that does. That one must be the wildcard's.

use hickory_resolver::proto::dnssec::Proof;
use hickory_resolver::proto::dnssec::rdata::{DNSSECRData, NSEC};
use hickory_resolver::proto::op::DnsResponse;
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

/// How many labels the wildcard has that made the secure records at this name, without its `*`; `None` when
/// none did.
pub(super) fn wildcard_labels(name: &Name, response: &DnsResponse) -> Option<u8> {
    let signatures =
        response.answers.iter().filter(|record| record.name == *name && record.proof == Proof::Secure);
    signatures
        .filter_map(|record| match &record.data {
            RData::DNSSEC(DNSSECRData::RRSIG(signature)) => Some(signature.input().num_labels),
            _ => None,
        })
        .filter(|labels| *labels < name.num_labels())
        .min()
}

/// Whether a secure NSEC record shows that a wildcard of so many labels is the one for this name.
pub(super) fn shows_wildcard(name: &Name, labels: u8, authorities: &[Record]) -> bool {
    authorities.iter().filter(|record| record.proof == Proof::Secure).any(|record| match &record.data {
        RData::DNSSEC(DNSSECRData::NSEC(nsec)) => {
            spans(&record.name, nsec, name) && last_existing(name, &record.name, nsec) == labels
        }
        _ => false,
    })
}

/// Whether the name lies between the record's own name and its next one. The record at a delegation says
/// nothing about what is below (RFC 6840 §4.1).
fn spans(owner: &Name, nsec: &NSEC, name: &Name) -> bool {
    let next = nsec.next_domain_name();
    let types = nsec.type_set();
    let delegation = types.contains(RecordType::NS) && !types.contains(RecordType::SOA);
    if (delegation || types.contains(RecordType::DNAME)) && owner.zone_of(name) {
        return false;
    }
    // The last record of a zone has the zone's own name as the next one.
    name > owner && (name < next || (next <= owner && next.zone_of(name)))
}

/// The labels of the longest ancestor that the name shares with either end of the record.
fn last_existing(name: &Name, owner: &Name, nsec: &NSEC) -> u8 {
    common_labels(name, owner).max(common_labels(name, nsec.next_domain_name()))
}

fn common_labels(one: &Name, other: &Name) -> u8 {
    let same =
        one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
    u8::try_from(same).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    fn nsec(owner: &str, next: &str, types: &[RecordType], proof: Proof) -> Record {
        let data = NSEC::new(name(next), types.iter().copied());
        let mut record = Record::from_rdata(name(owner), 60, RData::DNSSEC(DNSSECRData::NSEC(data)));
        record.proof = proof;
        record
    }

    fn shown(owner: &str, next: &str, types: &[RecordType], proof: Proof) -> bool {
        shows_wildcard(&name("any.wild.example."), 2, &[nsec(owner, next, types, proof)])
    }

    #[test]
    fn rfc_4035_a_spanning_record_with_the_right_last_ancestor_is_the_proof() {
        assert!(shown("*.wild.example.", "zebra.example.", &[RecordType::A], Proof::Secure));
        assert!(shown("aaa.wild.example.", "zzz.wild.example.", &[RecordType::A], Proof::Secure));
        assert!(shown("a.wild.example.", "example.", &[RecordType::A], Proof::Secure));
    }

    #[test]
    fn rfc_4035_a_record_that_proves_something_else_is_no_proof() {
        // Not spanning.
        assert!(!shown("b.wild.example.", "zebra.example.", &[RecordType::A], Proof::Secure));
        assert!(!shown("any.wild.example.", "zebra.example.", &[RecordType::A], Proof::Secure));
        // Spanning, but the wildcard's parent does not exist: another wildcard would be the source.
        assert!(!shown("a.example.", "zebra.example.", &[RecordType::A], Proof::Secure));
        // The parent's side of a delegation.
        assert!(!shown("wild.example.", "zebra.example.", &[RecordType::NS], Proof::Secure));
        // Not secure.
        assert!(!shown("*.wild.example.", "zebra.example.", &[RecordType::A], Proof::Insecure));
        assert!(!shown("*.wild.example.", "zebra.example.", &[RecordType::A], Proof::Bogus));
    }

    #[test]
    fn rfc_4592_a_closer_ancestor_forbids_a_farther_wildcard() {
        let deep = name("a.b.wild.example.");
        let record = nsec("0.b.wild.example.", "zebra.example.", &[RecordType::A], Proof::Secure);
        assert!(!shows_wildcard(&deep, 2, std::slice::from_ref(&record)));
        assert!(shows_wildcard(&deep, 3, &[record]));
    }
}
