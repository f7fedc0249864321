"""Streams as asyncio users expect them: both ends are ours, over real sockets on loopback."""

from __future__ import annotations

import asyncio
import gc
import random
import socket
import ssl
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from authority import Authority
from conftest import DOMAIN, credential

import xmpptls
import xmpptls.asyncio
import xmpptls.asyncio._connect as connect
from xmpptls import errors

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Gives back what comes."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.fixture(scope="module")
def lookup() -> xmpptls.Lookup:
    """Look-ups that need no DNS, since the endpoint is an address."""
    return xmpptls.Lookup(servers=["127.0.0.1:9"])


class Place:
    """A server, and how to get there."""

    def __init__(self, client: xmpptls.Context, lookup: xmpptls.Lookup, port: int, transport: str) -> None:
        self.client, self.lookup, self.port = client, lookup, port
        self.endpoint = xmpptls.Endpoint("127.0.0.1", port, transport=transport, configured=True)

    async def connect(self, domain: str = DOMAIN, **options):
        """A client's streams."""
        return await xmpptls.asyncio.open_connection(
            domain, context=self.client, lookup=self.lookup, endpoint=self.endpoint, **options)


@pytest.fixture
def serving(client: xmpptls.Context, server: xmpptls.Context, lookup: xmpptls.Lookup):
    """Makes a server that runs inside an `async with`."""

    @asynccontextmanager
    async def run(serve: Serve = echo, *, transport: str = "starttls", **options) -> AsyncIterator[Place]:
        listening = await xmpptls.asyncio.start_server(
            serve, "127.0.0.1", 0, context=options.pop("context", server), transport=transport, **options)
        try:
            yield Place(client, lookup, listening.sockets[0].getsockname()[1], transport)
        finally:
            listening.close()
            await listening.wait_closed()

    return run


@pytest.mark.parametrize("transport", ["starttls", "direct-tls"])
def test_what_is_written_is_read(serving, transport) -> None:
    async def run() -> None:
        async with serving(transport=transport) as place:
            reader, writer, report = await place.connect()
            assert report.authenticated and report.transport == transport
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            writer.writelines([b"a", bytearray(b"b"), memoryview(b"c")])
            assert await reader.readexactly(3) == b"abc"
            writer.close()
            await writer.wait_closed()

    asyncio.run(run())


def test_half_closing_lets_the_answer_come(serving) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await reader.read()  # up to the end
        writer.write(b"all of " + data)
        writer.close()

    async def run() -> None:
        async with serving(serve) as place:
            reader, writer, _ = await place.connect()
            writer.write(b"it")
            assert writer.can_write_eof()
            writer.write_eof()
            with pytest.raises(RuntimeError):
                writer.write(b"more")
            assert await reader.read() == b"all of it"
            assert writer.get_extra_info("xmpptls.truncated") is False
            writer.close()
            await writer.wait_closed()

    asyncio.run(run())


def test_stls_29_being_cut_off_is_told(serving) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"half a stan")
        await writer.drain()
        raw: socket.socket = writer.get_extra_info("socket")
        raw.shutdown(socket.SHUT_WR)

    async def run() -> None:
        async with serving(serve) as place:
            reader, writer, _ = await place.connect()
            assert await reader.read() == b"half a stan"
            assert writer.get_extra_info("xmpptls.truncated") is True
            writer.close()

    asyncio.run(run())


def test_many_megabytes_pass_with_flow_control(serving) -> None:
    data = random.Random(1).randbytes(6_000_000)

    async def run() -> None:
        async with serving() as place:
            reader, writer, _ = await place.connect()

            async def send() -> None:
                for at in range(0, len(data), 50_000):
                    writer.write(data[at:at + 50_000])
                    await writer.drain()
                writer.write_eof()

            sending = asyncio.ensure_future(send())
            received = await reader.read()
            await sending
            assert received == data
            writer.close()

    asyncio.run(run())


def test_a_wrong_name_is_refused_and_both_ends_are_told(client, lookup, authority: Authority) -> None:
    other = xmpptls.Context(
        xmpptls.Policy("c2s-server", tls_unknown_server_name="use-default"),
        xmpptls.Credentials(default=credential(authority.leaf("example.net"))))
    failures: list[BaseException] = []

    async def run() -> None:
        listening = await xmpptls.asyncio.start_server(
            echo, "127.0.0.1", 0, context=other, transport="direct-tls",
            on_failure=lambda failure, driver: failures.append(failure))
        place = Place(client, lookup, listening.sockets[0].getsockname()[1], "direct-tls")
        with pytest.raises(errors.PeerRefused) as caught:
            await place.connect()
        assert caught.value.reasons[0].name == "name_mismatch"
        await asyncio.sleep(0.05)
        listening.close()

    asyncio.run(run())
    assert len(failures) == 1 and isinstance(failures[0], errors.TlsFailed) and failures[0].alert == 42


def test_one_server_has_two_domains(client, lookup, authority: Authority) -> None:
    names = ("one.example", "two.example")
    server = xmpptls.Context(xmpptls.Policy("c2s-server"),
                             xmpptls.Credentials({name: credential(authority.leaf(name)) for name in names}))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = xmpptls.asyncio.connection_of(writer)
        writer.write(str(connection.server_name).encode())
        writer.close()

    async def run() -> None:
        listening = await xmpptls.asyncio.start_server(serve, "127.0.0.1", 0, context=server)
        place = Place(client, lookup, listening.sockets[0].getsockname()[1], "starttls")
        for name in names:
            reader, writer, report = await place.connect(name)
            assert report.domain == name and await reader.read() == name.encode()
            writer.close()
        with pytest.raises(errors.StreamFailed) as caught:
            await place.connect("three.example")
        assert caught.value.code == "stream_error"
        listening.close()

    asyncio.run(run())


def test_a_server_may_choose_after_the_client_hello(client, lookup, server, authority: Authority) -> None:
    late = xmpptls.Context(xmpptls.Policy("c2s-server"),
                           xmpptls.Credentials({"late.example": credential(authority.leaf("late.example"))}))
    asked: list[str | None] = []

    def choose(connection: xmpptls.Connection) -> None:
        hello = connection.client_hello
        assert hello is not None
        asked.append(hello.server_name)
        if hello.server_name == "late.example":
            connection.choose(context=late)
        else:
            connection.refuse_client_hello(112)

    async def run() -> None:
        listening = await xmpptls.asyncio.start_server(
            echo, "127.0.0.1", 0, context=server, transport="direct-tls", choose=choose)
        place = Place(client, lookup, listening.sockets[0].getsockname()[1], "direct-tls")
        _, writer, _ = await place.connect("late.example")
        writer.close()
        with pytest.raises(errors.TlsFailed) as caught:
            await place.connect("early.example")
        assert caught.value.alert == 112
        listening.close()

    asyncio.run(run())
    assert asked == ["late.example", "early.example"]


def test_a_silent_server_is_given_up(client, lookup, anchors) -> None:
    hasty = xmpptls.Context(xmpptls.Policy("c2s-client", trust_anchors=anchors, time_limits_before_tls=200))

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def run() -> None:
        listening = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(errors.TimeLimitReached):
            await Place(hasty, lookup, port, "starttls").connect()
        with pytest.raises(asyncio.TimeoutError):
            await Place(client, lookup, port, "starttls").connect(timeout=0.2)
        listening.close()

    asyncio.run(run())


def test_a_port_that_nobody_listens_at_is_an_os_error(client, lookup) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = Place(client, lookup, probe.getsockname()[1], "direct-tls")
        with pytest.raises(ConnectionRefusedError):
            asyncio.run(place.connect())


def test_a_server_that_hangs_up_is_told_from_one_that_is_refused(client, lookup) -> None:
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    async def run() -> None:
        listening = await asyncio.start_server(rude, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        for transport in ("starttls", "direct-tls"):
            with pytest.raises(errors.ConnectionFailed) as caught:
                await Place(client, lookup, port, transport).connect()
            assert not isinstance(caught.value, errors.PeerRefused)
        listening.close()

    asyncio.run(run())


def test_happy_eyeballs_goes_on_to_the_address_that_answers() -> None:
    from xmpptls.asyncio._connect import _dial

    async def run() -> None:
        listening = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        made = await asyncio.wait_for(_dial(["127.0.0.2", "::1", "127.0.0.1"], port, 0.05), 5)
        assert made.getpeername()[0] == "127.0.0.1"
        made.close()
        with pytest.raises(OSError, match="no address answers"):
            await _dial(["127.0.0.2", "127.0.0.3"], port, 0.05)
        listening.close()

    asyncio.run(run())


def test_connections_that_are_opened_side_by_side_all_come_up(serving) -> None:
    """Their look-ups end in the same turn of the loop, and the next ones begin in it."""
    async def run() -> None:
        async with serving() as place:
            opened = await asyncio.wait_for(asyncio.gather(*(place.connect() for _ in range(30))), 30)
            assert {report.verdict.method for _, _, report in opened} == {"pkix"}
            for reader, writer, _ in opened:
                writer.close()
                await reader.read()  # the server's close_notify
                await writer.wait_closed()

    asyncio.run(run())


@pytest.mark.parametrize("turns", range(4))
def test_a_cancellation_is_not_lost_when_the_connection_comes_up_meanwhile(client, monkeypatch, turns: int) -> None:
    """Whoever was told that a call is cancelled has no connection to close."""
    async def run() -> None:
        done: asyncio.Future[object] = asyncio.get_running_loop().create_future()

        async def work(*_: object) -> object:
            return await done

        monkeypatch.setattr(connect, "_open", work)
        opening = asyncio.ensure_future(xmpptls.asyncio.open_connection(DOMAIN, context=client))
        await asyncio.sleep(0.01)
        done.set_result(None)
        for _ in range(turns):
            await asyncio.sleep(0)
        taken = opening.cancel()
        await asyncio.wait([opening])
        assert opening.cancelled() == taken

    asyncio.run(run())


def test_cancelling_at_any_moment_leaves_nothing_open(serving) -> None:
    async def run() -> None:
        async with serving() as place:
            dice = random.Random(7)
            for _ in range(150):
                opening = asyncio.ensure_future(place.connect())
                await asyncio.sleep(dice.random() * 0.012)
                opening.cancel()
                try:
                    _, writer, _ = await opening
                    writer.close()
                except asyncio.CancelledError:
                    pass
            await asyncio.sleep(0.1)
            gc.collect()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:  # echoes of connections that are being closed
                await asyncio.wait_for(task, 5)
            reader, writer, _ = await place.connect()
            writer.write(b"still here")
            assert await reader.readexactly(10) == b"still here"
            writer.close()

    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        asyncio.run(run())


def test_a_server_judges_who_connects(server, lookup, anchors, authority: Authority) -> None:
    """Between servers the domain is known only inside the stream."""
    policy = xmpptls.Policy("s2s", trust_anchors=anchors, dane_inbound=False, posh_enabled=False)
    here = xmpptls.Context(policy, xmpptls.Credentials({"here.example": credential(authority.leaf("here.example"))}))
    there = xmpptls.Context(policy, xmpptls.Credentials({DOMAIN: credential(authority.leaf(DOMAIN))}))
    verdicts: list[xmpptls.Verdict] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        claimed = (await reader.readline()).decode().strip()
        verdicts.append(await xmpptls.asyncio.verify(writer, claimed, policy=policy, lookup=lookup))
        verdicts.append(await xmpptls.asyncio.verify(writer, "other.example", policy=policy, lookup=lookup))
        writer.close()

    async def run() -> None:
        listening = await xmpptls.asyncio.start_server(serve, "127.0.0.1", 0, context=there)
        endpoint = xmpptls.Endpoint("127.0.0.1", listening.sockets[0].getsockname()[1], configured=True)
        reader, writer, report = await xmpptls.asyncio.open_connection(
            DOMAIN, "s2s", context=here, lookup=lookup, endpoint=endpoint, own_domain="here.example")
        assert report.authenticated
        writer.write(b"here.example\n")
        assert await reader.read() == b""
        writer.close()
        listening.close()

    asyncio.run(run())
    assert [verdict.level for verdict in verdicts] == ["authenticated", "refused"]


def test_cpythons_ssl_is_a_peer_like_any_other(serving, authority: Authority, tmp_path) -> None:
    """A client that is not ours talks to our server."""
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(authority.pem)

    async def run() -> None:
        async with serving(transport="direct-tls") as place:
            theirs = ssl.create_default_context(cafile=bundle)
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", place.port, ssl=theirs, server_hostname=DOMAIN)
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            writer.close()
            await writer.wait_closed()

    asyncio.run(run())


def test_cancelled_connections_leave_no_memory_behind() -> None:
    """`bench/cancelled.py` does it with ten thousand."""
    script = Path(__file__).parents[1] / "bench" / "cancelled.py"
    done = subprocess.run([sys.executable, str(script), "1000"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_documents_are_fetched_by_the_anchors_of_the_policy_at_hand(anchors) -> None:
    def policy(trusted: xmpptls.TrustAnchors, **settings) -> xmpptls.Policy:
        return xmpptls.Policy("c2s-client", trust_anchors=trusted, **settings)

    first = xmpptls.asyncio.default_lookup(policy(anchors))
    assert xmpptls.asyncio.default_lookup(policy(anchors, posh_enabled=False)) is first
    other = policy(xmpptls.TrustAnchors.from_pem(Authority("Another").pem))
    assert xmpptls.asyncio.default_lookup(other) is not first
    assert xmpptls.asyncio.default_lookup(policy(anchors)) is first
