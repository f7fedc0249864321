"""slixmpp binds its login to the channel, on Prosody with our library in place of LuaSec: both ends are ours.

`tests/interop/prosody` has the same server with OpenSSL as the client.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from laboratory import C2S_DIRECT, World, domain_of, world
from lab.relay import Relay
from test_slixmpp import log_in

ROOT = Path(__file__).resolve().parents[3]
MECHANISMS = [("trusted", "SCRAM-SHA-1-PLUS"), ("sha256", "SCRAM-SHA-256-PLUS")]


@pytest.fixture(scope="module")
def bound() -> Iterator[World]:
    """Prosody on the Lua binding, with the module that offers `tls-exporter`."""
    with world("trusted", "sha256", modules=[ROOT / "target" / "lua" / "5.4"], library=ROOT / "target" / "release",
               plugins=[ROOT / "examples" / "prosody"], load=["sasl_tls_exporter"]) as running:
        yield running


def test_the_server_is_on_our_library(bound: World) -> None:
    assert "libxmpptls.so" in bound.servers.maps("trusted")


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize(("host", "mechanism"), MECHANISMS)
def test_slixmpp_binds_its_login_to_the_channel(bound: World, host: str, mechanism: str, direct: bool) -> None:
    """By itself: it takes the strongest mechanism that is offered."""
    used, report = asyncio.run(log_in(bound, host, direct=direct))
    assert used == mechanism and report.authenticated


@pytest.mark.parametrize(("host", "mechanism"), MECHANISMS)
def test_a_login_does_not_pass_a_relay_that_the_client_trusts(bound: World, host: str, mechanism: str) -> None:
    """Two TLS sessions have two values; without channel binding the same relay is not noticed."""
    credentials = [bound.place.pki.path(f"{host}.{end}") for end in ("crt", "key")]
    address = bound.endpoint(host).target
    with Relay(credentials, address, C2S_DIRECT, domain_of(host)) as relay:
        lured = ("127.0.0.1", relay.port)
        with pytest.raises(ConnectionError, match="failed_all_auth"):
            asyncio.run(log_in(bound, host, direct=True, mechanism=mechanism, prepare=False, address=lured))
        assert b"<response" in relay.passed
        used, _ = asyncio.run(log_in(
            bound, host, direct=True, mechanism=mechanism.removesuffix("-PLUS"), prepare=False, address=lured))
        assert not used.endswith("-PLUS")
