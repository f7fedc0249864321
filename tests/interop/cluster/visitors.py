"""Who visits the nodes: a client on our library, and `openssl s_client` with its session in a file."""

import base64
import os
import re
import select
import socket
import subprocess
import time

import xmpptls
from nodes import DOMAIN, environment_of_openssl

PATIENCE = 15


def header(domain):
    """The first thing that a client says."""
    return (f"<?xml version='1.0'?><stream:stream to='{domain}' version='1.0' xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams'>").encode()


class OurClient:
    """One context of ours: it keeps tickets from one connection to the next."""

    def __init__(self, pki, **settings):
        self.anchors = xmpptls.TrustAnchors.from_file(pki.path("ca.crt"))
        self.context = xmpptls.Context(self.policy(**settings))

    def policy(self, **settings):
        """The policy of a client that trusts the laboratory's authority."""
        return xmpptls.Policy("c2s-client", trust_anchors=self.anchors, **settings)

    def visit(self, node, domain=DOMAIN):
        """Opens a stream and waits for the features, so that the tickets have come; returns the report."""
        connection = xmpptls.Connection.initiating(self.context, domain, transport="direct-tls")
        seen, said = b"", False
        with socket.create_connection(("127.0.0.1", node.port), PATIENCE) as tcp:
            tcp.settimeout(PATIENCE)
            while b"stream:features" not in seen:
                tcp.sendall(connection.transmit())
                if connection.phase == "open" and not said:
                    tcp.sendall(connection.write_out(header(domain)))
                    said = True
                piece = tcp.recv(65536)
                if not piece:
                    raise ConnectionError(f"{node.name} closed")
                seen += connection.receive(piece)
            report = xmpptls.Report.of(connection)
            connection.close()
            tcp.sendall(connection.transmit())
        return report


class OpenSsl:
    """`openssl s_client` with a file for its session."""

    def __init__(self, pki, directory, name="session"):
        self.authority, self.file = pki.path("ca.crt"), directory / f"{name}.pem"

    def visit(self, node, domain=DOMAIN):
        """"New" or "Reused", as s_client says; the last ticket lies in the file then."""
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{node.port}", "-servername", domain, "-alpn",
                   "xmpp-client", "-CAfile", self.authority, "-verify_return_error", "-sess_out", self.file]
        if self.file.exists():
            command += ["-sess_in", self.file]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 env=environment_of_openssl())
        seen = b""
        try:
            child.stdin.write(header(domain))
            child.stdin.flush()
            end = time.monotonic() + PATIENCE
            while b"stream:features" not in seen and select.select([child.stdout], [], [], end - time.monotonic())[0]:
                piece = os.read(child.stdout.fileno(), 65536)
                if not piece:
                    break
                seen += piece
        finally:
            child.kill()
            child.communicate()
        found = re.search(rb"^(New|Reused), TLSv1\.3", seen, re.M)
        return found.group(1).decode() if found and b"stream:features" in seen else seen.decode(errors="replace")[-300:]

    def read(self):
        """The session as OpenSSL wrote it, which has the ticket in it."""
        return base64.b64decode("".join(self.file.read_text().splitlines()[1:-1]))

    def write(self, session):
        """Puts another one in its place."""
        text = base64.encodebytes(session).decode()
        self.file.write_text(f"-----BEGIN SSL SESSION PARAMETERS-----\n{text}-----END SSL SESSION PARAMETERS-----\n")
