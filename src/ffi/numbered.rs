//! Which number does C know a value by? Each list stands for both ways, and for the name of a number.

use crate::connection::{BindingKind, Event, Phase};
use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str};
use crate::ffi::connection::xmpp_tls_transport;
use crate::ffi::driving::xmpp_tls_event;
use crate::ffi::endpoint::xmpp_tls_dnssec;
use crate::ffi::facts::{xmpp_tls_channel_binding, xmpp_tls_phase};
use crate::ffi::guard::Failure;
use crate::ffi::history::{xmpp_tls_change, xmpp_tls_loudness};
use crate::ffi::output::text;
use crate::ffi::report::xmpp_tls_summary;
use crate::ffi::verdict::{xmpp_tls_direction, xmpp_tls_level, xmpp_tls_method, xmpp_tls_service};
use crate::ffi::verification::xmpp_tls_lookup_failure;
use crate::name::{Direction, Service, Transport};
use crate::record::{Dnssec, LookupFailure};
use crate::report::Summary;
use crate::verdict::{Level, Method};
use crate::verification::{Change, Loudness};

/// A value that C knows by a number.
pub(super) trait Numbered: Copy + 'static {
    /// The enumeration of the header.
    type Constant;

    /// Every value.
    const ALL: &'static [Self];

    /// The constant of the header.
    fn constant(self) -> Self::Constant;

    /// The constant's number.
    fn number(self) -> u32;

    /// The word for it, the same in every language.
    fn word(self) -> &'static str;
}

macro_rules! numbered {
    ($value:ty, $constant:ty { $($variant:ident)+ }) => {
        impl Numbered for $value {
            type Constant = $constant;

            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn constant(self) -> $constant {
                match self {
                    $(Self::$variant => <$constant>::$variant,)+
                }
            }

            #[expect(clippy::as_conversions, reason = "the discriminant of a repr(u32) enum is its number")]
            fn number(self) -> u32 {
                self.constant() as u32
            }

            fn word(self) -> &'static str {
                self.name()
            }
        }
    };
}

numbered!(Transport, xmpp_tls_transport { Starttls DirectTls TlsOnly });
numbered!(Event, xmpp_tls_event {
    StreamHeader TlsStarted ClientHello HandshakeDone Verdict KeyLog PeerClosed Truncated Failed
});
numbered!(Phase, xmpp_tls_phase { Prepared Clear Hello Handshake Open Closed Failed });
numbered!(BindingKind, xmpp_tls_channel_binding { TlsExporter TlsServerEndPoint TlsUnique });
numbered!(Dnssec, xmpp_tls_dnssec { Secure Insecure Bogus Indeterminate });
numbered!(LookupFailure, xmpp_tls_lookup_failure {
    Bogus Server Timeout HttpsUnverified Malformed Forbidden Unreachable
});
numbered!(Level, xmpp_tls_level { Authenticated Weak EncryptedOnly Refused });
numbered!(Method, xmpp_tls_method {
    Pkix PkixTa PkixEe DaneTa DaneEe Posh Exception Dialback DialbackDnssec
});
numbered!(Service, xmpp_tls_service { C2s S2s });
numbered!(Direction, xmpp_tls_direction { Initiating Receiving });
numbered!(Change, xmpp_tls_change {
    FirstSeen Same RenewedSameKey NewKeySameIssuer NewIssuer WorseVerdict
});
numbered!(Loudness, xmpp_tls_loudness { Info Warning Alarm });
numbered!(Summary, xmpp_tls_summary {
    Authenticated WeaklyVerified EncryptedUnauthenticated Plaintext Failed
});

fn find<T: Numbered>(number: u32) -> Option<T> {
    T::ALL.iter().copied().find(|value| value.number() == number)
}

/// The value that a number of the caller stands for.
pub(super) fn from_number<T: Numbered>(number: u32) -> Result<T, Failure> {
    find(number).ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER))
}

/// The word for a number, or `unknown`.
pub(super) fn word<T: Numbered>(number: u32) -> xmpp_tls_str {
    text(find::<T>(number).map_or("unknown", T::word))
}
