#!/usr/bin/env python3
"""Servers that no CA vouches for: DANE, POSH and dialback between two unmodified ejabberd nodes with mod_xmpptls.

    proofs.py --ebin DIR ...       every DIR goes ahead on Erlang's code path
              --by library|resolver   who looks things up; both unless given
              --only TEXT             only the groups whose name contains TEXT

Runs in the laboratory of tests/interop: a signed zone, a resolver that validates, an HTTPS server, two nodes.
"""

import argparse
import functools
import hashlib
import http.server
import json
import re
import ssl
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "tests" / "interop"))
sys.path.insert(0, str(Path(__file__).parents[3] / "tests" / "interop" / "ejabberd"))

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402
from lab.checks import Checks  # noqa: E402
from lab.dns import PORT as DNS_PORT  # noqa: E402
from lab.pki import Leaf  # noqa: E402
from lab.processes import Laboratory, need  # noqa: E402
from lab.xmpp import Refused, exchange, log_in  # noqa: E402
from servers import C2S, NODES, S2S, S2S_DIRECT, Pair, Place, domain_of  # noqa: E402

RESOLVER_PORT = 5301

UNBOUND = """\
server:
    directory: "{directory}"
    username: ""
    chroot: ""
    pidfile: ""
    interface: {address}@{port}
    do-not-query-localhost: no
    access-control: 127.0.0.0/8 allow
    local-zone: "test." nodefault
    trust-anchor: "{anchor}"
    module-config: "validator iterator"
    use-syslog: no
    verbosity: 1
    cache-max-ttl: 0
    cache-max-negative-ttl: 0
remote-control:
    control-enable: no
stub-zone:
    name: "{zone}"
    stub-addr: {server}@{dns}
"""


CLIENT = """
process_flag(trap_exit, true),
{ok, Client} = xmpp_client:start_link(#{jid => <<"user@%s">>, password => <<"secret">>, host => %s, port => %d,
                                        authorities => "%s"}),
receive
    {xmpp_client, Client, {ready, Report}} ->
        io:format("~ts~n", [Report]),
        ok = xmpp_client:message(Client, <<"user@%s">>, <<"you & <me>">>),
        receive {xmpp_client, Client, {message, Message}} -> io:format("heard ~ts~n", [Message]) after 10000 -> halt(1) end,
        ok = xmpp_client:stop(Client);
    {'EXIT', Client, {shutdown, Why}} ->
        io:format("refused: ~p~n", [Why])
after 20000 ->
    halt(1)
end,
halt(0).
"""


class Resolver:
    """A validating resolver over the laboratory's zone."""

    def __init__(self, laboratory, zone):
        need("unbound")
        self.laboratory, self.zone = laboratory, zone
        self.address = laboratory.address(54)

    def restart(self):
        """Forgets what it knows, and takes the zone's trust anchor of now."""
        directory = self.laboratory.directory / "resolver"
        directory.mkdir(exist_ok=True)
        self.laboratory.stop("unbound")
        (directory / "unbound.conf").write_text(UNBOUND.format(
            directory=directory, address=self.address, port=RESOLVER_PORT, anchor=self.zone.anchor,
            zone=self.zone.zone, server=self.zone.address, dns=DNS_PORT))
        self.laboratory.start("unbound", ["unbound", "-d", "-c", directory / "unbound.conf"])
        self.laboratory.wait_for_port("unbound", self.address, RESOLVER_PORT)
        code, text = self.laboratory.run(["dig", "+short", f"@{self.zone.address}", "-p", DNS_PORT, self.zone.zone, "DNSKEY"])
        if code != 0 or not text.strip():
            raise RuntimeError(f"no DNSKEY: {text}")
        lines = [f"{self.zone.zone}. 3600 IN DNSKEY {line}" for line in text.strip().splitlines()]
        (self.laboratory.directory / "dnskey").write_text("\n".join(lines) + "\n")


class Documents:
    """An HTTPS server for POSH documents, one for each node, on the node's address."""

    def __init__(self, place, kinds):
        self.servers = []
        for node, kind in kinds.items():
            chain = (place.pki.path(f"{node}-https.crt"), place.pki.path(f"{node}-https.key"))
            print_of = place.pki.fingerprint(f"{node}-{kind}")
            document = json.dumps({"fingerprints": [{"sha-256": print_of}], "expires": 3600})
            handler = functools.partial(_Handler, document.encode())
            server = http.server.ThreadingHTTPServer((place.address(node), 443), handler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*chain)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.servers.append(server)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.shutdown()
            server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, document, *arguments):
        self.document = document
        super().__init__(*arguments)

    def do_GET(self):
        """RFC 7711 section 8: the well-known place, and nothing else."""
        found = self.path == "/.well-known/posh/xmpp-server.json"
        self.send_response(200 if found else 404)
        body = self.document if found else b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


class ProofPair(Pair):
    """Nodes with mod_xmpptls. `records` says which TLSA records a node publishes."""

    def __init__(self, scenarios, kind, records, modules="mod_xmpptls: {%s}", **options):
        resolver = scenarios.resolver
        anchors = scenarios.place.laboratory.directory / "dnskey"
        by = (f'resolver: "{resolver.address}", resolver_port: {RESOLVER_PORT}' if scenarios.by == "resolver" else
              f'dns_servers: ["{resolver.address}"], dns_port: {RESOLVER_PORT}, dnssec_anchors: "{anchors}"')
        module = modules % f'{by}, posh_private_addresses: true'
        super().__init__(scenarios.place, (kind, kind), modules=module)
        self.resolver, self.records = resolver, records
        self.options = options

    def _records(self, node):
        kind = self.certificates[node]
        for line in super()._records(node):
            if " IN TLSA " not in line:
                yield line
        for port in (S2S, S2S_DIRECT):
            for data in self.records(self.place, node, kind):
                yield f"_{port}._tcp.{node} IN TLSA {data}"

    def _configure(self, node):
        if node == "one":  # the zone is there, no node yet
            self.resolver.restart()
        super()._configure(node)

    def account(self, node, **options):
        """The account that every node has. What clients think of the certificates is no matter here."""
        account = super().account(node, **options)
        account.ca = None
        return account


def dane_ee(place, node, kind):
    """3 1 1: the key of the node's certificate."""
    yield place.pki.tlsa(f"{node}-{kind}")


def dane_wrong(place, node, kind):
    """3 1 1 of another certificate."""
    yield place.pki.tlsa(f"{node}-renewed")


def dane_ta(place, node, kind):
    """2 0 1: the authority that issued the node's certificate, which the chain brings along."""
    der = x509.load_pem_x509_certificate(Path(place.pki.path("sub.crt")).read_bytes()).public_bytes(
        serialization.Encoding.DER)
    yield f"2 0 1 {hashlib.sha256(der).hexdigest()}"


def nothing(place, node, kind):
    """No TLSA records."""
    return ()


class Scenarios:
    """Each public method is a group of checks."""

    def __init__(self, checks, place, by):
        self.checks, self.place, self.by = checks, place, by
        self.resolver = Resolver(place.laboratory, place.zone)
        for node in NODES:
            place.pki.issue(f"{node}-https", Leaf(dns=(domain_of(node),), common_name="documents"))
            place.pki.issue(f"{node}-hosted", Leaf(dns=("hoster.invalid",), common_name="hoster", issuer="other"))

    def accepted(self, sentence, pair, method, inbound=None):
        """Messages pass both ways, and both nodes know by which proof."""
        try:
            self.checks.check(sentence, True, exchange(pair.account("one"), pair.account("two")))
        except Refused as refusal:
            self.checks.check(sentence, False, refusal)
        for node in NODES:
            for direction, proof in (("outbound", method), ("inbound", inbound or method)):
                found = self.logged(pair, node, rf"s2s {direction} [^\n]*: authenticated by {proof}[^\n]*")
                self.checks.check(f"  {node} says so of its {direction} stream", found, found and found.group(0))
            code, text = pair.ctl(node, "xmpptls_s2s")
            self.checks.check(f"  {node}: the command shows it", code == 0 and f"authenticated\t{method.replace('-', '_')}" in text, text)

    def logged(self, pair, node, pattern):
        """The first match in a node's log; it is written behind the event."""
        return self.place.laboratory.find(pattern, lambda: pair.log(node))

    def refused(self, sentence, pair, pattern):
        """A message bounces, and the log has the reason."""
        try:
            self.checks.check(sentence, False, exchange(pair.account("one"), pair.account("two"), both_ways=False))
        except Refused as refusal:
            self.checks.check(sentence, str(refusal).startswith("bounced"), refusal)
        found = self.logged(pair, "one", rf"s2s outbound [^\n]*refused[^\n]*({pattern})[^\n]*")
        self.checks.check(f"  the log says why: /{pattern}/", found, found and found.group(0))

    def dane_ee(self):
        """Certificates of a CA that nobody trusts, with the name of a hoster: RFC 7671 section 5.1."""
        with ProofPair(self, "hosted", dane_ee) as pair:
            self.accepted("DANE-EE: a certificate that names somebody else is accepted", pair, "dane-ee")

    def dane_ta(self):
        """Certificates of an authority that TLSA names. Inbound only DANE-EE counts, so PKIX decides."""
        with ProofPair(self, "usual", dane_ta) as pair:
            self.accepted("DANE-TA: by the authority in the record", pair, "dane-ta", inbound="pkix")

    def wrong_tlsa(self):
        """Certificates of a good CA, and a record that says otherwise."""
        with ProofPair(self, "usual", dane_wrong) as pair:
            self.refused("a certificate of a good CA is refused when TLSA names another", pair, "TLSA|DANE|dane")

    def pkix(self):
        """No TLSA records: certificates of a CA."""
        with ProofPair(self, "usual", nothing) as pair:
            self.accepted("PKIX: without TLSA records the CA decides", pair, "pkix")

    def unknown(self):
        """Neither TLSA nor POSH nor a known CA."""
        with ProofPair(self, "hosted", nothing) as pair:
            self.refused("nobody vouches: refused", pair, "issuer|name")

    def posh(self):
        """A document over HTTPS vouches for a certificate of nobody."""
        with Documents(self.place, {node: "hosted" for node in NODES}):
            with ProofPair(self, "hosted", nothing) as pair:
                self.accepted("POSH: by a document over HTTPS", pair, "posh")

    def dialback(self):
        """mod_s2s_dialback, as far as the policy lets it."""
        modules = "mod_s2s_dialback: {}\n  mod_xmpptls: {policy: s2s-with-dialback, %s}"
        with ProofPair(self, "hosted", nothing, modules) as pair:
            try:
                self.checks.check("dialback: messages pass", True, exchange(pair.account("one"), pair.account("two")))
            except Refused as refusal:
                self.checks.check("dialback: messages pass", False, refusal)
            found = self.logged(pair, "two", r"s2s inbound [^\n]*weak[^\n]*")
            self.checks.check("  and count as weak", found, found and found.group(0))
        with ProofPair(self, "hosted", nothing, "mod_s2s_dialback: {}\n  mod_xmpptls: {%s}") as pair:
            try:
                self.checks.check("dialback without a policy for it: refused", False,
                                  exchange(pair.account("one"), pair.account("two"), both_ways=False))
            except Refused as refusal:
                self.checks.check("dialback without a policy for it: refused", True, refusal)

    def clients(self):
        """Clients are none of the module's business."""
        with ProofPair(self, "usual", dane_ee) as pair:
            self.checks.check("c2s as ever", log_in(pair.account("one")))

    def erlang_client(self):
        """The client of examples/erlang, with a server that is who it should be and with one that is not."""
        with ProofPair(self, "usual", dane_ee) as pair:
            code, text = self.client(pair)
            self.checks.check("a client in Erlang: logs in and hears its own message", code == 0 and "heard" in text, text)
            self.checks.check("  and has a report", "authenticated" in text, text)
        with ProofPair(self, "hosted", nothing) as pair:
            code, text = self.client(pair)
            self.checks.check("  and does not log in to a server that cannot prove its name",
                              code == 0 and "refused" in text and "heard" not in text, text)
            last = self.place.laboratory.wait_until("the end of the client's stream", lambda: re.search(
                r"Received XML[^\n]*<starttls.*Failed to secure c2s connection[^\n]*", pair.log("one"), re.DOTALL))
            self.checks.check("  and sends it no login", "<auth" not in last.group(0), last.group(0).splitlines()[-1])

    def client(self, pair):
        """Runs the client in a virtual machine of its own."""
        laboratory = self.place.laboratory
        beams = laboratory.directory / "client"
        beams.mkdir(exist_ok=True)
        source = Path(__file__).parents[2] / "erlang" / "xmpp_client.erl"
        code, text = laboratory.run(["erlc", "-o", beams, source])
        if code != 0:
            return code, text
        address = "{" + pair.place.address("one").replace(".", ",") + "}"
        script = CLIENT % (domain_of("one"), address, C2S, pair.place.pki.path("ca.crt"), domain_of("one"))
        paths = [word for path in self.place.code_path for word in ("-pa", path)]
        return laboratory.run(["erl", "-noshell", *paths, "-pa", beams, "-eval", script], timeout=30)


def main():
    """Runs the groups one after the other."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--ebin", action="append", required=True)
    parser.add_argument("--library")
    parser.add_argument("--only", default="")
    parser.add_argument("--by", choices=("library", "resolver"), action="append")
    options = parser.parse_args()
    checks = Checks()
    with Laboratory("ejabberd-proofs", checks) as laboratory:
        place = Place(laboratory, options.ebin, options.library)
        for by in options.by or ("library", "resolver"):
            print(f"look-ups by the {by}")
            scenarios = Scenarios(checks, place, by)
            for group in ("dane_ee", "dane_ta", "wrong_tlsa", "pkix", "unknown", "posh", "dialback"):
                if options.only in group:
                    with checks.group(group):
                        getattr(scenarios, group)()
        for group in ("clients", "erlang_client"):
            if options.only in group:
                with checks.group(group):
                    getattr(scenarios, group)()
        code = checks.close()
    sys.exit(code)


if __name__ == "__main__":
    main()
