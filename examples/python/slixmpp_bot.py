#!/usr/bin/env python3
"""An echo bot on slixmpp, whose server is proved by DANE, POSH or a certificate, and whose login is bound to it.

    slixmpp_bot.py bot@example.org PASSWORD

It answers every message with the same text, and leaves when it was told "leave".
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

import options as common
import slixmpp

import xmpptls.ssl


class Bot(slixmpp.ClientXMPP):
    """Echoes."""

    def __init__(self, options: argparse.Namespace, context: xmpptls.ssl.SSLContext,
                 endpoint: xmpptls.Endpoint) -> None:
        super().__init__(options.jid, options.password, ssl_context=context)
        self.enable_plaintext = False
        self.enable_direct_tls = endpoint.transport == "direct-tls"
        self.enable_starttls = not self.enable_direct_tls
        xmpptls.ssl.bind_channel(self)
        self.refused: BaseException | None = None
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("message", self.answered)
        self.add_event_handler("ssl_invalid_chain", self.failed)
        self.add_event_handler("failed_all_auth", self.failed)

    async def started(self, _: Any) -> None:
        """Says how it is connected."""
        print(xmpptls.ssl.ssl_object_of(self).report, flush=True)
        self.send_presence()

    def answered(self, message: Any) -> None:
        """Echoes, or leaves."""
        if message["type"] in ("chat", "normal") and message["body"]:
            message.reply(message["body"]).send()
            if message["body"] == "leave":
                self.disconnect()

    def failed(self, why: Any) -> None:
        """Gives up: a server that is not who it should be does not become so by trying again."""
        self.refused = why if isinstance(why, BaseException) else PermissionError("the login was refused")
        self.cancel_connection_attempt()
        self.abort()


async def run(options: argparse.Namespace) -> int:
    """Prepares, connects, and waits for the end."""
    context = xmpptls.ssl.SSLContext(trust_anchors=common.anchors(options), lookup=common.lookup(options))
    domain = slixmpp.JID(options.jid).domain
    endpoint = (await context.prepare(domain))[0]
    bot = Bot(options, context, endpoint)
    bot.connect(options.address or endpoint.target, endpoint.port)
    await bot.disconnected
    if bot.refused is not None:
        print(f"{bot.refused}\n  what to do: {getattr(bot.refused, 'advice', 'check the password')}", file=sys.stderr)
        return 1
    return 0


def main() -> int:
    """Reads the command line."""
    parser = common.parser("An echo bot")
    parser.add_argument("jid")
    parser.add_argument("password")
    parser.add_argument("--address", help="where the target is, if this machine's own resolver does not know")
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
