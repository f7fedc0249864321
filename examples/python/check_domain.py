#!/usr/bin/env python3
"""Who answers for a domain, and how do we know?   check_domain.py example.org [c2s|s2s]"""

import asyncio
import sys

import xmpptls.asyncio


async def check(domain: str, service: xmpptls.types.Service = "c2s") -> None:
    _, writer, report = await xmpptls.asyncio.open_connection(domain, service)
    print(report)
    writer.close()


if __name__ == "__main__":
    asyncio.run(check(sys.argv[1], "s2s" if sys.argv[2:] == ["s2s"] else "c2s"))
