"""What `wrap_bio` gives: the interface of `ssl.SSLObject` over a connection of ours."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from xmpptls._report import Report
from xmpptls._xmpptls import Connection
from xmpptls.errors import NoChannelBinding, XmppTlsError
from xmpptls.ssl._certificate import as_dictionary
from xmpptls.ssl._errors import translate

if TYPE_CHECKING:
    from xmpptls.ssl._context import SSLContext

_TLS12_NAMES = {
    f"TLS_ECDHE_{key}_WITH_{long}": f"ECDHE-{key}-{short}"
    for key in ("ECDSA", "RSA")
    for long, short in (("AES_128_GCM_SHA256", "AES128-GCM-SHA256"), ("AES_256_GCM_SHA384", "AES256-GCM-SHA384"),
                        ("CHACHA20_POLY1305_SHA256", "CHACHA20-POLY1305"))
}


class SSLObject(ssl.SSLObject):
    """One connection over two `ssl.MemoryBIO`."""

    _connection: Connection
    _context: SSLContext
    _incoming: ssl.MemoryBIO
    _outgoing: ssl.MemoryBIO
    _server_side: bool
    _server_hostname: str | None
    _plain: bytes
    _at: int
    _peer_closed: bool

    def __new__(cls, *args: Any, **options: Any) -> SSLObject:
        """Refuses, as its model does: `SSLContext.wrap_bio` makes these."""
        raise TypeError(f"{cls.__name__} does not have a public constructor. Instances are returned by "
                        "SSLContext.wrap_bio().")

    @classmethod
    def _over(cls, connection: Connection, context: SSLContext, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO,
              server_side: bool, server_hostname: str | None) -> SSLObject:
        self = object.__new__(cls)
        self._connection, self._context = connection, context
        self._incoming, self._outgoing = incoming, outgoing
        self._server_side, self._server_hostname = server_side, server_hostname
        self._plain, self._at, self._peer_closed = b"", 0, False
        return self

    # What is ours.

    @property
    def connection(self) -> Connection:
        """The connection below."""
        return self._connection

    @property
    def report(self) -> Report:
        """What is to be shown of it, as it is now."""
        return Report.of(self._connection)

    # Driving.

    def do_handshake(self) -> None:
        """Goes on with the handshake; raises `ssl.SSLWantReadError` until it is done."""
        self._plain += self._pull()  # application bytes may come close behind
        if self._connection.phase not in ("open", "closed"):
            if self._incoming.eof:
                self._connection.end_of_input()
                raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "EOF occurred in violation of protocol")
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "The operation did not complete (read)")

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002
        """Up to `len` bytes, or their number when they are put into `buffer`; nothing at the end."""
        if self._at >= self._plain.__len__():
            self._plain, self._at = self._pull(), 0
            if not self._plain and not self._peer_closed:
                if self._incoming.eof:
                    raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "EOF occurred in violation of protocol")
                raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "The operation did not complete (read)")
        if self._at == 0 and self._plain.__len__() <= len:
            piece, self._plain = self._plain, b""
        else:
            piece = self._plain[self._at:self._at + len]
            self._at += piece.__len__()
        if buffer is None:
            return piece
        size = piece.__len__()
        memoryview(buffer)[:size] = piece
        return size

    def write(self, data: Any) -> int:
        """Encrypts all of `data`; raises `ssl.SSLWantReadError` before the handshake is done."""
        if self._connection.phase != "open":
            self.do_handshake()
        try:
            self._outgoing.write(self._connection.write_out(data))
        except XmppTlsError as failure:
            raise translate(failure) from failure
        return memoryview(data).nbytes

    def unwrap(self) -> None:
        """Closes with close_notify; raises `ssl.SSLWantReadError` until the peer has closed, too."""
        self._connection.close()
        self._pull()
        if not self._peer_closed and not self._incoming.eof:
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "The operation did not complete (read)")

    def pending(self) -> int:
        """How many decrypted bytes can be read at once."""
        return self._plain.__len__() - self._at

    def _pull(self) -> bytes:
        """Takes what came, puts what goes, and gives plaintext."""
        connection = self._connection
        try:
            plain = connection.receive(self._incoming.read())
        except XmppTlsError as failure:
            self._outgoing.write(connection.transmit())
            raise translate(failure) from failure
        if output := connection.transmit():
            self._outgoing.write(output)
        if plain:
            return plain
        while (event := connection.next_event()) is not None:
            if event == "peer_closed":
                self._peer_closed = True
            elif event == "failed" and (final := connection.failure) is not None:
                raise translate(final) from final
        return plain

    # Asking.

    @property
    def context(self) -> ssl.SSLContext:
        """The context that made it. It cannot be replaced."""
        return self._context

    @context.setter
    def context(self, other: ssl.SSLContext) -> None:
        raise NotImplementedError("the context of a connection cannot be replaced: set xmpptls.Credentials by domain")

    @property
    def session(self) -> None:  # type: ignore[override]
        """None: sessions are kept by the context, not by its users."""
        return None

    @property
    def session_reused(self) -> bool:
        """Whether the session was resumed."""
        return self._connection.resumed

    @property
    def server_side(self) -> bool:
        """Whether this is the accepting end."""
        return self._server_side

    @property
    def server_hostname(self) -> str | None:
        """The domain that is meant; on the accepting end none."""
        return self._server_hostname

    def getpeercert(self, binary_form: bool = False) -> Any:
        """The peer's certificate as a dictionary, or in DER; none when it showed none.

        As with the model the dictionary is empty when nobody verified the certificate.
        """
        chain = self._connection.peer_certificates
        if self._connection.phase not in ("open", "closed"):
            raise ValueError("handshake not done yet")
        if not chain:
            return None
        if binary_form:
            return chain[0].der
        verdict = self._connection.verdict()
        return as_dictionary(chain[0]) if verdict is not None and verdict.level == "authenticated" else {}

    def get_unverified_chain(self) -> list[bytes]:
        """The peer's chain as it was sent, in DER."""
        return [certificate.der for certificate in self._connection.peer_certificates]

    def selected_alpn_protocol(self) -> str | None:
        """The application protocol agreed on."""
        protocol = self._connection.alpn
        return None if protocol is None else protocol.decode("ascii", "replace")

    def selected_npn_protocol(self) -> None:
        """None: NPN is history."""
        return

    def cipher(self) -> tuple[str, str, int] | None:
        """The suite by OpenSSL's name, the version, and the bits of the key."""
        suite, version = self._connection.cipher_suite, self._connection.version
        if suite is None or version is None:
            return None
        return _TLS12_NAMES.get(suite, suite), version, 128 if "AES_128" in suite else 256

    def shared_ciphers(self) -> None:
        """None: it is not kept."""
        return

    def compression(self) -> None:
        """None: there is no compression."""
        return

    def version(self) -> str | None:
        """The version agreed on."""
        return self._connection.version

    def get_channel_binding(self, cb_type: str = "tls-unique") -> bytes | None:
        """The value of `tls-exporter` or `tls-server-end-point`; none when there is none, and of `tls-unique` always."""
        try:
            return self._connection.channel_binding(cb_type)  # type: ignore[arg-type]
        except NoChannelBinding:
            return None

    def verify_client_post_handshake(self) -> None:
        """Refuses: certificates are asked for in the handshake."""
        raise NotImplementedError("post-handshake authentication is not offered")
