"""The accepting end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from xmpptls._xmpptls import Connection, Context
from xmpptls.asyncio._transport import Choose, Driver, OnFailure
from xmpptls.types import Transport

ClientConnected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None] | None]


async def start_server(
        client_connected: ClientConnected, host: str | list[str] | None = None, port: int | None = None, *,
        context: Context, transport: Transport = "starttls",
        choose: Choose | None = None, on_failure: OnFailure | None = None, limit: int = 2 ** 16,
        **options: Any) -> asyncio.Server:
    """Listens; for each client whose TLS is up `client_connected` is called with a reader and a writer.

    `choose` is called with the connection when a client hello was read, and calls its `choose` or
    `refuse_client_hello`: for servers that pick credentials by themselves. `on_failure` is told of connections
    whose TLS did not come up, for a log. The remaining options are those of `loop.create_server`.
    """
    loop = asyncio.get_running_loop()

    def driver() -> Driver:
        reader = asyncio.StreamReader(limit=limit, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, client_connected, loop=loop)
        connection = Connection.accepting(context, transport=transport, stop_at_client_hello=choose is not None)
        return Driver(connection, protocol, choose=choose, on_failure=on_failure)

    return await loop.create_server(driver, host, port, **options)
