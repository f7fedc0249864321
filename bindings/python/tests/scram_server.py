"""A server that knows one thing: SCRAM-SHA-256-PLUS with tls-exporter (RFC 5802, RFC 9266)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import re
import secrets

from conftest import DOMAIN

import xmpptls.asyncio

PASSWORD = "pencil"
HEADER = (f"<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' id='{{}}' from='{DOMAIN}' "
          "xmlns:stream='http://etherx.jabber.org/streams'>")
SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


class Session:
    """One client's way to a session; `bound` holds what it bound its login to."""

    bound: list[bytes] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.text = ""

    async def run(self) -> None:
        """The whole dialogue."""
        await self._open(f"<mechanisms {SASL}><mechanism>SCRAM-SHA-256-PLUS</mechanism></mechanisms>")
        match = await self._expect(r"<auth [^>]*>([^<]+)</auth>")
        await self._scram(base64.b64decode(match.group(1)).decode())
        await self._open("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
        number = (await self._expect(r"<iq [^>]*id=[\"']([^\"']+)[\"'][^>]*>.*?</iq>")).group(1)
        self._say(f"<iq type='result' id='{number}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                  f"<jid>user@{DOMAIN}/here</jid></bind></iq>")
        await self.reader.read()
        self.writer.close()

    async def _scram(self, first: str) -> None:
        header, bare = re.fullmatch(r"(p=tls-exporter,,)(.*)", first).groups()  # type: ignore[union-attr]
        nonce = re.search(r"r=([^,]+)", bare).group(1) + secrets.token_hex(8)  # type: ignore[union-attr]
        salt = secrets.token_bytes(16)
        challenge = f"r={nonce},s={base64.b64encode(salt).decode()},i=4096"
        self._say(f"<challenge {SASL}>{base64.b64encode(challenge.encode()).decode()}</challenge>")
        final = base64.b64decode((await self._expect(r"<response [^>]*>([^<]+)</response>")).group(1)).decode()
        without_proof, proof = final.rsplit(",p=", 1)
        binding = base64.b64decode(without_proof.split(",")[0][2:])
        expected = xmpptls.asyncio.connection_of(self.writer).channel_binding("tls-exporter")
        assert binding == header.encode() + expected
        self.bound.append(expected)
        salted = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 4096)
        client_key = _hmac(salted, b"Client Key")
        message = f"{bare},{challenge},{without_proof}".encode()
        signature = _hmac(hashlib.sha256(client_key).digest(), message)
        assert base64.b64decode(proof) == bytes(one ^ other for one, other in zip(client_key, signature))
        answer = b"v=" + base64.b64encode(_hmac(_hmac(salted, b"Server Key"), message))
        self._say(f"<success {SASL}>{base64.b64encode(answer).decode()}</success>")

    async def _open(self, features: str) -> None:
        await self._expect(r"<stream:stream [^>]*>")
        self._say(HEADER.format(secrets.token_hex(4)) + f"<stream:features>{features}</stream:features>")

    async def _expect(self, pattern: str) -> re.Match[str]:
        while (match := re.search(pattern, self.text, re.DOTALL)) is None:
            data = await self.reader.read(4096)
            assert data, f"the client left in front of {pattern}"
            self.text += data.decode()
        self.text = self.text[match.end():]
        return match

    def _say(self, text: str) -> None:
        self.writer.write(text.encode())
