"""Prosody servers as they come from the distribution, one for each kind of certificate."""

import json
import string
import sys
from pathlib import Path

from lab.dns import PORT as DNS_PORT
from lab.dns import SignedZone
from lab.pki import Pki, full, Purpose
from lab.processes import need
from lab.xmpp import Account

HERE = Path(__file__).parent
ZONE = "example.test"
# Not the standard ports, so that a Prosody that already runs on this machine is not in the way.
C2S, C2S_DIRECT, S2S, S2S_DIRECT = 15222, 15223, 15269, 15270
PASSWORD = "secret"

# Host name: number of its address, and what its certificate is like.
HOSTS = {
    "trusted": (1, {}),
    "serveronly": (2, {"purposes": (Purpose.SERVER_AUTH,)}),  # what public authorities issue
    "selfsigned": (3, {"issuer": "self"}),
    "expired": (4, {"valid": (-40, -10)}),
    "misnamed": (5, {}),
    "sha256": (6, {}),  # keeps passwords for SCRAM-SHA-256, all others for SCRAM-SHA-1
}


def domain_of(host):
    """The XMPP domain of a host."""
    return f"{host}.{ZONE}"


def make_pki(directory, pki=None):
    """Certificates for all hosts; misnamed's is for another name."""
    pki = pki or Pki(directory)
    for host, (_, odd) in HOSTS.items():
        name = "somewhere-else" if host == "misnamed" else host
        pki.issue(host, full(domain_of(name), **odd))
    pki.issue("renewed", full(domain_of("trusted")))
    for name, odd in {"rsa": {"rsa": True}, "unknown-ca": {"issuer": "other"}, "not-yet-valid": {"valid": (10, 20)}}.items():
        pki.issue(name, full(domain_of(name), **odd))
    return pki


class Federation:
    """A group of servers. Use as a context: they run inside it.

    `direct` publishes direct TLS for s2s; `dane` makes the servers look for TLSA records; `wrong_tlsa`
    names hosts whose record does not match; `auth` is a Prosody module that replaces mod_s2s_auth_certs;
    `dialback` accepts peers by dialback where the certificate does not do; `tlsa` gives hosts other records;
    `posh` names hosts that have a POSH document in place of TLSA records; `luasec` names hosts that run on LuaSec
    whatever module is under test; with `silent_web` the web servers of POSH documents never answer; `modules` are
    Prosody modules to load besides.
    """

    def __init__(self, place, hosts, backend="epoll", direct=False, dane=False, wrong_tlsa=(), auth=None,
                 dialback=False, tlsa=(), posh=(), luasec=(), silent_web=False, modules=(), tickets=False):
        self.place = place
        self.laboratory = place.laboratory
        self.hosts = hosts
        self.backend, self.direct, self.dane = backend, direct, dane
        self.wrong_tlsa, self.auth, self.dialback = wrong_tlsa, auth, dialback
        self.tlsa, self.posh, self.luasec, self.silent_web = dict(tlsa), posh, luasec, silent_web
        self.tickets = tickets
        self.modules = [*modules, *(name for name in (auth, dialback and "dialback") if name)]

    def __enter__(self):
        self.place.zone.publish(line for host in self.hosts for line in self._records(host))
        try:
            for host in self.posh:
                self._serve_posh(host)
            for host in self.hosts:
                self._configure(host)
                self._start(host)
            for host in self.hosts:
                self._wait(host)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for host in self.hosts:
            self.laboratory.stop(f"prosody-{host}")
        for host in self.posh:
            self.laboratory.stop(f"posh-{host}")

    def directory(self, host):
        """Where a server's files are."""
        return self.laboratory.directory / host

    def log(self, host):
        """What a server has logged."""
        return (self.directory(host) / "prosody.log").read_text(errors="replace")

    def account(self, host, **options):
        """The account that every server has."""
        if host in ("expired", "misnamed"):
            ca = None  # wrong on purpose, and the subject of s2s scenarios only
        else:
            ca = self.place.pki.path("selfsigned.crt" if host == "selfsigned" else "ca.crt")
        port = C2S_DIRECT if options.get("direct") else C2S
        return Account(f"user@{domain_of(host)}/{options.pop('resource', 'here')}", PASSWORD,
                       self._address(host), port, ca=ca, **options)

    def maps(self, host):
        """The files that the server's process has mapped."""
        return Path(f"/proc/{self.laboratory.children[f'prosody-{host}'].pid}/maps").read_text()

    def prosodyctl(self, host, *words):
        """Runs prosodyctl for this server; returns (exit code, output)."""
        command = [self.place.program("prosodyctl"), "--root", "--config", self.directory(host) / "prosody.cfg.lua", *words]
        return self.laboratory.run(command, env=self.place.environment)

    def _address(self, host):
        return self.laboratory.address(HOSTS[host][0])

    def _records(self, host):
        tlsa = self.tlsa.get(host, self.place.pki.tlsa(host))
        if host in self.wrong_tlsa:
            tlsa = "3 1 1 " + "00" * 32
        yield f"{host} IN A {self._address(host)}"
        yield f"_xmpp-client._tcp.{host} IN SRV 0 0 {C2S} {host}"
        yield f"_xmpps-client._tcp.{host} IN SRV 0 0 {C2S_DIRECT} {host}"
        yield f"_xmpp-server._tcp.{host} IN SRV 10 0 {S2S} {host}"
        if self.direct:
            yield f"_xmpps-server._tcp.{host} IN SRV 0 0 {S2S_DIRECT} {host}"
        for port in (S2S, S2S_DIRECT) if tlsa and host not in self.posh else ():
            yield f"_{port}._tcp.{host} IN TLSA {tlsa}"

    def _serve_posh(self, host):
        pki, address = self.place.pki, self._address(host)
        pki.issue(f"web-{host}", full(domain_of(host)))
        document = self.laboratory.directory / f"{host}.posh.json"
        document.write_text(json.dumps({"fingerprints": [{"sha-256": pki.fingerprint(host)}], "expires": 3600}))
        name = f"posh-{host}"
        self.laboratory.start(name, [sys.executable, HERE.parent / "lab" / "posh.py", address, document,
                                     pki.path(f"web-{host}.crt"), pki.path(f"web-{host}.key"),
                                     *(["silent"] if self.silent_web else [])])
        self.laboratory.wait_for_port(name, address, 443)

    def _configure(self, host):
        directory = self.directory(host)
        (directory / "certs").mkdir(parents=True, exist_ok=True)
        (directory / "data").mkdir(exist_ok=True)
        (directory / "prosody.log").write_text("")
        self.use_certificate(host, host)
        text = string.Template((HERE / "prosody.cfg.lua.in").read_text()).substitute(
            directory=directory, address=self._address(host), backend=self.backend, domain=domain_of(host),
            c2s=C2S, c2s_direct=C2S_DIRECT, s2s=S2S, s2s_direct=S2S_DIRECT,
            plugin_paths=", ".join(f'"{path}"' for path in self.place.plugins),
            modules_enabled="; ".join(f'"{name}"' for name in self.modules),
            password_hash="SHA-256" if host == "sha256" else "SHA-1",
            secure=str(not self.dialback).lower(),
            modules_disabled='"s2s_auth_certs"' if self.auth else "",
            dane=str(self.dane).lower(), patience=2 if self.silent_web else 20,
            no_ticket=str(not self.tickets).lower(), capath=self.place.pki.path("capath"),
            dns=f"{self.place.zone.address}@{DNS_PORT}", anchor=self.place.zone.anchor)
        (directory / "prosody.cfg.lua").write_text(text)
        accounts = directory / "data" / domain_of(host).replace(".", "%2e").replace("-", "%2d") / "accounts"
        if not accounts.exists():
            code, output = self.prosodyctl(host, "register", "user", domain_of(host), PASSWORD)
            if code != 0:
                raise RuntimeError(f"prosodyctl register: {output}")

    def use_certificate(self, host, name):
        """Puts a certificate where the server looks for its own."""
        for end in ("crt", "key"):
            text = Path(self.place.pki.path(f"{name}.{end}")).read_text()
            (self.directory(host) / "certs" / f"{domain_of(host)}.{end}").write_text(text)

    def _start(self, host):
        command = [self.place.program("prosody"), "--root", "-F", "--config", self.directory(host) / "prosody.cfg.lua"]
        environment = {} if host in self.luasec else self.place.environment
        self.laboratory.start(f"prosody-{host}", command, env=environment)

    def _wait(self, host):
        for port in (C2S, C2S_DIRECT, S2S, S2S_DIRECT):
            self.laboratory.wait_for_port(f"prosody-{host}", self._address(host), port)


class Place:
    """What all federations of one run share: certificates, the zone, which `ssl` module is under test, and which
    Prosody: the one in PATH, or the one whose programs are in the directory `prosody`.

    `pki` and `zone` are those of a laboratory in which other servers run too.
    """

    def __init__(self, laboratory, modules=(), library=None, plugins=(), prosody=None, pki=None, zone=None):
        self.programs = Path(prosody).resolve() if prosody else None
        need(self.program("prosody"), self.program("prosodyctl"), "openssl")
        self.laboratory = laboratory
        self.pki = make_pki(laboratory.directory / "pki", pki)
        self.zone = zone or SignedZone(laboratory, ZONE)
        self.plugins = [Path(path).resolve() for path in plugins]
        self.library = _named(library, laboratory.directory / "library") if library else None
        self.environment = lua_environment(modules, self.library)

    def program(self, name):
        """How one of Prosody's programs is called."""
        return str(self.programs / name) if self.programs else name

    def version(self):
        """Which Prosody this is, in its own words."""
        _, text = self.laboratory.run([self.program("prosodyctl"), "--root", "about"], env=self.environment)
        return next((line for line in text.splitlines() if line.startswith("Prosody ")), "a Prosody that does not say")


def _named(library, directory):
    """A directory with the library under the name that programs load."""
    directory.mkdir()
    (directory / "libxmpptls.so.0").symlink_to(Path(library).resolve() / "libxmpptls.so")
    return directory


def lua_environment(modules, library=None, lua="5.4"):
    """The environment that puts directories first on Lua's path; {lua} in them is the version. Prosody's is 5.4."""
    environment = {}
    directories = [Path(str(module).replace("{lua}", lua)).resolve() for module in modules]
    for directory in directories:
        if not directory.is_dir():
            raise RuntimeError(f"{directory} is not there")
    if directories:
        lua = ";".join(f"{path}/?.lua;{path}/?/init.lua" for path in directories)
        c = ";".join(f"{path}/?.so" for path in directories)
        environment = {"LUA_PATH": f"{lua};;", "LUA_CPATH": f"{c};;"}
    if library:
        environment["LD_LIBRARY_PATH"] = str(library)
    return environment
