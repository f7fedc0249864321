#!/usr/bin/env python3
"""What a message, a handshake and a stream cost, beside CPython's `ssl`, in the same run.

    compare.py [--rounds N] [--strict]

CPU time of this process, never wall time; the two contenders take turns, and the median of the ratios counts.
`--strict` exits with 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ssl

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from authority import Authority, Issued  # noqa: E402

import xmpptls  # noqa: E402
import xmpptls.asyncio  # noqa: E402

DOMAIN = "example.org"
MESSAGE = b"m" * 300


class Ours:
    """This package."""

    name = "xmpptls"

    def __init__(self, authority: Authority, leaf: Issued) -> None:
        # The same suite and group as the other, which takes TLS_AES_256_GCM_SHA384 and X25519 by itself.
        self.groups = {"tls_groups": ["x25519"], "tls_resumption": "off"}
        self.authority = authority
        credential = xmpptls.Credential.from_pem(leaf.chain, leaf.key)
        self.client = self.stranger()
        self.server = xmpptls.Context(
            xmpptls.Policy("c2s-server", **self.groups), xmpptls.Credentials({DOMAIN: credential}))

    def stranger(self) -> xmpptls.Context:
        """A client that met nobody before: signatures are remembered with the trust anchors."""
        anchors = xmpptls.TrustAnchors.from_pem(self.authority.pem)
        return xmpptls.Context(xmpptls.Policy("c2s-client", trust_anchors=anchors, **self.groups))

    def strange_handshakes(self, count: int) -> Callable[[], None]:
        strangers = [self.stranger() for _ in range(count)]

        def run() -> None:
            for stranger in strangers:
                self.handshake(stranger)

        return run

    def handshake(self, client: xmpptls.Context | None = None) -> tuple[xmpptls.Connection, xmpptls.Connection]:
        here = xmpptls.Connection.initiating(client or self.client, DOMAIN, transport="tls-only")
        there = xmpptls.Connection.accepting(self.server, transport="tls-only")
        there.receive(here.transmit())
        here.receive(there.transmit())
        there.receive(here.transmit())
        here.receive(there.transmit())
        assert here.phase == there.phase == "open"
        return here, there

    def messages(self, count: int) -> Callable[[], None]:
        here, there = self.handshake()
        seal, open_ = here.write_out, there.receive

        def run() -> None:
            for _ in range(count):
                open_(seal(MESSAGE))

        return run


class Theirs:
    """CPython's `ssl` over `MemoryBIO`."""

    name = "ssl"

    def __init__(self, authority: Authority, leaf: Issued) -> None:
        with tempfile.TemporaryDirectory() as folder:
            chain = Path(folder) / "chain.pem"
            chain.write_bytes(leaf.chain + leaf.key)
            self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.server.load_cert_chain(chain)
        self.client = ssl.create_default_context(cadata=authority.pem.decode())

    def handshake(self) -> tuple[ssl.SSLObject, ssl.MemoryBIO, ssl.SSLObject, ssl.MemoryBIO]:
        to_here, to_there = ssl.MemoryBIO(), ssl.MemoryBIO()
        here = self.client.wrap_bio(to_here, to_there, server_hostname=DOMAIN)
        there = self.server.wrap_bio(to_there, to_here, server_side=True)
        for end in (here, there, here, there):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
        return here, to_here, there, to_there

    def messages(self, count: int) -> Callable[[], None]:
        here, _, there, _ = self.handshake()
        write, read = here.write, there.read

        def run() -> None:
            for _ in range(count):
                write(MESSAGE)
                read(4096)

        return run


def cost(work: Callable[[], object], count: int) -> float:
    """CPU seconds of one of `count` pieces of work."""
    begin = time.process_time()
    work()
    return (time.process_time() - begin) / count


def repeat(work: Callable[[], object], count: int) -> Callable[[], None]:
    """`work`, `count` times."""
    def run() -> None:
        for _ in range(count):
            work()

    return run


def report(what: str, rounds: list[tuple[float, float]], goal: float | None) -> bool:
    """One line about our cost and the other's in each round; whether the goal was met."""
    ours, theirs = [own for own, _ in rounds], [other for _, other in rounds]
    ratio = statistics.median(other / own for own, other in rounds)
    met = goal is None or ratio >= goal
    print(f"| {what} | {statistics.median(theirs) * 1e6:,.2f} | {statistics.median(ours) * 1e6:,.2f} | {ratio:.2f} | "
          f"{'-' if goal is None else goal} |", flush=True)
    return met


async def stream_cost(ours: Ours, theirs: Theirs, *, mine: bool, connections: int, megabytes: int) -> tuple[float, float]:
    """CPU seconds of an asyncio connection, and of a megabyte through one, both ends in this process."""
    async def sink(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass
        writer.write(b"done")
        writer.close()

    lookup = xmpptls.Lookup(servers=["127.0.0.1:9"])
    if mine:
        server = await xmpptls.asyncio.start_server(
            sink, "127.0.0.1", 0, context=ours.server, transport="direct-tls")
    else:
        server = await asyncio.start_server(sink, "127.0.0.1", 0, ssl=theirs.server)
    port = server.sockets[0].getsockname()[1]
    endpoint = xmpptls.Endpoint("127.0.0.1", port, transport="direct-tls", configured=True)

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if mine:
            return (await xmpptls.asyncio.open_connection(
                DOMAIN, context=ours.client, lookup=lookup, endpoint=endpoint))[:2]
        return await asyncio.open_connection("127.0.0.1", port, ssl=theirs.client, server_hostname=DOMAIN)

    _, writer = await connect()
    writer.close()
    begin = time.process_time()
    for _ in range(connections):
        _, writer = await connect()
        writer.close()
        await writer.wait_closed()
    per_connection = (time.process_time() - begin) / connections
    reader, writer = await connect()
    piece = bytes(16384)
    begin = time.process_time()
    for _ in range(megabytes * 64):
        writer.write(piece)
        await writer.drain()
    if mine:
        writer.write_eof()
        await reader.read()
    writer.close()
    await writer.wait_closed()
    per_megabyte = (time.process_time() - begin) / megabytes
    server.close()
    return per_connection, per_megabyte


def main() -> int:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    authority = Authority()
    leaf = authority.leaf(DOMAIN)
    ours, theirs = Ours(authority, leaf), Theirs(authority, leaf)
    print(f"CPython {sys.version.split()[0]}, {ssl.OPENSSL_VERSION}, xmpptls {xmpptls.__version__}")
    print("| microseconds of CPU | ssl | xmpptls | ssl to xmpptls | goal |\n| --- | ---: | ---: | ---: | ---: |")
    rounds = range(options.rounds)
    messages = [(cost(ours.messages(20_000), 20_000), cost(theirs.messages(20_000), 20_000)) for _ in rounds]
    met = report("message of 300 bytes, both ends", messages, goal=2.4)
    strange = [(cost(ours.strange_handshakes(100), 100), cost(repeat(theirs.handshake, 100), 100)) for _ in rounds]
    met &= report("full handshake, both ends", strange, goal=3.0)
    known = [(cost(repeat(ours.handshake, 100), 100), cost(repeat(theirs.handshake, 100), 100)) for _ in rounds]
    report("  with a peer that was met before", known, goal=None)
    streams = [[asyncio.run(stream_cost(ours, theirs, mine=mine, connections=60, megabytes=30))
                for mine in (True, False)] for _ in range(max(3, options.rounds // 3))]
    for place, what in enumerate(("asyncio connection, both ends", "asyncio megabyte, both ends")):
        report(what, [(mine[place], other[place]) for mine, other in streams], None)
    return 0 if met or not options.strict else 1


if __name__ == "__main__":
    sys.exit(main())
