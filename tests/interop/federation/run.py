#!/usr/bin/env python3
"""An unmodified ejabberd and an unmodified Prosody that federate: with us in both, in one of them, in none.

    run.py --ebin DIR ... --module DIR --library DIR     as for the two servers' own laboratories, all needed
    run.py --only TEXT                                   only the groups whose name contains TEXT

XMPPTLS_KEEP=1 keeps the servers' files and logs.
"""

import argparse
import importlib.util
import re
import sys
from pathlib import Path

INTEROP = Path(__file__).parents[1]
sys.path.insert(0, str(INTEROP))

from lab.checks import Checks  # noqa: E402
from lab.dns import SignedZone  # noqa: E402
from lab.pki import Leaf, Pki  # noqa: E402
from lab.processes import Laboratory  # noqa: E402
from lab.xmpp import Refused, exchange  # noqa: E402


def servers_of(room):
    """The module `servers` of another laboratory."""
    specification = importlib.util.spec_from_file_location(f"{room}_servers", INTEROP / room / "servers.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


ejabberd, prosody = servers_of("ejabberd"), servers_of("prosody")
NODE, HOST = "two", "trusted"  # they have addresses of their own


class Together:
    """One zone for both: what the second publishes is served beside what the first did."""

    def __init__(self, zone):
        self.zone, self.records = zone, []

    def __getattr__(self, name):
        return getattr(self.zone, name)

    def forget(self):
        """Begins anew."""
        self.records = []

    def publish(self, records):
        """Serves these records too."""
        self.records += records
        self.zone.publish(self.records)


class Federation:
    """Checks of both servers in one laboratory."""

    def __init__(self, checks, laboratory, options):
        self.checks, self.laboratory = checks, laboratory
        pki = Pki(laboratory.directory / "pki")
        self.zone = Together(SignedZone(laboratory, ejabberd.ZONE))
        self.ejabberd = ejabberd.Place(laboratory, options.ebin, options.library, pki=pki, zone=self.zone)
        self.prosody = prosody.Place(laboratory, options.module, options.library, pki=pki, zone=self.zone)
        # dNSName alone, as public authorities issue them
        pki.issue(HOST, Leaf(dns=(prosody.domain_of(HOST),), common_name="host"))

    def group(self, ours, direct):
        """Messages both ways. `ours` names the servers with us in them."""
        self.zone.forget()
        address = self.laboratory.address(prosody.HOSTS[HOST][0])
        nodes = ejabberd.Pair(self.ejabberd, nodes=(NODE,), direct=(NODE,) if direct else (), stock="ejabberd" not in ours,
                              neighbours={prosody.domain_of(HOST): address})
        hosts = prosody.Federation(self.prosody, (HOST,), direct=direct, luasec=() if "Prosody" in ours else (HOST,))
        with nodes, hosts:
            self.exchanged("a message from ejabberd to Prosody and its answer", nodes.account(NODE), hosts.account(HOST))
            self.exchanged("a message from Prosody to ejabberd and its answer", hosts.account(HOST), nodes.account(NODE))
            for way in ("outbound", "inbound"):
                self.logged(f"  ejabberd: {way} by SASL EXTERNAL", rf"Accepted {way} s2s EXTERNAL authentication", nodes, NODE)
            for way in ("outgoing", "incoming"):
                self.logged(f"  Prosody: {way} complete", rf"(?i){way} s2s connection \S+ complete", hosts, HOST)
            self.transport(nodes, hosts, direct)
            self.loaded("ejabberd", nodes.maps(NODE), r"p1_tls[^ \n]*/fast_tls\.so", "ejabberd" in ours)
            self.loaded("Prosody", hosts.maps(HOST), r"lua5\.\d-sec|lua/5\.\d/ssl\.so", "Prosody" in ours)

    def exchanged(self, sentence, here, there):
        """A check that a message arrives and its answer comes back."""
        try:
            self.checks.check(sentence, True, exchange(here, there))
        except Refused as refusal:
            self.checks.check(sentence, False, refusal)

    def logged(self, sentence, pattern, servers, name):
        """A check that a server's log has a line like this."""
        found = self.laboratory.find(pattern, lambda: servers.log(name))
        self.checks.check(sentence, found, found.group(0) if found else f"no /{pattern}/")

    def transport(self, nodes, hosts, direct):
        """Checks that both directions went by the transport that is meant."""
        port = ejabberd.S2S_DIRECT if direct else ejabberd.S2S
        to_ejabberd = f"{nodes.place.address(NODE)}:{port}"
        # The first one was made when the laboratory waited for the port.
        accepted = rf"Accepted connection \S+ -> {re.escape(to_ejabberd)}"
        self.logged(f"  to ejabberd on port {port}", rf"(?s){accepted}.*{accepted}", nodes, NODE)
        asked = bool(re.search(r"s2sin\w+\s.*Received\S* <starttls", hosts.log(HOST)))
        self.checks.check(f"  and Prosody was {'not ' if direct else ''}asked for STARTTLS", asked != direct)

    def loaded(self, server, maps, stock, ours):
        """A check of which library speaks TLS in a server's process."""
        us, other = "libxmpptls.so" in maps, bool(re.search(stock, maps))
        self.checks.check(f"  {server} really runs on {'this library' if ours else 'what it comes with'}",
                          us == ours and other != ours, f"{us=} {other=}")


def main():
    """Runs the groups one after the other."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--ebin", action="append", required=True)
    parser.add_argument("--module", action="append", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()

    checks = Checks()
    with Laboratory("federation", checks) as laboratory:
        federation = Federation(checks, laboratory, options)
        for ours in (("ejabberd", "Prosody"), ("ejabberd",), ("Prosody",), ()):
            for direct in (False, True):
                name = f"us in {' and '.join(ours) or 'neither'}, {'direct TLS' if direct else 'STARTTLS'}"
                if options.only in name:
                    print(f"{name}:")
                    with checks.group(name):
                        federation.group(ours, direct)
        code = checks.close()
    sys.exit(code)


if __name__ == "__main__":
    main()
