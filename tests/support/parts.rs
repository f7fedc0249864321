//! Keys that nobody holds, and revocation lists.

use rcgen::SigningKey;

use super::ca::{Issued, algorithm_of};
use super::der::{bits, integer, oid, sequence, time, tlv};

/// A SubjectPublicKeyInfo of an RSA key with this many bits, whose modulus is no product of primes.
pub(crate) fn rsa_spki(size: usize) -> Vec<u8> {
    let modulus = [vec![0x00], vec![0xc5; size / 8]].concat();
    let key = sequence([integer(modulus), integer([1, 0, 1])]);
    sequence([sequence([oid("1.2.840.113549.1.1.1"), tlv(0x05, [])]), bits(key)])
}

/// A SubjectPublicKeyInfo on a named curve with this many octets to a coordinate.
pub(crate) fn curve_spki(curve: &str, octets: usize) -> Vec<u8> {
    let point = [vec![0x04], vec![0x11; 2 * octets]].concat();
    sequence([sequence([oid("1.2.840.10045.2.1"), oid(curve)]), bits(point)])
}

/// A revocation list of `issuer` that revokes these serial numbers, between these times.
pub(crate) fn revocation_list(issuer: &Issued, revoked: &[&[u8]], made: i64, next: Option<i64>) -> Vec<u8> {
    let algorithm = algorithm_of(&issuer.key);
    let entries: Vec<_> = revoked.iter().map(|serial| sequence([integer(serial), time(made)])).collect();
    let number = sequence([oid("2.5.29.20"), tlv(0x04, integer([1]))]);
    let key_id = sequence([oid("2.5.29.35"), tlv(0x04, sequence([tlv(0x80, [1; 20])]))]);
    let mut fields = vec![integer([1]), algorithm.clone(), issuer.subject.clone(), time(made)];
    fields.extend(next.map(time));
    if !entries.is_empty() {
        fields.push(sequence(entries));
    }
    fields.push(tlv(0xa0, sequence([key_id, number])));
    let list = sequence(fields);
    let signature = issuer.key.sign(&list).unwrap();
    sequence([list, algorithm, bits(signature)])
}
