"""Every case of `tests/vectors`, from Python. A kind that is not known fails."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import xmpptls
from xmpptls import errors

FOLDER = Path(__file__).resolve().parents[3] / "tests" / "vectors"
Certificates = dict[str, bytes]


def or_none(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """The value, or none where it is refused."""
    try:
        return function(*arguments, **options)
    except (ValueError, errors.ExternalRefused):
        return None


def verdict(case: dict[str, Any], certificates: Certificates) -> dict[str, Any]:
    """A verdict in the words of an expectation."""
    judged = xmpptls.records.judge_case(json.dumps(case), certificates)
    name = json.loads(judged.to_json())["name"]
    if name is not None:
        del name["presented_as"]
    return {"level": judged.level, "method": judged.method, "reasons": sorted(one.name for one in judged.reasons),
            "notes": [one.name for one in judged.notes], "name": name, "valid_until": judged.valid_until,
            "alert": judged.alert}


def history(case: dict[str, Any], certificates: Certificates) -> dict[str, Any]:
    """What changed at the last of several sightings."""
    known, last = None, None
    for sighting in case["sightings"]:
        known = known or xmpptls.History(sighting["domain"], sighting["service"])
        known = xmpptls.History.from_json(known.to_json(), sighting["domain"], sighting["service"])
        judged = xmpptls.records.judge_case(json.dumps(sighting), certificates)
        last = known.observe(judged, judged.judged_at)
        assert last is not None
        known = last.to_store
    assert last is not None
    return {"change": last.change, "loudness": last.loudness}


def user(case: dict[str, Any], certificates: Certificates) -> dict[str, Any]:
    """As whom a certificate lets its holder act."""
    try:
        resolved = xmpptls.external.resolve_user(
            xmpptls.Certificate(certificates[case["certificate"]]), case["served"], authzid=case.get("authzid"),
            mapped=case.get("mapped"))
    except errors.ExternalRefused as refused:
        return {"user": None, "condition": refused.condition}
    return {"user": resolved, "condition": None}


def authzid(case: dict[str, Any], _: Certificates) -> dict[str, Any]:
    """What stands in `<auth/>`."""
    try:
        return {"authzid": xmpptls.external.authzid_from_wire(case["wire"]), "malformed": False}
    except errors.ExternalRefused:
        return {"authzid": None, "malformed": True}


def posh_document(case: dict[str, Any], _: Certificates) -> dict[str, Any]:
    """How a POSH document is read."""
    read = or_none(xmpptls.records.read_posh, case["document"].encode())
    if read is None:
        return {"kind": "refused"}
    return {"kind": "reference" if "url" in read else "fingerprints", **read}


def dialback_key(case: dict[str, Any], _: Certificates) -> dict[str, Any]:
    """A key, if there is one."""
    def make() -> str:
        return xmpptls.dialback.Secret(case["secret"]).key(
            receiving=case["receiving"], originating=case["originating"], stream_id=case["stream_id"])

    return {"key": or_none(make)}


def dialback_check(case: dict[str, Any], _: Certificates) -> dict[str, Any]:
    """Whether a key is the right one."""
    return {"matches": xmpptls.dialback.Secret(case["secret"]).matches(
        case["key"], receiving=case["receiving"], originating=case["originating"], stream_id=case["stream_id"])}


def tlsa_text(case: dict[str, Any], _: Certificates) -> dict[str, Any]:
    """A record's RDATA."""
    rdata = or_none(xmpptls.records.tlsa_rdata, case["text"])
    return {"rdata": None if rdata is None else rdata.hex()}


KINDS: dict[str, Callable[[dict[str, Any], Certificates], dict[str, Any]]] = {
    "verdict": verdict, "history": history, "user": user, "authzid_from_wire": authzid,
    "posh_document": posh_document, "dialback_key": dialback_key, "dialback_check": dialback_check,
    "tlsa_text": tlsa_text,
    "server_authzid": lambda case, _: {
        "domain": or_none(xmpptls.external.resolve_server, case.get("authzid"), case["from"])},
    "domain": lambda case, _: {"ascii": or_none(xmpptls.records.domain_to_ascii, case["text"])},
    "joining_target": lambda case, _: {"may_join": xmpptls.dialback.may_join(**case)},
    "tlsa_owner": lambda case, _: {"owner": xmpptls.records.tlsa_owner(case["host"], case["port"])},
    "posh_url": lambda case, _: {"url": xmpptls.records.posh_url(case["domain"], case["service"])},
    "channel_binding": lambda case, _: {"decision": xmpptls.channel_binding.choose(
        case["mechanisms"], case["announced"], case["ours"], profile=case["profile"])},
    "downgrade_hash": lambda case, _: {"value": xmpptls.channel_binding.downgrade_hash(
        case["hash"], case["mechanisms"], case["types"])},
}


def cases() -> Iterator[tuple[dict[str, Any], Certificates]]:
    """All of them."""
    for path in sorted(FOLDER.glob("*.json")):
        file = json.loads(path.read_text())
        assert file["format"] == "xmpptls-vectors-1"
        certificates = {name: base64.b64decode(text) for name, text in file["certificates"].items()}
        for case in file["cases"]:
            yield case, certificates


def differs(expected: dict[str, Any], outcome: dict[str, Any]) -> bool:
    """Whether a member is not as expected; of notes each expected one must be there."""
    return any(not set(wanted) <= set(outcome["notes"]) if key == "notes" else outcome.get(key) != wanted
               for key, wanted in expected.items())


def test_every_vector_has_its_outcome() -> None:
    failed, count = [], 0
    for case, certificates in cases():
        count += 1
        outcome = KINDS[case["kind"]](case["input"], certificates)
        if differs(case["expect"], outcome):
            failed.append(f"{case['id']}\n  expected {case['expect']}\n  got      {outcome}")
    assert not failed, f"{len(failed)} of {count}:\n" + "\n".join(failed)
    assert count >= 400


def test_a_wrong_expectation_is_noticed() -> None:
    case, certificates = next(one for one in cases() if one[0]["kind"] == "verdict")
    outcome = verdict(case["input"], certificates)
    assert differs({**case["expect"], "level": "nonsense"}, outcome)
    with pytest.raises(KeyError):
        KINDS["a kind of a later version"]
