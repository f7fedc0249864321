"""The errors of `ssl`, with our fields."""

from __future__ import annotations

import ssl

from xmpptls._xmpptls import Reason, Verdict
from xmpptls.errors import ConnectionFailed, PeerRefused, XmppTlsError

# X509_V_ERR_APPLICATION_VERIFICATION, for a refusal without a verdict.
_WITHOUT_VERDICT = 50


class HandshakeError(ssl.SSLError):
    """TLS failed. `cause` is the error of this package that says why."""

    cause: XmppTlsError

    @property
    def code(self) -> str:
        """The word for why."""
        return self.cause.code

    @property
    def advice(self) -> str:
        """What to do about it."""
        return self.cause.advice


class PeerRefusedError(HandshakeError, ssl.SSLCertVerificationError):
    """The peer is not who it should be."""

    verify_code: int
    verify_message: str

    @property
    def verdict(self) -> Verdict | None:
        """Who the peer is, and why that does not do."""
        return self.cause.verdict if isinstance(self.cause, ConnectionFailed) else None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason of the verdict."""
        return self.cause.reasons if isinstance(self.cause, ConnectionFailed) else ()


def translate(failure: XmppTlsError) -> HandshakeError:
    """The error of `ssl` for one of ours."""
    if isinstance(failure, PeerRefused):
        reason = failure.reasons[0] if failure.reasons else None
        code = failure.verdict.openssl_code if failure.verdict is not None else _WITHOUT_VERDICT
        message = reason.text if reason is not None else failure.message
        text = f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {failure.message}"
        refused = PeerRefusedError(ssl.SSL_ERROR_SSL, text)
        refused.verify_code, refused.verify_message = code, message
        refused.reason, refused.library = "CERTIFICATE_VERIFY_FAILED", "SSL"
        refused.cause = failure
        return refused
    error = HandshakeError(ssl.SSL_ERROR_SSL, failure.message)
    error.reason, error.library = failure.code.upper(), "SSL"
    error.cause = failure
    return error
