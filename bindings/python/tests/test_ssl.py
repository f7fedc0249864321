"""The context where a library takes an `ssl.SSLContext`."""

from __future__ import annotations

import asyncio
import json
import ssl

import pytest
from authority import Authority, Issued
from conftest import DOMAIN, credential
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from test_asyncio import echo
from test_vectors import cases

import xmpptls
import xmpptls.ssl
from xmpptls import errors
from xmpptls.ssl._errors import translate


@pytest.fixture
def files(leaf: Issued, authority: Authority, tmp_path):
    """The good certificate, its key and the authority as files."""
    for name, data in (("chain", leaf.chain), ("key", leaf.key), ("ca", authority.pem)):
        (tmp_path / f"{name}.pem").write_bytes(data)
    return tmp_path


@pytest.fixture
def ours(anchors) -> xmpptls.ssl.SSLContext:
    """A client's context."""
    return xmpptls.ssl.SSLContext(trust_anchors=anchors)


@pytest.fixture
def theirs(files) -> ssl.SSLContext:
    """A server's context of CPython."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files / "chain.pem", files / "key.pem")
    context.set_alpn_protocols(["xmpp-client"])
    return context


def shake(here: ssl.SSLObject, there: ssl.SSLObject, buffers: tuple[ssl.MemoryBIO, ...]) -> None:
    """Carries a handshake between two objects over memory."""
    here_in, here_out, there_in, there_out = buffers
    waiting = {here, there}
    while waiting:
        for end in (here, there):
            try:
                end.do_handshake()
                waiting.discard(end)
            except ssl.SSLWantReadError:
                pass
        there_in.write(here_out.read())
        here_in.write(there_out.read())


def wrapped(context: ssl.SSLContext, other: ssl.SSLContext, domain: str = DOMAIN):
    """Two objects over memory."""
    buffers = tuple(ssl.MemoryBIO() for _ in range(4))
    here = context.wrap_bio(buffers[0], buffers[1], server_hostname=domain)
    there = other.wrap_bio(buffers[2], buffers[3], server_side=True)
    return here, there, buffers


def test_it_is_what_libraries_look_for(ours) -> None:
    assert isinstance(ours, ssl.SSLContext)
    assert ours.check_hostname is True and ours.verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(ssl.SSLError, match="use xmpptls.asyncio.open_connection"):
        ours.wrap_socket(None)
    with pytest.raises(TypeError, match="public constructor"):
        xmpptls.ssl.SSLObject()
    with pytest.raises(ValueError, match="server_hostname"):
        ours.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())
    with pytest.raises(ValueError, match="other side"):
        ours.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)


def test_what_would_weaken_it_is_refused_and_the_same_again_is_not(ours) -> None:
    ours.check_hostname, ours.verify_mode = True, ssl.CERT_REQUIRED
    with pytest.raises(ValueError, match="TrustException"):
        ours.check_hostname = False
    with pytest.raises(ValueError, match="TrustException"):
        ours.verify_mode = ssl.CERT_NONE
    with pytest.raises(ssl.SSLError, match="tls_cipher_suites"):
        ours.set_ciphers("ALL")
    with pytest.raises(NotImplementedError):
        ours.sni_callback = lambda *_: None


def test_its_object_answers_as_cpythons_does(ours, theirs, files) -> None:
    ours.set_alpn_protocols(["xmpp-client"])
    model = ssl.create_default_context(cafile=files / "ca.pem")
    model.set_alpn_protocols(["xmpp-client"])
    pairs = [wrapped(context, theirs) for context in (ours, model)]
    for here, there, buffers in pairs:
        shake(here, there, buffers)
    mine, original = pairs[0][0], pairs[1][0]
    assert mine.getpeercert() == original.getpeercert()
    assert mine.getpeercert(True) == original.getpeercert(binary_form=True)
    assert mine.version() == original.version() == "TLSv1.3"
    assert mine.cipher() == original.cipher()
    assert mine.selected_alpn_protocol() == original.selected_alpn_protocol() == "xmpp-client"
    for question in ("compression", "pending"):
        assert getattr(mine, question)() == getattr(original, question)()
    for attribute in ("server_side", "server_hostname", "session_reused"):
        assert getattr(mine, attribute) == getattr(original, attribute)
    assert mine.context is ours
    assert len(mine.get_channel_binding("tls-exporter")) == 32
    assert mine.get_channel_binding("tls-unique") is None
    assert isinstance(mine, ssl.SSLObject)


def test_suites_of_tls_12_have_openssls_names(theirs, anchors) -> None:
    policy = xmpptls.Policy("c2s-client", trust_anchors=anchors, tls_newest_version="TLSv1.2")
    here, there, buffers = wrapped(xmpptls.ssl.SSLContext(policy=policy), theirs)
    shake(here, there, buffers)
    assert here.version() == "TLSv1.2"
    assert here.cipher()[0] == there.cipher()[0] and here.cipher()[2] == there.cipher()[2]


def test_reading_writing_and_closing(ours, theirs) -> None:
    here, there, buffers = wrapped(ours, theirs)
    with pytest.raises(ssl.SSLWantReadError):
        here.write(b"too early")
    with pytest.raises(ValueError, match="handshake not done"):
        here.getpeercert()
    shake(here, there, buffers)
    with pytest.raises(ssl.SSLWantReadError):
        here.read()
    there.write(b"0123456789")
    buffers[0].write(buffers[3].read())
    assert here.read(4) == b"0123" and here.pending() == 6
    space = bytearray(8)
    assert here.read(8, space) == 6 and bytes(space[:6]) == b"456789"
    assert here.write(memoryview(b"answer")) == 6
    buffers[2].write(buffers[1].read())
    assert there.read() == b"answer"
    with pytest.raises(ssl.SSLWantReadError):
        here.unwrap()
    buffers[2].write(buffers[1].read())
    there.unwrap()
    buffers[0].write(buffers[3].read())
    here.unwrap()
    assert here.read() == b""


def test_being_cut_off_is_an_error(ours, theirs) -> None:
    here, there, buffers = wrapped(ours, theirs)
    shake(here, there, buffers)
    buffers[0].write_eof()
    with pytest.raises(ssl.SSLEOFError):
        here.read()
    fresh, _, buffers = wrapped(ours, theirs)
    buffers[0].write_eof()
    with pytest.raises(ssl.SSLEOFError):
        fresh.do_handshake()


def test_refusals_are_errors_of_ssl_with_our_fields(ours, theirs) -> None:
    here, there, buffers = wrapped(ours, theirs, "example.net")
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        shake(here, there, buffers)
    refused = caught.value
    assert isinstance(refused, xmpptls.ssl.PeerRefusedError) and isinstance(refused, ssl.CertificateError)
    assert refused.verify_code == 62 and refused.reason == "CERTIFICATE_VERIFY_FAILED"
    assert refused.verdict is not None and refused.verdict.level == "refused"
    assert [one.name for one in refused.reasons][0] == "name_mismatch"
    # The alert goes to the peer.
    buffers[2].write(buffers[1].read())
    with pytest.raises(ssl.SSLError):
        there.do_handshake()


def test_an_exception_in_the_policy_accepts_one_certificate(theirs, leaf) -> None:
    pin = xmpptls.Pin.public_key(xmpptls.Certificate(leaf.der))
    peer = xmpptls.Peer(exceptions=[xmpptls.TrustException(pin, until=4_000_000_000)])
    nobody = xmpptls.TrustAnchors.from_pem(Authority("nobody else").pem)
    policy = xmpptls.Policy("c2s-client", trust_anchors=nobody, peers={DOMAIN: peer})
    here, there, buffers = wrapped(xmpptls.ssl.SSLContext(policy=policy), theirs)
    shake(here, there, buffers)
    assert here.report.verdict.method == "exception"


def test_authorities_and_certificates_are_loaded_from_files(theirs, files) -> None:
    context = xmpptls.ssl.SSLContext()
    context.load_verify_locations(cafile=files / "ca.pem")
    context.load_default_certs()
    here, there, buffers = wrapped(context, theirs)
    shake(here, there, buffers)
    with pytest.raises(ValueError, match="frozen"):
        context.load_verify_locations(cafile=files / "ca.pem")
    with pytest.raises(ssl.SSLError):
        context.load_cert_chain(files / "ca.pem")


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_key_with_a_passphrase_is_refused_with_what_to_do(files, form: PrivateFormat) -> None:
    key = load_pem_private_key((files / "key.pem").read_bytes(), None)
    locked = key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"secret"))
    (files / "locked.pem").write_bytes(locked)
    context = xmpptls.ssl.SSLContext(server_side=True)
    for password in (None, "secret"):
        with pytest.raises(ssl.SSLError, match="openssl pkey -in KEY -out NEW"):
            context.load_cert_chain(files / "chain.pem", files / "locked.pem", password)
    with pytest.raises(errors.CredentialError) as caught:
        xmpptls.Credential.from_pem((files / "chain.pem").read_bytes(), locked)
    assert caught.value.code == "key_encrypted" and "openssl pkey" in caught.value.advice
    context.load_cert_chain(files / "chain.pem", files / "key.pem", "secret")  # a key that needs none, as in `ssl`


def test_asyncio_takes_it_on_both_sides(ours, leaf) -> None:
    serving = xmpptls.ssl.SSLContext(
        server_side=True, credentials=xmpptls.Credentials({DOMAIN: credential(leaf)}))

    async def run() -> None:
        listening = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=serving)
        port = listening.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=ours, server_hostname=DOMAIN)
        data = bytes(range(256)) * 3000
        writer.write(data)
        assert await reader.readexactly(len(data)) == data
        assert writer.get_extra_info("cipher")[1] == "TLSv1.3"
        assert writer.get_extra_info("ssl_object").report.authenticated
        assert writer.get_extra_info("peercert")["subjectAltName"] == (("DNS", DOMAIN),)
        writer.close()
        await writer.wait_closed()
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection("127.0.0.1", port, ssl=xmpptls.ssl.SSLContext(
                trust_anchors=xmpptls.TrustAnchors.from_pem(Authority("nobody else").pem)), server_hostname=DOMAIN)
        listening.close()

    asyncio.run(run())


def test_start_tls_on_a_connection_that_spoke_in_the_clear(ours, theirs) -> None:
    class Upgrading(asyncio.Protocol):
        """Answers `starttls` with `proceed`, and speaks TLS from then on."""

        def connection_made(self, transport) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            if data == b"starttls":
                self.transport.pause_reading()  # what comes next is for TLS
                self.transport.write(b"proceed")
                asyncio.ensure_future(self.upgrade())
            else:
                self.transport.write(data.upper())

        async def upgrade(self) -> None:
            loop = asyncio.get_running_loop()
            self.transport = await loop.start_tls(self.transport, self, theirs, server_side=True)
            self.transport.write(b"ready")

    class Asking(asyncio.Protocol):
        """Collects."""

        def __init__(self) -> None:
            self.said: asyncio.Queue[bytes] = asyncio.Queue()

        def data_received(self, data: bytes) -> None:
            self.said.put_nowait(data)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(Upgrading, "127.0.0.1", 0)
        transport, protocol = await loop.create_connection(Asking, *listening.sockets[0].getsockname())
        transport.write(b"starttls")
        assert await protocol.said.get() == b"proceed"
        secure = await loop.start_tls(transport, protocol, ours, server_hostname=DOMAIN)
        assert await asyncio.wait_for(protocol.said.get(), 5) == b"ready"
        secure.write(b"hello")
        assert await asyncio.wait_for(protocol.said.get(), 5) == b"HELLO"
        secure.close()
        listening.close()

    asyncio.run(run())


def test_a_policy_for_servers_is_judged_in_the_handshake_too(theirs, anchors) -> None:
    """Between servers bytes are the host's to gate; as a drop-in it still verifies."""
    context = xmpptls.ssl.SSLContext(policy=xmpptls.Policy("s2s", trust_anchors=anchors))
    here, there, buffers = wrapped(context, theirs, "example.net")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(here, there, buffers)


def test_a_refusal_has_the_number_that_openssl_gives_to_the_most_telling_reason() -> None:
    numbers: dict[str, set[int]] = {}
    for case, certificates in cases():
        if case["kind"] == "verdict" and case["expect"]["level"] == "refused":
            judged = xmpptls.records.judge_case(json.dumps(case["input"]), certificates)
            refused = translate(errors.PeerRefused("refused", code="peer_refused", verdict=judged))
            assert isinstance(refused, xmpptls.ssl.PeerRefusedError)
            numbers.setdefault(judged.reasons[0].name, set()).add(refused.verify_code)
    assert numbers["expired"] == {10} and numbers["ee_is_ca"] == {37} and numbers["issuer_is_no_ca"] == {79}
    assert numbers["bad_key_usage"] == {32, 39}
