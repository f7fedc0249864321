"""Prosody servers and signed DNS on loopback, as the laboratory of `tests/interop` makes them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INTEROP = Path(__file__).resolve().parents[3] / "tests" / "interop"
sys.path[:0] = [str(INTEROP), str(INTEROP / "prosody")]

from lab.dns import PORT as DNS_PORT  # noqa: E402
from lab.processes import Laboratory  # noqa: E402
from servers import C2S, C2S_DIRECT, HOSTS, PASSWORD, Federation, Place, domain_of  # noqa: E402

import xmpptls  # noqa: E402

# What each server's c2s TLSA records say: none, the truth, or something else.
TLSA = {"trusted": None, "selfsigned": "right", "serveronly": "wrong", "misnamed": None, "expired": None,
        "sha256": None}


class Servers(Federation):
    """With TLSA records for clients."""

    def _records(self, host: str) -> Iterator[str]:
        yield from super()._records(host)
        if TLSA[host] is not None:
            data = self.place.pki.tlsa(host) if TLSA[host] == "right" else "3 1 1 " + "00" * 32
            for port in (C2S, C2S_DIRECT):
                yield f"_{port}._tcp.{host} IN TLSA {data}"


def dnssec_keys_of(place: Any) -> str:
    """The keys of a place's zone, as DNSKEY lines."""
    zone = place.zone
    code, text = place.laboratory.run(["keymgr", "-c", zone.configuration, f"{zone.zone}.", "dnskey"])
    assert code == 0, text
    return str(text).replace(" DNSKEY ", " 300 IN DNSKEY ")


def lookup_in(zone: Any, keys: str) -> xmpptls.Lookup:
    """Look-ups in a zone of the laboratory."""
    return xmpptls.Lookup(servers=[f"{zone.address}:{DNS_PORT}"], dnssec_trust_anchors=keys,
                          allow_networks=["127.0.0.0/8"])


@dataclass
class World:
    """What tests ask of it."""

    place: Any
    servers: Servers

    @property
    def anchors(self) -> xmpptls.TrustAnchors:
        """The authority of the good servers."""
        return xmpptls.TrustAnchors.from_file(self.place.pki.path("ca.crt"))

    def dnssec_keys(self) -> str:
        """The zone's keys, as DNSKEY lines."""
        return dnssec_keys_of(self.place)

    def lookup(self) -> xmpptls.Lookup:
        """Look-ups in the laboratory's DNS."""
        return lookup_in(self.place.zone, self.dnssec_keys())

    def endpoint(self, host: str, *, direct: bool = False) -> xmpptls.Endpoint:
        """Where a host is, as a person would configure it."""
        address = self.place.laboratory.address(HOSTS[host][0])
        if direct:
            return xmpptls.Endpoint(address, C2S_DIRECT, transport="direct-tls", configured=True)
        return xmpptls.Endpoint(address, C2S, configured=True)


@contextmanager
def world(*hosts: str, load: Sequence[str] = (), **options: Any) -> Iterator[World]:
    """The servers of these hosts; `load` are modules of Prosody, and the options are those of the laboratory."""
    with Laboratory("python") as laboratory:
        place = Place(laboratory, **options)
        with Servers(place, hosts, modules=load) as servers:
            yield World(place, servers)


__all__ = ["C2S", "C2S_DIRECT", "DNS_PORT", "INTEROP", "Laboratory", "PASSWORD", "World", "dnssec_keys_of", "domain_of",
           "lookup_in", "world"]
