//! The single demands of a policy: each a small type whose values cannot contradict themselves.
//!
//! Each type has one word per value, the same in the TOML form, in reports and in messages.

/// Gives an enum its words: `ALL`, `name` and `from_name`.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal,)+ }) => {
        impl $name {
            /// All values, the strictest first where there is an order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word for this value in the TOML form and in reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The value of a word; `None` when there is no such word. Case counts.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

/// What must be known of a peer before a pair is authorised (PKI-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// The peer must be authenticated by a certificate proof: pkix, dane, posh or an exception.
    Authenticate,
    /// Servers only: a certificate proof is preferred, a dialback answer is accepted as a weak one.
    AuthenticateOrDialback,
    /// TLS is enough; nobody need be authenticated. What is lost: an active attacker is not noticed.
    EncryptOnly,
}
words!(Requirement {
    Authenticate = "authenticate",
    AuthenticateOrDialback = "authenticate-or-dialback",
    EncryptOnly = "encrypt-only",
});

/// How an initiating entity treats a stream that offers no STARTTLS (STLS-02, STLS-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StarttlsDemand {
    /// STARTTLS is sent although it was not offered; without TLS the attempt is over.
    Require,
    /// STARTTLS is tried although it was not offered; a peer that refuses it may go on in the clear.
    /// What is lost: anyone on the way can keep the stream in the clear.
    TryThenAllowPlaintext,
}
words!(StarttlsDemand { Require = "require", TryThenAllowPlaintext = "try-then-allow-plaintext", });

/// Who keeps application bytes back until the policy is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gate {
    /// The library: no application byte passes, in either direction, before a verdict met the policy.
    Library,
    /// The host: bytes pass as soon as TLS is up, and the host asks for the verdict of each pair.
    Host,
}
words!(Gate { Library = "library", Host = "host", });

/// Which ends of a stream a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Directions {
    /// Connections that we open.
    Initiating,
    /// Connections that we accept.
    Receiving,
    /// Both.
    Both,
}
words!(Directions { Initiating = "initiating", Receiving = "receiving", Both = "both", });

impl Directions {
    /// Whether the policy is for connections that we open.
    #[must_use]
    pub fn initiating(self) -> bool {
        self != Self::Receiving
    }

    /// Whether the policy is for connections that we accept.
    #[must_use]
    pub fn receiving(self) -> bool {
        self != Self::Initiating
    }
}

/// Which TLSA usages are usable (DANE-16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DaneUsages {
    /// PKIX-TA(0) and PKIX-EE(1) are usable.
    pub pkix: bool,
    /// DANE-TA(2) and DANE-EE(3) are usable.
    pub dane: bool,
}

impl DaneUsages {
    /// DANE is not looked at.
    pub const OFF: Self = Self { pkix: false, dane: false };
    /// DANE-TA(2) and DANE-EE(3), what RFC 7671 §4 recommends.
    pub const RECOMMENDED: Self = Self { pkix: false, dane: true };
    /// PKIX-TA(0) and PKIX-EE(1): TLSA records only restrict what the trust anchors prove.
    pub const PKIX: Self = Self { pkix: true, dane: false };
    /// All four usages.
    pub const ALL: Self = Self { pkix: true, dane: true };
    /// The four values there are.
    pub const VALUES: &[Self] = &[Self::RECOMMENDED, Self::PKIX, Self::ALL, Self::OFF];

    /// Whether any usage is usable.
    pub fn is_on(self) -> bool {
        self.pkix || self.dane
    }

    /// The word for this value: `dane`, `pkix`, `all` or `off`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.pkix, self.dane) {
            (false, true) => "dane",
            (true, false) => "pkix",
            (true, true) => "all",
            (false, false) => "off",
        }
    }

    /// The value of a word; `None` when there is no such word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::VALUES.iter().copied().find(|one| one.name() == name)
    }
}

/// What to do about revocation (PKI-23).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Revocation {
    /// Revocation lists are not looked at.
    Off,
    /// A revoked certificate is refused; an unknown state is a note.
    RefuseRevoked,
    /// A revoked certificate is refused, and so is an unknown state.
    RequireKnown,
}
words!(Revocation { RequireKnown = "require-known", RefuseRevoked = "refuse-revoked", Off = "off", });

/// Whether a receiving entity asks for the initiating entity's certificate (PAR-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientCertificate {
    /// It does not ask.
    Never,
    /// It asks, names no CAs, and goes on without one.
    Request,
}
words!(ClientCertificate { Request = "request", Never = "never", });

/// What a receiving entity does about a server name it does not serve (DTLS-09).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnknownServerName {
    /// The handshake fails with alert `unrecognized_name` (RFC 9325 §3.7).
    Refuse,
    /// The default credentials serve it (RFC 7671 §3). What is lost: the defence against confused deputies.
    UseDefault,
}
words!(UnknownServerName { Refuse = "refuse", UseDefault = "use-default", });

/// Whether sessions are resumed (RES-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resumption {
    /// Every handshake is full; nothing is kept and no ticket is sent.
    Off,
    /// TLS 1.3 sessions are resumed, with a fresh key exchange each time.
    Tls13,
    /// TLS 1.2 sessions too. What is lost: forward secrecy across the life of a ticket key.
    Tls12AndTls13,
}
words!(Resumption { Off = "off", Tls13 = "tls-1.3", Tls12AndTls13 = "tls-1.2-and-1.3", });

/// Time limits, in milliseconds of the host's monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeLimits {
    /// From the start to the first byte of TLS.
    pub before_tls: u32,
    /// From the first byte of TLS to the end of the handshake.
    pub handshake: u32,
    /// From the end of the handshake to a verdict, while the library keeps the gate.
    pub verdict: u32,
}

/// Where trust anchors are to be read from; a name only, the room `files` reads them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TrustAnchorSource {
    /// The system's store.
    System,
    /// A PEM file with any number of certificates.
    File(Box<str>),
    /// A directory of files named after a hash, `1a2b3c4d.0`, as OpenSSL's tools make it.
    Directory(Box<str>),
}

impl TrustAnchorSource {
    /// Reads `system`, `file:PATH` or `directory:PATH`; `None` for anything else, an empty path included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "system" => Some(Self::System),
            Some((_, "")) => None,
            Some(("file", path)) => Some(Self::File(path.into())),
            Some(("directory", path)) => Some(Self::Directory(path.into())),
            _ => None,
        }
    }
}

impl std::fmt::Display for TrustAnchorSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::File(path) => write!(f, "file:{path}"),
            Self::Directory(path) => write!(f, "directory:{path}"),
        }
    }
}
