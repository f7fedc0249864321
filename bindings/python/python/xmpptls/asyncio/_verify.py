"""What a program asks about a stream that is up."""

from __future__ import annotations

import asyncio

from xmpptls._report import Report
from xmpptls._xmpptls import Connection, Lookup, Policy, Verdict
from xmpptls.asyncio._lookup import default_lookup, gather_evidence


def connection_of(writer: asyncio.StreamWriter) -> Connection:
    """The connection below a writer of this package."""
    connection = writer.get_extra_info("xmpptls.connection")
    if not isinstance(connection, Connection):
        raise TypeError("the writer is not one of xmpptls.asyncio")
    return connection


def report_of(writer: asyncio.StreamWriter) -> Report:
    """What is to be shown of a stream, as it is now."""
    return Report.of(connection_of(writer))


async def verify(writer: asyncio.StreamWriter, domain: str, *, policy: Policy, lookup: Lookup | None = None,
                 timeout: float = 15.0) -> Verdict:
    """Finds out whether the peer is `domain`, and has the connection take the verdict.

    For servers: which domain a peer claims is known only inside the stream, and there may be several.
    """
    connection = connection_of(writer)
    verification = connection.verification(domain, policy=policy)
    await gather_evidence(verification, lookup=lookup or default_lookup(policy), timeout=timeout)
    verdict = verification.decide()
    connection.conclude(verdict)
    return verdict
