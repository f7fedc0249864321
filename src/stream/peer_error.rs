//! A stream error the peer sends: its condition, and where `see-other-host` points.
//!
//! The text that explains an error is not kept, since nothing may be decided from it (RFC 6120 §4.9.2).

use super::cause::Cause;
use super::condition::StreamCondition;
use super::element::Element;
use super::excerpt::Excerpt;
use super::namespaces::STREAM_ERRORS;
use crate::limits::EXCERPT_CHARACTERS;

/// A stream error while it is read.
#[derive(Clone, Debug, Default)]
pub(super) struct PeerError {
    condition: Option<StreamCondition>,
    /// The depth 3 element that is open is the condition.
    inside: bool,
    content: String,
}

impl PeerError {
    /// A child of the error began, at depth 3.
    pub(super) fn open(&mut self, element: &Element) {
        let defined = element.namespace.as_deref() == Some(STREAM_ERRORS) && element.local != "text";
        if defined && self.condition.is_none() {
            self.condition = Some(StreamCondition::from_name(&element.local));
            self.inside = true;
        }
    }

    /// A child of the error ended, at depth 3.
    pub(super) fn close(&mut self) {
        self.inside = false;
    }

    /// A character at depth 3.
    pub(super) fn text(&mut self, character: char) {
        // More than an excerpt holds, so that it knows that it is cut.
        if self.inside && self.content.len() <= EXCERPT_CHARACTERS.saturating_mul(4) {
            self.content.push(character);
        }
    }

    /// The error ended.
    pub(super) fn cause(&self, offset: u64) -> Cause {
        match self.condition.unwrap_or(StreamCondition::UndefinedCondition) {
            StreamCondition::SeeOtherHost => {
                Cause::Redirected { host: Excerpt::of(self.content.trim()), offset }
            }
            condition => Cause::StreamError { condition, offset },
        }
    }
}
