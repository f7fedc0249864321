//! The single demands of a policy: each a small type whose values cannot contradict themselves.

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

/// How an initiating entity treats a stream that offers no STARTTLS (STLS-02, STLS-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StarttlsDemand {
    /// STARTTLS is sent although it was not offered; without TLS the attempt is over.
    Require,
    /// STARTTLS is tried although it was not offered; a peer that refuses it may go on in the clear.
    /// What is lost: anyone on the way can keep the stream in the clear.
    TryThenAllowPlaintext,
}

/// Who keeps application bytes back until the policy is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gate {
    /// The library: no application byte passes, in either direction, before a verdict met the policy.
    Library,
    /// The host: bytes pass as soon as TLS is up, and the host asks for the verdict of each pair.
    Host,
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
    /// All four usages.
    pub const ALL: Self = Self { pkix: true, dane: true };

    /// Whether any usage is usable.
    pub fn is_on(self) -> bool {
        self.pkix || self.dane
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

/// Whether a receiving entity asks for the initiating entity's certificate (PAR-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientCertificate {
    /// It does not ask.
    Never,
    /// It asks, names no CAs, and goes on without one.
    Request,
}

/// What a receiving entity does about a server name it does not serve (DTLS-09).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnknownServerName {
    /// The handshake fails with alert `unrecognized_name` (RFC 9325 §3.7).
    Refuse,
    /// The default credentials serve it (RFC 7671 §3). What is lost: the defence against confused deputies.
    UseDefault,
}

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
