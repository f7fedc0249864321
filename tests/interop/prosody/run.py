#!/usr/bin/env python3
"""Unmodified Prosody servers that federate on loopback, on LuaSec or on any other module named `ssl`.

    run.py                          on LuaSec: the baseline
    run.py --module DIR             DIR/?.lua, DIR/?/init.lua and DIR/?.so come first (may be repeated); {lua} in
                                    it stands for 5.4 under Prosody, and for each version in the conformance suite
    run.py --library DIR            where libxmpptls.so.0 is, unless it is installed
    run.py --plugins DIR --auth M   also the scenarios with Prosody module M in place of mod_s2s_auth_certs, and
                                    logins that are bound to the channel, by a module from there
    run.py --prosody DIR            the directory with the programs `prosody` and `prosodyctl` of another version
    run.py --command PROGRAM        also what `xmpptls check` says of the servers
    run.py --only TEXT              only the groups whose name contains TEXT
    run.py --make-pki DIR           only makes the certificates that conformance.lua needs
    run.py --backend B              epoll, event or select; may be repeated; all three by default

XMPPTLS_KEEP=1 keeps the servers' files and logs.
"""

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from lab.checks import Checks  # noqa: E402
from lab.command import Command  # noqa: E402
from lab.processes import Laboratory  # noqa: E402
from lab.relay import Relay  # noqa: E402
from lab.scram import BoundLogin  # noqa: E402
from lab.xmpp import Refused, exchange, log_in  # noqa: E402

from servers import (  # noqa: E402
    C2S, C2S_DIRECT, HERE, PASSWORD, Federation, Place, domain_of, lua_environment, make_pki)

INTERPRETERS = ("lua5.4", "lua5.3", "lua5.2", "lua5.1", "luajit")


class Scenarios:
    """Each public method is a group of checks."""

    def __init__(self, checks, place, options):
        self.checks, self.place, self.options = checks, place, options

    def works(self, sentence, action, *arguments, **named):
        """A check that `action` succeeds."""
        try:
            self.checks.check(sentence, True, action(*arguments, **named))
        except Refused as refusal:
            self.checks.check(sentence, False, refusal)

    def refuses(self, sentence, *arguments, because=(), federation=None, host="trusted"):
        """A check that the message is returned as undeliverable, and that the host's log names the reason."""
        try:
            self.checks.check(sentence, False, exchange(*arguments, both_ways=False, seconds=12))
            return
        except Refused as refusal:
            self.checks.check(sentence, str(refusal).startswith("bounced"), refusal)
        for pattern in because:
            self.logged(f"  and the log says /{pattern}/", federation, host, pattern)

    def logged(self, sentence, federation, host, pattern):
        """A check that a host's log has a line like this."""
        found = self.place.laboratory.find(pattern, lambda: federation.log(host))
        self.checks.check(sentence, found, found.group(0) if found else f"no /{pattern}/ in the log of {host}")

    def federation(self, *hosts, **how):
        """Servers for a scenario."""
        return Federation(self.place, hosts, **how)

    def conformance(self):
        """The semantics of the module alone, without Prosody."""
        every = not self.options.module or any("{lua}" in module for module in self.options.module)
        for interpreter in INTERPRETERS if every else INTERPRETERS[:1]:
            code, text = self.place.laboratory.run(
                [interpreter, HERE / "conformance.lua", self.place.pki.directory],
                env=lua_environment(self.options.module, self.place.library, interpreter.removeprefix("lua")))
            for line in text.splitlines():
                if line.startswith("FAIL"):
                    print(f"      {line}")
            counted = re.search(r"^(\d+) passed, (\d+) failed$", text, re.MULTILINE)
            if counted is None:
                self.checks.check(f"conformance under {interpreter}", False, f"exit {code}: {text[-300:]}")
            else:
                self.checks.count(f"conformance under {interpreter}", *map(int, counted.groups()))

    def backends(self):
        """Clients and a peer with a certificate of a CA, on each of Prosody's event loops."""
        for backend in self.options.backend or ("epoll", "event", "select"):
            with self.checks.group(backend), self.federation("trusted", "serveronly", backend=backend) as servers:
                account = servers.account
                self.works(f"{backend}: c2s STARTTLS, TLS 1.3", log_in, account("trusted"))
                self.works(f"{backend}: c2s STARTTLS, TLS 1.2", log_in, account("trusted", tls12=True))
                self.works(f"{backend}: c2s direct TLS", log_in, account("trusted", direct=True))
                self.works(f"{backend}: s2s both ways by STARTTLS, certificates of a CA",
                           exchange, account("trusted"), account("serveronly"))
                for direction in ("Outgoing", "Incoming"):
                    self.logged(f"{backend}: the {direction} stream was authenticated", servers, "trusted",
                                rf"{direction} s2s connection .* complete")
                self.module_in_use(backend, servers)

    def module_in_use(self, backend, servers):
        """That it is really the module under test which speaks TLS."""
        maps = servers.maps("trusted")
        ours, luasec = "libxmpptls.so" in maps, bool(re.search(r"liblua5\.\d-sec|lua/5\.\d/ssl\.so", maps))
        sentence = f"{backend}: the process has {'the library' if self.options.module else 'LuaSec'} loaded"
        if self.options.module:
            self.checks.check(sentence + " and not LuaSec", ours and not luasec, f"{ours=} {luasec=}")
        else:
            self.checks.check(sentence, luasec and not ours)

    def direct(self):
        """s2s over direct TLS, with SNI and ALPN."""
        with self.federation("trusted", "serveronly", direct=True) as servers:
            self.works("s2s both ways by direct TLS", exchange,
                       servers.account("trusted"), servers.account("serveronly"))
            self.logged("  really on the port for direct TLS", servers, "trusted", r"Next target to try is \S+:15270")

    def libstrophe(self):
        """A client that is neither ours nor Python's."""
        programs, domain = self.place.laboratory.directory / "bin", domain_of("trusted")
        code, text = self.place.laboratory.run(["make", "-C", HERE.parent / "peers", f"OUT={programs}"])
        if not self.checks.check("the client on libstrophe builds", code == 0, text if code else ""):
            return
        with self.federation("trusted", "misnamed") as servers:
            for how, port in (("starttls", C2S), ("direct", C2S_DIRECT)):
                for sentence, host, password, authority, refusal in (
                        ("logs in", "trusted", PASSWORD, "ca.crt", None),
                        ("is refused with a wrong password", "trusted", "wrong", "ca.crt", "error"),
                        ("refuses an authority it does not trust", "trusted", PASSWORD, "other-ca.crt", "certificate"),
                        ("refuses a certificate for another name", "misnamed", PASSWORD, "ca.crt", "certificate")):
                    address = servers.account(host).address
                    behind = len(servers.log(host))
                    code, text = self.place.laboratory.run([
                        programs / "strophe_login", f"user@{domain_of(host)}", password, address, str(port),
                        self.place.pki.path(authority), how])
                    good = text.startswith(f"refused {refusal}" if refusal else f"online user@{domain}/")
                    self.checks.check(f"libstrophe {sentence} by {how}", good and code == (1 if refusal else 0), text)
                    if not refusal:
                        pattern = r"Received\[c2s_unauthed\]: <auth [^>]*mechanism='SCRAM-SHA-1'"
                        self.checks.check("  by SCRAM-SHA-1", re.search(pattern, servers.log(host)[behind:]))

    def channel_binding(self):
        """SCRAM bound to the channel of TLS 1.3, where OpenSSL exports the client's value (only with --plugins)."""
        modules = ("sasl_tls_exporter",)
        for host, mechanism in (("trusted", "SCRAM-SHA-1-PLUS"), ("sha256", "SCRAM-SHA-256-PLUS")):
            with self.federation(host, modules=modules) as servers:
                domain, address = domain_of(host), servers.account(host).address
                where = (domain, address, C2S_DIRECT, self.place.pki.path("ca.crt"))
                with BoundLogin(*where) as login:
                    self.checks.check(
                        f"{mechanism} with tls-exporter is offered on TLS 1.3",
                        login.mechanisms.count(mechanism) == login.bindings.count("tls-exporter") == 1, login.features)
                    said = login.log_in(mechanism, "user", PASSWORD)
                    self.checks.check("  and a client logs in by it", said == "success", said)
                with BoundLogin(*where) as login:
                    said = login.log_in(mechanism, "user", PASSWORD, exported=bytes(32))
                    self.checks.check("  but not with another channel's value", said == "malformed-request", said)
                with BoundLogin(*where) as login:
                    said = login.log_in(mechanism, "user", "wrong")
                    self.checks.check("  and not with a wrong password", said == "not-authorized", said)
                self.relayed(host, mechanism, domain, address)
                with BoundLogin(*where, "-tls1_2") as login:
                    self.checks.check("  on TLS 1.2 tls-exporter is not offered",
                                      "tls-exporter" not in login.bindings and login.mechanisms, login.features)
                account = servers.account(host, mechanism=mechanism.removesuffix("-PLUS"))
                self.works("  a client that binds nothing logs in as before", log_in, account)

    def relayed(self, host, mechanism, domain, address):
        """Somebody in the middle who holds a certificate that the client trusts."""
        credentials = [self.place.pki.path(f"{host}.{end}") for end in ("crt", "key")]
        with Relay(credentials, address, C2S_DIRECT, domain) as relay:
            with BoundLogin(domain, "127.0.0.1", relay.port, self.place.pki.path("ca.crt")) as login:
                said = login.log_in(mechanism, "user", PASSWORD)
            self.checks.check("  and not through a relay with two TLS sessions, which passed all of it on",
                              said == "malformed-request" and b"<response" in relay.passed, said)

    def example(self):
        """The example client in Lua against a Prosody that runs on the same library (only with --module)."""
        client = HERE.parents[2] / "examples" / "lua" / "c2s_client.lua"
        with self.federation("trusted") as servers:
            account = servers.account("trusted")
            domain = account.jid.split("@")[1].split("/")[0]
            for transport, port in (("starttls", C2S), ("direct-tls", C2S_DIRECT)):
                for authority, wanted in (("ca.crt", 0), ("other-ca.crt", 1)):
                    code, text = self.place.laboratory.run(
                        ["lua5.4", client, domain, account.address, str(port), transport, self.place.pki.path(authority)],
                        env=self.place.environment)
                    good = "authenticated by pkix" in text and "<stream:features" in text
                    does = "opens a stream" if wanted == 0 else "refuses an unknown CA"
                    self.checks.check(f"the example client {does} "
                                      f"by {transport}", code == wanted and good == (wanted == 0), text[-150:])

    def mixed(self):
        """The module under test at one end and LuaSec at the other (only with --module)."""
        for direct in (False, True):
            how = "direct TLS" if direct else "STARTTLS"
            with self.federation("trusted", "serveronly", direct=direct, luasec=("serveronly",)) as servers:
                self.works(f"s2s with a server on LuaSec, both ways by {how}", exchange,
                           servers.account("trusted"), servers.account("serveronly"))
                other = servers.maps("serveronly")
                self.checks.check("  which is really on LuaSec", "libxmpptls.so" not in other and "libssl" in other)

    def administration(self):
        """What an administrator does: check, look, renew."""
        with self.federation("trusted", "serveronly") as servers:
            code, text = servers.prosodyctl("trusted", "check", "certs")
            self.checks.check("prosodyctl check certs finds the certificate good", code == 0, text.splitlines()[-1:])
            self.works("a login before the renewal", log_in, servers.account("trusted"))
            self.works("  and an s2s connection", exchange, servers.account("trusted"), servers.account("serveronly"))
            code, text = servers.prosodyctl("trusted", "shell", "s2s", "show")
            self.checks.check("the shell shows s2s connections as encrypted", "TLSv1.3" in text, text[-120:])
            before = self.served(servers)
            servers.use_certificate("trusted", "renewed")
            code, text = servers.prosodyctl("trusted", "shell", "config", "reload")
            self.checks.check("the shell reloads the configuration", code == 0, text[-80:])
            after = self.served(servers)
            renewed = Path(self.place.pki.path("renewed.crt")).read_text().split("-----END")[0]
            self.checks.check("  and the renewed certificate is served", renewed in after and renewed not in before)
            self.works("a login after the renewal", log_in, servers.account("trusted"))

    def served(self, servers):
        """The certificate that a client is given on the port for direct TLS, as PEM."""
        account = servers.account("trusted", direct=True)
        domain = account.jid.split("@")[1].split("/")[0]
        return self.place.laboratory.run(
            ["openssl", "s_client", "-connect", f"{account.address}:{account.port}", "-servername", domain])[1]

    def bad_certificates(self):
        """A peer that a CA does not vouch for is refused, and the log says why."""
        with self.federation("trusted", "expired", "misnamed", "selfsigned") as servers:
            account = servers.account
            for host, sentence, reason in (
                    ("expired", "s2s to an expired certificate is refused", "certificate has expired"),
                    ("misnamed", "s2s to a certificate for another name is refused", "is not valid for this name"),
                    ("selfsigned", "s2s to a self-signed certificate is refused", "[Ss]elf[ -]signed certificate")):
                self.refuses(sentence, account("trusted"), account(host), because=[reason], federation=servers)

    def dialback(self):
        """Where the operator allows it, TLS with an unknown certificate and dialback inside it."""
        with self.federation("trusted", "selfsigned", dialback=True) as servers:
            self.works("a self-signed peer is accepted by dialback in both directions", exchange,
                       servers.account("trusted"), servers.account("selfsigned"))
            self.logged("  inside TLS", servers, "trusted", r"Stream encrypted \(TLSv1.3")
            self.logged("  and not by its certificate", servers, "trusted", "certificate chain validation result: invalid")

    def dane(self):
        """TLSA records, as Prosody uses them on outgoing connections."""
        with self.federation("trusted", "selfsigned", "misnamed", dane=True) as servers:
            self.works("a self-signed peer is accepted by its TLSA record", exchange,
                       servers.account("trusted"), servers.account("selfsigned"), both_ways=False)
            self.logged("  and the record was used", servers, "trusted", "Enabling DANE with 1 TLSA")
            self.refuses("a TLSA record does not help when the name is another one", servers.account("trusted"),
                         servers.account("misnamed"), because=["is not valid for this name"], federation=servers)
        with self.federation("trusted", "selfsigned", dane=True, wrong_tlsa=("selfsigned",)) as servers:
            self.refuses("a wrong TLSA record is refused", servers.account("trusted"), servers.account("selfsigned"),
                         because=["Forbidding insecure connection to/from selfsigned"], federation=servers)

    def replaced_verdict(self):
        """The certificate check of s2s replaced by a module of ours (only with --auth)."""
        how = {"auth": self.options.auth}  # without use_dane: the module asks for TLSA records itself
        with self.federation("trusted", "selfsigned", "misnamed", **how) as servers:
            self.works("DANE-EE accepts a self-signed peer in both directions", exchange,
                       servers.account("trusted"), servers.account("selfsigned"))
            self.logged("  and incoming by the module's verdict", servers, "trusted",
                        r"selfsigned\S* .*incoming.*dane-ee")
            self.works("DANE-EE accepts a certificate with another name (RFC 7671 section 5.1)", exchange,
                       servers.account("trusted"), servers.account("misnamed"), both_ways=False)
        with self.federation("trusted", "selfsigned", wrong_tlsa=("selfsigned",), **how) as servers:
            self.refuses("a wrong TLSA record is refused there too", servers.account("trusted"),
                         servers.account("selfsigned"), federation=servers,
                         because=[r"selfsigned\S* \(outgoing\): refused: .*TLSA record does not match"])
            self.refuses("  and so is what comes from there", servers.account("selfsigned"),
                         servers.account("trusted"), federation=servers,
                         because=[r"selfsigned\S* \(incoming\): refused: .*TLSA record does not match"])
        tlsa = {"serveronly": self.place.pki.authority_tlsa()}
        with self.federation("trusted", "serveronly", tlsa=tlsa, **how) as servers:
            self.works("DANE-TA accepts a peer by its authority", exchange,
                       servers.account("trusted"), servers.account("serveronly"))
            self.logged("  outgoing", servers, "trusted", r"serveronly\S* \(outgoing\): dane-ta")
            self.logged("  and incoming by its certificate, as only EE records speak for who connects", servers,
                        "trusted", r"serveronly\S* \(incoming\): pkix")

    def other_proofs(self):
        """The same module where there are no TLSA records: certificates of a CA, and POSH (only with --auth)."""
        how = {"auth": self.options.auth}
        with self.federation("trusted", "selfsigned", posh=("selfsigned",), **how) as servers:
            self.works("a POSH document accepts a self-signed peer in both directions", exchange,
                       servers.account("trusted"), servers.account("selfsigned"))
            for direction in ("outgoing", "incoming"):
                self.logged(f"  {direction}", servers, "trusted", rf"selfsigned\S* \({direction}\): posh")
            code, text = servers.prosodyctl("trusted", "shell", "xmpptls:show()")
            self.checks.check("the shell shows the verdicts", code == 0 and "posh" in text, text[-120:])
        with self.federation("trusted", "selfsigned", posh=("selfsigned",), silent_web=True, **how) as servers:
            self.refuses("a web server that never answers holds a stream up for no longer than it may",
                         servers.account("trusted"), servers.account("selfsigned"), federation=servers,
                         because=[r"selfsigned\S* \(outgoing\): refused: .*POSH"])
        no_records = {"trusted": None, "serveronly": None, "expired": None, "selfsigned": None}
        with self.federation("trusted", "serveronly", "expired", tlsa=no_records, **how) as servers:
            self.works("certificates of a CA are accepted in both directions", exchange,
                       servers.account("trusted"), servers.account("serveronly"))
            for direction in ("outgoing", "incoming"):
                self.logged(f"  {direction}", servers, "trusted", rf"serveronly\S* \({direction}\): pkix")
            self.refuses("an expired certificate is refused", servers.account("trusted"), servers.account("expired"),
                         because=[r"expired\S* \(outgoing\): refused: .*expired"], federation=servers)
        with self.federation("trusted", "selfsigned", tlsa=no_records, dialback=True, **how) as servers:
            self.works("a self-signed peer is accepted by dialback where the operator allows it", exchange,
                       servers.account("trusted"), servers.account("selfsigned"))
            self.logged("  and the log says what its certificate lacks", servers, "trusted",
                        r"selfsigned\S* \(outgoing\): refused: ")

    def command(self):
        """What `xmpptls check` says of a server on the module under test and of others on LuaSec (only with --command)."""
        pki, no_record = self.place.pki, {"expired": None, "misnamed": None}
        hosts = ("trusted", "serveronly", "selfsigned", "expired", "misnamed")
        command = Command(self.place.laboratory, self.options.command, self.place.zone, pki.path("ca.crt"))
        with self.federation(*hosts, direct=True, posh=("selfsigned",), tlsa=no_record, luasec=hosts[1:]):
            self.command_on_good_servers(command)
            self.command_on_bad_servers(command)
            self.command_as_peer(command, pki)

    def command_on_good_servers(self, command):
        """Proved by a CA, by DANE and by POSH, on the module under test and on LuaSec."""
        for host in ("trusted", "serveronly"):
            code, (c2s, s2s) = command.check(domain_of(host))
            self.checks.check(f"check {host}: all is well", code == 0, c2s.check["headline"] + ", " + s2s.check["headline"])
            self.checks.check("  direct TLS and STARTTLS, for clients and servers, each authenticated",
                              [len(own.endpoints) for own in (c2s, s2s)] == [2, 2]
                              and c2s.every("severity") | s2s.every("severity") == {"ok"})
            self.checks.check("  by PKIX, and for servers by DANE", c2s.proofs("passed") == {"pkix"}
                              and s2s.proofs("passed") == {"dane", "pkix"}, s2s.proofs("passed"))
            self.checks.check("  a record for clients is to be published, and none for servers",
                              "TLSA 3 1 1" in c2s.mends["no_tlsa"]["publish"][0] and "no_tlsa" not in s2s.mends)
            refused = {own["plaintext_behind_starttls"] for own in c2s.endpoints + s2s.endpoints}
            self.checks.check("  plaintext behind <starttls/> is not taken", refused <= {"refused", "dropped", None}, refused)
        code, (s2s,) = command.check(domain_of("selfsigned"), "--s2s")
        self.checks.check("check selfsigned: authenticated by POSH alone", code == 0 and s2s.proofs("passed") == {"posh"}
                          and "no_pkix" in s2s.mends, s2s.check["headline"])

    def command_on_bad_servers(self, command):
        """What is wrong is said, and an exit code says how bad it is."""
        for host, mend in (("expired", "expired"), ("misnamed", "wrong_name")):
            code, (s2s,) = command.check(domain_of(host), "--s2s")
            self.checks.check(f"check {host}: refused", code == 2 and s2s.every("severity") == {"refused"})
            self.checks.check(f"  and {mend} is urgent", s2s.mends.get(mend, {}).get("weight") == "urgent", list(s2s.mends))
            self.checks.check("  and no record is offered for it", "no_tlsa" not in s2s.mends)
        code, text = command.run(domain_of("expired"), "--s2s", "--no-history")
        self.checks.check("  in words too", code == 2 and "REFUSED" in text and "renew it" in text, text[:60])

    def command_as_peer(self, command, pki):
        """With a certificate the server offers EXTERNAL, without one it does not talk."""
        code, (s2s,) = command.check(domain_of("trusted"), "--s2s")
        self.checks.check("check without a certificate: no EXTERNAL", code == 0 and "EXTERNAL" not in s2s.offered())
        code, (s2s,) = command.check(domain_of("trusted"), "--s2s", "--as", domain_of("serveronly"),
                                     "--chain", pki.path("serveronly.crt"), "--key", pki.path("serveronly.key"))
        self.checks.check("check --as another server: EXTERNAL is offered", code == 0 and "EXTERNAL" in s2s.offered(),
                          s2s.offered())


def main():
    """Runs the groups one after the other."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--module", action="append", default=[])
    parser.add_argument("--library")
    parser.add_argument("--plugins", action="append", default=[])
    parser.add_argument("--auth")
    parser.add_argument("--prosody")
    parser.add_argument("--command")
    parser.add_argument("--only", default="")
    parser.add_argument("--backend", action="append")
    parser.add_argument("--make-pki")
    options = parser.parse_args()
    if options.make_pki:
        make_pki(options.make_pki)
        return

    groups = ["conformance", "backends", "direct", "administration", "bad_certificates", "dialback", "dane",
              "libstrophe"]
    if options.module:
        groups += ["example", "mixed"]
    if options.plugins:
        groups += ["channel_binding"]
    if options.auth:
        groups += ["replaced_verdict", "other_proofs"]
    if options.command:
        groups += ["command"]
    checks = Checks()
    with Laboratory("prosody", checks) as laboratory:
        place = Place(laboratory, options.module, options.library, options.plugins, options.prosody)
        print(f"module under test: {' '.join(options.module) or 'LuaSec'}; {place.version()}, "
              f"servers on {laboratory.address('*')}")
        scenarios = Scenarios(checks, place, options)
        for group in groups:
            if options.only in group:
                with checks.group(group):
                    getattr(scenarios, group)()
        code = checks.close()
    sys.exit(code)


if __name__ == "__main__":
    main()
