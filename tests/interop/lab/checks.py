"""One line a check, and "N passed, N failed" at the end."""

import sys
import time
import traceback


class Checks:
    """Counts checks and prints them as they are made.

    An unexpected exception inside `group` is a failed check with the group's name, so that a
    server which does not start is never mistaken for a check that was left out.
    """

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.begin = time.monotonic()

    def check(self, sentence, passed, detail=""):
        """Records one check; `detail` says what was seen."""
        if passed:
            self.passed += 1
        else:
            self.failed += 1
        detail = " ".join(str(detail).split())[:160]
        print(f"{'ok   ' if passed else 'FAIL '} {sentence}" + (f": {detail}" if detail else ""), flush=True)
        return passed

    def count(self, sentence, passed, failed):
        """Takes over the counts of a suite that printed its own lines."""
        self.passed += passed
        self.failed += failed
        print(f"{'FAIL ' if failed else 'ok   '} {sentence}: {passed} of {passed + failed}", flush=True)

    def group(self, name):
        """A context in which an exception is a failed check called `name`."""
        return _Group(self, name)

    def close(self):
        """Prints the closing line and returns the exit code."""
        print(f"in {time.monotonic() - self.begin:.0f} s")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


class _Group:
    def __init__(self, checks, name):
        self.checks, self.name = checks, name

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None or not isinstance(error, Exception):
            return False
        self.checks.check(self.name, False, f"{kind.__name__}: {error}")
        traceback.print_exception(error, file=sys.stdout)
        return True
