#!/usr/bin/env python3
"""An asyncio client: connects, says hello to the server, and prints what it offers inside TLS.

    client.py example.org
"""

from __future__ import annotations

import argparse
import asyncio
import sys

import options as common

import xmpptls.asyncio
from xmpptls import errors

HEADER = ("<?xml version='1.0'?><stream:stream to='{}' version='1.0' xmlns='jabber:client' "
          "xmlns:stream='http://etherx.jabber.org/streams'>")


async def talk(options: argparse.Namespace) -> int:
    """One conversation."""
    context = xmpptls.Context(xmpptls.Policy("c2s-client", trust_anchors=common.anchors(options)))
    try:
        reader, writer, report = await xmpptls.asyncio.open_connection(
            options.domain, context=context, lookup=common.lookup(options), timeout=30)
    except errors.ConnectionFailed as failure:
        for one in getattr(failure, "failures", [failure]):
            print(f"{one}\n  what to do: {getattr(one, 'advice', 'try again')}", file=sys.stderr)
        return 1
    print(report)
    # The stream begins anew inside TLS. From here on everything is the program's own affair.
    writer.write(HEADER.format(options.domain).encode())
    features = await asyncio.wait_for(reader.readuntil(b"</stream:features>"), 30)
    print(features.decode())
    writer.write(b"</stream:stream>")
    while await reader.read(4096):
        pass
    writer.close()
    await writer.wait_closed()
    return 0


def main() -> int:
    """Reads the command line."""
    parser = common.parser("An asyncio client")
    parser.add_argument("domain")
    return asyncio.run(talk(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
