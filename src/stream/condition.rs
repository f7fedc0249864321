//! The defined conditions of stream errors (RFC 6120 §4.9.3), and the error as text.

use core::fmt;

use super::namespaces::STREAM_ERRORS;
use super::text::{IllegalText, STREAM_END, escape};

/// A defined condition of a stream error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[rustfmt::skip]
pub enum StreamCondition {
    /// XML that cannot be processed (§4.9.3.1).
    BadFormat,
    /// A prefix that is not supported (§4.9.3.2).
    BadNamespacePrefix,
    /// A new stream took the place of this one (§4.9.3.3).
    Conflict,
    /// The peer was silent for too long (§4.9.3.4).
    ConnectionTimeout,
    /// The domain is no longer served (§4.9.3.5).
    HostGone,
    /// The domain is not served (§4.9.3.6).
    HostUnknown,
    /// An address is missing or no address (§4.9.3.7).
    ImproperAddressing,
    /// The server failed (§4.9.3.8).
    InternalServerError,
    /// The `from` is not one that was negotiated (§4.9.3.9).
    InvalidFrom,
    /// A namespace of the stream is not the right one (§4.9.3.10).
    InvalidNamespace,
    /// The XML is invalid (§4.9.3.11).
    InvalidXml,
    /// Data before the stream was authenticated (§4.9.3.12).
    NotAuthorized,
    /// The XML is not well-formed (§4.9.3.13).
    NotWellFormed,
    /// A policy was violated (§4.9.3.14).
    PolicyViolation,
    /// A host that is needed cannot be reached (§4.9.3.15).
    RemoteConnectionFailed,
    /// The stream must be opened anew (§4.9.3.16).
    Reset,
    /// The server is short of something (§4.9.3.17).
    ResourceConstraint,
    /// XML that XMPP forbids (§4.9.3.18).
    RestrictedXml,
    /// Another host shall be used (§4.9.3.19).
    SeeOtherHost,
    /// The server goes down (§4.9.3.20).
    SystemShutdown,
    /// Something else; every condition that is not defined counts as this one (§4.9.3.21, §4.9.2).
    UndefinedCondition,
    /// An encoding that is not supported (§4.9.3.22).
    UnsupportedEncoding,
    /// A feature that is not supported (§4.9.3.23).
    UnsupportedFeature,
    /// A first-level element that is not supported (§4.9.3.24).
    UnsupportedStanzaType,
    /// A version that is not supported (§4.9.3.25).
    UnsupportedVersion,
}

impl StreamCondition {
    /// Every condition, in the order of RFC 6120.
    pub const ALL: [Self; 25] = [
        Self::BadFormat,
        Self::BadNamespacePrefix,
        Self::Conflict,
        Self::ConnectionTimeout,
        Self::HostGone,
        Self::HostUnknown,
        Self::ImproperAddressing,
        Self::InternalServerError,
        Self::InvalidFrom,
        Self::InvalidNamespace,
        Self::InvalidXml,
        Self::NotAuthorized,
        Self::NotWellFormed,
        Self::PolicyViolation,
        Self::RemoteConnectionFailed,
        Self::Reset,
        Self::ResourceConstraint,
        Self::RestrictedXml,
        Self::SeeOtherHost,
        Self::SystemShutdown,
        Self::UndefinedCondition,
        Self::UnsupportedEncoding,
        Self::UnsupportedFeature,
        Self::UnsupportedStanzaType,
        Self::UnsupportedVersion,
    ];

    /// The condition's element name in `urn:ietf:params:xml:ns:xmpp-streams`.
    pub fn name(self) -> &'static str {
        match self {
            Self::BadFormat => "bad-format",
            Self::BadNamespacePrefix => "bad-namespace-prefix",
            Self::Conflict => "conflict",
            Self::ConnectionTimeout => "connection-timeout",
            Self::HostGone => "host-gone",
            Self::HostUnknown => "host-unknown",
            Self::ImproperAddressing => "improper-addressing",
            Self::InternalServerError => "internal-server-error",
            Self::InvalidFrom => "invalid-from",
            Self::InvalidNamespace => "invalid-namespace",
            Self::InvalidXml => "invalid-xml",
            Self::NotAuthorized => "not-authorized",
            Self::NotWellFormed => "not-well-formed",
            Self::PolicyViolation => "policy-violation",
            Self::RemoteConnectionFailed => "remote-connection-failed",
            Self::Reset => "reset",
            Self::ResourceConstraint => "resource-constraint",
            Self::RestrictedXml => "restricted-xml",
            Self::SeeOtherHost => "see-other-host",
            Self::SystemShutdown => "system-shutdown",
            Self::UndefinedCondition => "undefined-condition",
            Self::UnsupportedEncoding => "unsupported-encoding",
            Self::UnsupportedFeature => "unsupported-feature",
            Self::UnsupportedStanzaType => "unsupported-stanza-type",
            Self::UnsupportedVersion => "unsupported-version",
        }
    }

    /// The condition of that element name; an unknown one counts as `undefined-condition` (RFC 6120 §4.9.2).
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|condition| condition.name() == name).unwrap_or(Self::UndefinedCondition)
    }
}

impl fmt::Display for StreamCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A stream error and the end of the stream, to be sent behind a stream header (STLS-23).
///
/// `explanation` is for people; it is escaped, and no peer may act on it.
///
/// # Errors
/// [`IllegalText`] when the explanation holds a character that XML forbids.
pub fn stream_error(condition: StreamCondition, explanation: Option<&str>) -> Result<String, IllegalText> {
    let text = match explanation {
        None => String::new(),
        Some(text) => format!("<text xmlns='{STREAM_ERRORS}'>{}</text>", escape(text)?),
    };
    Ok(error(condition, &text))
}

/// A stream error without explanation, and the end of the stream.
pub(super) fn bare_stream_error(condition: StreamCondition) -> String {
    error(condition, "")
}

fn error(condition: StreamCondition, text: &str) -> String {
    format!("<stream:error><{condition} xmlns='{STREAM_ERRORS}'/>{text}</stream:error>{STREAM_END}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stls_23_every_condition_is_found_by_its_name() {
        for condition in StreamCondition::ALL {
            assert_eq!(StreamCondition::from_name(condition.name()), condition);
        }
        assert_eq!(StreamCondition::from_name("all-is-well"), StreamCondition::UndefinedCondition);
    }

    #[test]
    fn stls_23_the_explanation_is_escaped() {
        let text = stream_error(StreamCondition::Reset, Some("a<b>&'\"")).unwrap();
        assert_eq!(
            text,
            "<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>\
             <text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>a&lt;b&gt;&amp;&apos;&quot;</text>\
             </stream:error></stream:stream>"
        );
        assert_eq!(stream_error(StreamCondition::Reset, Some("\0")), Err(IllegalText));
    }
}
