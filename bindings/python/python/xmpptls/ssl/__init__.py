"""An `ssl.SSLContext` for libraries that take one: slixmpp, asyncio, and what is built on them.

    context = xmpptls.ssl.SSLContext()
    endpoints = await context.prepare("example.org")        # DANE and POSH, before
    client = slixmpp.ClientXMPP(jid, password, ssl_context=context)
    client.connect(endpoints[0].target, endpoints[0].port)

The peer is judged inside the handshake, by the same verdict as everywhere in this package: with the evidence that
`prepare` gathered, or, for a domain that was not prepared, by its certificate alone. What is refused raises
`PeerRefusedError`, an `ssl.SSLCertVerificationError` with a verdict.

What it leaves out, compared with its model: versions before TLS 1.2, `tls-unique`, `wrap_socket` (use `wrap_bio`,
asyncio, or `xmpptls.Connection`), cipher strings, renegotiation and SNI callbacks. Settings that would weaken the
check – `check_hostname`, `verify_mode` – refuse to be changed and say what to use.
"""

from xmpptls.ssl._context import SSLContext
from xmpptls.ssl._errors import HandshakeError, PeerRefusedError
from xmpptls.ssl._object import SSLObject
from xmpptls.ssl._slixmpp import bind_channel, ssl_object_of

__all__ = ["HandshakeError", "PeerRefusedError", "SSLContext", "SSLObject", "bind_channel", "ssl_object_of"]
