"""Two Erlang nodes with Mnesia, and a port mapper of their own."""

import re
import secrets

from nodes import CLUSTER, DOMAIN, OTHER, ROOT, Clock, free_port


class ErlangNode:
    """One node; `first` is the one that it joins."""

    def __init__(self, erlang, name, first=None, secret=None):
        self.erlang, self.name, self.first = erlang, f"erlang-{name}", first
        self.secret = secret or erlang.cluster.secret
        self.port = free_port()
        self.clock = Clock(erlang.cluster.laboratory.directory / f"{name}.clock")

    @property
    def node(self):
        """Its name among Erlang nodes."""
        return f"{self.name}@127.0.0.1"

    def start(self):
        """Starts it and waits until it listens, or has ended by itself; says which."""
        cluster = self.erlang.cluster
        pairs = [word for domain in (DOMAIN, OTHER) for word in (domain, cluster.pki.path(f"{domain}.pem"))]
        words = [self.clock.path, self.secret, CLUSTER, self.port, self.first.node if self.first else "none", *pairs]
        child = cluster.laboratory.start(self.name, self.erlang.command(self.node, "-run", "cluster_node", "main", *words),
                                         self.erlang.environment)
        cluster.laboratory.wait_until(f"{self.name} begins",
                                      lambda: child.poll() is not None or "ready\n" in self.log(), 30)
        return child.poll() is None

    def log(self):
        """Everything it said."""
        return self.erlang.cluster.laboratory.output(self.name)

    def stop(self):
        """Ends it."""
        self.erlang.cluster.laboratory.stop(self.name)

    def call(self, expression):
        """Has the node evaluate `M, F, [A]` and returns what was printed."""
        name = f"asking{secrets.token_hex(4)}@127.0.0.1"
        code, text = self.erlang.cluster.laboratory.run(self.erlang.command(
            name, "-hidden", "-eval", f"io:format(\"~0p~n\", [rpc:call('{self.node}', {expression})]), halt()."),
            self.erlang.environment)
        if code != 0:
            raise RuntimeError(f"{expression}: {text}")
        return text

    def refresh(self):
        """Has it look into the table now."""
        return self.call("xmpptls_ticket_keys, refresh, [ticket_keys]")

    def records(self):
        """What lies in the table, by the beginning of the period."""
        found = re.findall(r"record (\d+) ([0-9A-F]+)", self.call(f"cluster_node, record, [<<\"{CLUSTER}\">>]"))
        return {int(begin): bytes.fromhex(record) for begin, record in found}

    def put(self, begin, record):
        """Puts a record there."""
        self.call(f"cluster_node, put_record, [{{<<\"{CLUSTER}\">>, {begin}}}, <<\"{record.hex()}\">>]")


class Erlang:
    """What the Erlang nodes share: the port mapper, the cookie, the code."""

    def __init__(self, cluster, beams):
        self.cluster, self.beams, self.cookie = cluster, beams, secrets.token_hex(16)
        self.port = free_port()
        self.environment = {"ERL_EPMD_PORT": str(self.port), "ERL_EPMD_ADDRESS": "127.0.0.1",
                            "HOME": str(cluster.laboratory.directory)}
        (cluster.laboratory.directory / ".erlang.cookie").write_text(self.cookie)
        (cluster.laboratory.directory / ".erlang.cookie").chmod(0o400)

    def start(self):
        """Starts the port mapper."""
        self.cluster.laboratory.start("epmd", ["epmd"], self.environment)
        self.cluster.laboratory.wait_for_port("epmd", "127.0.0.1", self.port)

    def command(self, name, *words):
        """An Erlang that speaks with the others on loopback only."""
        return ["erl", "-noinput", "-name", name, "-start_epmd", "false", "-kernel", "inet_dist_use_interface",
                "{127,0,0,1}", "-pa", self.beams, ROOT / "target" / "erlang" / "xmpptls" / "ebin", *words]
