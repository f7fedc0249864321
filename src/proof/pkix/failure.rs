//! Why a certificate proves nothing by PKIX. Each reason stands for itself; a list holds all that were found.

use std::collections::HashSet;
use std::fmt;

use crate::certificate::{Attribute, CertificateError, KeyPurpose, Oid, distinguished_name, escape_for_text};
use crate::numbers::ReasonCode;

/// Which certificate a reason is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Which {
    /// The peer's own.
    Leaf,
    /// The one at this place behind the peer's own, counted from 0, in the order of
    /// [`Chain::extras`](crate::certificate::Chain::extras).
    Extra(usize),
    /// A trust anchor, which the peer need not have sent.
    Anchor,
}

/// What is malformed about a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Malformation {
    /// The value of an extension cannot be read.
    Extension(Oid),
    /// The key has more bits than [`RSA_KEY_BITS`](crate::limits::RSA_KEY_BITS).
    KeyTooLarge {
        /// Its bits.
        bits: u32,
    },
    /// The structure is not that of RFC 5280 §4.1 in every detail.
    Structure,
    /// It cannot be read at all.
    Unreadable(CertificateError),
    /// It is not of version 3, so that it has no extensions.
    Version(u8),
}

/// One reason why a chain is no proof (RFC 5280 §6, RFC 6120 §13.7.2, RFC 9525 §6.6).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PkixFailure {
    /// It presents names, and none of those that would prove the peer's name (RFC 9525 §6).
    NameMismatch {
        /// The identifiers it presents, as they stand in it.
        presented: Vec<String>,
    },
    /// It presents no identifier at all (RFC 9525 §6.2; the common name is none).
    NoIdentifiers,
    /// No trust anchor issued it, or what it leads to.
    UntrustedCa {
        /// The name of the issuer at which the path ends.
        issuer: Vec<Attribute>,
    },
    /// It is its own issuer, and no trust anchor.
    SelfSigned,
    /// Its time has passed (RFC 5280 §4.1.2.5).
    Expired {
        /// The last second of its time.
        not_after: i64,
        /// Which certificate.
        which: Which,
    },
    /// Its time has not begun (RFC 5280 §4.1.2.5).
    NotYetValid {
        /// The first second of its time.
        not_before: i64,
        /// Which certificate.
        which: Which,
    },
    /// Its issuer revoked it (RFC 5280 §5).
    Revoked {
        /// Which certificate.
        which: Which,
        /// Its serial number.
        serial: Box<[u8]>,
    },
    /// Nothing current and rightly signed says whether it is revoked, and the policy demands to know.
    RevocationUnknown,
    /// It demands a stapled OCSP answer, and there was none (RFC 7633 §4.2.3).
    MustStapleMissing,
    /// Its extended key usage does not allow what it is used for (RFC 5280 §4.2.1.12).
    BadExtendedKeyUsage {
        /// Which certificate.
        which: Which,
        /// The purposes that it lists; an empty extension allows nothing.
        purposes: Vec<KeyPurpose>,
    },
    /// Its key usage does not allow what it is used for: to sign handshakes (RFC 8446 §4.4.2.2), or for an
    /// issuer to sign certificates (RFC 5280 §4.2.1.3).
    BadKeyUsage {
        /// Which certificate.
        which: Which,
    },
    /// It says that it is a certification authority, and is used as a peer's own (RFC 6120 §13.7.1.1).
    EndEntityIsCa,
    /// It was issued by what is no certification authority (RFC 5280 §6.1.4 (k)).
    IssuerIsNoCa {
        /// The issuer.
        which: Which,
    },
    /// It presents a name that an issuer in its path may not issue for (RFC 5280 §4.2.1.10, RFC 4985 §4,
    /// RFC 9525 §7.6).
    NameConstraint {
        /// The name, when one can be told.
        name: Option<String>,
    },
    /// Its key is below the floor of RFC 9325 §4.5.
    WeakKey {
        /// Which certificate.
        which: Which,
        /// The bits of its key.
        bits: u32,
    },
    /// It was signed with a hash that proves nothing any more (RFC 9155, RFC 9325 §4.5).
    WeakSignature {
        /// Which certificate.
        which: Which,
        /// The name of the algorithm.
        algorithm: Box<str>,
    },
    /// It was signed with an algorithm, or a kind of key, that is not supported here.
    UnsupportedSignature {
        /// Which certificate, when that can be told.
        which: Option<Which>,
        /// The name of the algorithm.
        algorithm: Box<str>,
    },
    /// A signature in the path is not that of the named issuer's key.
    BadSignature,
    /// A certificate is malformed.
    MalformedCertificate {
        /// Which certificate.
        which: Which,
        /// What about it.
        problem: Malformation,
    },
    /// It has a critical extension that is not processed here (RFC 5280 §4.2).
    UnsupportedCriticalExtension {
        /// Which certificate.
        which: Which,
        /// The extension.
        oid: Oid,
    },
    /// The path has more certificates than an issuer in it or we allow, or is too costly to find.
    ChainTooLong,
    /// Paths lead to trust anchors, and the caller accepted none of them.
    PathNotAccepted,
}

impl PkixFailure {
    /// The number, stable for good.
    pub fn code(&self) -> ReasonCode {
        match self {
            Self::NameMismatch { .. } => ReasonCode::NameMismatch,
            Self::NoIdentifiers => ReasonCode::NoIdentifiers,
            Self::UntrustedCa { .. } => ReasonCode::UntrustedCa,
            Self::SelfSigned => ReasonCode::SelfSigned,
            Self::Expired { .. } => ReasonCode::Expired,
            Self::NotYetValid { .. } => ReasonCode::NotYetValid,
            Self::Revoked { .. } => ReasonCode::Revoked,
            Self::RevocationUnknown => ReasonCode::RevocationUnknown,
            Self::MustStapleMissing => ReasonCode::MustStapleMissing,
            Self::BadExtendedKeyUsage { .. } => ReasonCode::BadEku,
            Self::BadKeyUsage { .. } => ReasonCode::BadKeyUsage,
            Self::EndEntityIsCa => ReasonCode::EeIsCa,
            Self::IssuerIsNoCa { .. } => ReasonCode::IssuerIsNoCa,
            Self::NameConstraint { .. } => ReasonCode::NameConstraint,
            Self::WeakKey { .. } => ReasonCode::WeakKey,
            Self::WeakSignature { .. } => ReasonCode::WeakSignature,
            Self::UnsupportedSignature { .. } => ReasonCode::UnsupportedSignature,
            Self::BadSignature => ReasonCode::BadSignature,
            Self::MalformedCertificate { .. } => ReasonCode::MalformedCert,
            Self::UnsupportedCriticalExtension { .. } => ReasonCode::UnsupportedCriticalExtension,
            Self::ChainTooLong => ReasonCode::ChainTooLong,
            Self::PathNotAccepted => ReasonCode::PathNotAccepted,
        }
    }

    /// The name in our own data, such as `name_mismatch`.
    pub fn name(&self) -> &'static str {
        self.code().word()
    }
}

/// The reasons found so far, each once, in the order in which they were found.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    list: Vec<PkixFailure>,
    /// The same: a peer's certificates can have hundreds of faults, and each path that is tried finds them again.
    known: HashSet<PkixFailure>,
}

impl Failures {
    pub(crate) fn add(&mut self, failure: PkixFailure) {
        if self.known.insert(failure.clone()) {
            self.list.push(failure);
        }
    }

    pub(crate) fn extend(&mut self, failures: impl IntoIterator<Item = PkixFailure>) {
        failures.into_iter().for_each(|failure| self.add(failure));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether a reason names a signature algorithm, or a key that is too weak to have made one.
    pub(crate) fn have_signature_reason(&self) -> bool {
        self.list.iter().any(|failure| {
            matches!(
                failure,
                PkixFailure::WeakKey { .. }
                    | PkixFailure::WeakSignature { .. }
                    | PkixFailure::UnsupportedSignature { .. }
            )
        })
    }

    /// Whether a reason says that a certificate is not of the form that can be read here.
    pub(crate) fn have_form_reason(&self) -> bool {
        self.list.iter().any(|failure| {
            matches!(
                failure,
                PkixFailure::MalformedCertificate { .. } | PkixFailure::UnsupportedCriticalExtension { .. }
            )
        })
    }

    pub(crate) fn into_vec(self) -> Vec<PkixFailure> {
        self.list
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf => f.write_str("the certificate"),
            Self::Extra(index) => write!(f, "issuer certificate {}", index.saturating_add(1)),
            Self::Anchor => f.write_str("the trust anchor"),
        }
    }
}

impl fmt::Display for PkixFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameMismatch { presented } => {
                let names = escape_for_text(&presented.join(", "));
                write!(f, "the certificate is for other names: {names}")
            }
            Self::NoIdentifiers => f.write_str("the certificate names no domain"),
            Self::UntrustedCa { issuer } => {
                write!(f, "no trusted authority stands behind the issuer {}", distinguished_name(issuer))
            }
            Self::SelfSigned => f.write_str("the certificate is self-signed"),
            Self::Expired { which, .. } => write!(f, "{which} has expired"),
            Self::NotYetValid { which, .. } => write!(f, "{which} is not valid yet"),
            Self::Revoked { which, .. } => write!(f, "{which} was revoked"),
            Self::RevocationUnknown => f.write_str("nothing says whether the certificate was revoked"),
            Self::MustStapleMissing => f.write_str("the certificate demands a stapled OCSP answer"),
            Self::BadExtendedKeyUsage { which, .. } => write!(f, "{which} is not for this purpose"),
            Self::BadKeyUsage { which } => write!(f, "the key of {which} is not for this use"),
            Self::EndEntityIsCa => f.write_str("the certificate is that of an authority"),
            Self::IssuerIsNoCa { which } => write!(f, "{which} is not that of an authority"),
            Self::NameConstraint { .. } => f.write_str("an issuer may not issue for a name presented"),
            Self::WeakKey { which, bits } => write!(f, "the key of {which} has only {bits} bits"),
            Self::WeakSignature { which, algorithm } => {
                write!(f, "{which} is signed with {algorithm}, which is too weak")
            }
            Self::UnsupportedSignature { algorithm, .. } => {
                write!(f, "the signature algorithm {algorithm} is not supported")
            }
            Self::BadSignature => f.write_str("a signature in the chain is wrong"),
            Self::MalformedCertificate { which, .. } => write!(f, "{which} is malformed"),
            Self::UnsupportedCriticalExtension { which, oid } => {
                write!(f, "{which} has the unknown critical extension {oid}")
            }
            Self::ChainTooLong => f.write_str("the certificate chain is too long"),
            Self::PathNotAccepted => f.write_str("no path to an authority is one of those accepted"),
        }
    }
}
