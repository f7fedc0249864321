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


@pytest.fixture(scope="module")
def ejabberd() -> Iterator[Nodes]:
    """Two nodes."""
    with Laboratory("python-ejabberd") as laboratory:
        place = SERVERS.Place(laboratory)
        with SERVERS.Pair(place, certificates=("usual", "selfsigned")):
            yield Nodes(place)


@pytest.mark.parametrize("direct", [False, True])
def test_slixmpp_logs_in_to_ejabberd(ejabberd: Nodes, direct: bool) -> None:
    mechanism, report, said = asyncio.run(log_in(ejabberd, "one", direct=direct, prepare=False))
    assert said == "hello" and mechanism.startswith("SCRAM-")
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
