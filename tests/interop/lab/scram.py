"""A login by SCRAM with channel binding (RFC 5802, RFC 9266), carried by `openssl s_client`.

The value that is bound is the one OpenSSL exports, so that a server agrees only if its TLS library derives the same.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
import select
import subprocess
import time

HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
          "version='1.0' to='{}'>")
SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
BINDING = "tls-exporter"


class BoundLogin:
    """One connection by direct TLS. Use as a context; `features` is what the server offers inside TLS."""

    def __init__(self, domain, address, port, authority, *options):
        self.domain = domain
        self.command = [
            "openssl", "s_client", "-connect", f"{address}:{port}", "-servername", domain, "-CAfile", authority,
            "-verify_hostname", domain, "-verify_return_error", "-keymatexport", "EXPORTER-Channel-Binding",
            "-keymatexportlen", "32", "-nocommands", *options]
        self.seen = ""

    def __enter__(self):
        self.child = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.exported = bytes.fromhex(self._expect(r"Keying material: ([0-9A-F]{64})").group(1))
        self._say(HEADER.format(self.domain))
        self.features = self._expect(r"<stream:features.*?</stream:features>").group(0)
        self.mechanisms = re.findall(r"<mechanism>([^<]+)<", self.features)
        self.bindings = re.findall(r"<channel-binding type=['\"]([^'\"]+)", self.features)
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.communicate()

    def log_in(self, mechanism, user, password, exported=None):
        """Returns the name of what came: "success", or the condition of the failure."""
        algorithm = {"SCRAM-SHA-1-PLUS": "sha1", "SCRAM-SHA-256-PLUS": "sha256"}[mechanism]
        header = f"p={BINDING},,"
        bare = f"n={user},r={secrets.token_hex(12)}"
        self._say(f"<auth {SASL} mechanism='{mechanism}'>{_base64((header + bare).encode())}</auth>")
        found = self._expect(r"<challenge[^>]*>([^<]+)<|<failure[^>]*><([a-z-]+)")
        if found.group(2):
            return found.group(2)
        challenge = base64.b64decode(found.group(1)).decode()
        nonce, salt, count = re.fullmatch(r"r=([^,]+),s=([^,]+),i=(\d+)", challenge).groups()
        salted = hashlib.pbkdf2_hmac(algorithm, password.encode(), base64.b64decode(salt), int(count))
        bound = _base64(header.encode() + (self.exported if exported is None else exported))
        final = f"c={bound},r={nonce}"
        message = f"{bare},{challenge},{final}"
        client_key = _hmac(algorithm, salted, "Client Key")
        signature = _hmac(algorithm, hashlib.new(algorithm, client_key).digest(), message)
        proof = bytes(one ^ other for one, other in zip(client_key, signature))
        self._say(f"<response {SASL}>{_base64(f'{final},p={_base64(proof)}'.encode())}</response>")
        found = self._expect(r"<success[^>]*>([^<]+)<|<failure[^>]*><([a-z-]+)")
        if found.group(2):
            return found.group(2)
        expected = b"v=" + _base64(_hmac(algorithm, _hmac(algorithm, salted, "Server Key"), message)).encode()
        return "success" if base64.b64decode(found.group(1)) == expected else "a wrong signature of the server"

    def _say(self, text):
        self.child.stdin.write(text.encode())
        self.child.stdin.flush()

    def _expect(self, pattern, seconds=10):
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.seen, re.DOTALL)):
            left = end - time.monotonic()
            ready = left > 0 and select.select([self.child.stdout], [], [], left)[0]
            piece = os.read(self.child.stdout.fileno(), 65536) if ready else b""
            if not piece:
                raise RuntimeError(f"nothing like {pattern} came: {self.seen[-300:]}")
            self.seen += piece.decode(errors="replace")
        self.seen = self.seen[found.end():]
        return found


def _hmac(algorithm, key, text):
    return hmac.digest(key, text.encode(), algorithm)


def _base64(octets):
    return base64.b64encode(octets).decode()
