#!/usr/bin/env python3
"""Opens connections, cancels each at a random moment, and says how much memory that left behind.

    cancelled.py [COUNT]

Both ends are in this process. Prints the resident kilobytes per connection, after the first tenth warmed up.
"""

from __future__ import annotations

import asyncio
import gc
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from authority import Authority  # noqa: E402

import xmpptls  # noqa: E402
import xmpptls.asyncio  # noqa: E402

DOMAIN = "example.org"
AT_ONCE = 20
ALLOWANCE = 2048  # kilobytes in all: a connection that leaked would leave 4 and more
PATIENCE = 0.1  # seconds: 20 handshakes take about as long


def resident() -> int:
    """Kilobytes of this process in memory."""
    gc.collect()
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("this system does not say")


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Gives back what comes."""
    try:
        while data := await reader.read(4096):
            writer.write(data)
    except ConnectionError:
        pass
    writer.close()


async def one(context: xmpptls.Context, lookup: xmpptls.Lookup, endpoint: xmpptls.Endpoint, patience: float) -> None:
    """One connection that says something, for as long as it is let."""
    async def talk() -> None:
        reader, writer, _ = await xmpptls.asyncio.open_connection(
            DOMAIN, context=context, lookup=lookup, endpoint=endpoint)
        try:
            writer.write(b"hello")
            await reader.readexactly(5)
            await asyncio.sleep(1)
        finally:
            writer.close()

    try:
        await asyncio.wait_for(talk(), patience)
    except asyncio.TimeoutError:
        pass


async def run(count: int) -> float:
    """All of them; the kilobytes that each of the last nine tenths left."""
    authority, dice = Authority(), random.Random(1)
    leaf = authority.leaf(DOMAIN)
    client = xmpptls.Context(
        xmpptls.Policy("c2s-client", trust_anchors=xmpptls.TrustAnchors.from_pem(authority.pem)))
    credential = xmpptls.Credential.from_pem(leaf.chain, leaf.key)
    server = xmpptls.Context(xmpptls.Policy("c2s-server"), xmpptls.Credentials({DOMAIN: credential}))
    lookup = xmpptls.Lookup(servers=["127.0.0.1:9"])
    listening = await xmpptls.asyncio.start_server(echo, "127.0.0.1", 0, context=server, on_failure=lambda *_: None)
    endpoint = xmpptls.Endpoint("127.0.0.1", listening.sockets[0].getsockname()[1], configured=True)
    before = 0
    for turn in range(count // AT_ONCE):
        if turn == count // AT_ONCE // 10:
            before = resident()
        await asyncio.gather(*(one(client, lookup, endpoint, dice.random() * PATIENCE) for _ in range(AT_ONCE)))
    await asyncio.sleep(0.2)
    grown = resident() - before
    listening.close()
    return grown / (count * 0.9)


if __name__ == "__main__":
    amount = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    left = asyncio.run(run(amount))
    print(f"{amount} connections, {left:.3f} KB each left behind")
    sys.exit(left * amount > ALLOWANCE)
