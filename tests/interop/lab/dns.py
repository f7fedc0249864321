"""A signed zone on loopback, served by Knot DNS, and its trust anchor."""

import getpass
import grp
import os
import time

from .processes import need

PORT = 5300

CONFIGURATION = """\
server:
    rundir: "{directory}"
    listen: {address}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    user: {user}:{group}
log:
  - target: stderr
    any: warning
database:
    storage: "{directory}/db"
    journal-db-max-size: 20M
    kasp-db-max-size: 20M
policy:
  - id: signed
    algorithm: ecdsap256sha256
    single-type-signing: on
    ksk-lifetime: 0
zone:
  - domain: {zone}
    storage: "{directory}"
    file: "zone"
    dnssec-signing: on
    dnssec-policy: signed
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
"""


class SignedZone:
    """`records` are lines of a zone file with names relative to `zone`. Once something is published, `anchor` is the
    DS record of the key that signs it and `key` its DNSKEY record."""

    def __init__(self, laboratory, zone, number=53):
        need("knotd", "keymgr", "knotc")
        self.laboratory = laboratory
        self.zone = zone
        self.address = laboratory.address(number)
        self.directory = laboratory.directory / "dns"
        self.directory.mkdir()
        (self.directory / "db").mkdir()
        self.configuration = self.directory / "knot.conf"
        self.configuration.write_text(CONFIGURATION.format(
            directory=self.directory, address=self.address, port=PORT, zone=zone,
            user=getpass.getuser(), group=grp.getgrgid(os.getgid()).gr_name))
        self.anchor = self.key = ""

    def publish(self, records):
        """Serves these records from now on, instead of those before."""
        self.laboratory.stop("knotd")
        head = [f"$ORIGIN {self.zone}.", "$TTL 1",
                f"@ IN SOA ns.{self.zone}. hostmaster.{self.zone}. ( {int(time.time())} 3600 600 604800 1 )",
                f"@ IN NS ns.{self.zone}.", f"ns IN A {self.address}"]
        (self.directory / "zone").write_text("\n".join(head + list(records)) + "\n")
        self.laboratory.start("knotd", ["knotd", "-c", self.configuration])
        self.laboratory.wait_for_port("knotd", self.address, PORT)
        self.anchor = self.laboratory.wait_until("the trust anchor", self._trust_anchor)
        self.key = self.laboratory.run(["keymgr", "-c", self.configuration, f"{self.zone}.", "dnskey"])[1].strip()

    def _trust_anchor(self):
        """The zone's SHA-256 DS record as one line, or nothing while the zone is not signed yet."""
        code, text = self.laboratory.run(["keymgr", "-c", self.configuration, f"{self.zone}.", "ds"])
        for line in text.splitlines() if code == 0 else ():
            words = line.split()
            if len(words) >= 6 and words[1] == "DS" and words[4] == "2":
                return f"{words[0]} IN {' '.join(words[1:])}"
        return ""
