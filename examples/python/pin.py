#!/usr/bin/env python3
"""Remembers what a domain showed, says what changed since, and pins its key on request.

    pin.py --state state.json example.org          connects, and says what changed
    pin.py --state state.json --pin example.org    from now on accepts this key alone
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import options as common

import xmpptls.asyncio
from xmpptls import errors


def policy(options: argparse.Namespace, state: dict[str, Any]) -> xmpptls.Policy:
    """The policy, with the pin if there is one. A pin only restricts: the certificate must be proved all the same."""
    pins = [xmpptls.Pin.public_key(bytes.fromhex(state["pin"]))] if "pin" in state else []
    return xmpptls.Policy("c2s-client", trust_anchors=common.anchors(options),
                          peers={options.domain: xmpptls.Peer(pins=pins)} if pins else None)


async def look(options: argparse.Namespace) -> int:
    """One look at the domain."""
    path: Path = options.state
    state: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    history = xmpptls.History(options.domain)
    if "history" in state:
        # What is damaged is for a person to look at: an error, and no change to the file.
        history = xmpptls.History.from_json(state["history"], options.domain)
    failure = None
    try:
        _, writer, report = await xmpptls.asyncio.open_connection(
            options.domain, context=xmpptls.Context(policy(options, state)), lookup=common.lookup(options))
        writer.close()
        verdict = report.verdict
        print(report)
    except errors.ConnectionFailed as failed:
        failures = failed.failures if isinstance(failed, errors.EndpointsExhausted) else (failed,)
        refusals = [one for one in failures if isinstance(one, errors.PeerRefused)]
        if not refusals:
            raise
        failure, verdict = refusals[0], refusals[0].verdict
        print(f"refused: {failure}\n  what to do: {failure.advice}")
    if verdict is None:
        return 1
    seen = history.observe(verdict)
    if seen is not None:
        print(f"{seen.loudness}: {seen.change.replace('_', ' ')}")
        if seen.to_store is not None:
            state["history"] = seen.to_store.to_json()
    if options.pin and failure is None:
        state["pin"] = verdict.chain[0].public_key_sha256.hex()
        print("pinned", state["pin"])
    path.write_text(json.dumps(state))
    return 0 if failure is None else 1


def main() -> int:
    """Reads the command line."""
    parser = common.parser("Pins, and what changed")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--pin", action="store_true")
    parser.add_argument("domain")
    return asyncio.run(look(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
