"""The scenes of Erlang nodes with Mnesia between them."""

from erlang import Erlang, ErlangNode
from judging import AFTER, EVENING, HOUR, LANGUAGES, TODAY, TOMORROW, full_handshake, resumes, seals_with
from nodes import CLUSTER, DAY, OTHER
from ticket_keys import read_secret, seal, unseal
from visitors import OpenSsl, OurClient


def a_changed_ticket_in_erlang(cluster, one, other, key):
    """The refusals of `another_domain_and_a_changed_ticket`, between two Erlang nodes."""
    check = cluster.checks.check
    peer = OpenSsl(cluster.pki, cluster.laboratory.directory, f"erlang-{one.name}")
    went = [peer.visit(one), peer.visit(other)]
    check("  OpenSSL's client is resumed too", went == ["New", "Reused"], went)
    session = peer.read()
    went = peer.visit(one, OTHER)
    check("  but not for another domain", went == "New", went)
    at = session.index(key[:16]) + 16 + 8 + 12 + 40
    peer.write(session[:at] + bytes([session[at] ^ 1]) + session[at + 1:])
    went = peer.visit(one)
    check("  nor with a ticket of which one bit is changed", went == "New", went)
    peer.write(session)
    went = peer.visit(one)
    check("  and with the ticket as it was", went == "Reused", went)


def erlang_nodes(cluster):
    """Two Erlang nodes with Mnesia: each other's sessions, a rotation, Mnesia away, a node added, records changed."""
    check, secret = cluster.checks.check, read_secret(cluster.secret)
    erlang = cluster.erlang = Erlang(cluster, cluster.programs / "erlang")
    erlang.start()
    first = ErlangNode(erlang, "first")
    second = ErlangNode(erlang, "second", first)
    for node in (first, second):
        node.clock.show(EVENING)
        check(f"the Erlang node {node.name} begins", node.start(), node.log())
    records = second.records()
    check("they agree on a key for today and one for tomorrow, in the layout that the others write",
          set(records) == {TODAY, TOMORROW})
    keys = {begin: unseal(secret, CLUSTER, begin, DAY, record) for begin, record in records.items()}
    for one, other in ((first, second), (second, first)):
        client = OurClient(cluster.pki)
        full_handshake(cluster, f"our client and {one.name}: a full handshake", client, one)
        resumes(cluster, f"  resumed by {other.name}, judged again", client, other)
        a_changed_ticket_in_erlang(cluster, one, other, keys[TODAY])
    client.visit(second)
    for node in (first, second):
        node.clock.show(EVENING + 7 * HOUR)
    first.refresh()
    check("behind midnight, one looks into the table and the other is told by Mnesia",
          seals_with(cluster, first, keys[TOMORROW]) and seals_with(cluster, second, keys[TOMORROW]))
    resumes(cluster, "  and a session from before is resumed", client, first)
    second.call("mnesia, stop, []")
    said = second.refresh()
    check("Mnesia stopped at one node, which says so", "the store is away" in said, said)
    client.visit(first)
    resumes(cluster, "  and resumes with the keys it holds", client, second)
    second.call("mnesia, start, []")
    second.call(f"xmpptls_ticket_keys, join, ['{first.node}']")
    said = second.refresh().strip()
    check("  and reads the table when Mnesia is back", said == "[]", said)
    third = ErlangNode(erlang, "third", second)
    third.clock.show(EVENING + 7 * HOUR)
    check("a node that is added reads before it serves", third.start(), third.log())
    resumes(cluster, "  and resumes a session of before", client, third)
    third.stop()
    changed_records_in_erlang(cluster, first, second)
    client.visit(first)
    second.call("cluster_node, make_stricter, []")
    full_handshake(cluster, "a node whose policy became stricter resumes no session of the old one", client, second)
    first.call("cluster_node, make_stricter, []")
    resumes(cluster, "  and does again when the others have the same policy", client, first)
    first.clock.show(EVENING + 79 * HOUR)
    first.refresh()
    left = second.records()
    check("a record that nobody needs any more goes", AFTER in left and TODAY not in left and TOMORROW not in left,
          sorted(left))
    second.stop()
    first.stop()


def changed_records_in_erlang(cluster, first, second):
    """What `meddling` does, in Mnesia."""
    check, secret, find = cluster.checks.check, read_secret(cluster.secret), cluster.laboratory.find
    good = first.records()[AFTER]
    for what, record, why in (
            ("one bit is changed", good[:40] + bytes([good[40] ^ 1]) + good[41:], "not sealed with this cluster's secret"),
            ("it is that of another day", first.records()[TOMORROW], "the record of another cluster, time or period"),
            ("it is of a layout to come", b"XTK\2" + good[4:], "a record of another layout")):
        first.put(AFTER, record)
        check(f"a record in the table: {what}: the nodes say so", all(
            find(f"{AFTER}: {why}.*the keys held stay", node.log, 20) for node in (first, second)), first.log()[-300:])
        fresh = ErlangNode(cluster.erlang, f"fresh{record[3]}{record[40]}", first)
        fresh.clock.show(EVENING + 7 * HOUR)
        check("  a new node does not begin", not fresh.start() and why in fresh.log(), fresh.log())
        fresh.stop()
    client = OurClient(cluster.pki)
    client.visit(first)
    resumes(cluster, "  the others serve on", client, second)
    other = b"another key " * 4
    first.put(AFTER, seal(secret, CLUSTER, AFTER, DAY, other))
    check("another key of the same day, sealed in Python: the nodes take it and say so", all(
        find(f"{AFTER}: replaced in the store, and here", node.log, 20) for node in (first, second)))
    for node in (first, second):
        node.clock.show(EVENING + 31 * HOUR)
        node.refresh()
        check(f"  and {node.name} seals with it when its day comes", seals_with(cluster, node, other))
    stranger = ErlangNode(cluster.erlang, "stranger", first, secret=cluster.new_secret("other-erlang"))
    stranger.clock.show(EVENING + 31 * HOUR)
    check("a node with another secret does not begin",
          not stranger.start() and "not sealed with this cluster's secret" in stranger.log(), stranger.log())
    stranger.stop()


def all_four(cluster):
    """Keys that an Erlang node made, carried into Redis as they are: its sessions go on in C, Python and Lua, and back."""
    for name in list(cluster.nodes):
        cluster.nodes.pop(name).stop()
    node = ErlangNode(cluster.erlang, "alone")
    cluster.checks.check("an Erlang node begins, with the clock of this machine", node.start(), node.log())
    store = cluster.store.client()
    store.flushall()
    for begin, record in node.records().items():
        store.set(f"xmpptls:ticket-key:{CLUSTER}:{begin}", record)
    for language in LANGUAGES:
        other = cluster.node(f"{language}-of-four", language)
        cluster.checks.check(f"{language} begins with its keys", other.start(), other.log())
        client = OurClient(cluster.pki)
        client.visit(node)
        resumes(cluster, f"  a session begun in Erlang is resumed in {language}", client, other)
        resumes(cluster, "  and the other way round", client, node)
    node.stop()
