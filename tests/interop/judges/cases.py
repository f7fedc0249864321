"""The cases of tests/vectors that a judge of certification paths or of names can decide too.

What a judge is asked comes from the input of a case; what we say comes from `expect`. Two questions are taken
apart, since a judge may share one answer and not the other: is the path good, and is a name of the service
presented? Reasons tell them apart.
"""

import base64
import json
import tomllib
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
# Reasons that speak of names; any other reason of a certificate speaks of the path.
NAME_REASONS = {"name_mismatch", "no_identifiers"}
# Reasons that the policy gives and no certification path: "nobody was proved" always stands beside the cause.
POLICY_REASONS = {"authentication_required", "pin_mismatch", "exception_ended", "dane_required"}


class Case:
    """A verdict that PKIX alone decides."""

    def __init__(self, case, certificates, ascii_of):
        given, expected = case["input"], case["expect"]
        self.id, self.clause = case["id"], case["clause"]
        self.service, self.receiving = given["service"], given["direction"] == "receiving"
        self.now, self.domain = given["now"], given["domain"]
        self.policy = tomllib.loads(given["policy"])
        self.chain = [certificate_of(name, certificates) for name in given.get("chain") or []]
        self.anchors = [certificate_of(name, certificates) for name in given["trust_anchors"]]
        self.lists = [base64.b64decode(text) for text in given.get("revocation_lists", [])]
        self.staple = given.get("staple")
        self.references = [ascii_of(self.domain)] + _target(given.get("endpoint") or {}, self.policy)
        self.reasons = set(expected["reasons"])
        self.path_is_good = not self.reasons - NAME_REASONS - POLICY_REASONS
        self.name_is_good = not self.reasons & NAME_REASONS
        # A user's name is the XmppAddr that SASL EXTERNAL asks for, which is the family `external`.
        self.of_a_user = self.receiving and self.service == "c2s"

    def unicode_domain(self):
        """The domain as it stands in an XMPP address: U-labels, no final dot (RFC 7622 §3.2)."""
        domain = self.domain.removesuffix(".")
        return domain.encode().decode("idna") if domain.isascii() and "xn--" in domain else domain


def read(family):
    """The file of a family."""
    return json.loads((VECTORS / f"{family}.json").read_text())


def decided_by_pkix(family):
    """The cases of a family without other evidence, and how many were left to others."""
    ascii_of, file = _ascii_of(), read(family)
    taken, left = [], 0
    for case in file["cases"]:
        given = case["input"]
        pkix = case["kind"] == "verdict" and not given.get("evidence") and given.get("chain")
        if pkix and tomllib.loads(given["policy"]).get("pkix", {}).get("enabled", True):
            taken.append(Case(case, file["certificates"], ascii_of))
        else:
            left += 1
    return taken, left


def certificate_of(name, certificates):
    """The DER of a certificate that a file names, or that stands in the case itself."""
    return base64.b64decode(certificates.get(name, name))


def _target(endpoint, policy):
    """The host counts as a name when DNSSEC, or the user, ties it to the domain (RFC 7673 §4.1, RFC 9525 §6.1.1)."""
    configured = endpoint.get("configured") and policy.get("pkix", {}).get("configured_host_counts", True)
    return [endpoint["target"]] if endpoint.get("srv") == "secure" or configured else []


def _ascii_of():
    """From a domain to its A-labels, as the family `functions` writes them out."""
    known = {case["input"]["text"]: case["expect"]["ascii"] for case in read("functions")["cases"]
             if case["kind"] == "domain"}

    def ascii_of(domain):
        if domain.isascii():
            return domain.strip("[]").removesuffix(".").lower()
        return known[domain]
    return ascii_of
