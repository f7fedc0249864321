"""What the tests share: an authority, credentials, contexts, and a pair of connections in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from authority import Authority, Issued
from laboratory import World, world

import xmpptls

DOMAIN = "example.org"


@pytest.fixture(scope="session")
def authority() -> Authority:
    """The authority that clients trust."""
    return Authority()


@pytest.fixture(scope="session")
def anchors(authority: Authority) -> xmpptls.TrustAnchors:
    """What clients trust."""
    return xmpptls.TrustAnchors.from_pem(authority.pem)


@pytest.fixture(scope="session")
def leaf(authority: Authority) -> Issued:
    """The good certificate of example.org."""
    return authority.leaf(DOMAIN)


def credential(issued: Issued) -> xmpptls.Credential:
    """A credential from a test certificate."""
    return xmpptls.Credential.from_pem(issued.chain, issued.key)


@pytest.fixture(scope="session")
def client(anchors: xmpptls.TrustAnchors) -> xmpptls.Context:
    """A strict client."""
    return xmpptls.Context(xmpptls.Policy("c2s-client", trust_anchors=anchors))


@pytest.fixture(scope="session")
def server(leaf: Issued) -> xmpptls.Context:
    """The server of example.org."""
    return xmpptls.Context(
        xmpptls.Policy("c2s-server"), xmpptls.Credentials({DOMAIN: credential(leaf)}))


Cut = Callable[[bytes], Iterator[bytes]]


def whole(data: bytes) -> Iterator[bytes]:
    """Bytes in one piece."""
    yield data


@dataclass
class Pair:
    """Two ends in memory. `pump` carries bytes until neither end has any; what was said is collected."""

    here: xmpptls.Connection
    there: xmpptls.Connection
    cut: Cut = whole
    said_here: bytearray = field(default_factory=bytearray)
    said_there: bytearray = field(default_factory=bytearray)

    def pump(self) -> Pair:
        """Carries everything."""
        while self._carry(self.here, self.there, self.said_here) | self._carry(
                self.there, self.here, self.said_there):
            pass
        return self

    def _carry(self, source: xmpptls.Connection, sink: xmpptls.Connection, said: bytearray) -> bool:
        data = source.transmit()
        for piece in self.cut(data):
            said += sink.receive(piece)
        return bool(data)


@pytest.fixture
def pair(client: xmpptls.Context, server: xmpptls.Context) -> Pair:
    """A client of example.org and its server, by STARTTLS, nothing carried yet."""
    return make_pair(client, server)


def make_pair(client: xmpptls.Context, server: xmpptls.Context, transport: str = "starttls",
              domain: str = DOMAIN) -> Pair:
    """A client and a server."""
    return Pair(xmpptls.Connection.initiating(client, domain, transport=transport),
                xmpptls.Connection.accepting(server, transport=transport))


@pytest.fixture(scope="session")
def prosody() -> Iterator[World]:
    """Prosody servers with every kind of certificate, and the DNS that leads there."""
    with world("trusted", "selfsigned", "serveronly", "misnamed", "expired") as running:
        yield running
