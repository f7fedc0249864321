"""The step between a TCP transport and a protocol that knows nothing of TLS."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from xmpptls._report import Report
from xmpptls._xmpptls import Connection
from xmpptls.errors import XmppTlsError

Choose = Callable[[Connection], None]
OnFailure = Callable[[BaseException, "Driver"], None]


class TlsTransport(asyncio.Transport):
    """What a protocol writes to: its bytes pass inside TLS."""

    def __init__(self, driver: Driver) -> None:
        super().__init__()
        self._driver = driver
        self._ended = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """As asyncio's; besides `xmpptls.connection`, `xmpptls.report` and `xmpptls.truncated`."""
        if name == "xmpptls.connection":
            return self._driver.connection
        if name == "xmpptls.report":
            return Report.of(self._driver.connection)
        if name == "xmpptls.truncated":
            return self._driver.truncated
        return self._driver.tcp.get_extra_info(name, default)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Another protocol for what comes from now on."""
        self._driver.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The protocol."""
        return self._driver.protocol

    def is_closing(self) -> bool:
        """Whether it is closed, or about to be."""
        return self._driver.tcp.is_closing()

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Encrypts and sends."""
        if self._ended:
            raise RuntimeError("Cannot call write() after write_eof()")
        if data:
            self._driver.write(data)

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview[Any]]) -> None:
        """Encrypts and sends several pieces as one."""
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        """Yes: close_notify ends one direction alone."""
        return True

    def write_eof(self) -> None:
        """Ends our direction with close_notify; reading goes on."""
        if not self._ended:
            self._ended = True
            self._driver.end()

    def close(self) -> None:
        """Sends what is buffered and close_notify, and closes."""
        if not self.is_closing():
            self.write_eof()
            self._driver.tcp.close()

    def abort(self) -> None:
        """Closes at once; what is buffered is lost."""
        self._driver.tcp.abort()

    def is_reading(self) -> bool:
        """Whether the protocol is given what comes."""
        return self._driver.tcp.is_reading()

    def pause_reading(self) -> None:
        """Gives the protocol nothing for now."""
        self._driver.tcp.pause_reading()

    def resume_reading(self) -> None:
        """Gives the protocol what comes again."""
        self._driver.tcp.resume_reading()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """As asyncio's; what is counted is encrypted."""
        self._driver.tcp.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        """How many encrypted bytes wait."""
        return self._driver.tcp.get_write_buffer_size()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """The limits."""
        return self._driver.tcp.get_write_buffer_limits()


class Driver(asyncio.Protocol):
    """Drives a connection with what a TCP transport brings.

    `protocol` hears of its transport when bytes may pass, and not before. `ready` is a future for the same
    moment, or for the failure before it.
    """

    tcp: asyncio.Transport

    def __init__(self, connection: Connection, protocol: asyncio.Protocol, *,
                 ready: asyncio.Future[None] | None = None, choose: Choose | None = None,
                 on_failure: OnFailure | None = None) -> None:
        self.connection = connection
        self.protocol = protocol
        self.truncated = False
        self._receive = protocol.data_received
        self._ready = ready
        self._choose = choose
        self._on_failure = on_failure
        self._is_up = False
        self._has_ended = False
        self._failure: BaseException | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Replaces the protocol."""
        if not isinstance(protocol, asyncio.Protocol):
            raise TypeError("the protocol has to be an asyncio.Protocol")
        self.protocol = protocol
        self._receive = protocol.data_received

    # What TCP tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP is up: an initiating end begins to speak."""
        assert isinstance(transport, asyncio.Transport)
        self.tcp = transport
        self._flush()
        self._arm()

    def data_received(self, data: bytes) -> None:
        """Something came."""
        connection = self.connection
        try:
            plain = connection.receive(data)
        except (XmppTlsError, BufferError) as failure:
            self._fail(failure)
            return
        if self._is_up:
            if plain:
                self._receive(plain)
        elif not self._go_on(plain):
            return
        if connection.transmit_pending:
            self._flush()
        if (event := connection.next_event()) is not None:
            self._notice(event)

    def eof_received(self) -> bool:
        """Nothing more will come."""
        self.connection.end_of_input()
        for event in self.connection.events():
            self._notice(event)
        if not self._is_up:
            self._fail(self.connection.failure or ConnectionAbortedError("the peer closed before TLS was up"))
        elif not self._has_ended:
            self._end_of_stream()
        return self._is_up and not self.tcp.is_closing()

    def connection_lost(self, exc: Exception | None) -> None:
        """TCP is gone."""
        self._disarm()
        if self._is_up:
            self._is_up = False
            lost = self._failure or exc
            self.protocol.connection_lost(lost if isinstance(lost, Exception) else None)
        else:
            self._tell(self._failure or exc or ConnectionAbortedError("the connection was closed before TLS was up"))

    def pause_writing(self) -> None:
        """TCP's buffer is full."""
        if self._is_up:
            self.protocol.pause_writing()

    def resume_writing(self) -> None:
        """TCP's buffer has room again."""
        if self._is_up:
            self.protocol.resume_writing()

    # What the protocol wants.

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Encrypts and sends."""
        if self.tcp.is_closing():
            return
        try:
            self.tcp.write(self.connection.write_out(data))
        except XmppTlsError as failure:
            self._fail(failure)

    def end(self) -> None:
        """Ends our direction."""
        self.connection.close()
        self._flush()

    # Within.

    def _go_on(self, plain: bytes) -> bool:
        """Looks how far the handshake is; whether there is anything left to do for this input."""
        while True:
            phase = self.connection.phase
            if phase == "hello" and self._choose is not None and self.connection.client_hello is not None:
                try:
                    self._choose(self.connection)
                    plain += self.connection.receive()
                except Exception as failure:  # a choice is the host's code
                    self._fail(failure)
                    return False
                continue
            break
        self._flush()
        if phase in ("open", "closed"):
            self._come_up()
            if plain and self._is_up:
                self._receive(plain)
        else:
            self._arm()
        return True

    def _come_up(self) -> None:
        self._disarm()
        self._is_up = True
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)
        self.protocol.connection_made(TlsTransport(self))

    def _notice(self, event: str | None) -> None:
        while event is not None:
            if event == "truncated":
                self.truncated = True
            elif event == "peer_closed" and self._is_up and not self._has_ended:
                self._end_of_stream()
            event = self.connection.next_event()

    def _end_of_stream(self) -> None:
        self._has_ended = True
        if not self.protocol.eof_received() and not self.tcp.is_closing():
            self.end()
            self.tcp.close()

    def _flush(self) -> None:
        data = self.connection.transmit()
        if data and not self.tcp.is_closing():
            self.tcp.write(data)

    def _arm(self) -> None:
        self._disarm()
        deadline = self.connection.deadline
        if deadline is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, deadline - time.monotonic()), self._tick)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        self.connection.advance()
        failure = self.connection.failure
        if failure is None:
            self._arm()
        else:
            self._fail(failure)

    def _fail(self, failure: BaseException) -> None:
        self._disarm()
        self._failure = self._failure or failure
        self._flush()  # the alert
        self.tcp.close()

    def _tell(self, failure: BaseException) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(failure)
        elif self._on_failure is not None:
            self._on_failure(failure, self)
