//! Why a policy cannot be built.

use super::{Contradiction, Setting};
use crate::name::Domain;

/// Why a policy cannot be built, with the settings that are to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// No preset has this name.
    UnknownPreset,
    /// A setting was set a second time.
    SetTwice(Setting),
    /// A peer was described a second time.
    PeerTwice(Domain),
    /// A number lies outside its range.
    OutOfRange {
        /// The setting.
        setting: Setting,
        /// The least value allowed.
        minimum: u32,
        /// The greatest value allowed.
        maximum: u32,
    },
    /// A list that needs an entry has none.
    EmptyList(Setting),
    /// A list names the same thing twice.
    Repeated(Setting),
    /// A list, or the number of peers, is over its limit.
    TooMany {
        /// The setting; [`Setting::PeerRequirement`] stands for the number of peers.
        setting: Setting,
        /// How many there may be.
        maximum: usize,
    },
    /// An exception for this peer ends before 1970 or after 9999.
    WrongEnd(Domain),
    /// Certificates are to be proven by trust anchors, and there are none. Either hand some in or switch
    /// [`Setting::Pkix`] off (ATK-ID-02).
    NoTrustAnchors,
    /// Two settings cannot both be met.
    Contradiction(Contradiction),
}

impl PolicyError {
    /// The settings to look at; the second only of a contradiction.
    #[must_use]
    pub fn settings(&self) -> (Option<Setting>, Option<Setting>) {
        match self {
            Self::UnknownPreset | Self::PeerTwice(_) => (None, None),
            Self::WrongEnd(_) => (Some(Setting::PeerExceptions), None),
            Self::SetTwice(setting) | Self::EmptyList(setting) | Self::Repeated(setting) => {
                (Some(*setting), None)
            }
            Self::OutOfRange { setting, .. } | Self::TooMany { setting, .. } => (Some(*setting), None),
            Self::NoTrustAnchors => (Some(Setting::TrustAnchors), Some(Setting::Pkix)),
            Self::Contradiction(contradiction) => {
                let (first, second) = contradiction.settings();
                (Some(first), Some(second))
            }
        }
    }
}

impl PolicyError {
    /// The peer whose table is to blame, if one is.
    #[must_use]
    pub fn peer(&self) -> Option<&Domain> {
        match self {
            Self::PeerTwice(peer) | Self::WrongEnd(peer) => Some(peer),
            Self::Contradiction(contradiction) => contradiction.peer(),
            _ => None,
        }
    }
}

impl std::fmt::Display for PolicyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownPreset => f.write_str("no preset has this name"),
            Self::SetTwice(setting) => write!(f, "{setting} is set a second time"),
            Self::PeerTwice(domain) => write!(f, "the peer {domain} is described a second time"),
            Self::OutOfRange { setting, minimum, maximum } => {
                write!(f, "{setting} is not between {minimum} and {maximum}")
            }
            Self::EmptyList(setting) => write!(f, "{setting} is an empty list"),
            Self::Repeated(setting) => write!(f, "{setting} names the same thing twice"),
            Self::TooMany { setting: Setting::PeerRequirement, maximum } => {
                write!(f, "there are more than {maximum} peers")
            }
            Self::TooMany { setting, maximum } => write!(f, "{setting} has more than {maximum} entries"),
            Self::WrongEnd(domain) => write!(f, "an exception for {domain} ends before 1970 or after 9999"),
            Self::NoTrustAnchors => f.write_str("no trust anchors configured, and pkix.enabled is true"),
            Self::Contradiction(contradiction) => contradiction.fmt(f),
        }
    }
}

impl std::error::Error for PolicyError {}

impl From<Contradiction> for PolicyError {
    fn from(contradiction: Contradiction) -> Self {
        Self::Contradiction(contradiction)
    }
}
