//! Protocol versions in OpenSSL's and LuaSec's words.

use super::ProtocolOptions;
use crate::parameter::Version;

/// Why a choice of protocol leaves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProtocolError {
    /// The word is no protocol.
    Unknown,
    /// The protocol, or what the options leave of it, does not exist here: there is none below TLS 1.2.
    NothingLeft,
}

impl std::fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unknown => "invalid protocol",
            Self::NothingLeft => "no protocols available",
        })
    }
}

impl std::error::Error for ProtocolError {}

/// The oldest and the newest version that a word such as `any`, `sslv23` or `tlsv1_2` leaves together with
/// the options.
///
/// # Errors
/// [`ProtocolError`].
pub fn versions(protocol: &str, options: &ProtocolOptions) -> Result<(Version, Version), ProtocolError> {
    let named: &[Version] = match protocol {
        "any" | "sslv23" | "tls" => &[Version::Tls12, Version::Tls13],
        "tlsv1_2" => &[Version::Tls12],
        "tlsv1_3" => &[Version::Tls13],
        "sslv2" | "sslv3" | "tlsv1" | "tlsv1_1" => &[],
        _ => return Err(ProtocolError::Unknown),
    };
    let is_off = |version: &Version| match version {
        Version::Tls12 => options.no_tls12,
        Version::Tls13 => options.no_tls13,
    };
    let mut left = named.iter().copied().filter(|version| !is_off(version));
    let oldest = left.next().ok_or(ProtocolError::NothingLeft)?;
    Ok((oldest, left.next_back().unwrap_or(oldest)))
}

/// OpenSSL's name of a version: `TLSv1.2` or `TLSv1.3`.
#[must_use]
pub const fn openssl_version(version: Version) -> &'static str {
    match version {
        Version::Tls12 => "TLSv1.2",
        Version::Tls13 => "TLSv1.3",
    }
}
