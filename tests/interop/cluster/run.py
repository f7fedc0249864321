#!/usr/bin/env python3
"""Servers that share the keys of their session tickets: the examples in C, Python and Lua with a Redis between them,
and two Erlang nodes with Mnesia.

    run.py --library DIRECTORY --programs DIRECTORY     where libxmpptls.so is; c2s_server_cluster and erlang/*.beam

A session that begins at one node is resumed at another, by our client and by OpenSSL's: across a rotation, with clocks
that differ, with the store away and back. What is not resumed is tried beside it. Needs the Python binding and redis-py
in the interpreter that runs it, and the Lua and Erlang bindings in target/.
"""

import argparse
import itertools
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[2] / "examples" / "python")]

from judging import (  # noqa: E402
    AFTER, AWAY, EVENING, HOUR, LANGUAGES, MIDNIGHT, TODAY, TOMORROW, full_handshake, heard, key_of, resumes, seals_with,
)
from lab.checks import Checks  # noqa: E402
from lab.pki import Pki, full  # noqa: E402
from lab.processes import Laboratory, need  # noqa: E402
from mnesia import all_four, erlang_nodes  # noqa: E402
from nodes import CLUSTER, DAY, DOMAIN, FAKETIME, OTHER, Cluster  # noqa: E402
from ticket_keys import read_secret, seal  # noqa: E402
from visitors import OpenSsl, OurClient  # noqa: E402

from xmpptls import errors  # noqa: E402


def each_maker(cluster):
    """Whoever comes first makes the keys, and the others read them."""
    for maker in LANGUAGES:
        cluster.store.client().flushall()
        names = [maker, *(language for language in LANGUAGES if language != maker)]
        begun = [cluster.node(f"{maker}-made-{name}", name, EVENING).start() for name in names]
        keys = {key_of(cluster, begin) for begin in cluster.records()}
        cluster.checks.check(f"what {maker} makes is read in the other languages", all(begun) and len(keys) == 2, begun)
        left = {begin: begin + 2 * DAY - int(time.time()) - EVENING - cluster.expires_in(begin) for begin in (TODAY, TOMORROW)}
        cluster.checks.check("  and goes a day after its own", all(abs(late) < 60 for late in left.values()), left)
        for name in names:
            cluster.nodes.pop(f"{maker}-made-{name}").stop()
    cluster.store.client().flushall()


def each_pair(cluster):
    """A session begins at one node and goes on at another, for every pair of languages."""
    check = cluster.checks.check
    for language in LANGUAGES:
        check(f"the node in {language} begins", cluster.node(language, language, EVENING).start(),
              cluster.nodes[language].log())
    records = cluster.records()
    check("three nodes agree on one key for today and one for tomorrow", set(records) == {TODAY, TOMORROW}, set(records))
    keys = {begin: key_of(cluster, begin) for begin in records}
    check("  and what lies in the store tells neither id nor secret", not any(
        part in record for record in records.values() for key in keys.values() for part in (key[:16], key[16:])))
    for first, second in itertools.permutations(LANGUAGES, 2):
        client = OurClient(cluster.pki)
        full_handshake(cluster, f"our client and {first}: a full handshake", client, cluster.nodes[first])
        resumes(cluster, f"  resumed by {second}, judged again", client, cluster.nodes[second])
        peer = OpenSsl(cluster.pki, cluster.laboratory.directory, f"{first}-{second}")
        went = [peer.visit(cluster.nodes[name]) for name in (first, second)]
        check(f"  OpenSSL's client is resumed too, {first} then {second}", went == ["New", "Reused"], went)


def another_domain_and_a_changed_ticket(cluster):
    """What is bound to the ticket holds on every node."""
    check, nodes = cluster.checks.check, cluster.nodes
    peer = OpenSsl(cluster.pki, cluster.laboratory.directory)
    peer.visit(nodes["c"])
    session = peer.read()
    ids = {begin: key_of(cluster, begin)[:16] for begin in (TODAY, TOMORROW)}
    check("tickets are sealed with the key of today", session.count(ids[TODAY]) == 1 and ids[TOMORROW] not in session)
    for name in LANGUAGES:
        peer.write(session)
        went = peer.visit(nodes[name], OTHER)
        check(f"a ticket for another domain opens nothing at {name}", went == "New", went)
        at = session.index(ids[TODAY]) + 16 + 8 + 12 + 40  # behind key, time and nonce: within what is sealed
        peer.write(session[:at] + bytes([session[at] ^ 1]) + session[at + 1:])
        went = peer.visit(nodes[name])
        check("  nor does a ticket of which one bit is changed", went == "New", went)
        peer.write(session)
        went = peer.visit(nodes[name])
        check("  and the ticket as it was is taken", went == "Reused", went)


def a_stricter_policy(cluster):
    """A ticket of the old policy opens nothing, on whichever end it became stricter."""
    policy = cluster.laboratory.directory / "strict.toml"
    policy.write_text('preset = "c2s-server"\n[tls]\noldest_version = "TLSv1.3"\n')
    for language, old in zip(LANGUAGES, ("python", "lua", "c")):
        client = OurClient(cluster.pki)
        client.visit(cluster.nodes[old])
        strict = cluster.node(f"strict-{language}", language, EVENING, policy=policy)
        cluster.checks.check(f"a node in {language} with a stricter policy begins, with the same keys", strict.start(),
                             strict.log())
        full_handshake(cluster, f"  it resumes no session of the old policy, which {old} began", client, strict)
        resumes(cluster, "  but its own", client, strict)
        cluster.nodes.pop(strict.name).stop()
    client = OurClient(cluster.pki)
    client.visit(cluster.nodes["c"])
    client.context.set_policy(client.policy(tls_oldest_version="TLSv1.3"))
    full_handshake(cluster, "a client whose policy became stricter begins anew", client, cluster.nodes["lua"])
    client.context.set_policy(client.policy(dane_required=True))
    try:
        report = client.visit(cluster.nodes["python"])
        cluster.checks.check("  and refuses a server that the new policy refuses", False, report.verdict)
    except errors.PeerRefused as refused:
        cluster.checks.check("  and refuses a server that the new policy refuses", not refused.verdict.resumed, refused)


def rotation(cluster):
    """Clocks that differ around midnight, then midnight for all."""
    check, nodes = cluster.checks.check, cluster.nodes
    nodes["c"].clock.stand(MIDNIGHT - 20)
    nodes["python"].clock.stand(MIDNIGHT + 20)
    cluster.wait_for_records(AFTER)
    check("who is past midnight makes the key of the day after", set(cluster.records()) == {TODAY, TOMORROW, AFTER})
    peer = OpenSsl(cluster.pki, cluster.laboratory.directory, "midnight")
    went = peer.visit(nodes["python"])
    ids = {begin: key_of(cluster, begin)[:16] for begin in (TODAY, TOMORROW)}
    check("  and seals with the new key", went == "New" and ids[TOMORROW] in peer.read(), went)
    went = peer.visit(nodes["c"])
    check("who is before midnight opens it, and seals with the old one", went == "Reused" and ids[TODAY] in peer.read(),
          went)
    went = peer.visit(nodes["python"])
    check("  which is opened in turn", went == "Reused" and ids[TOMORROW] in peer.read(), went)
    cluster.show(EVENING)
    client = OurClient(cluster.pki)
    client.visit(nodes["c"])
    cluster.show(EVENING + 7 * HOUR)
    for name in LANGUAGES:
        check(f"behind midnight {name} seals with the new key", seals_with(cluster, nodes[name], ids[TOMORROW]))
    resumes(cluster, "  and a session from before is resumed", client, nodes["lua"])


def without_the_store(cluster):
    """The store is killed and comes back empty; a node is added meanwhile, and afterwards."""
    check, nodes = cluster.checks.check, cluster.nodes
    client = OurClient(cluster.pki)
    client.visit(nodes["python"])
    before = {begin: key_of(cluster, begin) for begin in (TOMORROW, AFTER)}
    cluster.store.kill()
    for name in LANGUAGES:
        check(f"the store is killed, and {name} says so", heard(cluster, name, AWAY))
    resumes(cluster, "  sessions are resumed with the keys held", client, nodes["c"])
    late = cluster.node("late", "c", EVENING + 7 * HOUR)
    check("a node does not begin without the store, and says why",
          not late.start() and AWAY in late.log(), late.log())
    late.stop()
    del nodes["late"]
    cluster.show(EVENING + 31 * HOUR)
    for name in LANGUAGES:
        check(f"a day later {name} seals with the key that it held for then", seals_with(cluster, nodes[name], before[AFTER]))
    full_handshake(cluster, "  the nodes serve, still without the store", client, nodes["lua"])
    resumes(cluster, "  and resume each other's sessions", client, nodes["python"])
    said = {name: len(nodes[name].log()) for name in LANGUAGES}
    cluster.show(EVENING + 103 * HOUR)
    for name in LANGUAGES:
        check(f"days later {name} says again that the store is away", heard(cluster, name, AWAY, said[name]))
    for first, second in itertools.permutations(LANGUAGES, 2):
        peer = OpenSsl(cluster.pki, cluster.laboratory.directory, f"away-{first}-{second}")
        went = [peer.visit(nodes[first]), peer.visit(nodes[second])]
        check(f"  {first} and {second} resume with the last key held",
              went == ["New", "Reused"] and before[AFTER][:16] in peer.read(), went)
    cluster.show(EVENING + 7 * HOUR)  # back to the night, for what follows
    cluster.store.start()
    cluster.wait_for_records(TOMORROW, AFTER)
    kept = {begin: key_of(cluster, begin) for begin in (TOMORROW, AFTER)}
    check("the store is back, empty, and gets back a key that is held", before[AFTER] == kept[AFTER])
    for name in LANGUAGES:
        check(f"  {name} takes the key that was made anew", seals_with(cluster, nodes[name], kept[TOMORROW]))
    client = OurClient(cluster.pki)
    client.visit(nodes["c"])
    for language in ("python", "luajit"):
        added = cluster.node(f"added-{language}", language, EVENING + 7 * HOUR)
        check(f"a node in {language} that is added reads before it serves", added.start(), added.log())
        resumes(cluster, "  and resumes a session of before", client, added)
        resumes(cluster, "  as another resumes its own", client, nodes["lua"])


def meddling(cluster):
    """Records that were changed, moved, or sealed by somebody else."""
    check, nodes, store = cluster.checks.check, cluster.nodes, cluster.store.client()
    name = f"xmpptls:ticket-key:{CLUSTER}:"
    good = cluster.records()
    cases = (("one bit is changed", good[AFTER][:40] + bytes([good[AFTER][40] ^ 1]) + good[AFTER][41:],
              "not sealed with this cluster's secret, or changed since"),
             ("it is that of another day", good[TOMORROW], "the record of another cluster, time or period"),
             ("it is of a layout to come", b"XTK\2" + good[AFTER][4:], "a record of another layout"),
             ("it is cut off", good[AFTER][:60], "a record of another layout"))
    for what, record, why in cases:
        behind = {language: len(nodes[language].log()) for language in LANGUAGES}
        store.set(f"{name}{AFTER}", record)
        for language in LANGUAGES:
            check(f"a record in the store: {what}: {language} says so",
                  heard(cluster, language, f"{name}{AFTER}: {why}", behind[language]),
                  nodes[language].log()[behind[language]:])
        client = OurClient(cluster.pki)
        client.visit(nodes["lua"])
        resumes(cluster, "  and serves on with the keys it holds", client, nodes["c"])
        check("  nobody writes over it", store.get(f"{name}{AFTER}") == record)
        for language in LANGUAGES:
            node = cluster.node(f"new-{language}-{cases.index((what, record, why))}", language, EVENING + 7 * HOUR)
            check(f"  a new node in {language} does not begin", not node.start() and why in node.log(), node.log())
            node.stop()
            del cluster.nodes[node.name]
        store.set(f"{name}{AFTER}", good[AFTER])
    store.set(f"{name}{AFTER}", seal(read_secret(cluster.secret), CLUSTER, AFTER, DAY, b"another key " * 4))
    for language in LANGUAGES:
        check(f"another key of the same day, well sealed: {language} takes it and says so",
              heard(cluster, language, f"{name}{AFTER}: replaced in the store, and here"))
    good = cluster.records()
    for language in LANGUAGES:
        node = cluster.node(f"stranger-{language}", language, EVENING + 7 * HOUR,
                            secret=cluster.new_secret(f"other-{language}"))
        check(f"a node in {language} with another secret does not begin", not node.start()
              and "not sealed with this cluster's secret" in node.log(), node.log())
        node.stop()
        del cluster.nodes[node.name]
    check("  and has changed nothing", cluster.records() == good)


GROUPS = (each_maker, each_pair, another_domain_and_a_changed_ticket, a_stricter_policy, rotation, without_the_store,
          meddling, erlang_nodes, all_four)


def main():
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", required=True, help="directory with libxmpptls.so")
    parser.add_argument("--programs", required=True, help="directory with c2s_server_cluster and erlang/*.beam")
    parser.add_argument("--only", nargs="*", default=[group.__name__ for group in GROUPS])
    options = parser.parse_args()
    need("openssl", "redis-server", "lua5.3", "luajit", "erl", "epmd")
    if FAKETIME is None:
        raise SystemExit("libfaketime is missing: run 'make setup'")
    checks = Checks()
    with Laboratory("cluster", checks) as laboratory:
        pki = Pki(laboratory.directory / "pki")
        for domain in (DOMAIN, OTHER):
            pki.issue(domain, full(domain))
        cluster = Cluster(laboratory, checks, pki, options.library, options.programs)
        cluster.store.start()
        for group in GROUPS:
            if group.__name__ not in options.only:
                continue
            with checks.group(group.__name__):
                group(cluster)
        code = checks.close()
    sys.exit(code)


if __name__ == "__main__":
    main()
