#!/usr/bin/env python3
"""Asks judges that share no code with us: OpenSSL about paths and DNS names, GnuTLS's danetool about TLSA, Prosody
about XMPP names. What we say is `expect` in tests/vectors, and what the command decides must be the same.

A judge may differ where a clause decides otherwise than it does: those cases are in `differences.py`, with the
clause. Another difference fails, and so does a listed one that is gone. Nothing here opens a connection.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from cases import certificate_of, decided_by_pkix, read  # noqa: E402
from differences import OPENSSL_NAME, OPENSSL_PATH, PROSODY_NAME, TLSA_MATCH  # noqa: E402
from lab.checks import Checks  # noqa: E402
from lab.processes import Laboratory, Missing, need  # noqa: E402
from openssl import OpenSsl  # noqa: E402
from tlsa import HASHES, Danetool, records  # noqa: E402

FAMILIES = ("names", "path", "policy")
# Chains of `dane.json` whose records the command prints: (names, domain).
PRINTED = ((("leaf", "between"), "im.example.com"), (("ta-good", "ta"), "im.example.com"),
           (("good", "root"), "im.example.com"), (("short-leaf", "short-between", "short"), "im.example.com"))


class Judge:
    """Compares a judge's answers with ours, and counts."""

    def __init__(self, checks, name, question, listed):
        self.checks, self.name, self.question, self.listed = checks, name, question, listed
        self.agreed, self.differed = 0, set()

    def compare(self, identifier, ours, theirs, said=""):
        """One check; True when both say the same."""
        sentence = f"{self.name}, {self.question}: {identifier}: "
        if identifier in self.listed:
            clause, rule = self.listed[identifier]
            self.differed.add(identifier)
            self.checks.check(sentence + f"differs by {clause}", ours != theirs,
                              f"{_word(ours)} by us: {rule}" if ours != theirs else "no longer: take it off the list")
        else:
            self.agreed += ours == theirs
            self.checks.check(sentence + _word(ours), ours == theirs,
                              "" if ours == theirs else f"the judge says {_word(theirs)} {said}")
        return ours == theirs

    def close(self):
        """Every listed difference must have been met."""
        for identifier in sorted(set(self.listed) - self.differed):
            self.checks.check(f"{self.name}, {self.question}: {identifier} is listed", False, "and was not compared")
        return f"{self.name}, {self.question}: {self.agreed} agree, {len(self.differed)} differ by a clause"


def _word(accepted):
    return "accepted" if accepted else "refused"


def the_command(checks, command):
    """The command's own PKIX proof, case by case, is what the vectors expect."""
    files = [HERE.parents[1] / "vectors" / f"{family}.json" for family in FAMILIES]
    done = subprocess.run([command, "verify", *files], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    proofs = {}
    for line in map(json.loads, done.stdout.splitlines()):
        proofs[line["id"]] = next(proof for proof in line["verdict"]["attempts"] if proof["proof"] == "pkix")
    for family in FAMILIES:
        cases = decided_by_pkix(family)[0]
        other = [case.id for case in cases if case.id not in proofs
                 or (proofs[case.id]["outcome"] == "passed") != (case.path_is_good and case.name_is_good)]
        checks.check(f"the command's PKIX proof is what {family}.json expects, {len(cases)} cases",
                     bool(cases) and not other, " ".join(other))


def openssl(checks, judge):
    """Paths first; names where both take the path for good."""
    path = Judge(checks, "OpenSSL", "path", OPENSSL_PATH)
    name = Judge(checks, "OpenSSL", "path and name", OPENSSL_NAME)
    for family in FAMILIES:
        cases, left = decided_by_pkix(family)
        print(f"     {family}.json: {len(cases)} cases are PKIX's alone, {left} rest on other evidence or none")
        for case in cases:
            accepted, said = judge.path(case)
            same = path.compare(case.id, case.path_is_good, accepted, said)
            if same and accepted and not case.of_a_user:
                answers = [judge.path(case, reference) for reference in case.references]
                name.compare(case.id, case.name_is_good, any(answer for answer, _ in answers), answers[0][1])
    return [path.close(), name.close()]


def association_data(checks, judge):
    """danetool and OpenSSL agree on each certificate; the vectors and the command say the same."""
    danetool, family = Danetool(judge), read("dane")
    certificates = family["certificates"]
    for name in sorted(certificates):
        der = certificate_of(name, certificates)
        same = all(danetool.association_data(der, selector, matching) == judge.association_data(der, selector, matching)
                   for selector in (0, 1) for matching in HASHES)
        checks.check(f"danetool and OpenSSL, selectors 0 and 1, SHA-256 and SHA-512: {name}", same)
    match = Judge(checks, "danetool", "a record matches", TLSA_MATCH)
    left = 0
    for case in family["cases"]:
        answers = matching_records(danetool, case, certificates)
        ours = (case["expect"]["method"] or "").startswith(("dane-", "pkix-"))
        if answers and None not in answers and (ours or "dane_mismatch" in case["expect"]["reasons"]):
            match.compare(case["id"], ours, any(answers))
        else:
            left += 1
    print(f"     dane.json: {left} cases are about something else than whether a record matches")
    return [match.close()]


def matching_records(danetool, case, certificates):
    """For each TLSA record of a case whether it matches the chain; None where that is no comparison."""
    given = case["input"]
    chain = [certificate_of(name, certificates) for name in given["chain"]]
    anchors = [certificate_of(name, certificates) for name in given["trust_anchors"]]
    found = [answer["answer"].get("found") or {} for answer in given.get("evidence", {}).get("tlsa", [])]
    return [danetool.matches(bytes.fromhex(text), chain, anchors)
            for answer in found for text in answer.get("rdata", []) if len(text) > 6]


def printed_records(checks, judge, command, directory):
    """`xmpptls records` prints what danetool computes."""
    danetool, certificates = Danetool(judge), read("dane")["certificates"]
    for names, domain in PRINTED:
        chain = [certificate_of(name, certificates) for name in names]
        file = directory / f"{names[0]}.chain"
        file.write_bytes(b"".join(judge.pem(der).read_bytes() for der in chain))
        of_the_key = (3, 1, 1, danetool.association_data(chain[0], 1, 1))
        said = records(command, file, domain)
        checks.check(f"xmpptls records for {names[0]}: 3 1 1 is danetool's", said == {of_the_key}, said)
        said = records(command, file, domain, "--issuer") - {of_the_key}
        issuers = {(2, 0, 1, danetool.association_data(der, 0, 1)) for der in chain[1:]}
        checks.check(f"xmpptls records --issuer for {names[0]}: 2 0 1 is danetool's", len(said) == 1 and said <= issuers, said)


def prosody(checks, judge, library):
    """util.x509.verify_identity about each case of the family `names`; a target is asked without a service."""
    name = Judge(checks, "Prosody", "name", PROSODY_NAME)
    cases, lines = decided_by_pkix("names")[0], []
    for number, case in enumerate(cases):
        service = {"s2s": "_xmpp-server", "c2s": "_xmpp-client"}[case.service]
        pem = judge.pem(case.chain[0])
        lines.append(f"{number}\t{case.unicode_domain()}\t{service}\t{pem}\n")
        lines += [f"{number}\t{target}\t-\t{pem}\n" for target in case.references[1:]]
    done = subprocess.run(["lua5.4", HERE / "identity.lua", library], input="".join(lines), capture_output=True,
                          text=True, timeout=30)
    if done.returncode:
        raise RuntimeError(done.stderr)
    matched, answered = set(), set()
    for number, answer in (line.split("\t") for line in done.stdout.splitlines()):
        answered.add(int(number))
        matched |= {int(number)} if answer == "true" else set()
    checks.check("Prosody answers every question", len(answered) == len(cases), f"{len(answered)} of {len(cases)}")
    for number, case in enumerate(cases):
        name.compare(case.id, case.name_is_good, number in matched)
    return [name.close()]


def main():
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", type=Path, default=HERE.parents[2] / "target/release/xmpptls", help="our command")
    parser.add_argument("--prosody", type=Path, default=Path("/usr/lib/prosody"), help="where Prosody's modules are")
    options = parser.parse_args()
    need("openssl", "danetool", "lua5.4")
    for file in (options.command, options.prosody / "util/x509.lua"):
        if not file.exists():
            raise Missing(file)
    checks, summary = Checks(), []
    with Laboratory("judges", checks) as laboratory:
        judge = OpenSsl(laboratory.directory)
        print(judge.version())
        groups = {
            "the command": lambda: the_command(checks, options.command) or [],
            "OpenSSL": lambda: openssl(checks, judge),
            "danetool": lambda: association_data(checks, judge),
            "records": lambda: printed_records(checks, judge, options.command, laboratory.directory) or [],
            "Prosody": lambda: prosody(checks, judge, options.prosody),
        }
        for name, group in groups.items():
            with checks.group(name):
                summary += group()
        print(*summary, sep="\n")
        code = checks.close()
    sys.exit(code)


if __name__ == "__main__":
    main()
