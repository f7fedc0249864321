"""The command `xmpptls` on a laboratory's servers, as an administrator would run it."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from .dns import PORT

SCHEMAS = Path(__file__).parents[3] / "docs" / "schema"


class Command:
    """`program` is the built command; `authority` the file of the certification authority that it trusts."""

    def __init__(self, laboratory, program, zone, authority):
        self.laboratory = laboratory
        self.program = Path(program).resolve()
        self.zone = zone
        self.authority = authority
        schemas = {name: json.loads((SCHEMAS / f"{name}.json").read_text()) for name in ("check", "report", "verdict")}
        # They name each other by their identifiers.
        registry = Registry().with_resources((own["$id"], Resource.from_contents(own)) for own in schemas.values())
        self.schemas = {name: Draft202012Validator(own, registry=registry) for name, own in schemas.items()}

    def run(self, domain, *options):
        """Runs `check`; returns (exit code, what it printed)."""
        anchor = self.laboratory.directory / "trust-anchor"
        anchor.write_text(self.zone.key + "\n")
        return self.laboratory.run(
            [self.program, "check", domain, "--resolver", f"{self.zone.address}:{PORT}", "--trust-anchor", anchor,
             "--ca", self.authority, "--no-system-ca", "--timeout", "15", *options],
            env={"COLUMNS": "100", "HOME": "/nonexistent"})

    def check(self, domain, *options):
        """Runs `check` and reads its JSON, which has to be as its schema says."""
        code, text = self.run(domain, "--json", "--no-history", *options)
        check = json.loads(text)
        self.schemas["check"].validate(check)
        for service in check["services"]:
            for endpoint in service["endpoints"]:
                for name in ("report", "verdict"):
                    if endpoint[name] is not None:
                        self.schemas[name].validate(endpoint[name])
        return code, [Service(own) for own in check["services"]]


class Service:
    """What a check says of one service."""

    def __init__(self, check):
        self.check = check
        self.endpoints = check["endpoints"]
        self.mends = {mend["code"]: mend for mend in check["mend"]}

    def proofs(self, outcome):
        """The proofs that came out so at every endpoint."""
        each = [{own["proof"] for own in endpoint["proofs"] if own["outcome"] == outcome} for endpoint in self.endpoints]
        return set.intersection(*each) if each else set()

    def offered(self):
        """The SASL mechanisms that every endpoint offers inside TLS."""
        each = [set((endpoint["offers"] or {}).get("mechanisms", ())) for endpoint in self.endpoints]
        return set.intersection(*each) if each else set()

    def every(self, member):
        """What all endpoints say of themselves."""
        return {endpoint[member] for endpoint in self.endpoints}
