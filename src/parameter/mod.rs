//! What two ends may agree on: versions, suites, groups, signature schemes and alerts, as plain data.
//!
//! The room names what the TLS engine can do by the names and numbers of IANA's registries, so that a
//! policy can be written, printed and compared without an engine at hand. It decides nothing: a policy
//! makes [`Parameters`], the room `tls` carries them out.
//!
//! What is missing here cannot be switched on. There is no version below TLS 1.2 (PAR-02), no static RSA,
//! no CBC, no finite-field Diffie-Hellman and no compression (PAR-06, PAR-12). RFC 6120 §13.8 made
//! `TLS_RSA_WITH_AES_128_CBC_SHA` mandatory to implement; RFC 9325 §4.2.1 says such suites should not be
//! supported, and RFC 7590 §1 puts RFC 9325 (BCP 195) first, so it is absent on purpose (PAR-07).

mod alert;
mod group;
mod signature;
mod suite;

pub use alert::Alert;
pub use group::Group;
pub use signature::SignatureScheme;
pub use suite::CipherSuite;

/// Makes an enum whose variants carry an IANA name and number, with the conversions both ways.
macro_rules! registered {
    ($(#[$outer:meta])* $name:ident : $number:ty { $($(#[$inner:meta])* $variant:ident = ($value:literal, $text:literal),)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name { $($(#[$inner])* $variant,)+ }

        impl $name {
            /// All values, in the order of their declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The number in IANA's registry.
            #[must_use]
            pub const fn number(self) -> $number {
                match self { $(Self::$variant => $value,)+ }
            }

            /// The name in IANA's registry.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The value with this number; `None` if the library does not have it.
            #[must_use]
            pub const fn from_number(number: $number) -> Option<Self> {
                match number { $($value => Some(Self::$variant),)+ _ => None }
            }

            /// The value with this IANA name, in any case; `None` if the library does not have it.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name().eq_ignore_ascii_case(name))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.name())
            }
        }
    };
}
use registered;

registered! {
    /// A protocol version; the order is that of age.
    Version: u16 {
        /// RFC 5246.
        Tls12 = (0x0303, "TLSv1.2"),
        /// RFC 8446.
        Tls13 = (0x0304, "TLSv1.3"),
    }
}

/// What one end offers or accepts, in its order of preference.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parameters {
    /// The oldest version accepted.
    pub oldest: Version,
    /// The newest version offered.
    pub newest: Version,
    /// Suites, the preferred first; a server follows this order, not the client's (PAR-09).
    pub suites: Vec<CipherSuite>,
    /// Key exchange groups, the preferred first.
    pub groups: Vec<Group>,
    /// Whether a TLS 1.2 handshake without extended master secret (RFC 7627) is refused (PAR-15).
    pub require_extended_master_secret: bool,
}

impl Parameters {
    /// The recommendation of RFC 9325 with hybrid key exchange first: TLS 1.2 and 1.3, the suites of its
    /// §4.2 and RFC 8446 §9.1 with the stronger first, extended master secret demanded (PAR-01 to PAR-09).
    #[must_use]
    pub fn bcp195() -> Self {
        Self {
            oldest: Version::Tls12,
            newest: Version::Tls13,
            suites: vec![
                CipherSuite::Aes256GcmSha384,
                CipherSuite::Aes128GcmSha256,
                CipherSuite::Chacha20Poly1305Sha256,
                CipherSuite::EcdheEcdsaAes256GcmSha384,
                CipherSuite::EcdheEcdsaAes128GcmSha256,
                CipherSuite::EcdheEcdsaChacha20Poly1305Sha256,
                CipherSuite::EcdheRsaAes256GcmSha384,
                CipherSuite::EcdheRsaAes128GcmSha256,
                CipherSuite::EcdheRsaChacha20Poly1305Sha256,
            ],
            groups: vec![
                Group::X25519MlKem768,
                Group::X25519,
                Group::Secp256r1,
                Group::Secp384r1,
                Group::Secp256r1MlKem768,
            ],
            require_extended_master_secret: true,
        }
    }

    /// Whether the version lies in the range.
    #[must_use]
    pub fn allows(&self, version: Version) -> bool {
        self.oldest <= version && version <= self.newest
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Self::bcp195()
    }
}

#[cfg(test)]
mod tests;
