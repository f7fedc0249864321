"""The machine itself: two ends in memory."""

from __future__ import annotations

import ssl
import threading
import time

import pytest
from authority import Authority, Issued
from conftest import DOMAIN, Pair, credential, make_pair
from hypothesis import given, settings
from hypothesis import strategies as st

import xmpptls
from xmpptls import errors


@pytest.mark.parametrize("transport", ["starttls", "direct-tls", "tls-only"])
def test_a_client_finds_its_server_authenticated(client, server, transport) -> None:
    pair = make_pair(client, server, transport).pump()
    assert (pair.here.phase, pair.there.phase) == ("open", "open")
    verdict = pair.here.verdict()
    assert verdict is not None
    assert (verdict.level, verdict.method, verdict.domain) == ("authenticated", "pkix", DOMAIN)
    assert verdict.permitted and verdict.possession_shown and verdict.may_use_plain
    assert pair.here.version == "TLSv1.3"
    assert pair.here.group == "X25519MLKEM768" and pair.here.post_quantum
    expected = b"xmpp-client" if transport == "direct-tls" else None
    assert pair.here.alpn == pair.there.alpn == expected
    assert pair.there.server_name == DOMAIN


def test_bytes_written_early_arrive_after_the_verdict(pair: Pair) -> None:
    assert pair.here.write(b"<stream:stream>") == 15
    pair.pump()
    assert bytes(pair.said_here) == b"<stream:stream>"
    pair.said_there += pair.here.receive(pair.there.write_out(b"answer"))
    assert bytes(pair.said_there) == b"answer"


def test_events_come_once_and_in_order(pair: Pair) -> None:
    pair.pump()
    assert pair.here.events() == ["stream_header", "tls_started", "handshake_done", "verdict"]
    assert pair.here.events() == []
    assert pair.there.next_event() == "stream_header"


def test_pki_01_another_name_is_refused_inside_the_handshake(authority: Authority, client, server) -> None:
    other = xmpptls.Context(
        xmpptls.Policy("c2s-server"), xmpptls.Credentials(default=credential(authority.leaf("example.net"))))
    pair = make_pair(client, xmpptls.Context(
        xmpptls.Policy("c2s-server", tls_unknown_server_name="use-default"), other.credentials), "direct-tls")
    with pytest.raises(errors.PeerRefused) as caught:
        pair.pump()
    refused = caught.value
    assert refused.code == "peer_refused" and refused.domain == DOMAIN
    assert [reason.name for reason in refused.reasons] == ["name_mismatch", "authentication_required"]
    assert "get a certificate for the XMPP domain" in refused.advice
    assert refused.verdict is not None and refused.verdict.level == "refused"
    assert isinstance(refused, ConnectionError) and pair.here.phase == "failed"
    # The server is told by an alert, and it was not shown anything.
    with pytest.raises(errors.TlsFailed) as told:
        pair.there.receive(pair.here.transmit())
    assert told.value.alert == refused.alert
    # The certificate can be looked at after the refusal, too.
    assert pair.here.peer_certificates[0].dns_names == ["example.net"]


def test_a_failed_connection_says_the_same_for_ever(client) -> None:
    here = xmpptls.Connection.initiating(client, DOMAIN, transport="direct-tls")
    for _ in range(3):
        with pytest.raises(errors.TlsFailed) as caught:
            here.receive(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        assert caught.value.code == "not_tls"
    assert isinstance(here.failure, errors.TlsFailed)


def test_stls_08_bytes_in_front_of_tls_are_refused(client, server) -> None:
    pair = make_pair(client, server)
    there = pair.there
    there.receive(pair.here.transmit())
    pair.here.receive(there.transmit())
    there.receive(pair.here.transmit())
    with pytest.raises(errors.StreamFailed) as caught:
        pair.here.receive(there.transmit() + b"<injected/>")
    assert caught.value.code == "injected_plaintext"
    assert "Do not connect" in caught.value.advice


def test_channel_bindings_are_equal_at_both_ends(pair: Pair) -> None:
    with pytest.raises(errors.NoChannelBinding) as caught:
        pair.here.channel_binding()
    assert caught.value.code == "not_ready"
    pair.pump()
    value = pair.here.channel_binding("tls-exporter")
    assert len(value) == 32 and value == pair.there.channel_binding()
    assert pair.here.channel_binding("tls-server-end-point") == pair.there.channel_binding("tls-server-end-point")
    with pytest.raises(errors.NoChannelBinding) as caught:
        pair.here.channel_binding("tls-unique")
    assert caught.value.code == "not_offered"
    with pytest.raises(ValueError, match="must be one of"):
        pair.here.channel_binding("tls-nothing")  # type: ignore[arg-type]


def test_stls_29_closing_is_told_from_being_cut_off(pair: Pair) -> None:
    pair.pump()
    pair.here.events(), pair.there.events()
    pair.here.close()
    with pytest.raises(errors.ConnectionClosed):
        pair.here.write(b"more")
    assert pair.there.receive(pair.here.transmit()) == b""
    assert pair.there.events() == ["peer_closed"]
    # The other direction is still open.
    assert pair.here.receive(pair.there.write_out(b"last words")) == b"last words"
    pair.here.end_of_input()
    assert pair.here.events() == ["truncated"]


def test_stls_30_a_silent_peer_is_given_up_at_the_deadline(client) -> None:
    clock = xmpptls.ManualClock(int(time.time()), monotonic=100.0)
    here = xmpptls.Connection.initiating(client, DOMAIN, clock=clock)
    assert here.transmit().startswith(b"<?xml")
    assert here.deadline == pytest.approx(130.0)
    clock.advance(29.9)
    here.advance()
    assert here.phase == "clear"
    clock.advance(0.2)
    here.advance()
    assert here.phase == "failed"
    with pytest.raises(TimeoutError) as caught:
        here.receive(b"")
    assert isinstance(caught.value, errors.TimeLimitReached) and caught.value.code == "time_before_tls"


def test_the_deadline_is_in_the_time_of_the_event_loop(client) -> None:
    here = xmpptls.Connection.initiating(client, DOMAIN)
    assert here.deadline is not None
    assert here.deadline - time.monotonic() == pytest.approx(30.0, abs=1.0)


def test_dtls_08_the_host_chooses_after_the_client_hello(client, server, authority: Authority) -> None:
    there = xmpptls.Connection.accepting(server, transport="direct-tls", stop_at_client_hello=True)
    here = xmpptls.Connection.initiating(client, "example.net", transport="direct-tls")
    assert there.client_hello is None
    with pytest.raises(errors.WrongPhase):
        there.choose()
    there.receive(here.transmit())
    assert there.events() == ["client_hello"] and there.phase == "hello"
    hello = there.client_hello
    assert hello is not None and hello.server_name == "example.net"
    assert hello.alpn == [b"xmpp-client"] and "X25519MLKEM768" in hello.groups
    other = xmpptls.Credentials(by_names=[credential(authority.leaf("example.net"))])
    there.choose(context=xmpptls.Context(xmpptls.Policy("c2s-server"), other), protocol=b"xmpp-client")
    pair = Pair(here, there).pump()
    assert here.phase == "open" and here.alpn == b"xmpp-client"
    assert bytes(pair.said_here) == b""


def test_the_host_can_refuse_the_client_hello(client, server) -> None:
    there = xmpptls.Connection.accepting(server, transport="direct-tls", stop_at_client_hello=True)
    here = xmpptls.Connection.initiating(client, DOMAIN, transport="direct-tls")
    there.receive(here.transmit())
    there.refuse_client_hello(112)
    with pytest.raises(errors.TlsFailed) as caught:
        here.receive(there.transmit())
    assert caught.value.alert == 112


def test_a_verdict_of_another_connection_is_refused(client, server, anchors) -> None:
    policy = xmpptls.Policy("s2s", trust_anchors=anchors)
    context = xmpptls.Context(policy)
    pairs = [make_pair(client, server).pump() for _ in range(2)]
    verdicts = [pair.here.verification(DOMAIN, policy=policy).decide() for pair in pairs]
    pairs[0].here.conclude(verdicts[0])
    with pytest.raises(errors.WrongPhase) as caught:
        pairs[0].here.conclude(verdicts[1])
    assert caught.value.code == "foreign"
    assert context.policy.service == "s2s"


def test_many_domains_may_be_judged_on_one_connection(pair: Pair) -> None:
    pair.pump()
    other = pair.here.verification("example.net").decide()
    assert other.level == "refused" and other.reasons[0].name == "name_mismatch"
    pair.here.conclude(other)
    assert [verdict.domain for verdict in pair.here.verdicts] == [DOMAIN, "example.net"]
    found = pair.here.verdict("example.net")
    assert found is not None and not found.permitted


def test_input_is_held_for_a_choice_up_to_a_limit(client, server) -> None:
    there = xmpptls.Connection.accepting(server, transport="direct-tls", stop_at_client_hello=True)
    here = xmpptls.Connection.initiating(client, DOMAIN, transport="direct-tls")
    there.receive(here.transmit())
    with pytest.raises(BufferError):
        for _ in range(100):
            there.receive(bytes(16384))


@pytest.mark.parametrize("odd", [None, 5, "text", [1]])
def test_only_bytes_are_bytes(pair: Pair, odd) -> None:
    with pytest.raises(TypeError):
        pair.here.write(odd)
    assert pair.here.write(bytearray(b"a")) == 1
    assert pair.here.write(memoryview(b"bc")[1:]) == 1
    pair.pump()
    assert bytes(pair.said_here) == b"ac"


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(1, 700), min_size=1, max_size=12),
       messages=st.lists(st.binary(min_size=1, max_size=40_000), max_size=4),
       transport=st.sampled_from(["starttls", "direct-tls"]))
def test_however_the_bytes_are_cut_the_same_is_said(sizes, messages, transport) -> None:
    def cut(data: bytes):
        at = turn = 0
        while at < len(data):
            size = sizes[turn % len(sizes)]
            yield data[at:at + size]
            at, turn = at + size, turn + 1

    pair = make_pair(_client(), _server(), transport)
    pair.cut = cut
    for message in messages:
        done = 0
        while done < len(message):
            done += pair.here.write(message[done:])
            pair.pump()
    pair.pump()
    assert bytes(pair.said_here) == b"".join(messages)
    assert pair.here.phase == "open"


_AUTHORITY = Authority()
_LEAF = _AUTHORITY.leaf(DOMAIN)


def _client() -> xmpptls.Context:
    return xmpptls.Context(
        xmpptls.Policy("c2s-client", trust_anchors=xmpptls.TrustAnchors.from_pem(_AUTHORITY.pem)))


def _server() -> xmpptls.Context:
    return xmpptls.Context(xmpptls.Policy("c2s-server"), xmpptls.Credentials({DOMAIN: credential(_LEAF)}))


def test_a_megabyte_passes_in_one_call(pair: Pair) -> None:
    pair.pump()
    data = bytes(range(256)) * 4096
    assert pair.there.receive(pair.here.write_out(data)) == data


def test_threads_may_use_one_connection(pair: Pair) -> None:
    pair.pump()
    sealed: list[bytes] = []
    lock = threading.Lock()

    def write() -> None:
        for _ in range(200):
            with lock:  # the order of records is the order of sending
                sealed.append(pair.here.write_out(b"x" * 9000))

    threads = [threading.Thread(target=write) for _ in range(4)]
    readers = [threading.Thread(target=lambda: [pair.here.phase for _ in range(2000)]) for _ in range(2)]
    for thread in threads + readers:
        thread.start()
    for thread in threads + readers:
        thread.join()
    assert len(pair.there.receive(b"".join(sealed))) == 4 * 200 * 9000


def test_openssl_gets_the_same_exporter_free_bytes(leaf: Issued, client, tmp_path) -> None:
    """CPython's own TLS is the peer, over memory."""
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(leaf.chain)
    key.write_bytes(leaf.key)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(chain, key)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = theirs.wrap_bio(incoming, outgoing, server_side=True)
    here = xmpptls.Connection.initiating(client, DOMAIN, transport="tls-only")
    for _ in range(4):
        incoming.write(here.transmit())
        try:
            there.do_handshake()
        except ssl.SSLWantReadError:
            pass
        here.receive(outgoing.read())
    assert here.phase == "open" and there.version() == here.version == "TLSv1.3"
    incoming.write(here.write_out(b"from here"))
    assert there.read() == b"from here"
    there.write(b"from there")
    assert here.receive(outgoing.read()) == b"from there"


def test_resumption_is_told_and_judged_again(client, server) -> None:
    first = make_pair(client, server, "direct-tls").pump()
    assert not first.here.resumed
    second = make_pair(client, server, "direct-tls").pump()
    verdict = second.here.verdict()
    assert second.here.resumed and verdict is not None and verdict.permitted and verdict.resumed
    client.forget(DOMAIN)
    third = make_pair(client, server, "direct-tls").pump()
    assert not third.here.resumed


def test_servers_that_share_ticket_keys_resume_each_others_sessions(client, server) -> None:
    old, new = bytes([1]) * 48, bytes([2]) * 16 + bytes([3]) * 32
    other = xmpptls.Context(server.policy, server.credentials)
    server.set_ticket_keys([old])
    assert not make_pair(client, server, "direct-tls").pump().here.resumed
    other.set_ticket_keys([bytearray(new), memoryview(old)])
    assert make_pair(client, other, "direct-tls").pump().here.resumed
    server.set_ticket_keys([new])
    assert make_pair(client, server, "direct-tls").pump().here.resumed
    client.forget(DOMAIN)
    make_pair(client, server, "direct-tls").pump()
    other.set_ticket_keys([old])
    assert not make_pair(client, other, "direct-tls").pump().here.resumed
    cases: list[tuple[list[bytes], str]] = [
        ([], "no ticket key"), ([old[:47]], "48 bytes"), ([bytes(48)], "all zero"), ([old, old], "twice"),
        ([bytes([number]) * 48 for number in range(1, 10)], "more than 8")]
    for keys, why in cases:
        with pytest.raises(ValueError, match=why):
            other.set_ticket_keys(keys)
