//! Reading TOML values as the types of settings, each fault with its place.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Expected, TextFault, digest, time};
use crate::policy::{Exception, PinnedDigest, TrustAnchorSource};

/// A fault and where it is.
pub(super) type Located<T> = Result<T, (Range<usize>, TextFault)>;
/// A value with its place.
pub(super) type Placed<'i> = Spanned<DeValue<'i>>;

fn wrong<T>(value: &Placed<'_>, expected: Expected) -> Located<T> {
    Err((value.span(), TextFault::WrongType { expected, found: value.get_ref().type_str() }))
}

/// True or false.
pub(super) fn flag(value: &Placed<'_>) -> Located<bool> {
    value.get_ref().as_bool().map_or_else(|| wrong(value, Expected::Boolean), Ok)
}

/// A count.
pub(super) fn number(value: &Placed<'_>) -> Located<u32> {
    let Some(integer) = value.get_ref().as_integer() else { return wrong(value, Expected::Integer) };
    u32::from_str_radix(integer.as_str(), integer.radix()).map_err(|_| (value.span(), TextFault::WrongNumber))
}

/// A string.
pub(super) fn string<'v>(value: &'v Placed<'_>) -> Located<&'v str> {
    value.get_ref().as_str().map_or_else(|| wrong(value, Expected::String), Ok)
}

/// One of the values that have words.
pub(super) fn word<T: Copy>(value: &Placed<'_>, all: &[T], name: fn(T) -> &'static str) -> Located<T> {
    let text = string(value)?;
    all.iter().copied().find(|one| name(*one) == text).ok_or_else(|| {
        let known = all.iter().map(|one| name(*one)).collect();
        (value.span(), TextFault::UnknownWord { word: text.into(), known })
    })
}

/// A list, each entry read by `entry`.
pub(super) fn list<T>(value: &Placed<'_>, entry: impl Fn(&Placed<'_>) -> Located<T>) -> Located<Vec<T>> {
    let Some(array) = value.get_ref().as_array() else { return wrong(value, Expected::Array) };
    array.iter().map(entry).collect()
}

/// A table.
pub(super) fn table<'v, 'i>(value: &'v Placed<'i>) -> Located<&'v DeTable<'i>> {
    value.get_ref().as_table().map_or_else(|| wrong(value, Expected::Table), Ok)
}

/// The entries of a table in the order of the text.
pub(super) fn entries<'v, 'i>(table: &'v DeTable<'i>) -> Vec<(&'v str, Range<usize>, &'v Placed<'i>)> {
    let mut list: Vec<_> =
        table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value)).collect();
    list.sort_by_key(|(_, span, _)| span.start);
    list
}

/// A source of trust anchors.
pub(super) fn source(value: &Placed<'_>) -> Located<TrustAnchorSource> {
    TrustAnchorSource::parse(string(value)?).ok_or_else(|| (value.span(), TextFault::WrongSource))
}

/// A path.
pub(super) fn path(value: &Placed<'_>) -> Located<Box<str>> {
    match string(value)? {
        "" => Err((value.span(), TextFault::WrongSource)),
        path => Ok(path.into()),
    }
}

/// A pin: `{ public_key = "sha-256:…" }` or `{ certificate = "sha-256:…" }`.
pub(super) fn pin(value: &Placed<'_>) -> Located<PinnedDigest> {
    match pinned(value, false)? {
        (pin, None) => Ok(pin),
        (_, Some((span, _))) => Err((span, unknown("until"))),
    }
}

/// An exception: a pin with `until = 2027-01-01T00:00:00Z`.
pub(super) fn exception(value: &Placed<'_>) -> Located<Exception> {
    match pinned(value, true)? {
        (digest, Some((_, until))) => Ok(Exception { digest, until }),
        (_, None) => Err((value.span(), TextFault::NoEnd)),
    }
}

fn unknown(key: &str) -> TextFault {
    TextFault::UnknownKey { key: key.into(), nearest: None }
}

type End = Option<(Range<usize>, i64)>;

fn pinned(value: &Placed<'_>, has_end: bool) -> Located<(PinnedDigest, End)> {
    let (mut digest, mut end) = (None, None);
    for (key, span, field) in entries(table(value)?) {
        let one = match key {
            "public_key" => PinnedDigest::PublicKey(sha_256(field)?),
            "certificate" => PinnedDigest::Certificate(sha_256(field)?),
            "until" => {
                end = Some((span, until(field)?));
                continue;
            }
            other => {
                let known = ["public_key", "certificate", "until"].into_iter();
                let known = known.filter(|key| has_end || *key != "until");
                let nearest = super::nearest::nearest(other, known).map(Into::into);
                return Err((span, TextFault::UnknownKey { key: other.into(), nearest }));
            }
        };
        if digest.replace(one).is_some() {
            return Err((value.span(), TextFault::NoDigest));
        }
    }
    digest.map(|digest| (digest, end)).ok_or_else(|| (value.span(), TextFault::NoDigest))
}

fn sha_256(value: &Placed<'_>) -> Located<[u8; 32]> {
    digest::parse(string(value)?).map_err(|error| (value.span(), TextFault::Digest(error)))
}

fn until(value: &Placed<'_>) -> Located<i64> {
    let Some(datetime) = value.get_ref().as_datetime() else { return wrong(value, Expected::Time) };
    time::seconds(datetime).ok_or_else(|| (value.span(), TextFault::WrongTime))
}
