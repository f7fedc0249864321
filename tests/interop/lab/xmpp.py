"""XMPP users (slixmpp) that log in, say how they were connected, and exchange messages."""

import asyncio
import logging
import secrets
import ssl
from dataclasses import dataclass

import slixmpp

logging.getLogger("slixmpp").setLevel(logging.CRITICAL)
logging.getLogger("asyncio").setLevel(logging.CRITICAL)


@dataclass
class Account:
    """Where and how a user logs in. `ca` None: the server's certificate is not checked.

    `certificate` is a file with the user's own certificate and its key, for SASL EXTERNAL.
    """

    jid: str
    password: str
    address: str
    port: int
    direct: bool = False
    ca: str | None = None
    mechanism: str | None = None
    tls12: bool = False
    certificate: str | None = None


class Refused(Exception):
    """The login or the message did not succeed; the text is what the other side said."""


class User(slixmpp.ClientXMPP):
    """One connection. `online` and `received` are futures.

    Only a message with `text` in it is received: a server may keep what an earlier user missed.
    """

    def __init__(self, account, text="", echo=False):
        context = ssl.create_default_context(cafile=account.ca)
        if account.ca is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if account.tls12:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        if account.certificate:
            context.load_cert_chain(account.certificate)
        super().__init__(account.jid, account.password, sasl_mech=account.mechanism, ssl_context=context)
        self.account = account
        self.text = text
        self.echo = echo
        self.enable_direct_tls = account.direct
        self.enable_starttls = not account.direct
        self.enable_plaintext = False
        loop = asyncio.get_running_loop()
        self.online = loop.create_future()
        self.received = loop.create_future()
        self.add_event_handler("session_start", self._begin)
        self.add_event_handler("message", self._message)
        self.add_event_handler("message_error", self._bounced)
        self.add_event_handler("ssl_invalid_chain", lambda error: self._fail("certificate", error))
        self.add_event_handler("failed_all_auth", lambda stanza: self._fail("SASL", stanza))
        self.add_event_handler("connection_failed", lambda error: self._fail("connection", error))
        self.add_event_handler("stream_error", lambda error: self._fail("stream error", error))
        self.add_event_handler("disconnected", lambda why: self._fail("disconnected", why))

    def _fail(self, what, why):
        for future in (self.online, self.received):
            if not future.done():
                future.set_exception(Refused(f"{what}: {why}"))
                future.exception()

    async def _begin(self, _):
        self.send_presence()
        tls = self.transport.get_extra_info("ssl_object")
        mechanism = self.plugin["feature_mechanisms"].mech.name
        if not self.online.done():
            self.online.set_result((tls.version(), tls.cipher()[0], mechanism))

    def _bounced(self, message):
        self._fail("bounced", f"{message['error']['condition']} {message['error']['text']}")

    def _message(self, message):
        if message["type"] == "error":  # it came back with its body
            self._bounced(message)
            return
        if self.text not in message["body"]:
            return
        if not self.received.done():
            self.received.set_result(f"{message['from']}: {message['body']}")
        if self.echo:
            message.reply(f"echo of {message['body']}").send()

    async def log_in(self, seconds=15):
        """Returns (TLS version, suite, SASL mechanism)."""
        self.connect(self.account.address, self.account.port)
        return await asyncio.wait_for(self.online, seconds)

    async def log_out(self):
        """Ends the connection and every attempt to make it again."""
        self.cancel_connection_attempt()
        if self.transport is not None:
            try:
                await asyncio.wait_for(self.disconnect(wait=0.5), 3)
            except (asyncio.TimeoutError, asyncio.CancelledError):
                self.abort()


async def _with_users(users, conversation):
    try:
        return await conversation(*users)
    finally:
        for user in users:
            await user.log_out()


def log_in(account):
    """Logs in and out again; returns (TLS version, suite, SASL mechanism) or raises Refused."""

    return in_session(account)


def in_session(account, conversation=None, seconds=25):
    """Logs in, awaits `conversation(user)`, and logs out again; returns what that returned, or as `log_in`."""

    async def alone(user):
        connected = await user.log_in()
        return connected if conversation is None else await conversation(user)

    async def run():
        return await _with_users([User(account)], alone)

    return _bounded(run(), seconds)


def exchange(here, there, both_ways=True, seconds=20):
    """`here` writes to `there`, which answers. With `both_ways` False the message's arrival is enough.

    Returns what was received last; raises Refused with what bounced.
    """

    text = f"hello {secrets.token_hex(4)}"

    async def conversation(one, other):
        await other.log_in()
        await one.log_in()
        one.send_message(mto=other.boundjid.full, mbody=text, mtype="chat")
        waiting = {one.received} if both_ways else {one.received, other.received}
        done, _ = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise Refused(f"no answer within {seconds} s")
        return done.pop().result()

    async def run():
        return await _with_users([User(here, text), User(there, text, echo=True)], conversation)

    return _bounded(run(), seconds + 40)


def _bounded(work, seconds):
    async def run():
        try:
            return await asyncio.wait_for(work, seconds)
        except asyncio.TimeoutError:
            raise Refused(f"nothing came within {seconds} s") from None

    return asyncio.run(run())
