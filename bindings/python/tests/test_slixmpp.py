"""slixmpp, which knows nothing of us, logs in over our context."""

from __future__ import annotations

import asyncio
import logging
import secrets
import ssl
from functools import partial

import pytest
import slixmpp
from conftest import DOMAIN
from laboratory import PASSWORD, World, domain_of
from scram_server import PASSWORD as SCRAM_PASSWORD
from scram_server import Session

import xmpptls.asyncio
import xmpptls.ssl

logging.getLogger("slixmpp").setLevel(logging.CRITICAL)


async def log_in(prosody: World, host: str, *, direct: bool, mechanism: str | None = None, prepare: bool = True,
                 address: tuple[str, int] | None = None) -> tuple[str, xmpptls.Report]:
    """Logs in, gets a message of its own back, and leaves; says by which mechanism and how it was connected."""
    text = f"hello {secrets.token_hex(4)}"  # the server may keep what an earlier user missed
    domain = domain_of(host)
    context = xmpptls.ssl.SSLContext(trust_anchors=prosody.anchors, lookup=prosody.lookup())
    if prepare:
        endpoints = await context.prepare(domain)
        endpoint = next(one for one in endpoints if (one.transport == "direct-tls") is direct)
        context.use(domain, endpoint)
    endpoint = prosody.endpoint(host, direct=direct)
    client = slixmpp.ClientXMPP(f"user@{domain}/test", PASSWORD, ssl_context=context, sasl_mech=mechanism)
    client.enable_direct_tls, client.enable_starttls, client.enable_plaintext = direct, not direct, False
    xmpptls.ssl.bind_channel(client)
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def started(_: object) -> None:
        client.send_presence()
        client.send_message(mto=client.boundjid.full, mbody=text, mtype="chat")

    def received(message: slixmpp.Message) -> None:
        if message["body"] == text and not done.done():
            done.set_result(None)

    def failed(event: str, why: object) -> None:
        if not done.done():
            done.set_exception(why if isinstance(why, BaseException) else ConnectionError(f"{event}: {why}"))

    client.add_event_handler("session_start", started)
    client.add_event_handler("message", received)
    for event in ("ssl_invalid_chain", "connection_failed", "failed_all_auth", "stream_error"):
        client.add_event_handler(event, partial(failed, event))
    try:
        client.connect(*(address or (endpoint.target, endpoint.port)))
        await asyncio.wait_for(done, 15)
        report = xmpptls.ssl.ssl_object_of(client).report
        return client.plugin["feature_mechanisms"].mech.name, report
    finally:
        client.cancel_connection_attempt()
        if client.transport is not None:
            try:
                await asyncio.wait_for(client.disconnect(wait=0.5), 3)
            except asyncio.TimeoutError:
                client.abort()


@pytest.mark.parametrize("direct", [False, True])
def test_slixmpp_logs_in(prosody: World, direct: bool) -> None:
    mechanism, report = asyncio.run(log_in(prosody, "trusted", direct=direct))
    assert report.version == "TLSv1.3" and report.authenticated and report.post_quantum is False
    assert report.verdict is not None and report.verdict.method == "pkix"
    assert mechanism.startswith("SCRAM-")


@pytest.mark.parametrize("direct", [False, True])
def test_slixmpp_logs_in_where_only_dane_proves_the_server(prosody: World, direct: bool) -> None:
    _, report = asyncio.run(log_in(prosody, "selfsigned", direct=direct))
    assert report.verdict is not None and report.verdict.method == "dane-ee"


def test_an_unprepared_domain_is_judged_on_its_certificate(prosody: World) -> None:
    _, report = asyncio.run(log_in(prosody, "trusted", direct=False, prepare=False))
    assert report.authenticated
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        asyncio.run(log_in(prosody, "selfsigned", direct=False, prepare=False))
    assert isinstance(caught.value, xmpptls.ssl.PeerRefusedError)
    assert caught.value.verify_code == 18 and caught.value.verdict is not None
    assert "TrustException" in caught.value.advice


@pytest.mark.parametrize(("host", "code"), [("serveronly", 65), ("misnamed", 62), ("expired", 10)])
def test_slixmpp_is_told_why_a_server_is_refused(prosody: World, host: str, code: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        asyncio.run(log_in(prosody, host, direct=False))
    assert caught.value.verify_code == code
    assert caught.value.reason == "CERTIFICATE_VERIFY_FAILED"


async def log_in_bound(client_context: xmpptls.Context, server: xmpptls.Context) -> str:
    """Logs in to a server that offers nothing but SCRAM-SHA-256-PLUS, and checks the binding."""
    failures: list[BaseException] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Session(reader, writer).run()
        except AssertionError as failure:
            failures.append(failure)
            writer.close()

    listening = await xmpptls.asyncio.start_server(serve, "127.0.0.1", 0, context=server, transport="direct-tls")
    context = xmpptls.ssl.SSLContext(policy=client_context.policy)
    client = slixmpp.ClientXMPP(f"user@{DOMAIN}", SCRAM_PASSWORD, ssl_context=context)
    client.enable_direct_tls, client.enable_starttls, client.enable_plaintext = True, False, False
    xmpptls.ssl.bind_channel(client)
    started = asyncio.get_running_loop().create_future()
    client.add_event_handler("session_start", lambda _: started.set_result(None))
    client.add_event_handler("failed_all_auth", lambda _: started.set_exception(PermissionError("not authorised")))
    try:
        client.connect(*listening.sockets[0].getsockname())
        await asyncio.wait_for(started, 10)
        return client.plugin["feature_mechanisms"].mech.name
    finally:
        client.abort()
        listening.close()
        assert failures == []


def test_slixmpp_binds_sasl_to_the_channel(client: xmpptls.Context, server: xmpptls.Context) -> None:
    """The server compares what the client bound with its own `tls-exporter`."""
    Session.bound.clear()
    assert asyncio.run(log_in_bound(client, server)) == "SCRAM-SHA-256-PLUS"
    assert len(Session.bound) == 1
