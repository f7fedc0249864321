"""Options that the examples share: everything has a default, and tests set them all."""

from __future__ import annotations

import argparse
from pathlib import Path

import xmpptls


def parser(usage: str) -> argparse.ArgumentParser:
    """A parser with the options for trust and look-ups."""
    made = argparse.ArgumentParser(description=usage)
    made.add_argument("--ca", type=Path, help="certificates of the authorities to trust; the system's if left out")
    made.add_argument("--dns", help="ADDRESS:PORT of the DNS server to ask; the system's if left out")
    made.add_argument("--dnssec-anchor", type=Path, help="file with DNSKEY lines; the root's keys if left out")
    return made


def anchors(options: argparse.Namespace) -> xmpptls.TrustAnchors | None:
    """Whom to trust; none for the system's store."""
    return xmpptls.TrustAnchors.from_file(options.ca) if options.ca is not None else None


def lookup(options: argparse.Namespace) -> xmpptls.Lookup | None:
    """Whom to ask; none for the system's servers."""
    if options.dns is None:
        return None
    keys = options.dnssec_anchor.read_text() if options.dnssec_anchor is not None else None
    # A server on this machine is asked about services on this machine.
    return xmpptls.Lookup(servers=[options.dns], dnssec_trust_anchors=keys, https_trust_anchors=anchors(options),
                          allow_networks=["127.0.0.0/8"])
