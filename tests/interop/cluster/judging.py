"""What the scenes share: moments, and what a visit must have come to."""

import time

from nodes import CLUSTER, DAY, DOMAIN
from ticket_keys import read_secret, unseal
from visitors import OpenSsl

AWAY = "ticket keys: the store is away"
RESUMED = "resumed: the certificate is that of an earlier handshake"
LANGUAGES = ("c", "python", "lua")
HOUR = 3600
# All nodes begin six hours before the middle of a night at Greenwich: there the day's key changes.
MIDNIGHT = (int(time.time()) // DAY + 1) * DAY
EVENING = MIDNIGHT - 6 * HOUR - int(time.time())
TODAY, TOMORROW, AFTER = MIDNIGHT - DAY, MIDNIGHT, MIDNIGHT + DAY


def key_of(cluster, begin):
    """The key of a period, read from the store as a node reads it."""
    return unseal(read_secret(cluster.secret), CLUSTER, begin, DAY, cluster.records()[begin])


def resumes(cluster, sentence, client, node, domain=DOMAIN):
    """Visits a node; both ends must say that the session is resumed, and the verdict is new."""
    behind = len(node.log())
    report = client.visit(node, domain)
    verdict = report.verdict
    said = cluster.laboratory.find(r"resumed", lambda: node.log()[behind:])
    cluster.checks.check(
        sentence, report.resumed and RESUMED in str(report) and verdict.resumed and verdict.level == "authenticated"
        and said, f"client: {report.resumed}, verdict: {verdict}, server: {bool(said)}")


def full_handshake(cluster, sentence, client, node, domain=DOMAIN):
    """Visits a node, which must not resume and must prove itself by its certificate."""
    report = client.visit(node, domain)
    cluster.checks.check(sentence, not report.resumed and not report.verdict.resumed and report.authenticated,
                         report.verdict)


def seals_with(cluster, node, key):
    """Waits until the tickets that a node gives out are sealed with this key; says whether they came to be."""
    peer = OpenSsl(cluster.pki, cluster.laboratory.directory, f"{node.name}-seals")

    def given():
        peer.file.unlink(missing_ok=True)
        return peer.visit(node) == "New" and key[:16] in peer.read()
    try:
        return cluster.laboratory.wait_until(f"{node.name} seals with another key", given, 30)
    except RuntimeError:
        return False


def heard(cluster, name, pattern, behind=0):
    """Waits for a line in what a node says, behind what it had said."""
    return cluster.laboratory.find(pattern, lambda: cluster.nodes[name].log()[behind:], 30)
