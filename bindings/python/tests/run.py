"""Runs all tests and ends with "N passed, N failed", which the stages of the project add up."""

import sys

import pytest


class Counts:
    """Counts outcomes; a test that is skipped counts as failed, since nothing here is optional."""

    passed = failed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test."""
        if report.failed or report.skipped:
            self.failed += 1
        elif report.when == "call":
            self.passed += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read is a failure."""
        self.failed += report.failed


counts = Counts()
status = pytest.main(sys.argv[1:], plugins=[counts])
print(f"{counts.passed} passed, {counts.failed} failed")
sys.exit(int(status))
