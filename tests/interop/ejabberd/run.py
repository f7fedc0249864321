#!/usr/bin/env python3
"""Two unmodified ejabberd nodes that federate on loopback, on fast_tls or on a module in its place.

    run.py                      on fast_tls as installed: the baseline
    run.py --ebin DIR           DIR comes first on Erlang's code path (may be repeated)
    run.py --library DIR        where libxmpptls.so.0 is, unless it is installed
    run.py --modules LINE       a further line for `modules:` in ejabberd.yml
    run.py --command PROGRAM    also what `xmpptls check` says of the nodes
    run.py --only TEXT          only the groups whose name contains TEXT

XMPPTLS_KEEP=1 keeps the nodes' files and logs.
"""

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from lab.checks import Checks  # noqa: E402
from lab.command import Command  # noqa: E402
from lab.processes import Laboratory  # noqa: E402
from lab.xmpp import Refused, exchange, log_in  # noqa: E402

from servers import C2S, C2S_DIRECT, HERE, HTTPS, S2S, S2S_DIRECT, Pair, Place, domain_of  # noqa: E402
from services import Services  # noqa: E402

GROUPS = ("conformance", "usual", "rsa_and_tls12", "server_certificates", "unknown_authority", "other_name",
          "client_certificates", "websocket", "upload", "stun", "reload_under_load")


class Scenarios(Services):
    """Each public method is a group of checks."""

    def __init__(self, checks, place, options):
        self.checks, self.place, self.options = checks, place, options
        self.ours = bool(options.ebin)

    def works(self, sentence, action, *arguments, **named):
        """A check that `action` succeeds."""
        try:
            self.checks.check(sentence, True, action(*arguments, **named))
        except Refused as refusal:
            self.checks.check(sentence, False, refusal)

    def refuses(self, sentence, pair, pattern):
        """A check that a message from one to two is returned as undeliverable, with a reason."""
        try:
            self.checks.check(sentence, False, exchange(pair.account("one"), pair.account("two"), both_ways=False))
        except Refused as refusal:
            self.checks.check(sentence, str(refusal).startswith("bounced"), refusal)
            self.checks.check(f"  and the reason is given: /{pattern}/", re.search(pattern, str(refusal)), refusal)

    def pair(self, *certificates, **how):
        """Nodes for a scenario."""
        return Pair(self.place, certificates or ("usual", "usual"), modules=self.options.modules, **how)

    def conformance(self):
        """The semantics of the module alone, without ejabberd."""
        code, text = self.place.laboratory.run(
            ["escript", HERE / "conformance.escript", self.place.pki.directory, *self.place.code_path],
            env={"LD_LIBRARY_PATH": str(self.place.library)} if self.place.library else {}, timeout=120)
        for line in text.splitlines():
            if line.startswith("FAIL"):
                print(f"      {line}")
        counted = re.search(r"^(\d+) passed, (\d+) failed$", text, re.MULTILINE)
        if counted is None:
            self.checks.check("conformance", False, f"exit {code}: {text[-300:]}")
        else:
            self.checks.count("conformance", *map(int, counted.groups()))

    def usual(self):
        """TLS 1.3 with certificates of a CA."""
        with self.pair() as pair:
            self.logins("", pair)
            code, text = self.place.laboratory.run([
                "curl", "-sS", "--cacert", self.place.pki.path("ca.crt"), "--resolve",
                f"{domain_of('one')}:{HTTPS}:{self.place.address('one')}", "-d", "{}",
                f"https://{domain_of('one')}:{HTTPS}/api/status"])
            self.checks.check("https: the API answers", code == 0 and "is running" in text, text)
            self.module_in_use(pair)
            self.renewal(pair)

    def logins(self, prefix, pair, **options):
        """Client and server streams, by STARTTLS and by direct TLS."""
        self.works(f"{prefix}c2s STARTTLS", log_in, pair.account("one", **options))
        self.works(f"{prefix}c2s direct TLS", log_in, pair.account("two", direct=True, **options))
        self.works(f"{prefix}s2s, STARTTLS there and direct TLS back", exchange, pair.account("one"),
                   pair.account("two"))
        for node, pattern in (("one", r"Accepted outbound s2s EXTERNAL authentication"),
                              ("two", r"Accepted inbound s2s EXTERNAL authentication")):
            found = self.place.laboratory.find(pattern, lambda node=node: pair.log(node))
            self.checks.check(f"{prefix}  by SASL EXTERNAL, says {node}", found, found and found.group(0))

        port = f"{self.place.address('one')}:{S2S_DIRECT}"
        accepted = rf"Accepted connection \S+ -> {re.escape(port)}"
        # The first one was made when the laboratory waited for the port.
        twice = self.place.laboratory.find(rf"(?s){accepted}.*{accepted}", lambda: pair.log("one"))
        self.checks.check(f"{prefix}  and on the port for direct TLS", twice)

    def module_in_use(self, pair):
        """That it is really the module under test which speaks TLS."""
        maps = pair.maps("one")
        ours, stock = "libxmpptls.so" in maps, bool(re.search(r"p1_tls[^ \n]*/fast_tls\.so", maps))
        if self.ours:
            self.checks.check("the process has the library loaded and not fast_tls", ours and not stock, f"{ours=} {stock=}")
        else:
            self.checks.check("the process has fast_tls loaded", stock and not ours, f"{ours=} {stock=}")

    def renewal(self, pair):
        """A new certificate file is served after reload_config, and connections go on."""
        before = self.served(pair)
        pair.use_certificate("one", "renewed")
        code, text = pair.ctl("one", "reload_config")
        self.checks.check("ejabberdctl reload_config", code == 0, text)
        after = self.served(pair)
        renewed = Path(self.place.pki.path("one-renewed.crt")).read_text().split("-----END")[0]
        self.checks.check("  serves the renewed certificate", renewed in after and renewed not in before)
        self.works("  and clients log in", log_in, pair.account("one"))

    def served(self, pair):
        """The certificate on the port for direct TLS, as PEM."""
        address = f"{self.place.address('one')}:{C2S_DIRECT}"
        return self.place.laboratory.run(
            ["openssl", "s_client", "-connect", address, "-servername", domain_of("one")])[1]

    def rsa_and_tls12(self):
        """What older peers have."""
        with self.pair("rsa", "rsa", tls12=True, plus=not self.ours) as pair:
            self.logins("RSA, TLS 1.2: ", pair)
            if not self.ours:  # tls-unique, which the drop-in does not have
                self.works("RSA, TLS 1.2: SCRAM-SHA-256-PLUS", log_in,
                           pair.account("one", mechanism="SCRAM-SHA-256-PLUS"))

    def server_certificates(self):
        """Certificates without clientAuth, as public authorities issue them."""
        with self.pair("serveronly", "serveronly") as pair:
            if self.ours:
                self.works("certificates for servers only are good for s2s", exchange, pair.account("one"),
                           pair.account("two"))
            else:
                self.refuses("certificates for servers only are refused by fast_tls 1.1.16", pair, "purpose")

    def unknown_authority(self):
        """A peer that no CA vouches for."""
        with self.pair("usual", "unknown") as pair:
            self.refuses("s2s to a certificate of an unknown CA is refused", pair, "unable to|unknown|issuer|trust")

    def other_name(self):
        """A peer whose certificate does not name it."""
        with self.pair("usual", "misnamed") as pair:
            self.refuses("s2s to a certificate for another name is refused", pair, "name|match|valid")

    def command(self):
        """What `xmpptls check` says of the nodes (only with --command)."""
        pki = self.place.pki
        command = Command(self.place.laboratory, self.options.command, self.place.zone, pki.path("ca.crt"))
        own = ("--as", domain_of("two"), "--chain", pki.path("two-usual.crt"), "--key", pki.path("two-usual.key"))
        with self.pair("usual", "unknown"):
            code, (s2s,) = command.check(domain_of("one"), "--s2s", *own)
            self.checks.check("check one: all is well", code == 0, s2s.check["headline"])
            self.checks.check("  direct TLS and STARTTLS, each proved by DANE and PKIX",
                              len(s2s.endpoints) == 2 and s2s.proofs("passed") == {"dane", "pkix"}, s2s.proofs("passed"))
            self.checks.check("  EXTERNAL is offered to us", "EXTERNAL" in s2s.offered(), s2s.offered())
            self.checks.check("  nothing is urgent or important", {own["weight"] for own in s2s.mends.values()} <= {"advice"},
                              list(s2s.mends))
            refused = s2s.every("plaintext_behind_starttls")
            self.checks.check("  plaintext behind <starttls/> is not taken", refused <= {"refused", "dropped", None}, refused)
            if self.ours:
                self.checks.check("  safe against later decryption", "no_post_quantum" not in s2s.mends, list(s2s.mends))

            code, (c2s,) = command.check(domain_of("one"), "--c2s", "--connect", f"{self.place.address('one')}:{C2S}")
            self.checks.check("check one for clients, at a place that is given", code == 0
                              and c2s.proofs("passed") == {"pkix"}, c2s.check["headline"])
            self.checks.check("  SASL is offered inside TLS", "SCRAM-SHA-256" in c2s.offered(), c2s.offered())

            code, (c2s, s2s) = command.check(domain_of("two"))
            self.checks.check("check two: for servers DANE proves it and no CA", s2s.check["severity"] == "ok"
                              and s2s.proofs("passed") == {"dane"} and s2s.proofs("failed") >= {"pkix"}, s2s.check["headline"])
            self.checks.check("  which most clients would refuse; and direct TLS is missing",
                              {"no_pkix", "no_direct_tls"} <= set(s2s.mends), list(s2s.mends))
            self.checks.check("  no record leads clients anywhere, and nothing answers there", code == 3
                              and "publish SRV records" in c2s.mends["dead_end"]["text"], c2s.check["headline"])
            code, (s2s,) = command.check(domain_of("two"), "--s2s", "--connect", f"{self.place.address('two')}:{S2S}")
            self.checks.check("  without the records it is refused", code == 2 and "untrusted_issuer" in s2s.mends,
                              list(s2s.mends))


def main():
    """Runs the groups one after the other."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--ebin", action="append", default=[])
    parser.add_argument("--library")
    parser.add_argument("--modules", default="")
    parser.add_argument("--command")
    parser.add_argument("--only", default="")
    options = parser.parse_args()

    checks = Checks()
    with Laboratory("ejabberd", checks) as laboratory:
        place = Place(laboratory, options.ebin, options.library)
        print(f"under test: {' '.join(options.ebin) or 'fast_tls as installed'}; nodes on {laboratory.address('*')}")
        scenarios = Scenarios(checks, place, options)
        for group in GROUPS + (("command",) if options.command else ()):
            if options.only in group:
                with checks.group(group):
                    getattr(scenarios, group)()
        code = checks.close()
    sys.exit(code)


if __name__ == "__main__":
    main()
