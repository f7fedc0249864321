"""TLS for XMPP: how a stream is secured, and by which proof its peer is known.

Three ways to use it, from the easiest on:

- `xmpptls.asyncio.open_connection(domain)` looks up, connects, secures, verifies, and returns a reader, a writer
  and a report;
- `xmpptls.ssl.SSLContext` goes where a library takes an `ssl.SSLContext`;
- `Connection` is the machine itself: bytes in, bytes and events out, without sockets or threads.

Two ends in memory, which is how everything here can be tried:

>>> import xmpptls
>>> anchors = xmpptls.TrustAnchors.from_pem(b"")
>>> len(anchors)
0
>>> xmpptls.Policy("c2s-client", trust_anchors=anchors)
Traceback (most recent call last):
    ...
xmpptls.errors.PolicyError: no trust anchors configured, and pkix.enabled is true
>>> xmpptls.Policy("c2s-server").name
'c2s-server-2026'
"""

from xmpptls import channel_binding, dialback, errors, external, records, types
from xmpptls._report import Report
from xmpptls._xmpptls import (
    Answer,
    Attempt,
    Candidate,
    Certificate,
    ClientHello,
    Connection,
    Context,
    Credential,
    Credentials,
    Endpoint,
    History,
    Lookup,
    ManualClock,
    Observation,
    Peer,
    Pin,
    Policy,
    PreparedVerification,
    Question,
    Reason,
    Reply,
    Request,
    TrustAnchors,
    TrustException,
    Verdict,
    Verification,
    __version__,
    cause_codes,
    reason_codes,
)
from xmpptls.errors import (
    ConfigurationError,
    ConnectionFailed,
    PeerRefused,
    StreamFailed,
    TimeLimitReached,
    TlsFailed,
    XmppTlsError,
)

__all__ = [
    "Answer", "Attempt", "Candidate", "Certificate", "ClientHello", "ConfigurationError", "Connection",
    "ConnectionFailed", "Context", "Credential", "Credentials", "Endpoint", "History", "Lookup", "ManualClock",
    "Observation", "Peer", "PeerRefused", "Pin", "Policy", "PreparedVerification", "Question", "Reason", "Reply",
    "Report", "Request", "StreamFailed", "TimeLimitReached", "TlsFailed", "TrustAnchors", "TrustException",
    "Verdict", "Verification", "XmppTlsError", "__version__", "cause_codes", "channel_binding", "dialback", "errors",
    "external", "reason_codes", "records", "types",
]
