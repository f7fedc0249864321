"""What an ejabberd offers over TLS beside streams between clients and servers, and what goes on while it reloads."""

import base64
import hashlib
import os
import re
import secrets
import socket
import ssl
import struct
import threading
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from websockets.sync.client import connect as websocket

from lab.xmpp import Refused, exchange, in_session, log_in

from servers import C2S_DIRECT, HTTPS, PASSWORD, STUN, domain_of

FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
UPLOAD = "urn:xmpp:http:upload:0"
MAGIC_COOKIE = 0x2112A442
UPLOAD_BYTES = 5 * 1024 * 1024 + 17
RELOADS = 10
# Certificates that let nobody in: file, what is wrong, what the log says.
REFUSED_USERS = (("user-elsewhere", "for a user of another domain", "Certificate JID mismatch"),
                 ("user-unknown-ca", "of an unknown CA", "local issuer certificate|self signed certificate"),
                 ("user-expired", "that has expired", "certificate has expired"),
                 ("user-nameless", "that names no user", "Certificate JID mismatch"))


class Services:
    """Groups of checks; `run.py` has those for the streams and the means that these use."""

    def client_certificates(self):
        """SASL EXTERNAL of a user, by STARTTLS and by direct TLS."""
        with self.pair(user_certificates=True) as pair:
            for direct in (False, True):
                how = "direct TLS" if direct else "STARTTLS"
                self.works(f"{how}: a user's certificate logs in", log_in, self._holder(pair, "user", direct))
                for name, what, reason in REFUSED_USERS:
                    self._refused(f"{how}: a certificate {what} does not", pair, name, direct, reason)
                mechanism = log_in(pair.account("one", certificate=self.place.pki.path("user-unknown-ca.pem"),
                                                direct=direct, mechanism="SCRAM-SHA-512"))[2]
                self.checks.check("  and who holds it can still log in with a password", mechanism == "SCRAM-SHA-512")
            found = self.place.laboratory.find(r"Accepted c2s EXTERNAL authentication for user@one\S*", lambda: pair.log("one"))
            self.checks.check("the log names the user that the certificate named", found, found and found.group(0))

    def _holder(self, pair, certificate, direct):
        return pair.account("one", certificate=self.place.pki.path(f"{certificate}.pem"), direct=direct,
                            mechanism="EXTERNAL")

    def _refused(self, sentence, pair, certificate, direct, reason):
        known = len(pair.log("one"))
        try:
            self.checks.check(sentence, False, log_in(self._holder(pair, certificate, direct)))
        except Refused as refusal:
            self.checks.check(sentence, "SASL" in str(refusal), refusal)
            found = self.place.laboratory.find(r"Failed c2s EXTERNAL \S+ from \S+ (.*)", lambda: pair.log("one")[known:])
            self.checks.check(f"  and the log says why: /{reason}/", found and re.search(reason, found.group(1)), found and found.group(1))

    def websocket(self):
        """A login and a large message by WebSocket (RFC 7395) over TLS."""
        with self.pair() as pair:
            with self._websocket() as wire:
                self._open_stream(wire)
                features = receive(wire)
                mechanisms = [found.text for found in features.iter("{urn:ietf:params:xml:ns:xmpp-sasl}mechanism")]
                self.checks.check("wss: a stream opens", "PLAIN" in mechanisms, mechanisms)
                encoded = base64.b64encode(f"\0user\0{PASSWORD}".encode()).decode()
                wire.send(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{encoded}</auth>")
                answer = receive(wire)
                self.checks.check("wss: a user logs in", answer.tag.endswith("}success"), answer.tag)
                self._open_stream(wire)
                receive(wire)
                wire.send("<iq xmlns='jabber:client' type='set' id='1'>"
                          "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
                me = next(receive(wire).iter("{urn:ietf:params:xml:ns:xmpp-bind}jid")).text
                body = secrets.token_hex(100_000)
                wire.send(f"<message xmlns='jabber:client' to='{me}' type='chat'><body>{body}</body></message>")
                came = next(receive(wire).iter("{jabber:client}body")).text
                self.checks.check("wss: 200 kB of text come back whole", came == body, f"{len(came)} octets")
            self.checks.check("wss: the log has the user", self.place.laboratory.find(
                r"\(websocket.*Accepted c2s PLAIN authentication for user", lambda: pair.log("one")))

    def _websocket(self):
        name = domain_of("one")
        return websocket(f"wss://{name}:{HTTPS}/websocket", sock=socket.create_connection((self.place.address("one"), HTTPS)),
                         ssl=self._trust(), server_hostname=name, subprotocols=["xmpp"], max_size=None, close_timeout=1, proxy=None)

    @staticmethod
    def _open_stream(wire):
        wire.send(f"<open xmlns='{FRAMING}' to='{domain_of('one')}' version='1.0'/>")
        if receive(wire).tag != f"{{{FRAMING}}}open":
            raise RuntimeError("no stream was opened")

    def _trust(self):
        return ssl.create_default_context(cafile=self.place.pki.path("ca.crt"))

    def upload(self):
        """A slot (XEP-0363), a file of some megabytes put there and fetched again."""
        source, target = (self.place.laboratory.directory / name for name in ("sent.bin", "fetched.bin"))
        source.write_bytes(os.urandom(UPLOAD_BYTES))
        with self.pair() as pair:
            put, fetch = in_session(pair.account("one"), lambda user: self._slot(user, source))
            code, text = self._curl("-T", source, put)
            self.checks.check("https: a file of 5 MB is put into its slot", code == 0 and text.endswith("201"), text)
            code, text = self._curl("-o", target, fetch)
            whole = code == 0 and digest(source) == digest(target)
            self.checks.check("https: and fetched again whole", whole, text)
            code, text = self._curl("-T", source, put.replace("sent.bin", "other.bin"))
            self.checks.check("https: a place that no slot was given for takes nothing", text.endswith("403"), text)
            stored = list((pair.directory("one") / "uploads").rglob("sent.bin"))
            self.checks.check("  and the server has it as it was sent", [digest(path) for path in stored] == [digest(source)])

    @staticmethod
    async def _slot(user, source):
        service = f"upload.{domain_of('one')}"
        iq = user.make_iq_get(ito=service)
        iq.xml.append(ElementTree.Element(f"{{{UPLOAD}}}request", {
            "filename": source.name, "size": str(source.stat().st_size), "content-type": "application/octet-stream"}))
        slot = (await iq.send(timeout=10)).xml
        return tuple(next(slot.iter(f"{{{UPLOAD}}}{way}")).get("url") for way in ("put", "get"))

    def _curl(self, *words):
        name = domain_of("one")
        return self.place.laboratory.run([
            "curl", "-sS", "--cacert", self.place.pki.path("ca.crt"), "--resolve", f"{name}:{HTTPS}:{self.place.address('one')}",
            "-H", "Content-Type: application/octet-stream", "-w", "%{http_code}", *words])

    def stun(self):
        """A binding request (RFC 8489) on the listener for TLS."""
        with self.pair():
            with socket.create_connection((self.place.address("one"), STUN), 10) as plain:
                with self._trust().wrap_socket(plain, server_hostname=domain_of("one")) as wire:
                    for turn in ("a binding request is answered with our own address", "  and another on the same connection"):
                        transaction = secrets.token_bytes(12)
                        wire.sendall(struct.pack("!HHI", 1, 0, MAGIC_COOKIE) + transaction)
                        kind, answered, address = binding(wire)
                        self.checks.check(f"stun over TLS: {turn}", kind == 0x0101 and answered == transaction
                                          and address == wire.getsockname(), address)

    def reload_under_load(self):
        """Certificates renewed again and again while users log in and write."""
        with self.pair() as pair:
            kinds = ("renewed", "usual")
            known = {self._der(kind): kind for kind in kinds}
            load = Load(pair, self.place, self._trust())
            with load:
                for number in range(RELOADS):
                    pair.use_certificate("one", kinds[number % 2])
                    code, text = pair.ctl("one", "reload_config")
                    if code != 0:
                        load.failures.append(text)
                seen_under_load = set(load.presented)
            last = kinds[(RELOADS - 1) % 2]
            self.checks.check(f"{RELOADS} renewals under load: nothing fails", not load.failures, load.failures[:3])
            self.checks.check("  neither logins nor messages to another server nor TLS alone went missing",
                              min(load.done.values()) >= RELOADS, load.done)
            self.checks.check("  each connection was shown the old or the new certificate",
                              seen_under_load <= set(known), [known.get(der, "another") for der in seen_under_load])
            self.checks.check("  and both were seen", len(seen_under_load) == 2)
            after = {load.present() for _ in range(20)}
            self.checks.check("after the last one each is shown the newest", {known.get(der) for der in after} == {last},
                              [known.get(der) for der in after])
            self.works("  and clients log in", log_in, pair.account("one"))

    def _der(self, kind):
        return ssl.PEM_cert_to_DER_cert(Path(self.place.pki.path(f"one-{kind}.crt")).read_text().split("\n-----END")[0]
                                        + "\n-----END CERTIFICATE-----\n")


class Load:
    """Logins, messages to another server, and bare TLS connections, each one after the other until the context ends."""

    def __init__(self, pair, place, trust):
        self.pair, self.place, self.trust = pair, place, trust
        self.failures, self.presented = [], []
        self.done = {}
        self.over = threading.Event()

    def __enter__(self):
        there = self.pair.account("two")
        starttls, direct, reader = (self.pair.account("one", resource=name, direct=name == "direct")
                                    for name in ("starttls", "direct", "reader"))
        works = {"login by STARTTLS": lambda: log_in(starttls), "login by direct TLS": lambda: log_in(direct),
                 "message from another server": lambda: exchange(there, reader),
                 "connection": lambda: self.presented.append(self.present())}
        self.done = dict.fromkeys(works, 0)
        self.threads = [threading.Thread(target=self._repeat, args=work) for work in works.items()]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _repeat(self, name, work):
        while not self.over.is_set():
            try:
                work()
                self.done[name] += 1
            except (Refused, OSError) as refusal:
                self.failures.append(f"{name}: {refusal}")

    def present(self):
        """The certificate that a connection is shown."""
        with socket.create_connection((self.place.address("one"), C2S_DIRECT), 10) as plain:
            with self.trust.wrap_socket(plain, server_hostname=domain_of("one")) as wire:
                return wire.getpeercert(binary_form=True)


def receive(wire):
    """The next frame as an element."""
    return ElementTree.fromstring(wire.recv(timeout=10))


def digest(path):
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def binding(wire):
    """Reads a STUN answer; returns its type, its transaction, and the address in it."""
    head = wire.recv(20)
    kind, length, _ = struct.unpack("!HHI", head[:8])
    attributes, address = wire.recv(length), None
    while len(attributes) >= 4:
        name, size = struct.unpack("!HH", attributes[:4])
        if name == 0x0020:  # XOR-MAPPED-ADDRESS
            port, number = struct.unpack("!HI", attributes[6:12])
            address = (socket.inet_ntoa(struct.pack("!I", number ^ MAGIC_COOKIE)), port ^ (MAGIC_COOKIE >> 16))
        attributes = attributes[4 + (size + 3) // 4 * 4:]
    return kind, head[8:], address
