"""The context."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterable
from typing import Any

import xmpptls.asyncio
from xmpptls._xmpptls import (
    Connection,
    Context,
    Credential,
    Credentials,
    Endpoint,
    Lookup,
    Policy,
    PreparedVerification,
    Request,
    TrustAnchors,
    Verification,
)
from xmpptls.errors import ConfigurationError, EndpointsExhausted, PeerRefused
from xmpptls.ssl._object import SSLObject
from xmpptls.types import Preset, Service

_PRESETS: dict[tuple[Service, bool], Preset] = {
    ("c2s", False): "c2s-client", ("c2s", True): "c2s-server", ("s2s", False): "s2s", ("s2s", True): "s2s",
}


class SSLContext(ssl.SSLContext):
    """An `ssl.SSLContext` whose connections are of this package.

    Give it a `policy`, or have it make one: the newest preset for `service` and the side, with `trust_anchors` in
    place of the system's.
    """

    def __new__(cls, *, service: Service = "c2s", server_side: bool = False, policy: Policy | None = None,
                trust_anchors: TrustAnchors | None = None, credentials: Credentials | None = None,
                lookup: Lookup | None = None) -> SSLContext:
        """Makes the base class's part: it is never used for a connection."""
        return super().__new__(cls, ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, *, service: Service = "c2s", server_side: bool = False, policy: Policy | None = None,
                 trust_anchors: TrustAnchors | None = None, credentials: Credentials | None = None,
                 lookup: Lookup | None = None) -> None:
        """See the class."""
        super().__init__()
        self._is_server = server_side
        self._may_change = policy is None
        self._preset: Policy | Preset = policy if policy is not None else _PRESETS[service, server_side]
        self._anchors = trust_anchors
        self._credentials = credentials
        self._alpn: list[bytes] | None = None
        self._lookup = lookup
        self._own: Context | None = None
        self._prepared: dict[str, list[PreparedVerification]] = {}

    # What is ours.

    @property
    def xmpp_context(self) -> Context:
        """The `xmpptls.Context` below, made when it is first needed."""
        if self._own is None:
            policy = self._preset
            if not isinstance(policy, Policy):
                policy = Policy(policy, trust_anchors=self._anchors)
            self._own = Context(policy, self._credentials)
        return self._own

    async def prepare(self, domain: str, *, endpoint: Endpoint | None = None,
                      timeout: float = 15.0) -> tuple[Endpoint, ...]:
        """Gathers the evidence for a domain, and says where to connect, the first to try in front.

        Connections to the domain are judged by the evidence for the first of these endpoints, until `use` names
        another. Targets to which DNSSEC forbids to connect are left out; if nothing is left, `PeerRefused` says why.
        """
        context = self.xmpp_context
        lookup = self._lookup or xmpptls.asyncio.default_lookup(context.policy)
        request = Request.gather(domain, context.policy.service) if endpoint is None else Request.endpoint(endpoint)
        reply = await xmpptls.asyncio.ask(lookup, request, timeout=timeout)
        prepared, refusal = [], None
        for candidate in reply.candidates:
            verification = Verification.prepare(domain, context.policy, endpoint=candidate.endpoint)
            one = await xmpptls.asyncio.gather_evidence(verification, lookup=lookup, reply=reply, timeout=timeout)
            verdict = one.forbids_to_connect()
            if verdict is None:
                prepared.append(one)
            else:
                refusal = PeerRefused(str(verdict), code="dnssec_forbids", domain=domain, verdict=verdict)
        if not prepared:
            self._prepared.pop(domain, None)
            if refusal is not None:
                raise refusal
            code = "service_not_offered" if reply.outcome == "absent" else "no_targets"
            raise EndpointsExhausted(f"{domain}: no target was found ({reply.outcome})", code=code, domain=domain)
        self._prepared[domain] = prepared
        return tuple(one.endpoint for one in prepared if one.endpoint is not None)

    def use(self, domain: str, endpoint: Endpoint) -> None:
        """Has the next connections to a prepared domain judged by the evidence for this endpoint."""
        prepared = self._prepared.get(domain, [])
        prepared.sort(key=lambda one: one.endpoint != endpoint)
        if not prepared or prepared[0].endpoint != endpoint:
            raise ValueError(f"{domain} was not prepared for {endpoint!r}")

    # What asyncio and its users call.

    def wrap_bio(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, server_side: bool = False,
                 server_hostname: str | bytes | None = None, session: Any = None) -> SSLObject:
        """A connection over two buffers. `server_hostname` is the XMPP domain, never the host that is dialled."""
        if server_side != self._is_server:
            raise ValueError("the context is for the other side: see its argument server_side")
        if isinstance(server_hostname, bytes):
            server_hostname = server_hostname.decode("ascii")
        if server_side:
            connection = Connection.accepting(self.xmpp_context, transport="tls-only", alpn=self._alpn)
        elif not server_hostname:
            raise ValueError("check_hostname requires server_hostname")
        else:
            connection = self._initiating(server_hostname)
        return SSLObject._over(connection, self, incoming, outgoing, server_side, server_hostname)

    def _initiating(self, domain: str) -> Connection:
        context = self.xmpp_context
        known = self._prepared.get(domain)
        prepared = known[0] if known else Verification.prepare(domain, context.policy).prepared()
        return Connection.initiating(
            context, domain, transport="tls-only", alpn=self._alpn, verification=prepared)

    def wrap_socket(self, *args: Any, **options: Any) -> ssl.SSLSocket:
        """Refuses, and says what to use."""
        raise ssl.SSLError(
            "wrap_socket is not offered: use xmpptls.asyncio.open_connection, an asyncio transport with ssl=context, "
            "wrap_bio, or xmpptls.Connection with a socket of your own")

    # Settings.

    def load_cert_chain(self, certfile: Any, keyfile: Any = None,
                        password: Any = None) -> None:
        """Shows this certificate by default, and, on a server, for the names in it.

        `password` counts for nothing: a key without a passphrase needs none, as in `ssl`, and one with a passphrase
        is not read whatever it is. The error says how to store it without.
        """
        try:
            credential = Credential.from_file(os.fspath(certfile), None if keyfile is None else os.fspath(keyfile))
        except ConfigurationError as error:
            raise ssl.SSLError(error.message) from error
        self._credentials = Credentials(by_names=[credential], default=credential)
        if self._own is not None:
            self._own.set_credentials(self._credentials)

    def load_verify_locations(self, cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:
        """Trusts these authorities in place of the system's. Only one call counts, before the first connection."""
        if not self._may_change or self._own is not None:
            raise ValueError("the policy is frozen: give trust_anchors to the policy, or to the context")
        if sum(one is not None for one in (cafile, capath, cadata)) != 1:
            raise TypeError("exactly one of cafile, capath and cadata has to be given")
        if cafile is not None:
            self._anchors = TrustAnchors.from_file(os.fspath(cafile))
        elif capath is not None:
            self._anchors = TrustAnchors.from_directory(os.fspath(capath))
        elif isinstance(cadata, str):
            self._anchors = TrustAnchors.from_pem(cadata)
        else:
            self._anchors = TrustAnchors.from_der([bytes(cadata)])

    def load_default_certs(self, purpose: ssl.Purpose = ssl.Purpose.SERVER_AUTH) -> None:
        """Does nothing: the system's trust store is the default, and read when it is needed."""

    def set_default_verify_paths(self) -> None:
        """Does nothing, as `load_default_certs`."""

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """Offers, or accepts, these application protocols: `xmpp-client` for direct TLS."""
        self._alpn = [protocol.encode("ascii") for protocol in alpn_protocols]

    def set_ciphers(self, cipherlist: str, /) -> None:
        """Refuses, and says what to use."""
        raise ssl.SSLError("cipher strings are not read: use xmpptls.Policy(…, tls_cipher_suites=[…])")

    def set_servername_callback(self, server_name_callback: Callable[..., Any] | None) -> None:
        """Refuses, and says what to use."""
        if server_name_callback is not None:
            raise NotImplementedError("use xmpptls.Credentials by domain, or xmpptls.asyncio.start_server(choose=…)")

    sni_callback = property(lambda self: None, set_servername_callback)

    @property
    def check_hostname(self) -> bool:
        """True for clients. What would weaken it is refused."""
        return not self._is_server

    @check_hostname.setter
    def check_hostname(self, value: bool) -> None:
        if bool(value) is self._is_server:
            raise ValueError("the domain is always checked: to accept one certificate as it is use xmpptls.Peer with a "
                             "TrustException, to authenticate nobody a policy with requirement=\"encrypt-only\"")

    @property  # type: ignore[override]
    def verify_mode(self) -> ssl.VerifyMode:
        """`CERT_REQUIRED` for clients. What would weaken it is refused."""
        return ssl.CERT_OPTIONAL if self._is_server else ssl.CERT_REQUIRED

    @verify_mode.setter
    def verify_mode(self, value: ssl.VerifyMode) -> None:
        if value != self.verify_mode:
            raise ValueError("verify_mode follows the policy: to accept one certificate as it is use xmpptls.Peer with "
                             "a TrustException, to authenticate nobody a policy with requirement=\"encrypt-only\"")

    def get_ca_certs(self, binary_form: bool = False) -> list[Any]:
        """Refuses: see `xmpp_context.policy.trust_anchors`."""
        raise NotImplementedError("see xmpp_context.policy.trust_anchors")

    def __repr__(self) -> str:
        """The side and the policy."""
        return f"<xmpptls.ssl.SSLContext: {'server' if self._is_server else 'client'}, {self._preset!r}>"
