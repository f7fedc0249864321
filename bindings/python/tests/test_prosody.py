"""The asyncio streams against Prosody, with look-ups in signed DNS."""

from __future__ import annotations

import asyncio
import re

import pytest
from laboratory import World, domain_of

import xmpptls
import xmpptls.asyncio
from xmpptls import errors

HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
          "version='1.0' to='{}'>")


async def features(host: str, prosody: World, *, closes: bool = True, **options) -> tuple[str, xmpptls.Report]:
    """Connects, asks for the features inside TLS, and leaves; `closes`: the server does so with close_notify."""
    domain = domain_of(host)
    context = xmpptls.Context(xmpptls.Policy("c2s-client", trust_anchors=prosody.anchors))
    reader, writer, report = await xmpptls.asyncio.open_connection(
        domain, context=context, lookup=prosody.lookup(), **options)
    writer.write(HEADER.format(domain).encode())
    await writer.drain()
    said = await asyncio.wait_for(reader.readuntil(b"</stream:features>"), 10)
    writer.write(b"</stream:stream>")
    while await reader.read(4096):
        pass
    assert writer.get_extra_info("xmpptls.truncated") is not closes
    writer.close()
    await writer.wait_closed()
    return said.decode(), report


def test_a_client_finds_its_server_by_srv_and_a_certificate(prosody: World) -> None:
    said, report = asyncio.run(features("trusted", prosody))
    assert "SCRAM-SHA-1" in said and "starttls" not in said
    assert report.encrypted and report.authenticated and report.version == "TLSv1.3"
    assert report.verdict is not None and report.verdict.method == "pkix"
    assert report.to_dict()["verdicts"][0]["level"] == "authenticated"
    assert "pkix" in str(report) and "TLSv1.3" in str(report)


def test_dane_proves_a_self_signed_certificate(prosody: World) -> None:
    _, report = asyncio.run(features("selfsigned", prosody))
    assert report.verdict is not None
    assert (report.verdict.level, report.verdict.method) == ("authenticated", "dane-ee")


@pytest.mark.parametrize(("host", "reason"), [
    ("serveronly", "dane_mismatch"), ("misnamed", "name_mismatch"), ("expired", "expired")])
def test_a_server_that_proves_nothing_is_refused(prosody: World, host: str, reason: str) -> None:
    with pytest.raises(errors.EndpointsExhausted) as caught:
        asyncio.run(features(host, prosody))
    # Both of its endpoints were tried, by direct TLS and by STARTTLS.
    assert len(caught.value.failures) == 2
    for failure in caught.value.failures:
        assert isinstance(failure, errors.PeerRefused)
        assert reason in [one.name for one in failure.reasons]


@pytest.mark.parametrize("direct", [False, True])
def test_a_configured_endpoint_is_used_as_it_is(prosody: World, direct: bool) -> None:
    _, report = asyncio.run(features("trusted", prosody, endpoint=prosody.endpoint("trusted", direct=direct)))
    assert report.transport == ("direct-tls" if direct else "starttls")
    assert report.alpn is None  # Prosody 0.12 agrees on none


def test_a_domain_that_is_not_there_is_told(prosody: World) -> None:
    with pytest.raises(OSError, match="nowhere.example.test") as caught:
        asyncio.run(features("nowhere", prosody))
    assert isinstance(caught.value, errors.EndpointsExhausted) and caught.value.code == "no_address"


def test_the_channel_binding_is_the_servers(prosody: World) -> None:
    async def run() -> None:
        domain = domain_of("trusted")
        context = xmpptls.Context(xmpptls.Policy("c2s-client", trust_anchors=prosody.anchors))
        _, writer, _ = await xmpptls.asyncio.open_connection(domain, context=context, lookup=prosody.lookup())
        connection = xmpptls.asyncio.connection_of(writer)
        assert re.fullmatch(rb"(?s).{32}", connection.channel_binding("tls-exporter"))
        writer.close()

    asyncio.run(run())
