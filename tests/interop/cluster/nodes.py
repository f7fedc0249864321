"""The nodes of a cluster: the example servers in C, Python and Lua, with a Redis between them.

Each node has a clock of its own, moved by libfaketime while it runs, so that days pass within a test.
"""

import os
import secrets
import socket
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
EXAMPLES = ROOT / "examples"
DOMAIN, OTHER = "one.example.test", "two.example.test"
CLUSTER = "laboratory"
PASSWORD = "what the store asks for"
DAY = 24 * 3600
LUA = {"lua": ("lua5.3", "5.3"), "luajit": ("luajit", "jit")}  # the program, and where our module is built for it
FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)


def free_port():
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Clock:
    """A file that says by how much a node's clock differs from ours, or where it stands still."""

    def __init__(self, path):
        self.path = path
        self.show(0)

    def show(self, seconds):
        """Lets it run, so many seconds ahead of ours."""
        self._write(f"{seconds:+d}")

    def stand(self, at):
        """Stops it at a time, given in seconds since 1970."""
        self._write(time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at)))

    def _write(self, text):
        new = self.path.with_suffix(".new")
        new.write_text(text + "\n")
        new.replace(self.path)

    def environment(self):
        """What a node needs to see it."""
        return {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.path), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}


class Store:
    """Redis on loopback: a port and a socket, a password, nothing written to disk."""

    def __init__(self, laboratory):
        self.laboratory, self.port = laboratory, free_port()
        self.socket = laboratory.directory / "redis.sock"

    def start(self):
        """Starts it, empty."""
        self.laboratory.start("redis", [
            "redis-server", "--bind", "127.0.0.1", "--port", self.port, "--unixsocket", self.socket, "--save", "",
            "--appendonly", "no", "--requirepass", PASSWORD, "--daemonize", "no", "--dir", self.laboratory.directory])
        self.laboratory.wait_for_port("redis", "127.0.0.1", self.port)

    def kill(self):
        """It is gone from one moment to the next."""
        self.laboratory.children["redis"].kill()
        self.laboratory.stop("redis")

    def client(self):
        """A client of ours, for looking and meddling."""
        import redis
        return redis.Redis(host="127.0.0.1", port=self.port, password=PASSWORD)


class Node:
    """One server. `language` is "c", "python", "lua" or "luajit"."""

    def __init__(self, cluster, name, language, policy=None, secret=None):
        self.cluster, self.name, self.language, self.policy = cluster, name, language, policy
        self.secret = secret or cluster.secret
        self.port = free_port()
        self.clock = Clock(cluster.laboratory.directory / f"{name}.clock")

    def start(self):
        """Starts it and waits until it listens, or has ended by itself; says which."""
        laboratory, store = self.cluster.laboratory, self.cluster.store
        pairs = [(domain, self.cluster.pki.path(domain)) for domain in (DOMAIN, OTHER)]
        split = [word for domain, path in pairs for word in (domain, f"{path}.crt", f"{path}.key")]
        environment = {**self.clock.environment(), "TICKET_STORE_PASSWORD": PASSWORD, "TICKET_CLUSTER": CLUSTER,
                       "TICKET_SECRET_FILE": str(self.secret), "TICKET_EVERY": "1",
                       **({"POLICY_FILE": str(self.policy)} if self.policy else {})}
        if self.language == "c":
            environment |= {"TICKET_STORE": str(store.socket), "LD_LIBRARY_PATH": str(self.cluster.library)}
            command = [self.cluster.programs / "c2s_server_cluster", self.port, "direct", *split]
        elif self.language in LUA:
            program, version = LUA[self.language]
            built = ROOT / "target" / "lua" / version
            environment |= {"TICKET_STORE": f"127.0.0.1:{store.port}", "LUA_PATH": f"{EXAMPLES}/lua/?.lua;;",
                            "LUA_CPATH": f"{built}/?.so;;"}
            command = [program, EXAMPLES / "lua" / "c2s_server.lua", self.port, "direct-tls", *split]
        else:
            url = f"redis://:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{store.port}"
            command = [sys.executable, EXAMPLES / "python" / "server.py", "--direct", "--port", self.port,
                       "--ticket-keys", url, "--cluster", CLUSTER, "--cluster-secret", self.secret, "--every", "1",
                       *(["--policy", self.policy] if self.policy else []),
                       *[word for domain, path in pairs for word in (domain, f"{path}.pem")]]
        child = laboratory.start(self.name, command, environment)
        laboratory.wait_until(f"{self.name} begins", lambda: child.poll() is not None or self.listens(), 20)
        return child.poll() is None

    def listens(self):
        """Whether it said that it listens."""
        return any(line.startswith(("ready", "listening")) for line in self.log().splitlines())

    def log(self):
        """Everything it said."""
        return self.cluster.laboratory.output(self.name)

    def stop(self):
        """Ends it."""
        self.cluster.laboratory.stop(self.name)


class Cluster:
    """The store, its secret, certificates, and nodes that are made as a test needs them."""

    def __init__(self, laboratory, checks, pki, library, programs):
        self.laboratory, self.checks, self.pki = laboratory, checks, pki
        self.library, self.programs = Path(library).resolve(), Path(programs).resolve()
        self.store = Store(laboratory)
        self.secret = self.new_secret("cluster")
        self.nodes = {}

    def new_secret(self, name):
        """A file with a secret."""
        path = self.laboratory.directory / f"{name}.secret"
        path.touch(0o600)
        path.write_text(secrets.token_hex(32) + "\n")
        return path

    def node(self, name, language, ahead=0, **more):
        """A node whose clock is ahead of ours."""
        node = self.nodes[name] = Node(self, name, language, **more)
        node.clock.show(ahead)
        return node

    def show(self, seconds):
        """Moves all clocks."""
        for node in self.nodes.values():
            node.clock.show(seconds)

    def records(self):
        """What lies in the store, by the beginning of the period."""
        store = self.store.client()
        prefix = f"xmpptls:ticket-key:{CLUSTER}:"
        return {int(name.decode().removeprefix(prefix)): store.get(name) for name in store.keys(prefix + "*")}

    def expires_in(self, begin):
        """The seconds after which Redis drops a record."""
        return self.store.client().ttl(f"xmpptls:ticket-key:{CLUSTER}:{begin}")

    def wait_for_records(self, *begins):
        """Returns when there are records of these periods."""
        self.laboratory.wait_until(f"records of {begins}", lambda: set(begins) <= set(self.records()), 20)


def environment_of_openssl():
    """Nothing of the machine's configuration of OpenSSL."""
    return {**os.environ, "OPENSSL_CONF": "/dev/null"}
