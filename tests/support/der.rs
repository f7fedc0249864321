//! Writing DER by hand, right or wrong.

/// An element with this tag octet and content.
pub(crate) fn tlv(tag: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    let mut out = vec![tag];
    match content.len() {
        short @ 0..=0x7f => out.push(short as u8),
        long => {
            let octets: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
            out.push(0x80 | octets.len() as u8);
            out.extend(octets);
        }
    }
    out.extend_from_slice(content);
    out
}

/// A SEQUENCE of these elements.
pub(crate) fn sequence(parts: impl AsRef<[Vec<u8>]>) -> Vec<u8> {
    tlv(0x30, parts.as_ref().concat())
}

/// An OBJECT IDENTIFIER from its dotted form.
pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut content = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let mut octets = vec![(arc & 0x7f) as u8];
        let mut rest = arc >> 7;
        while rest > 0 {
            octets.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        content.extend(octets.into_iter().rev());
    }
    tlv(0x06, content)
}

/// An INTEGER from its content octets.
pub(crate) fn integer(content: impl AsRef<[u8]>) -> Vec<u8> {
    tlv(0x02, content)
}

/// A BIT STRING without unused bits.
pub(crate) fn bits(content: impl AsRef<[u8]>) -> Vec<u8> {
    tlv(0x03, [&[0], content.as_ref()].concat())
}

/// A Time from Unix seconds (RFC 5280 §4.1.2.5).
pub(crate) fn time(seconds: i64) -> Vec<u8> {
    let at = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap();
    let rest = format!(
        "{:02}{:02}{:02}{:02}{:02}Z",
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    );
    match at.year() {
        year @ 1950..=2049 => tlv(0x17, format!("{:02}{rest}", year % 100)),
        year => tlv(0x18, format!("{year:04}{rest}")),
    }
}

/// A Name with one common name, as UTF8String; none for an empty text.
pub(crate) fn name(common_name: &str) -> Vec<u8> {
    if common_name.is_empty() {
        return sequence([]);
    }
    sequence([tlv(0x31, sequence([oid("2.5.4.3"), tlv(0x0c, common_name)]))])
}

/// An otherName for subjectAltName or name constraints: the whole GeneralName.
pub(crate) fn other_name(dotted: &str, tag: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    tlv(0xa0, [oid(dotted), tlv(0xa0, tlv(tag, content))].concat())
}
