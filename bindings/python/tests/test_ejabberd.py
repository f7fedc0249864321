"""ejabberd, as it comes from the distribution."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from laboratory import INTEROP, Laboratory, dnssec_keys_of, lookup_in
from test_examples import a_pin_restricts, options_into, the_bot_echoes, the_client_connects, the_ten_lines_check
from test_prosody import features
from test_slixmpp import log_in

import xmpptls
from xmpptls import errors


def _module() -> Any:
    """The laboratory's module for ejabberd; it has the same name as the one for Prosody."""
    path = INTEROP / "ejabberd" / "servers.py"
    spec = importlib.util.spec_from_file_location("ejabberd_servers", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


SERVERS = _module()


@dataclass
class Nodes:
    """What tests ask of the two nodes: one with a good certificate, one with a self-signed one."""

    place: Any
    pair: Any

    @property
    def anchors(self) -> xmpptls.TrustAnchors:
        """The authority of the good node."""
        return xmpptls.TrustAnchors.from_file(self.place.pki.path("ca.crt"))

    def lookup(self) -> xmpptls.Lookup:
        """Look-ups in the laboratory's DNS."""
        return lookup_in(self.place.zone, dnssec_keys_of(self.place))

    def endpoint(self, node: str, *, direct: bool = False) -> xmpptls.Endpoint:
        """Where a node is, as a person would configure it."""
        port = SERVERS.C2S_DIRECT if direct else SERVERS.C2S
        transport: xmpptls.types.Transport = "direct-tls" if direct else "starttls"
        return xmpptls.Endpoint(self.place.address(node), port, transport=transport, configured=True)


# A base that is only known when the module is loaded, of which mypy cannot know anything.
class Pair(SERVERS.Pair):  # type: ignore[misc, name-defined]
    """With records for clients; TLSA only for the node that needs them."""

    def _records(self, node: str) -> Iterator[str]:
        yield from super()._records(node)
        yield f"_xmpp-client._tcp.{node} IN SRV 0 0 {SERVERS.C2S} {node}"
        yield f"_xmpps-client._tcp.{node} IN SRV 1 0 {SERVERS.C2S_DIRECT} {node}"
        for port in (SERVERS.C2S, SERVERS.C2S_DIRECT) if node == "two" else ():
            yield f"_{port}._tcp.{node} IN TLSA {self.place.pki.tlsa('two-selfsigned')}"


@pytest.fixture(scope="module")
def ejabberd() -> Iterator[Nodes]:
    """Two nodes."""
    with Laboratory("python-ejabberd") as laboratory:
        place = SERVERS.Place(laboratory)
        with Pair(place, certificates=("usual", "selfsigned")) as pair:
            yield Nodes(place, pair)


@pytest.fixture(scope="module")
def common(ejabberd: Nodes, tmp_path_factory) -> list[str]:
    """The options of the examples that lead to the nodes."""
    return options_into(ejabberd, tmp_path_factory.mktemp("anchor"))


def test_the_client_connects_to_ejabberd(common: list[str]) -> None:
    the_client_connects(common, SERVERS.domain_of("one"), SERVERS.domain_of("two"))


def test_the_ten_lines_check_ejabberd(ejabberd: Nodes, monkeypatch, capsys) -> None:
    the_ten_lines_check(ejabberd, SERVERS.domain_of("one"), monkeypatch, capsys)


def test_the_bot_echoes_on_ejabberd(ejabberd: Nodes, common: list[str]) -> None:
    the_bot_echoes(ejabberd, common, SERVERS.domain_of("two"), ejabberd.endpoint("two"))


def test_a_pin_restricts_on_ejabberd(ejabberd: Nodes, common: list[str], tmp_path) -> None:
    def renew(kind: str) -> None:
        ejabberd.pair.use_certificate("one", kind)
        code, text = ejabberd.pair.ctl("one", "reload_config")
        assert code == 0, text

    try:
        a_pin_restricts(common, SERVERS.domain_of("one"), tmp_path / "state.json", lambda: renew("renewed"))
    finally:
        renew("usual")


@pytest.mark.parametrize("direct", [False, True])
def test_slixmpp_logs_in_to_ejabberd(ejabberd: Nodes, direct: bool) -> None:
    mechanism, report = asyncio.run(log_in(ejabberd, "one", direct=direct, prepare=False))
    assert mechanism.startswith("SCRAM-")
    assert report.authenticated and report.version == "TLSv1.3"


@pytest.mark.parametrize("direct", [False, True])
def test_streams_reach_ejabberd(ejabberd: Nodes, direct: bool) -> None:
    said, report = asyncio.run(
        features("one", ejabberd, closes=False, endpoint=ejabberd.endpoint("one", direct=direct)))
    assert "SCRAM-SHA-1" in said and report.authenticated


def test_ejabberd_with_a_self_signed_certificate_is_refused(ejabberd: Nodes) -> None:
    with pytest.raises(errors.PeerRefused) as caught:
        asyncio.run(features("two", ejabberd, endpoint=ejabberd.endpoint("two")))
    assert caught.value.reasons[0].name == "self_signed"
