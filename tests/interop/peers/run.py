#!/usr/bin/env python3
"""Shows that the scripted peers say the truth: against each other, and against Prosody on LuaSec.

Where a test of ours fails against one of these peers, this tells whose fault it is.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "prosody")]

from lab.checks import Checks  # noqa: E402
from lab.pki import Pki, peers  # noqa: E402
from lab.processes import Laboratory, need  # noqa: E402
from servers import C2S, C2S_DIRECT, PASSWORD, Federation, Place, domain_of  # noqa: E402

DOMAIN = "xmpp.example.test"
# Whether a client that trusts the root accepts a server with this certificate as DOMAIN, by dNSName alone.
EXPECTED = {
    "good": True, "rsa": True, "server-auth-only": True, "dns-name-only": True, "wildcard": True,
    "srv-name-only": False, "xmpp-addr-only": False, "wrong-name": False, "expired": False,
    "not-yet-valid": False, "unknown-ca": False, "self-signed": False, "user": False,
}


class Server:
    """A scripted server; use as a context. `port` is where it listens."""

    def __init__(self, peer, pki, certificate, *options):
        self.command = [sys.executable, HERE / "peer.py", "serve", peer, "--pki", pki, "--certificate", certificate,
                        *options]

    def __enter__(self):
        self.child = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        word, _, port = self.child.stdout.readline().partition(" ")
        if word != "port":
            raise RuntimeError(f"{self.command}: no port")
        self.port = int(port)
        return self

    def __exit__(self, *_):
        self.child.stdin.close()  # it ends with its standard input
        self.child.wait(10)
        self.child.stdout.close()


def connect(peer, to, name, ca, *options):
    """Runs a scripted client; returns (exit code, what it said)."""
    done = subprocess.run([sys.executable, HERE / "peer.py", "connect", peer, "--to", to, "--name", name, "--ca", ca,
                           *options], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    if not done.stdout:
        raise RuntimeError(done.stderr)
    return done.returncode, json.loads(done.stdout)


def tls_peers(checks, laboratory):
    """Each client against each server, with each certificate."""
    pki = Pki(laboratory.directory / "peers")
    for name, leaf in peers(DOMAIN).items():
        pki.issue(name, leaf)
    for server_peer in ("openssl", "gnutls"):
        for certificate, good in EXPECTED.items():
            with Server(server_peer, pki.directory, certificate) as server:
                for client_peer in ("openssl", "gnutls"):
                    code, said = connect(client_peer, f"127.0.0.1:{server.port}", DOMAIN, pki.path("ca.crt"),
                                         "--send", "hello")
                    fits = (code == 0 and said["received"]) if good else (code == 1 and not said["received"])
                    checks.check(f"{server_peer} server, {certificate}, {client_peer} client: "
                                 f"{'accepted' if good else 'refused'}", fits, said["reason"])
        negotiation(checks, server_peer, pki)


def negotiation(checks, peer, pki):
    """Versions, ALPN and client certificates as the options say."""
    for option, version in (("--tls12", "TLSv1.2"), ("--tls13", "TLSv1.3")):
        with Server(peer, pki.directory, "good", option) as server:
            said = connect("openssl", f"127.0.0.1:{server.port}", DOMAIN, pki.path("ca.crt"))[1]
            checks.check(f"{peer} server with {option} speaks {version}", said["version"] == version, said)
            other = "--tls13" if option == "--tls12" else "--tls12"
            said = connect("gnutls", f"127.0.0.1:{server.port}", DOMAIN, pki.path("ca.crt"), other)[1]
            checks.check("  and nothing else", not said["connected"], said)
    with Server(peer, pki.directory, "good", "--alpn", "xmpp-client", "--ask") as server:
        for client in ("openssl", "gnutls"):
            code, said = connect(client, f"127.0.0.1:{server.port}", DOMAIN, pki.path("ca.crt"), "--alpn",
                                 "xmpp-client", "--pki", pki.directory, "--certificate", "user", "--send", "hello")
            checks.check(f"{peer} server, {client} client: ALPN and a client certificate",
                         code == 0 and said["alpn"] == "xmpp-client" and said["received"], said)


def xmpp_peers(checks, laboratory):
    """The logins, and STARTTLS of the TLS clients, against Prosody."""
    place = Place(laboratory)
    programs = laboratory.directory / "bin"
    code, text = laboratory.run(["make", "-C", HERE, f"OUT={programs}"])
    if not checks.check("the compiled peers build without a warning", code == 0, text if code else ""):
        return
    domain = domain_of("trusted")
    with Federation(place, ("trusted", "misnamed")) as servers:
        address, ca = servers.account("trusted").address, place.pki.path("ca.crt")
        other_ca = place.pki.path("other-ca.crt")
        slixmpp = [sys.executable, HERE / "slixmpp_login.py"]
        for how, port in (("starttls", C2S), ("direct", C2S_DIRECT)):
            for name, command in (("slixmpp", slixmpp), ("libstrophe", [programs / "strophe_login"])):
                who = (f"user@{domain}", PASSWORD, address, port)
                code, text = laboratory.run([*command, *who, ca, how])
                checks.check(f"{name} logs in by {how}", code == 0 and text.startswith("online "), text)
                code, text = laboratory.run([*command, *who, other_ca, how])
                checks.check("  and refuses a CA that it does not trust", code == 1 and "refused" in text, text)
                code, text = laboratory.run([*command, f"user@{domain}", "wrong", address, port, ca, how])
                checks.check("  and is refused with a wrong password", code == 1 and "refused" in text, text)
                wrong = servers.account("misnamed").address
                code, text = laboratory.run(
                    [*command, f"user@{domain_of('misnamed')}", PASSWORD, wrong, port, ca, how])
                checks.check("  and refuses a certificate for another name", code == 1 and "refused" in text, text)
        for mechanism, options in (("SCRAM-SHA-1", []), ("SCRAM-SHA-1-PLUS", ["--tls12"]), ("PLAIN", [])):
            code, text = laboratory.run([*slixmpp, f"user@{domain}", PASSWORD, address, C2S, ca, "starttls",
                                         "--mechanism", mechanism, *options])
            checks.check(f"slixmpp uses {mechanism} {' '.join(options)}", code == 0 and text.split()[-1] == mechanism, text)
        code, said = connect("openssl", f"{address}:{C2S}", domain, ca, "--starttls", "client")
        checks.check("openssl s_client negotiates STARTTLS", code == 0, said)


def main():
    """All of it."""
    need("openssl", "gnutls-cli", "make", "cc", "pkg-config", "prosody")
    checks = Checks()
    if subprocess.run(["make", "-s", "-C", HERE]).returncode != 0:
        raise SystemExit("the compiled peers do not build: run 'make setup'")
    with Laboratory("peers", checks) as laboratory:
        for group in (tls_peers, xmpp_peers):
            with checks.group(group.__name__):
                group(checks, laboratory)
        code = checks.close()
    sys.exit(code)


if __name__ == "__main__":
    main()
