"""What is promised about the package as a whole: names, stubs, advice, examples in texts, and the import."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import xmpptls
from xmpptls import _advice

MODULES = sorted(
    one.name for one in pkgutil.walk_packages(xmpptls.__path__, "xmpptls.") if not one.name.endswith("_xmpptls"))


@pytest.mark.parametrize("name", ["xmpptls", *MODULES])
def test_examples_in_doc_texts_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_readmes_examples_are_true() -> None:
    result = doctest.testfile(str(Path(__file__).parents[1] / "README.md"), module_relative=False)
    assert result.failed == 0 and result.attempted > 5


def test_there_is_advice_for_every_reason_and_cause() -> None:
    assert {name for _, name, _, _ in xmpptls.reason_codes()} == set(_advice.REASONS)
    assert {name for _, name, _, _ in xmpptls.cause_codes()} <= set(_advice.CODES)


def test_the_stubs_are_the_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "xmpptls._xmpptls", "--ignore-disjoint-bases"],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_what_is_exported_is_there() -> None:
    for name in ["xmpptls", *MODULES]:
        module = importlib.import_module(name)
        assert all(hasattr(module, exported) for exported in getattr(module, "__all__", ()))


def test_importing_takes_less_than_100_ms_and_opens_nothing() -> None:
    code = ("import sys, time; seen = []; "
            "sys.addaudithook(lambda event, _: seen.append(event) if event.startswith('socket.') else None); "
            "begin = time.process_time(); import xmpptls; print(time.process_time() - begin, seen)")
    best, opened = min((subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
                        .stdout.split(maxsplit=1) for _ in range(3)), key=lambda pair: float(pair[0]))
    assert float(best) < 0.1 and opened.strip() == "[]"


def test_classes_are_frozen_and_cannot_be_subclassed() -> None:
    policy = xmpptls.Policy("c2s-server")
    with pytest.raises(AttributeError):
        policy.name = "another"  # type: ignore[misc]
    with pytest.raises(TypeError):
        type("Mine", (xmpptls.Policy,), {})
