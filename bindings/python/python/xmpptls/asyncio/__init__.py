"""XMPP connections as asyncio streams.

`open_connection` looks a domain up, connects to it, agrees on TLS, and finds out who answers; `start_server` is the
other end. What they give are the readers and writers of `asyncio`: what is read and written is inside TLS. Both
begin after the handshake, so the first thing to write is a stream header.

>>> import asyncio, xmpptls.asyncio
>>> async def greet(domain):
...     reader, writer, report = await xmpptls.asyncio.open_connection(domain)
...     print(report)
...     writer.close()
>>> asyncio.iscoroutinefunction(greet)
True

An end of the stream is `b""` from the reader, as with `asyncio`. Whether it was closed or cut off –
nobody vouches that nothing is missing then – is told by `connection_of(writer)` in the extra information
`xmpptls.truncated`. Cancelling any of the coroutines leaves nothing open behind.
"""

from xmpptls.asyncio._connect import open_connection
from xmpptls.asyncio._lookup import ask, default_lookup, gather_evidence
from xmpptls.asyncio._serve import start_server
from xmpptls.asyncio._transport import TlsTransport
from xmpptls.asyncio._verify import connection_of, report_of, verify

__all__ = [
    "TlsTransport", "ask", "connection_of", "default_lookup", "gather_evidence", "open_connection", "report_of",
    "start_server", "verify",
]
