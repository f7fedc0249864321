"""Opening a connection: look-up, Happy Eyeballs, STARTTLS or direct TLS, and a verdict."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

from xmpptls._report import Report
from xmpptls._xmpptls import (
    Candidate,
    Connection,
    Context,
    Endpoint,
    Lookup,
    Policy,
    PreparedVerification,
    Reply,
    Request,
    Verification,
)
from xmpptls.asyncio._lookup import ask, default_lookup, gather_evidence
from xmpptls.asyncio._transport import Driver
from xmpptls.errors import EndpointsExhausted, PeerRefused
from xmpptls.types import Preset, Service

PRESETS: dict[Service, Preset] = {"c2s": "c2s-client", "s2s": "s2s"}

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter, Report]


async def open_connection(
        domain: str, service: Service = "c2s", *, context: Context | None = None, lookup: Lookup | None = None,
        endpoint: Endpoint | None = None, own_domain: str | None = None, timeout: float | None = 60.0,
        happy_eyeballs_delay: float = 0.25, limit: int = 2 ** 16) -> Streams:
    """Connects to a domain's service.

    Without `context` the policy is the newest preset for the service; without `endpoint` the targets are looked up,
    with it only its addresses and records are. Targets are tried in the order of DNS, the addresses of a target as
    RFC 8305 says.

    Raises `PeerRefused`, `TlsFailed`, `StreamFailed`, `TimeLimitReached`, `OSError` if there was one target, and
    `EndpointsExhausted` with the failure of each if there were more; `TimeoutError` when all of it took longer
    than `timeout` seconds.
    """
    if context is None:
        context = Context(Policy(PRESETS[service]))
    if context.policy.service != service:
        raise ValueError(f"the policy {context.policy.name} is not for {service}")
    lookup = lookup or default_lookup(context.policy)
    work = _open(domain, service, context, lookup, endpoint, own_domain, happy_eyeballs_delay, limit)
    return await _within(timeout, work)


async def _within(seconds: float | None, work: Coroutine[Any, Any, Streams]) -> Streams:
    """Waits so long and no longer. `asyncio.wait_for` of Python 3.10 and 3.11 would lose a cancellation that comes at the
    moment in which the work is done, and leave the caller with a connection that it gave up.
    """
    if sys.version_info >= (3, 11):
        async with asyncio.timeout(seconds):
            return await work
    if seconds is None:
        return await work
    task, expired = asyncio.current_task(), asyncio.Event()

    def expire() -> None:
        expired.set()
        if task is not None:
            task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, expire)
    try:
        return await work
    except asyncio.CancelledError:
        if expired.is_set():
            raise asyncio.TimeoutError from None
        raise
    finally:
        timer.cancel()


async def _open(domain: str, service: Service, context: Context, lookup: Lookup, endpoint: Endpoint | None,
                own_domain: str | None, delay: float, limit: int) -> Streams:
    request = Request.gather(domain, service) if endpoint is None else Request.endpoint(endpoint)
    reply = await ask(lookup, request)
    if reply.outcome != "found":
        raise _nothing_found(domain, reply)
    failures: list[Exception] = []
    for candidate in reply.candidates:
        try:
            prepared = await _prepare(domain, context, lookup, candidate, reply)
            return await _try(domain, context, candidate, prepared, own_domain, delay, limit)
        except OSError as failure:
            failures.append(failure)
    if len(failures) == 1:
        raise failures[0]
    raise EndpointsExhausted(
        f"no endpoint of {domain} could be used: " + "; ".join(str(failure) for failure in failures),
        code="endpoints_exhausted", domain=domain, failures=failures)


def _nothing_found(domain: str, reply: Reply) -> EndpointsExhausted:
    if reply.outcome == "absent":
        return EndpointsExhausted(f"{domain} does not offer this service", code="service_not_offered", domain=domain)
    return EndpointsExhausted(f"the targets of {domain} cannot be looked up: {reply.outcome}", code="no_targets",
                              domain=domain)


async def _prepare(domain: str, context: Context, lookup: Lookup, candidate: Candidate,
                   reply: Reply) -> PreparedVerification:
    verification = Verification.prepare(domain, context.policy, endpoint=candidate.endpoint)
    prepared = await gather_evidence(verification, lookup=lookup, reply=reply)
    verdict = prepared.forbids_to_connect()
    if verdict is not None:
        raise PeerRefused(str(verdict), code="dnssec_forbids", domain=domain, verdict=verdict)
    return prepared


async def _try(domain: str, context: Context, candidate: Candidate, prepared: PreparedVerification,
               own_domain: str | None, delay: float, limit: int) -> Streams:
    endpoint = candidate.endpoint
    addresses = _named_by_a_person(endpoint) or candidate.addresses
    if not addresses:
        raise EndpointsExhausted(f"{endpoint.target} has no address ({candidate.outcome})", code="no_address",
                                 domain=domain)
    connected = await _dial(addresses, endpoint.port, delay)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=limit, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    ready: asyncio.Future[None] = loop.create_future()
    try:
        connection = Connection.initiating(
            context, domain, transport=endpoint.transport, verification=prepared, own_domain=own_domain)
        driver = Driver(connection, protocol, ready=ready)
        await loop.create_connection(lambda: driver, sock=connected)
    except BaseException:
        ready.cancel()  # nobody will ask it
        connected.close()
        raise
    try:
        await ready
    except BaseException:
        driver.tcp.abort()
        raise
    writer = asyncio.StreamWriter(protocol_transport(protocol), protocol, reader, loop)
    return reader, writer, Report.of(connection)


def _named_by_a_person(endpoint: Endpoint) -> list[str]:
    """The address that a person configured: it may be a private one, since no stranger chose it."""
    if not endpoint.configured:
        return []
    try:
        return [str(ipaddress.ip_address(endpoint.target.strip("[]")))]
    except ValueError:
        return []


def protocol_transport(protocol: asyncio.StreamReaderProtocol) -> asyncio.Transport:
    """The transport that a stream's protocol was connected with."""
    transport = protocol._transport  # type: ignore[attr-defined]  # noqa: SLF001
    assert isinstance(transport, asyncio.Transport)
    return transport


async def _dial(addresses: Sequence[str], port: int, delay: float) -> socket.socket:
    """Connects to the address that answers first; each has a head start over the next (RFC 8305 section 5)."""
    attempts: set[asyncio.Task[socket.socket]] = set()
    failures: list[OSError] = []
    rest = list(addresses)
    try:
        while rest or attempts:
            if rest:
                attempts.add(asyncio.ensure_future(_connect(rest.pop(0), port)))
            done, attempts = await asyncio.wait(
                attempts, timeout=delay if rest else None, return_when=asyncio.FIRST_COMPLETED)
            connected = [task.result() for task in done if task.exception() is None]
            failures.extend(error for task in done if isinstance(error := task.exception(), OSError))
            for superfluous in connected[1:]:
                superfluous.close()
            if connected:
                return connected[0]
    finally:
        for task in attempts:
            task.add_done_callback(_close_late)
            task.cancel()
    raise failures[0] if len(failures) == 1 else OSError(
        "no address answers: " + "; ".join(str(failure) for failure in failures))


def _close_late(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def _connect(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, (address, port))
        return made
    except BaseException:
        made.close()
        raise
