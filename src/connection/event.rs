//! What happened on a connection, as a set that is read one by one.
//!
//! An event says *that* something happened; readers of the connection say what. Each kind stands at most
//! once in the set, so that events need no memory and none is lost when a host reads late. They are read in
//! the order in which they can happen.

/// A kind of event. Unknown kinds of later versions may be ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Event {
    /// The peer's stream header before TLS was read: what it says of `to` and `from` can be read, and
    /// nobody vouches for it.
    StreamHeader,
    /// STARTTLS was agreed; what follows on the transport is TLS.
    TlsStarted,
    /// The client hello was read and the connection waits for a choice.
    ClientHello,
    /// The handshake is complete. This says nothing about who the peer is.
    HandshakeDone,
    /// A verdict about the peer stands.
    Verdict,
    /// Lines of the key log can be read.
    KeyLog,
    /// The peer closed its direction with close_notify; nothing was cut off.
    PeerClosed,
    /// The transport ended without close_notify: what was received may be cut off (STLS-29).
    Truncated,
    /// The connection failed for good; its cause can be read.
    Failed,
}

impl Event {
    const ALL: [Self; 9] = [
        Self::StreamHeader,
        Self::TlsStarted,
        Self::ClientHello,
        Self::HandshakeDone,
        Self::Verdict,
        Self::KeyLog,
        Self::PeerClosed,
        Self::Truncated,
        Self::Failed,
    ];

    /// The name in our own data, such as `handshake_done`.
    pub fn name(self) -> &'static str {
        match self {
            Self::StreamHeader => "stream_header",
            Self::TlsStarted => "tls_started",
            Self::ClientHello => "client_hello",
            Self::HandshakeDone => "handshake_done",
            Self::Verdict => "verdict",
            Self::KeyLog => "key_log",
            Self::PeerClosed => "peer_closed",
            Self::Truncated => "truncated",
            Self::Failed => "failed",
        }
    }

    fn bit(self) -> u16 {
        Self::ALL.iter().position(|event| *event == self).map_or(0, |place| 1 << place)
    }
}

/// The events that were not read yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Events(u16);

impl Events {
    pub(super) fn add(&mut self, event: Event) {
        self.0 |= event.bit();
    }

    pub(super) fn next(&mut self) -> Option<Event> {
        if self.0 == 0 {
            return None;
        }
        let event = Event::ALL.into_iter().find(|event| self.0 & event.bit() != 0)?;
        self.0 &= !event.bit();
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_once_in_the_order_in_which_they_can_happen() {
        let mut events = Events::default();
        for event in Event::ALL.into_iter().rev() {
            events.add(event);
            events.add(event);
        }
        let read: Vec<Event> = std::iter::from_fn(|| events.next()).collect();
        assert_eq!(read, Event::ALL);
    }
}
