"""Association data of TLSA records by GnuTLS's danetool, checked against OpenSSL's digests (RFC 6698 §2.1)."""

import json
import re
import subprocess

_RECORD = re.compile(r"IN TLSA \( ([0-9a-f]{2}) ([0-9a-f]{2}) ([0-9a-f]{2}) ([0-9a-f]+) \)")
HASHES = {1: "sha256", 2: "sha512"}


class Danetool:
    """Asks danetool about certificates that `openssl` has written as PEM."""

    def __init__(self, openssl):
        self.openssl = openssl
        self.known = {}

    def association_data(self, der, selector, matching):
        """Digests by danetool, which has no other matching type; the whole by OpenSSL."""
        if matching == 0:
            return self.openssl.association_data(der, selector, matching)
        asked = der, selector, matching
        if asked not in self.known:
            command = ["danetool", "--tlsa-rr", "--host", "host.example", "--port", "5269", "--hash", HASHES[matching],
                       "--load-certificate", self.openssl.pem(der)]
            done = subprocess.run(command + ["--x509"] * (selector == 0), stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=20)
            record = _RECORD.search(done.stdout)
            if not record or tuple(map(int, record.groups()[1:3])) != (selector, matching):
                raise RuntimeError(f"danetool: {done.stdout} {done.stderr}")
            self.known[asked] = record.group(4)
        return self.known[asked]

    def matches(self, record, chain, anchors):
        """Whether a well-formed record names a certificate in the place its usage asks for (RFC 7671 §5)."""
        usage, selector, matching, data = record[0], record[1], record[2], record[3:].hex()
        if usage > 3 or selector > 1 or matching > 2:
            return False
        leaf, issuers = chain[:1], chain[1:]
        if usage == 2 and matching == 0:
            return None  # the record brings the certificate or key along: path building, not comparing
        if usage == 2 and not issuers:
            issuers = leaf  # its own issuer, when it is self-signed
        places = {0: issuers + anchors, 1: leaf, 2: issuers, 3: leaf}[usage]
        return any(self.association_data(der, selector, matching) == data for der in places)


def records(command, chain, domain, *options):
    """What `xmpptls records` prints for a PEM chain: a set of (usage, selector, matching, data)."""
    done = subprocess.run([command, "records", "--s2s", "--json", "--chain", chain, *options, domain],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    if done.returncode:
        raise RuntimeError(done.stderr)
    lines = [line for service in json.loads(done.stdout)["services"] for line in service["tlsa"]]
    return {(int(usage), int(selector), int(matching), data)
            for usage, selector, matching, data in (line.split(" TLSA ")[1].split() for line in lines)}
