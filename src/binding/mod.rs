//! Channel binding on the client's side: which type to use, and when to stop (XEP-0440, XEP-0474).
//!
//! Someone between client and server can strip mechanisms and types from what a server announces. What
//! remains then contradicts itself, and this room says so (CB-10). It decides over names; the binding data
//! comes from the TLS session.

mod downgrade;

pub use downgrade::{DowngradeHash, downgrade_hash};

/// A channel-binding type that we can give data for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BindingType {
    /// `tls-exporter` (RFC 9266), the stronger one.
    TlsExporter,
    /// `tls-server-end-point` (RFC 5929 §4).
    TlsServerEndPoint,
}

impl BindingType {
    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::TlsExporter => "tls-exporter",
            Self::TlsServerEndPoint => "tls-server-end-point",
        }
    }

    /// The type with this registered name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::TlsExporter, Self::TlsServerEndPoint].into_iter().find(|binding| binding.name() == name)
    }
}

/// Which SASL negotiation is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SaslProfile {
    /// RFC 6120 §6.
    Sasl,
    /// XEP-0388.
    Sasl2,
}

/// What a client does about channel binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BindingDecision {
    /// Use a `-PLUS` mechanism with this type.
    Use(BindingType),
    /// Use no binding, GS2 flag `y`: "I could, and you did not offer it."
    FlagY,
    /// Use no binding, GS2 flag `n`: "I cannot."
    FlagN,
    /// Stop: what was announced contradicts itself.
    Abort(BindingContradiction),
}

/// What contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BindingContradiction {
    /// Types are announced, none is ours, and the one that every server has is missing.
    EndPointMissing,
    /// `-PLUS` mechanisms without types; SASL2 has both or neither.
    PlusWithoutTypes,
    /// Types without `-PLUS` mechanisms: the mechanisms were stripped.
    TypesWithoutPlus,
}

/// Decides from the announced mechanisms and types, and the types this session has data for (CB-10).
///
/// `announced` is what the server listed in `urn:xmpp:sasl-cb:0`; empty when it listed nothing. `ours` is
/// in the order of preference. A SASL server that lists nothing is older than XEP-0440: with a `-PLUS`
/// mechanism our first type is tried.
pub fn decide(
    profile: SaslProfile,
    mechanisms: &[&str],
    announced: &[&str],
    ours: &[BindingType],
) -> BindingDecision {
    let has_plus = mechanisms.iter().any(|mechanism| mechanism.ends_with("-PLUS"));
    let Some(&first) = ours.first() else {
        return BindingDecision::FlagN;
    };
    match (has_plus, announced.is_empty()) {
        (false, true) => BindingDecision::FlagY,
        (false, false) => BindingDecision::Abort(BindingContradiction::TypesWithoutPlus),
        (true, true) if profile == SaslProfile::Sasl2 => {
            BindingDecision::Abort(BindingContradiction::PlusWithoutTypes)
        }
        (true, true) => BindingDecision::Use(first),
        (true, false) => match ours.iter().find(|binding| announced.contains(&binding.name())) {
            Some(&binding) => BindingDecision::Use(binding),
            None if announced.contains(&BindingType::TlsServerEndPoint.name()) => BindingDecision::FlagN,
            None => BindingDecision::Abort(BindingContradiction::EndPointMissing),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::BindingContradiction::{EndPointMissing, PlusWithoutTypes, TypesWithoutPlus};
    use super::BindingDecision::{Abort, FlagN, FlagY, Use};
    use super::BindingType::{TlsExporter, TlsServerEndPoint};
    use super::SaslProfile::{Sasl, Sasl2};
    use super::*;

    const PLUS: &[&str] = &["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"];
    const PLAIN: &[&str] = &["SCRAM-SHA-256"];
    const BOTH: &[BindingType] = &[TlsExporter, TlsServerEndPoint];

    #[test]
    fn cb_10_the_whole_table() {
        let exporter = &["tls-exporter", "tls-server-end-point"][..];
        for (profile, mechanisms, announced, ours, decision) in [
            (Sasl2, PLUS, exporter, BOTH, Use(TlsExporter)),
            (Sasl, PLUS, exporter, BOTH, Use(TlsExporter)),
            (Sasl2, PLUS, &["tls-server-end-point"][..], BOTH, Use(TlsServerEndPoint)),
            (Sasl2, PLUS, exporter, &[TlsServerEndPoint][..], Use(TlsServerEndPoint)),
            (Sasl2, PLUS, &["tls-server-end-point"][..], &[TlsExporter][..], FlagN),
            (Sasl2, PLUS, &["tls-unique"][..], BOTH, Abort(EndPointMissing)),
            (Sasl, PLUS, &["tls-unique"][..], BOTH, Abort(EndPointMissing)),
            (Sasl, PLAIN, exporter, BOTH, Abort(TypesWithoutPlus)),
            (Sasl2, PLAIN, exporter, BOTH, Abort(TypesWithoutPlus)),
            (Sasl2, PLUS, &[][..], BOTH, Abort(PlusWithoutTypes)),
            (Sasl, PLUS, &[][..], BOTH, Use(TlsExporter)),
            (Sasl, PLAIN, &[][..], BOTH, FlagY),
            (Sasl2, PLAIN, &[][..], BOTH, FlagY),
            (Sasl2, PLUS, exporter, &[][..], FlagN),
            (Sasl, &[][..], &[][..], &[][..], FlagN),
        ] {
            let got = decide(profile, mechanisms, announced, ours);
            assert_eq!(got, decision, "{profile:?} {mechanisms:?} {announced:?} {ours:?}");
        }
    }
}
