#!/usr/bin/env python3
"""The C examples on the built library, against OpenSSL, GnuTLS, Prosody on LuaSec, slixmpp and libstrophe.

    run.py --library DIRECTORY      where libxmpptls.so and libxmpptls.so.0 are

Both ends, STARTTLS and direct TLS, TLS 1.2 and 1.3; and each refusal beside its nearest accepted twin, by its own
reason and alert. A whole login through a stream that our library carries is in ../prosody and ../ejabberd: c2s_server
has no accounts, so clients are followed until TLS is up.
"""

import argparse
import os
import re
import select
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PEERS = HERE.parent / "peers"
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "prosody"), str(PEERS)]

import peer  # noqa: E402
from lab.checks import Checks  # noqa: E402
from lab.pki import Pki, full, peers  # noqa: E402
from lab.processes import Laboratory, need  # noqa: E402
from servers import C2S, C2S_DIRECT, S2S, S2S_DIRECT, Federation, Place, domain_of  # noqa: E402

DOMAIN = "xmpp.example.test"
VERSIONS = ("TLSv1.2", "TLSv1.3")
STREAMS = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
HEADER = f"<?xml version='1.0'?><stream:stream to='{DOMAIN}' version='1.0' {STREAMS}>"
RESPONSE = f"<?xml version='1.0'?><stream:stream from='{DOMAIN}' id='1' version='1.0' {STREAMS}>"
STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
OFFER = f"<stream:features>{STARTTLS[:-2]}><required/></starttls></stream:features>"
PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
OLD = ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
WAIT = 10


class Child:
    """A process with pipes, seen from outside: what it printed so far, and its end. Use as a context."""

    def __init__(self, laboratory, command, environment=None, begin=""):
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})}, cwd=laboratory.directory)
        self.seen = b""
        self.say(begin)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except BrokenPipeError:
                pass  # what it did not read any more is dropped

    @property
    def text(self):
        """What it printed so far."""
        return self.seen.decode(errors="replace")

    def say(self, text):
        """Writes to its standard input."""
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended, and what it printed says why

    def find(self, pattern, seconds=WAIT, behind=0):
        """The first match in what it prints, or None when it ends or time is up before."""
        end = time.monotonic() + seconds
        while True:
            found = re.compile(pattern, re.S).search(self.text, behind)
            left = end - time.monotonic()
            if found or left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return found
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                return None
            self.seen += piece

    def end(self, seconds=WAIT):
        """Its exit code once it has ended by itself, or None."""
        self.find(r"\Z(?!)", seconds)
        try:
            return self.process.wait(1)
        except subprocess.TimeoutExpired:
            return None


class Script:
    """A server on loopback that reads until a word came, and then says what stands beside it."""

    def __init__(self, *steps):
        self.steps = steps
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.seen = b""
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(WAIT)
        self.listening.close()

    def _serve(self):
        self.listening.settimeout(WAIT)
        try:
            with self.listening.accept()[0] as end:
                end.settimeout(WAIT)
                for awaited, answer in self.steps:
                    behind = len(self.seen)
                    while awaited not in self.seen[behind:]:
                        piece = end.recv(65536)
                        if not piece:
                            return
                        self.seen += piece
                    end.sendall(answer.encode() if isinstance(answer, str) else answer)
                end.shutdown(socket.SHUT_WR)
                while piece := end.recv(65536):
                    self.seen += piece
        except OSError:
            pass  # what came until then is what the checks look at


class Bench:
    """The programs, the certificates, and how each is run."""

    def __init__(self, laboratory, checks, library):
        self.laboratory, self.checks = laboratory, checks
        self.library = Path(library).resolve()
        self.bin = laboratory.directory / "bin"
        self.environment = {"LD_LIBRARY_PATH": str(self.library)}
        self.pki = Pki(laboratory.directory / "certificates")
        for name, leaf in {**peers(DOMAIN), "local": full("localhost")}.items():
            self.pki.issue(name, leaf)
        self.ca = self.pki.path("ca.crt")

    def build(self):
        """Builds everything, ours with what pkg-config says of an installed library."""
        configuration = self.laboratory.directory / "pkgconfig"
        configuration.mkdir()
        text = (ROOT / "xmpptls.pc.in").read_text()
        version = re.search(r'^version = "(.*?)"', (ROOT / "Cargo.toml").read_text(), re.M).group(1)
        for name, value in (("PREFIX", ROOT), ("LIBDIR", self.library), ("INCLUDEDIR", ROOT / "include"),
                            ("VERSION", version)):
            text = text.replace(f"@{name}@", str(value))
        (configuration / "xmpptls.pc").write_text(text)
        code, flags = self.laboratory.run(["pkg-config", "--cflags", "--libs", "xmpptls"],
                                          {"PKG_CONFIG_PATH": str(configuration)})
        if code != 0:
            raise RuntimeError(f"pkg-config: {flags}")
        self.bin.mkdir()
        for source in (ROOT / "examples/c/c2s_client.c", ROOT / "examples/c/c2s_server.c", HERE / "engine_peer.c"):
            code, text = self.laboratory.run(["cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-o",
                                              self.bin / source.stem, source, *flags.split()])
            self.checks.check(f"{source.name} builds with pkg-config and without a warning", code == 0, text)
        code, text = self.laboratory.run(["make", "-C", PEERS, f"OUT={self.bin}"])
        self.checks.check("the compiled peers build without a warning", code == 0, text if code else "")
        return not self.checks.failed

    def files(self, name):
        """A certificate and its key."""
        return self.pki.path(f"{name}.crt"), self.pki.path(f"{name}.key")

    # Ours.

    def client(self, port, how="direct", domain=DOMAIN, ca=None, address="127.0.0.1"):
        """Runs c2s_client to its end; returns (exit code, what it printed)."""
        with self.child([self.bin / "c2s_client", domain, address, port, how, ca or self.ca]) as child:
            return child.end(), child.text

    def peer(self, port, *settings, preset="c2s-client", how="direct", domain=DOMAIN, ca=None, credentials="-"):
        """Runs engine_peer as a client to its end; returns (exit code, what it printed)."""
        with self.child([self.bin / "engine_peer", "connect", preset, how, domain, port, ca or self.ca, credentials,
                         *settings]) as child:
            return child.end(), child.text

    def accepting(self, *settings, preset="c2s-server", how="direct", certificate="good", ca="-"):
        """engine_peer as a server; a child with `port`."""
        child = self.child([self.bin / "engine_peer", "accept", preset, how, DOMAIN, "0", ca,
                            self.pki.path(certificate), *settings])
        return self._listening(child, r"port (\d+)\n")

    def server(self, how, *certificates):
        """c2s_server with pairs of domain and certificate; a child with `port`."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        words = [word for domain, name in certificates for word in (domain, *self.files(name))]
        child = self.child([self.bin / "c2s_server", port, how, *words])
        if not child.find("ready\n"):
            raise RuntimeError(f"c2s_server: {child.text}")
        child.port = port
        return child

    def child(self, command, begin=""):
        """A child that finds our library."""
        return Child(self.laboratory, command, self.environment, begin)

    # Theirs.

    def openssl_server(self, certificate, *options):
        """openssl s_server, which has an answer waiting; a child with `port`."""
        certificate, key = self.files(certificate)
        command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-cert_chain", certificate,
                   "-key", key, *options]
        return self._listening(self.child(command, begin="<answer/>\n"), r"ACCEPT 127\.0\.0\.1:(\d+)\n")

    def gnutls_server(self, certificate, version=None, alpn="-"):
        """The GnuTLS server, which sends back what it receives; a child with `port`."""
        priority = f"NORMAL:-VERS-ALL:+VERS-{version.replace('v', '')}" if version else "NORMAL"
        command = [self.bin / "gnutls_server", *self.files(certificate), priority, "-", alpn]
        return self._listening(self.child(command), r"port (\d+)\n")

    def client_of(self, which, port, version=None, starttls=None, name=DOMAIN, ca=None, alpn=None, extra=()):
        """The command of peer.py's client, OpenSSL or GnuTLS."""
        options = argparse.Namespace(
            peer=which, to=f"{'localhost' if name == 'localhost' else '127.0.0.1'}:{port}", name=name,
            ca=ca or self.ca, certificate=None, pki=None, starttls=starttls, alpn=alpn,
            version=version.removeprefix("TLSv") if version else None)
        return [*peer.client_command(options), *extra]

    @staticmethod
    def _listening(child, pattern):
        found = child.find(pattern)
        if not found:
            text = child.text
            child.__exit__()
            raise RuntimeError(f"{child.process.args}: nothing listens: {text}")
        child.port = int(found.group(1))
        return child


def initiating(bench):
    """Our client and TLS servers that speak one version, with each kind of key."""
    check = bench.checks.check
    for certificate, key in (("good", "EC P-256"), ("rsa", "RSA")):
        for version in VERSIONS:
            option = "-" + version.lower().replace("v", "").replace(".", "_")
            with bench.openssl_server(certificate, option, "-alpn", "xmpp-client") as server:
                code, text = bench.client(server.port)
                check(f"c2s_client authenticates openssl s_server, {version}, {key}",
                      code == 0 and f"{version}, TLS_" in text and "peer is authenticated" in text
                      and f"\n               {key}" in text and "<answer/>" in text, text if code else "")
                check("  which was asked for xmpp-client and received the stream header", bool(server.find(
                    f"<stream:stream to='{DOMAIN}'")), server.text[-200:])
            with bench.gnutls_server(certificate, version, "xmpp-client") as server:
                code, text = bench.client(server.port)
                said = server.find(r"accepted TLS(\S+) .*? alpn=(\S+)")
                check(f"c2s_client authenticates a GnuTLS server, {version}, {key}",
                      code == 0 and f"{version}, TLS_" in text and "peer is authenticated" in text
                      and "<stream:stream to=" in text, text if code else "")
                check("  which agreed on the same version and on xmpp-client",
                      said and said.groups() == (version[-3:], "xmpp-client"), server.text)
    for setting, version in (("tls.newest_version=TLSv1.2", "TLSv1.2"), ("tls.oldest_version=TLSv1.3", "TLSv1.3")):
        with bench.openssl_server("good") as server, bench.gnutls_server("good") as other:
            for name, port, expected in (("openssl s_server", server.port, "answer"),
                                         ("a GnuTLS server", other.port, "hello")):
                code, text = bench.peer(port, setting, "say=hello\n", f"expect={expected}")
                check(f"a client with {setting} speaks {version} with {name}",
                      code == 0 and f"secured {version} " in text, text)
    for setting, theirs in (("tls.newest_version=TLSv1.2", "TLSv1.3"), ("tls.oldest_version=TLSv1.3", "TLSv1.2")):
        with bench.openssl_server("good", "-" + theirs.lower().replace("v", "").replace(".", "_")) as server:
            code, text = bench.peer(server.port, setting, "say=hello\n", "expect=answer")
            check(f"a client with {setting} gets nowhere with a server of {theirs}",
                  code == 1 and "alert=70" in text and "secured" not in text, text)
    for which, server in (("openssl s_server", bench.openssl_server("good", "-alpn", "h2")),
                          ("a GnuTLS server", bench.gnutls_server("good", alpn="h2"))):
        with server:
            code, text = bench.peer(server.port, "alpn=h2", "say=hello\n", "expect=e")
            check(f"another application protocol is agreed on with {which} when both want it",
                  code == 0 and " alpn=h2 " in text, text)


def initiating_refusals(bench):
    """What our client refuses, why, and what its peer is told."""
    check = bench.checks.check
    for certificate, ca, alert, reason in (
            ("good", "other-ca.crt", 48, "issuer"), ("unknown-ca", "ca.crt", 48, "issuer"),
            ("self-signed", "ca.crt", 48, "self-signed"), ("wrong-name", "ca.crt", 42, "elsewhere.invalid"),
            ("expired", "ca.crt", 45, "expired"), ("not-yet-valid", "ca.crt", 45, "not valid yet"),
            ("user", "ca.crt", 43, "for other names")):
        for version in ("1_2", "1_3"):
            with bench.openssl_server(certificate, f"-tls{version}") as server:
                code, text = bench.client(server.port, ca=bench.pki.path(ca))
                told = server.find(r"SSL alert number (\d+)")
                pkix = re.search(r"pkix +failed\n +(.*?)\n", text)
                check(f"c2s_client refuses {certificate} by {ca}, TLS {version}, for its own reason",
                      code == 1 and "peer is not who it should be" in text and pkix and reason in pkix.group(1)
                      and "<answer/>" not in text, pkix.group(1) if pkix else text)
                check(f"  and the server is told alert {alert}", told and int(told.group(1)) == alert
                      and "stream:stream" not in server.text, told.group(0) if told else server.text[-300:])
    with bench.gnutls_server("good") as server:
        code, text = bench.client(server.port, ca=bench.pki.path("other-ca.crt"))
        check("a GnuTLS server is told that its authority is not known", code == 1
              and server.find("failed A TLS fatal alert"), server.text)
    with bench.openssl_server("good", "-alpn", "h2") as server:
        code, text = bench.peer(server.port, "say=hello\n", "expect=answer")
        check("a server that wants another application protocol ends it with alert 120",
              code == 1 and "failed alert_received alert=120" in text, text)
    server_name_refusal(bench)
    old_server(bench)


def server_name_refusal(bench):
    """A server that serves only other names ends the handshake, and we read why."""
    certificate, key = bench.files("wrong-name")
    with bench.openssl_server("good", "-servername", "elsewhere.invalid", "-servername_fatal", "-cert2", certificate,
                              "-key2", key) as server:
        code, text = bench.peer(server.port, "say=hello\n", "expect=answer")
        bench.checks.check("a server that does not know the name ends it with alert 112",
                           code == 1 and "failed alert_received alert=112" in text, text)


def old_server(bench):
    """TLS 1.1 is never spoken, whatever the other end has."""
    with bench.openssl_server("good", *OLD) as server:
        code, text = bench.peer(server.port, "say=hello\n", "expect=answer")
        bench.checks.check("a server of TLS 1.1 is not spoken to", code == 1 and "alert=70" in text
                           and "secured" not in text, text)
        with Child(bench.laboratory, ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", *OLD]) as twin:
            bench.checks.check("  although it serves a client of TLS 1.1", bool(twin.find(r"Protocol *: TLSv1\.1")),
                               twin.text[-200:])


def accepting(bench):
    """c2s_server and the clients of OpenSSL and GnuTLS: by STARTTLS and directly, each version alone."""
    check = bench.checks.check
    certificates = ((DOMAIN, "good"), (DOMAIN, "rsa"), ("localhost", "local"))
    with bench.server("direct", *certificates) as direct, bench.server("starttls", *certificates) as starttls:
        for version in VERSIONS:
            for how, server in (("direct", direct), ("starttls", starttls)):
                clients = [
                    ("openssl s_client", "openssl", DOMAIN, ()),
                    ("openssl s_client with RSA alone", "openssl", DOMAIN, ("-sigalgs", "RSA-PSS+SHA256")),
                    ("gnutls-cli", "gnutls", DOMAIN if how == "direct" else "localhost", ())]
                for title, which, name, extra in clients:
                    behind = len(server.text)
                    command = bench.client_of(
                        which, server.port, version, "client" if how == "starttls" else None, name,
                        alpn="xmpp-client" if how == "direct" else None)
                    command[2:2] = extra
                    with Child(bench.laboratory, command) as client:
                        client.find("Simple Client Mode|Verify return code")
                        client.say(HEADER.replace(DOMAIN, name) + "\n")
                        answered = client.find("<stream:features/>")
                        said = getattr(peer, f"_{which}_result")(client.text)
                    check(f"{title} authenticates c2s_server by {how}, {version}, and is answered",
                          answered and said["verified"] and said["version"] == version
                          and (how == "starttls" or said["alpn"] == "xmpp-client")
                          and (not extra or "RSA-PSS" in client.text), said)
                    check("  and the server says the same suite's name",
                          server.find(rf"secured: TLS\w+, server name {re.escape(name)}\n", behind=behind),
                          server.text[behind:])


def xmpp_clients(bench):
    """slixmpp and libstrophe, until TLS is up; what comes behind it is for servers with accounts."""
    check = bench.checks.check
    slixmpp, strophe = [sys.executable, PEERS / "slixmpp_login.py"], [bench.bin / "strophe_login"]
    for how in ("starttls", "direct"):
        with bench.server(how, (DOMAIN, "good")) as server:
            for name, command, options in (("slixmpp", slixmpp, []), ("slixmpp, TLS 1.2", slixmpp, ["--tls12"]),
                                           ("libstrophe", strophe, [])):
                who = [f"user@{DOMAIN}", "secret", "127.0.0.1", server.port]
                behind = len(server.text)
                with Child(bench.laboratory, [*command, *who, bench.ca, how, *options]):
                    found = server.find(r"secured: (\w+)", behind=behind)
                    old = found and found.group(1).startswith("TLS_ECDHE")
                    check(f"{name} secures a stream with c2s_server by {how}",
                          found and (old or "TLS 1.2" not in name), server.text[behind:])
                if options:
                    continue
                behind = len(server.text)
                with Child(bench.laboratory, [*command, *who, bench.pki.path("other-ca.crt"), how]) as client:
                    refused = client.find("refused ")
                    found = server.find(r"failed: (.*?)\n", behind=behind)
                    check("  and with another authority refuses the server, which reads why",
                          refused and found and ("unknown_ca" in found.group(1) or name == "slixmpp"
                                               and "ended within the handshake" in found.group(1)),
                          server.text[behind:] + client.text)


def accepting_refusals(bench):
    """What our server refuses, why, and what the client is told; the twin is in `accepting`."""
    check = bench.checks.check
    with bench.server("direct", (DOMAIN, "good")) as server:
        for title, options, alert, said in (
                ("a server name that is not served", {"name": "elsewhere.invalid"}, 112, "is not served here"),
                ("another application protocol", {"alpn": "h2"}, 120, "application protocol")):
            for version in VERSIONS:
                behind = len(server.text)
                with Child(bench.laboratory, bench.client_of("openssl", server.port, version, **options)) as client:
                    told = client.find(r"SSL alert number (\d+)")
                    found = server.find(r"failed: (.*?)\n", behind=behind)
                    check(f"{title} is refused with alert {alert}, {version}",
                          told and int(told.group(1)) == alert and found and said in found.group(1),
                          (found.group(1) if found else server.text) + " " + (told.group(0) if told else ""))
        behind = len(server.text)
        with Child(bench.laboratory, ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-servername",
                                      DOMAIN, *OLD]) as client:
            told = client.find(r"SSL alert number (\d+)")
            found = server.find(r"failed: (.*?)\n", behind=behind)
            check("a client of TLS 1.1 is refused with an alert", told and told.group(1) in ("40", "70") and found,
                  (found.group(1) if found else "") + client.text[-200:])
        behind = len(server.text)
        with socket.create_connection(("127.0.0.1", server.port), WAIT) as plain:
            plain.sendall(HEADER.encode())
            answer = everything(plain)
            found = server.find(r"failed: (.*?)\n", behind=behind)
            check("XML on a port for direct TLS is refused, by name", found and "XML" in found.group(1)
                  and b"features" not in answer, (found.group(1) if found else "") + repr(answer))
    for ours, theirs in (("tls.newest_version=TLSv1.2", "TLSv1.3"), ("tls.oldest_version=TLSv1.3", "TLSv1.2")):
        with bench.accepting(ours) as server:
            for version in VERSIONS:
                behind = len(server.text)
                with Child(bench.laboratory, bench.client_of("gnutls", server.port, version)) as client:
                    client.find("Handshake was completed|Fatal error")
                server.find("over\n", behind=behind)
                said = server.text[behind:]
                if version == theirs:
                    check(f"a server with {ours} refuses a client of {version} with alert 70",
                          "alert=70" in said and "secured" not in said, said)
                else:
                    check(f"a server with {ours} serves a client of {version}", f"secured {version} " in said, said)
    plain_streams(bench)


def everything(end):
    """What the other side sends until it closes."""
    text = b""
    try:
        while piece := end.recv(65536):
            text += piece
    except OSError:
        pass
    return text


def plain_streams(bench):
    """What is said to our server before TLS, by hand."""
    with bench.server("starttls", (DOMAIN, "good")) as server:
        for title, steps, said, answer in (
                ("bytes behind <starttls/>", (HEADER, STARTTLS + "<iq/>"), "behind <starttls/>", b"<proceed"),
                ("a stanza before TLS", (HEADER, "<message xmlns='jabber:client'/>"), "no place before TLS", b"<proceed"),
                ("a stream to a domain that is not served", (HEADER.replace(DOMAIN, "elsewhere.invalid"),),
                 "host-unknown", b"<proceed")):
            behind = len(server.text)
            with socket.create_connection(("127.0.0.1", server.port), WAIT) as plain:
                for step in steps:
                    plain.sendall(step.encode())
                    time.sleep(0.1)
                got = everything(plain)
            found = server.find(r"failed: (.*?)\n", behind=behind)
            bench.checks.check(f"{title}: refused, and never followed by <proceed/>",
                               found and said in found.group(1) and answer not in got,
                               (found.group(1) if found else server.text[behind:]) + " | " + repr(got[-160:]))


def stripped(bench):
    """Servers that a script plays: STARTTLS taken away, declined, or followed by what was not asked for."""
    asked = b"<starttls"
    features = RESPONSE + "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" \
                          "<mechanism>PLAIN</mechanism></mechanisms></stream:features>"
    failure = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"
    for title, steps, cause in (
            ("no STARTTLS among the features, and failure", ((b"version=", features), (asked, failure)),
             "tls_failed"),
            ("no STARTTLS among the features, and the stream closed",
             ((b"version=", features), (asked, "</stream:stream>")), "tls_unavailable"),
            ("STARTTLS offered and then declined", ((b"version=", RESPONSE + OFFER), (asked, failure)),
             "tls_failed"),
            ("bytes behind <proceed/>", ((b"version=", RESPONSE + OFFER), (asked, PROCEED + "<iq/>")),
             "injected_plaintext"),
            ("XML in place of TLS", ((b"version=", RESPONSE + OFFER), (asked, PROCEED), (b"\x16\x03", "<iq/>")),
             "plaintext_xml")):
        with Script(*steps) as script:
            code, text = bench.peer(script.port, "say=secret", "expect=x", how="starttls")
            bench.checks.check(f"{title}: {cause}",
                               code == 1 and re.search(rf"failed {cause} ", text) and "secured" not in text, text)
        bench.checks.check("  and nothing was said in the clear", b"secret" not in script.seen
                           and asked in script.seen, repr(script.seen[-80:]))
        with Script(*steps) as script:
            code, text = bench.client(script.port, "starttls")
            bench.checks.check("  and c2s_client says why", code == 1 and "failed: " in text, text)
    with Script((b"\x16\x03", RESPONSE)) as script:
        code, text = bench.peer(script.port, "say=secret", "expect=x")
        bench.checks.check("XML from a port that should be for direct TLS: plaintext_xml",
                           code == 1 and "failed plaintext_xml " in text, text)


def prosody(bench):
    """Prosody as it comes from the distribution, on LuaSec: as a server for users and for servers."""
    check = bench.checks.check
    place = Place(bench.laboratory)
    domain, ca = domain_of("trusted"), place.pki.path("ca.crt")
    hosts = ("trusted", "expired", "misnamed")
    with Federation(place, hosts):
        address = bench.laboratory.address
        for how, port in (("starttls", C2S), ("direct", C2S_DIRECT)):
            code, text = bench.client(port, how, domain, ca, address(1))
            check(f"c2s_client authenticates Prosody by {how} and reads its features", code == 0
                  and "peer is authenticated" in text and "</stream:features>" in text, text if code else "")
            code, text = bench.client(port, how, domain, place.pki.path("other-ca.crt"), address(1))
            check("  and refuses it by another authority", code == 1 and "unknown_ca (48)" in text, text)
            for host, number, reason in (("expired", 4, "certificate_expired (45)"),
                                         ("misnamed", 5, "bad_certificate (42)")):
                code, text = bench.client(port, how, domain_of(host), ca, address(number))
                check(f"  and refuses {host}", code == 1 and reason in text and "features" not in text, text)
        for how, port in (("starttls", S2S), ("direct", S2S_DIRECT)):
            for version in ("tls.newest_version=TLSv1.2", "tls.oldest_version=TLSv1.3"):
                here = "serveronly"
                stream = HEADER.replace(DOMAIN, domain).replace("jabber:client", "jabber:server").replace(
                    " to=", f" from='{domain_of(here)}' to=")
                code, text = bench.peer(port, f"address={address(1)}", f"from={domain_of(here)}", f"say={stream}",
                                        "expect=</stream:features>", version, preset="s2s", how=how, domain=domain,
                                        ca=ca, credentials=place.pki.path(here))
                check(f"as a server, by {how} with {version}: Prosody is authenticated, and we are by our certificate",
                      code == 0 and f"verdict authenticated pkix {domain}" in text and "EXTERNAL" in text, text)


def between_servers(bench):
    """engine_peer as both ends of a stream between servers, and OpenSSL as the client of one."""
    check = bench.checks.check
    with bench.accepting(preset="s2s", how="starttls", ca=bench.ca) as server:
        for version in VERSIONS:
            command = bench.client_of("openssl", server.port, version, "server")
            with Child(bench.laboratory, command) as client:
                client.find("Verify return code")
                client.say("hello between servers\n")
                answered = client.find("Verify return code.*hello between servers")
                said = peer._openssl_result(client.text)
            check(f"openssl s_client -starttls xmpp-server authenticates our server, {version}",
                  answered and said["verified"] and said["version"] == version, said)
            server.find("over\n")
            behind = len(server.text)
            code, text = bench.peer(server.port, f"tls.{'newest' if version[-1] == '2' else 'oldest'}_version={version}",
                                    "say=hello", "expect=hello", f"from={DOMAIN}", preset="s2s", how="starttls",
                                    credentials=bench.pki.path("server-auth-only"))
            check(f"our server's client authenticates our server, {version}", code == 0
                  and f"verdict authenticated pkix {DOMAIN}" in text and f"secured {version} " in text, text)
            check("  which authenticates it by a certificate for servers alone",
                  server.find(f"verdict authenticated pkix {DOMAIN}\n", behind=behind), server.text[behind:])
            server.find("over\n", behind=behind)


GROUPS = (initiating, initiating_refusals, accepting, xmpp_clients, accepting_refusals, stripped, between_servers,
          prosody)


def main():
    """All of it, or the groups named by --only."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", required=True, help="directory with libxmpptls.so and libxmpptls.so.0")
    parser.add_argument("--only", nargs="*", default=[group.__name__ for group in GROUPS])
    options = parser.parse_args()
    need("openssl", "gnutls-cli", "make", "cc", "pkg-config", "prosody")
    for name in ("libxmpptls.so", "libxmpptls.so.0"):
        if not (Path(options.library) / name).exists():
            raise SystemExit(f"{options.library}/{name} is not there: run 'make'")
    checks = Checks()
    with Laboratory("engine", checks) as laboratory:
        bench = Bench(laboratory, checks, options.library)
        built = False
        with checks.group("build"):
            built = bench.build()
        for group in GROUPS if built else ():
            if group.__name__ in options.only:
                with checks.group(group.__name__):
                    group(bench)
        code = checks.close()
    sys.exit(code)


if __name__ == "__main__":
    main()
