"""Two ejabberd nodes as they come from the distribution, each with a domain of its own."""

import os
import pwd
import shutil
import string
import time
from pathlib import Path

from lab.dns import PORT as DNS_PORT
from lab.dns import SignedZone
from lab.pki import Leaf, Pki, Purpose
from lab.processes import need
from lab.xmpp import Account

HERE = Path(__file__).parent
ZONE = "example.test"
NODES = {"one": 1, "two": 2}
C2S, C2S_DIRECT, S2S, S2S_DIRECT, HTTPS, STUN, DISTRIBUTION = 15222, 15223, 15269, 15270, 15443, 15478, 15300
PASSWORD = "secret"
USER = "ejabberd"  # ejabberdctl runs as this user, or as root and changes to it

# What the certificate of a node may be like.
KINDS = {
    "usual": {},
    "rsa": {"rsa": True},
    "renewed": {},
    "serveronly": {"purposes": (Purpose.SERVER_AUTH,)},
    "unknown": {"issuer": "other"},
    "misnamed": {"dns": ("hoster.invalid",)},
    "expired": {"valid": (-40, -10)},
    "selfsigned": {"issuer": "self"},
}

# Certificates of users, by what is odd about them.
USERS = {
    "user": {},
    "user-elsewhere": {"xmpp_addr": (f"user@two.{ZONE}",)},
    "user-unknown-ca": {"issuer": "other"},
    "user-expired": {"valid": (-40, -10)},
    "user-nameless": {"xmpp_addr": (), "dns": (f"one.{ZONE}",)},
}


def domain_of(node):
    """The XMPP domain of a node."""
    return f"{node}.{ZONE}"


class Place:
    """What all pairs of nodes of one run share. `ebin` is put ahead of the distribution's code.

    `pki` and `zone` are those of a laboratory in which other servers run too.
    """

    def __init__(self, laboratory, ebin=(), library=None, pki=None, zone=None):
        need("ejabberdctl", "erl", "openssl", "curl")
        if os.getuid() != 0 and pwd.getpwuid(os.getuid()).pw_name != USER:
            raise SystemExit(f"ejabberdctl runs only as root or as the user {USER}: run this as one of them")
        self.laboratory = laboratory
        self.pki = pki or Pki(laboratory.directory / "pki")
        for node in NODES:
            for kind, odd in KINDS.items():
                # dNSName alone is what public authorities issue, and what ejabberd 23.01 reads
                self.pki.issue(f"{node}-{kind}", Leaf(**{"dns": (domain_of(node),), "common_name": "node", **odd}))
        for name, odd in USERS.items():
            names = {"xmpp_addr": (f"user@{domain_of('one')}",), "purposes": (Purpose.CLIENT_AUTH,), **odd}
            self.pki.issue(name, Leaf(**{"common_name": "user", **names}))
        trusted = Path(self.pki.path("ca.crt")).read_text() + Path(self.pki.path("other-ca.crt")).read_text()
        Path(self.pki.path("clients.crt")).write_text(trusted)
        self.zone = zone or SignedZone(laboratory, ZONE)
        self.code_path = self._readable(ebin)
        self.library = self._library(library) if library else None

    def address(self, node):
        """Where a node listens."""
        return self.laboratory.address(NODES[node])

    def _readable(self, directories):
        """Copies of directories where the server's user can read them: a clone under /root is closed to it.

        A code directory is copied with what lies beside it, since a module finds its library there.
        """
        copies = []
        for number, directory in enumerate(directories):
            source = Path(directory).resolve()
            if not source.is_dir():
                raise SystemExit(f"{source} is not there")
            target = self.laboratory.directory / "under-test" / str(number)
            # Erlang goes by the name of the directory above ebin.
            target = target / source.parent.name
            shutil.copytree(source.parent, target, ignore_dangling_symlinks=True)
            copies.append(target / source.name)
        if copies:
            self.laboratory.run(["chmod", "-R", "a+rX", self.laboratory.directory / "under-test"])
        return copies

    def _library(self, directory):
        """A copy of the library under the name that programs load."""
        target = self.laboratory.directory / "under-test" / "library"
        target.mkdir(parents=True)
        shutil.copy(Path(directory).resolve() / "libxmpptls.so", target / "libxmpptls.so.0")
        return target


class Pair:
    """Both nodes, or those of `nodes`. Use as a context: they run inside it.

    `certificates` says which kind each node has; `tls12` forbids TLS 1.3; `plus` False keeps SCRAM-*-PLUS from being
    offered; `modules` are further lines of ejabberd.yml; `direct` names nodes that have a record for s2s by direct TLS;
    `neighbours` are domains of other servers and their addresses; with `stock` the nodes run on fast_tls whatever module
    is under test; with `user_certificates` clients are asked for theirs.
    """

    def __init__(self, place, certificates=("usual", "usual"), tls12=False, plus=True, modules="", nodes=tuple(NODES),
                 direct=("one",), neighbours=(), stock=False, user_certificates=False):
        self.place = place
        self.laboratory = place.laboratory
        self.certificates = dict(zip(NODES, certificates))
        self.tls12, self.plus, self.modules = tls12, plus, modules
        self.nodes, self.direct, self.neighbours, self.stock = nodes, direct, dict(neighbours), stock
        self.user_certificates = user_certificates
        self.changes = 0

    def __enter__(self):
        self.place.zone.publish(line for node in self.nodes for line in self._records(node))
        try:
            for node in self.nodes:
                self._configure(node)
                self._start(node)
            for node in self.nodes:
                self._wait(node)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            self.laboratory.stop(f"ejabberd-{node}")

    def directory(self, node):
        """Where a node's files are."""
        return self.laboratory.directory / node

    def log(self, node):
        """What a node has logged."""
        return (self.directory(node) / "log" / "ejabberd.log").read_text(errors="replace")

    def maps(self, node):
        """The files that the node's process has mapped."""
        pid = (self.directory(node) / "ejabberd.pid").read_text().strip()
        return Path(f"/proc/{pid}/maps").read_text()

    def account(self, node, **options):
        """The account that every node has."""
        port = C2S_DIRECT if options.get("direct") else C2S
        named = self.certificates[node] != "misnamed"
        return Account(f"user@{domain_of(node)}/{options.pop('resource', 'here')}", PASSWORD, self.place.address(node), port,
                       ca=self.place.pki.path("clients.crt") if named else None, **options)

    def ctl(self, node, *words):
        """Runs ejabberdctl for a node; returns (exit code, output)."""
        return self.laboratory.run(self._ctl(node, *words), env={"HOME": str(self.directory(node))}, user=USER)

    def use_certificate(self, node, kind):
        """Puts a certificate of this kind where the node looks for its own."""
        text = Path(self.place.pki.path(f"{node}-{kind}.pem")).read_text()
        path = self.directory(node) / "etc" / "certificate.pem"
        path.write_text(text)
        # ejabberd reads again what is newer by a second.
        self.changes += 1
        newer = time.time() + self.changes
        os.utime(path, (newer, newer))

    def _ctl(self, node, *words):
        directory = self.directory(node)
        return ["ejabberdctl", "--config-dir", directory / "etc", "--config", directory / "etc" / "ejabberd.yml",
                "--ctl-config", directory / "etc" / "ejabberdctl.cfg", "--logs", directory / "log",
                "--spool", directory / "spool", "--node", f"{node}@{self.place.address(node)}", *words]

    def _records(self, node):
        yield f"{node} IN A {self.place.address(node)}"
        yield f"_xmpp-server._tcp.{node} IN SRV 10 0 {S2S} {node}"
        if node in self.direct:  # tried first (XEP-0368)
            yield f"_xmpps-server._tcp.{node} IN SRV 0 0 {S2S_DIRECT} {node}"
        for port in (S2S, S2S_DIRECT):
            yield f"_{port}._tcp.{node} IN TLSA {self.place.pki.tlsa(f'{node}-{self.certificates[node]}')}"

    def _configure(self, node):
        directory = self.directory(node)
        shutil.rmtree(directory, ignore_errors=True)
        for part in ("etc", "log", "spool"):
            (directory / part).mkdir(parents=True)
        self.use_certificate(node, self.certificates[node])
        text = string.Template((HERE / "ejabberd.yml.in").read_text()).substitute(
            domain=domain_of(node), address=self.place.address(node), ca=self.place.pki.path("ca.crt"),
            certificate=directory / "etc" / "certificate.pem", modules=self.modules,
            c2s=C2S, c2s_direct=C2S_DIRECT, s2s=S2S, s2s_direct=S2S_DIRECT, https=HTTPS,
            tls_verify=str(self.user_certificates).lower(), stun=STUN, uploads=directory / "uploads",
            protocol_options="no_tlsv1_3," if self.tls12 else "",
            disabled_mechanisms="" if self.plus else "scram-sha-1-plus, scram-sha-256-plus, scram-sha-512-plus")
        (directory / "etc" / "ejabberd.yml").write_text(text)
        self._configure_erlang(node, directory)
        if os.getuid() == 0:
            for path in (directory, *directory.rglob("*")):
                shutil.chown(path, USER)

    def _configure_erlang(self, node, directory):
        # SRV look-ups go through Erlang's resolver, which this file sends to the laboratory's server; addresses
        # come from libc, where nss_wrapper answers.
        server = "{" + self.place.zone.address.replace(".", ",") + "}"
        (directory / "etc" / "inetrc").write_text(
            '{resolv_conf,""}.\n{lookup,["file","dns"]}.\n' + f"{{nameserver,{server},{DNS_PORT}}}.\n")
        names = [f"{self.place.address(other)} {domain_of(other)}" for other in NODES]
        names += [f"{address} {domain}" for domain, address in self.neighbours.items()]
        (directory / "etc" / "hosts").write_text("\n".join(["127.0.0.1 localhost", *names]) + "\n")
        interface = "{" + self.place.address(node).replace(".", ",") + "}"
        options = f"-setcookie laboratory -env ERL_CRASH_DUMP_BYTES 0 -kernel inet_dist_use_interface {interface}"
        for path in () if self.stock else self.place.code_path:
            options += f" -pa {path}"
        lines = [f'ERL_OPTIONS="{options}"', f"ERL_DIST_PORT={DISTRIBUTION}",
                 f"EJABBERD_PID_PATH={directory}/ejabberd.pid",
                 f"export LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_HOSTS={directory}/etc/hosts"]
        if self.place.library:
            lines.append(f"export LD_LIBRARY_PATH={self.place.library}")
        (directory / "etc" / "ejabberdctl.cfg").write_text("\n".join(lines) + "\n")

    def _start(self, node):
        self.laboratory.start(f"ejabberd-{node}", self._ctl(node, "foreground"), user=USER,
                              env={"HOME": str(self.directory(node))})

    def _wait(self, node):
        for port in (C2S, C2S_DIRECT, S2S, S2S_DIRECT, HTTPS, STUN):
            self.laboratory.wait_for_port(f"ejabberd-{node}", self.place.address(node), port, 40)
        # Ports are open before there are tables of accounts; the node runs when its whole application has started.
        self.laboratory.wait_until(f"ejabberdctl status: {node} runs", lambda: self.ctl(node, "status")[0] == 0, 40)
        code, text = self.ctl(node, "register", "user", domain_of(node), PASSWORD)
        if code != 0:
            raise RuntimeError(f"ejabberdctl register: {text}")
