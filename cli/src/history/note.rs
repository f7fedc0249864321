//! One thing that is said of a change.

use xmpptls::verification::Loudness;

/// What changed at one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) change: &'static str,
    pub(crate) loudness: Loudness,
    pub(crate) text: String,
}
