#!/usr/bin/env python3
"""A server with two domains, each with its certificate: it offers nothing, and says who was connected and how.

    server.py --port 5222 one.example one.pem two.example two.pem

A file holds the certificate chain and the key. SIGHUP reads the files again; a file that cannot be used changes
nothing. With --ticket-keys several servers take each other's session tickets (docs/guide/14-cluster.md).
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import xmpptls.asyncio
from xmpptls import errors

FEATURES = ("<?xml version='1.0'?><stream:stream from='{}' id='{}' version='1.0' xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams'><stream:features/>")


def read(files: list[str]) -> xmpptls.Credentials:
    """The credentials of DOMAIN FILE DOMAIN FILE …."""
    pairs = zip(files[::2], files[1::2])
    return xmpptls.Credentials({domain: xmpptls.Credential.from_file(path) for domain, path in pairs})


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One client, whose TLS is up."""
    connection = xmpptls.asyncio.connection_of(writer)
    try:
        await asyncio.wait_for(reader.readuntil(b">"), 30)  # a server reads the whole header with an XML parser
        writer.write(FEATURES.format(connection.server_name, id(writer)).encode())
        print(xmpptls.asyncio.report_of(writer), flush=True)
        while await reader.read(4096):
            pass
        writer.write(b"</stream:stream>")
    except (asyncio.TimeoutError, asyncio.IncompleteReadError, errors.XmppTlsError) as failure:
        print(failure, file=sys.stderr)
    writer.close()


async def share_ticket_keys(context: xmpptls.Context, options: argparse.Namespace) -> asyncio.Task[None]:
    """Reads the cluster's keys before anything is served, and follows them."""
    import redis.asyncio
    import ticket_keys

    store = redis.asyncio.Redis.from_url(options.ticket_keys, socket_timeout=2, socket_connect_timeout=2)
    keys = ticket_keys.TicketKeys(context, store, ticket_keys.read_secret(options.cluster_secret), options.cluster)
    try:
        await keys.begin()
    except ticket_keys.NoTicketKeys as why:
        sys.exit(f"ticket keys: {why}")
    return asyncio.create_task(keys.follow(options.every))


async def run(options: argparse.Namespace) -> None:
    """Listens until it is told to stop."""
    policy = xmpptls.Policy("c2s-server")
    if options.policy:
        policy = xmpptls.Policy.from_toml(Path(options.policy).read_text(encoding="utf-8"))
    context = xmpptls.Context(policy, read(options.files))
    following = await share_ticket_keys(context, options) if options.ticket_keys else None
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def reload() -> None:
        try:
            context.set_credentials(read(options.files))
        except errors.FileError as failure:
            print(f"{failure}; what was read before stays", file=sys.stderr)

    loop.add_signal_handler(signal.SIGHUP, reload)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await xmpptls.asyncio.start_server(
        serve, options.host, options.port, context=context, transport="direct-tls" if options.direct else "starttls",
        on_failure=lambda failure, _: print(f"a client failed: {failure}", file=sys.stderr))
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    server.close()
    if following:
        following.cancel()


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="A server with two domains")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5222)
    parser.add_argument("--direct", action="store_true", help="TLS from the first byte instead of STARTTLS")
    parser.add_argument("--policy", metavar="FILE", help="the policy as TOML, instead of the preset c2s-server")
    parser.add_argument("--ticket-keys", metavar="URL", help="redis://… or unix://…, where a cluster's ticket keys are")
    parser.add_argument("--cluster", default="xmpp", help="the name of the cluster")
    parser.add_argument("--cluster-secret", metavar="FILE", help="64 hexadecimal digits")
    parser.add_argument("--every", type=float, default=60, help="seconds between looks into the store")
    parser.add_argument("files", nargs="+", metavar="DOMAIN FILE")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
