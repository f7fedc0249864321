"""What can go wrong, as classes with fields.

Every exception here is an `XmppTlsError`. `code` is a word that stays the same from version to version; the text
is for people and may change. `advice` says what the person who reads it can do.

>>> error = XmppTlsError("the policy is odd", code="contradiction")
>>> error.code, str(error)
('contradiction', 'the policy is odd')
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xmpptls import _advice

if TYPE_CHECKING:
    from xmpptls._xmpptls import Reason, Verdict

__all__ = [
    "AnswerError", "ConfigurationError", "ConnectionClosed", "ConnectionFailed", "CredentialError",
    "EndpointsExhausted", "ExternalRefused", "FileError", "HistoryError", "LookupFailed", "LookupTimedOut", "NoChannelBinding",
    "PeerRefused", "PolicyError", "StreamFailed", "TimeLimitReached", "TlsFailed", "UsageError", "WrongPhase",
    "XmppTlsError",
]


class XmppTlsError(Exception):
    """Anything that this package raises by itself."""

    def __init__(self, message: str, *, code: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self._advice = advice

    @property
    def advice(self) -> str:
        """What to do about it, in one sentence."""
        return self._advice or _advice.for_code(self.code)


class UsageError(XmppTlsError, RuntimeError):
    """The program asked for something that cannot be: a fault of the program, not of a peer."""


class WrongPhase(UsageError):
    """The call means nothing in this phase of the connection."""


class AnswerError(UsageError):
    """The answer does not fit the question, or it was answered before."""


class ExternalRefused(XmppTlsError, PermissionError):
    """A certificate does not let the client act as asked; `condition` is the SASL condition to answer with."""

    def __init__(self, message: str, *, code: str, condition: str, advice: str | None = None) -> None:
        super().__init__(message, code=code, advice=advice)
        self.condition = condition


class NoChannelBinding(XmppTlsError, LookupError):
    """There is no channel binding of that type on this connection; `code` says why."""


class HistoryError(XmppTlsError, ValueError):
    """A text is no history of this domain. Keep it for a person to look at; never start an empty one instead."""


class ConfigurationError(XmppTlsError, ValueError):
    """What was configured cannot be used."""


class CredentialError(ConfigurationError):
    """A certificate chain and a key that make no credential."""


class PolicyError(ConfigurationError):
    """Settings that make no policy.

    `settings` are those to look at; `line` and `column` are where the text has one of them, counted from 1.
    """

    def __init__(self, message: str, *, code: str, settings: Sequence[str] = (), line: int | None = None,
                 column: int | None = None, advice: str | None = None) -> None:
        super().__init__(message, code=code, advice=advice)
        self.settings = tuple(settings)
        self.line = line
        self.column = column


class FileError(ConfigurationError):
    """A file that cannot be used; `path` is which."""

    def __init__(self, message: str, *, code: str, path: str | None = None, line: int | None = None,
                 column: int | None = None, advice: str | None = None) -> None:
        super().__init__(message, code=code, advice=advice)
        self.path = path
        self.line = line
        self.column = column


class ConnectionClosed(XmppTlsError, ConnectionError):
    """This end closed the connection: nothing can be written any more."""


class ConnectionFailed(XmppTlsError, ConnectionError):
    """The connection failed for good.

    `domain` is whom we meant, `alert` the number of the TLS alert that passed, and `verdict`, where there is one,
    says who the peer is and why that does not do.
    """

    def __init__(self, message: str, *, code: str, domain: str | None = None, alert: int | None = None,
                 verdict: Verdict | None = None, advice: str | None = None) -> None:
        super().__init__(message, code=code, advice=advice)
        self.domain = domain
        self.alert = alert
        self.verdict = verdict

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason of the verdict."""
        return self.verdict.reasons if self.verdict is not None else ()

    @property
    def advice(self) -> str:
        """What to do about it: about the first reason of the verdict, if there is one."""
        if self._advice is None and self.reasons:
            return _advice.for_reason(self.reasons[0].name)
        return super().advice


class StreamFailed(ConnectionFailed):
    """TLS was not agreed on in the stream before it."""


class TlsFailed(ConnectionFailed):
    """TLS failed, or the peer ended it with an alert."""


class PeerRefused(ConnectionFailed):
    """The peer is not who it should be; `verdict` and `reasons` say why."""


class TimeLimitReached(ConnectionFailed, TimeoutError):
    """The peer was too slow: to begin TLS, in the handshake, or nobody gave a verdict."""


class LookupFailed(XmppTlsError, OSError):
    """A look-up could not be made at all. What a look-up finds out, failures too, is in its reply."""


class LookupTimedOut(LookupFailed, TimeoutError):
    """A look-up took too long."""


class EndpointsExhausted(ConnectionFailed):
    """No endpoint of the domain could be used; `failures` has an exception for each that was tried, in order."""

    def __init__(self, message: str, *, code: str, domain: str | None = None,
                 failures: Sequence[BaseException] = (), advice: str | None = None) -> None:
        super().__init__(message, code=code, domain=domain, advice=advice)
        self.failures = tuple(failures)
