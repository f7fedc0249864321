"""A temporary directory, a loopback network, and child processes that never outlive the laboratory."""

import ctypes
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Missing(SystemExit):
    """Something the laboratory needs is not installed."""

    def __init__(self, what):
        super().__init__(f"{what} is missing: run 'make setup'")


def need(*programs):
    """Stops with a clear line unless every program is in PATH (or where Debian keeps servers)."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for program in programs:
        if shutil.which(program) is None:
            raise Missing(program)


class Laboratory:
    """Use as a context. `directory` is readable by other users of the machine, since servers may run as
    users of their own; it is removed at the end unless XMPPTLS_KEEP is set or a check failed.
    """

    def __init__(self, name, checks=None):
        self.directory = Path(tempfile.mkdtemp(prefix=f"xmpptls-{name}-"))
        self.directory.chmod(0o755)
        self.network = _free_network()
        self.children = {}
        self.guards = {}
        self.checks = checks

    def __enter__(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(143))
        return self

    def __exit__(self, *_):
        for name in reversed(list(self.children)):
            self.stop(name)
        failed = self.checks is not None and self.checks.failed
        if os.environ.get("XMPPTLS_KEEP") or failed:
            print(f"files and logs are kept in {self.directory}")
        else:
            shutil.rmtree(self.directory, ignore_errors=True)
        return False

    def address(self, number):
        """An address of this laboratory's own /24 in 127.0.0.0/8, so that laboratories run side by side."""
        return f"{self.network}.{number}"

    def start(self, name, command, env=None, user=None, cwd=None):
        """Starts a child in a process group of its own; its output goes to NAME.out."""
        if name in self.children:
            raise RuntimeError(f"{name} is already running")
        identity = {}
        if user is not None and os.getuid() == 0:
            entry = pwd.getpwnam(user)
            identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with open(self.directory / f"{name}.out", "ab") as out:
            self.children[name] = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={**os.environ, **(env or {})}, cwd=cwd or self.directory, start_new_session=True,
                preexec_fn=_die_with_parent, **identity)
        self.guards[name] = _guard(self.children[name].pid)
        return self.children[name]

    def output(self, name):
        """What the child wrote so far."""
        return (self.directory / f"{name}.out").read_text(errors="replace")

    def stop(self, name, patience=8.0):
        """TERM, then KILL, to the group of the child with this name."""
        child = self.children.pop(name, None)
        if child is None:
            return
        for number, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
            try:
                os.killpg(child.pid, number)
            except ProcessLookupError:
                pass
            try:
                child.wait(wait)
            except subprocess.TimeoutExpired:
                continue
            if not _group_lives(child.pid, 1.0):
                break
        self.guards.pop(name).communicate(b"stopped\n")

    def wait_for_port(self, name, address, port, seconds=20):
        """Returns when something accepts on address:port; fails at once if the child ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            child = self.children[name]
            if child.poll() is not None:
                raise RuntimeError(f"{name} ended with {child.returncode}: {self.output(name)[-2000:]}")
            try:
                socket.create_connection((address, port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{name}: nothing listens on {address}:{port} after {seconds} s")

    def wait_until(self, what, condition, seconds=10):
        """Polls `condition` until it is true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            result = condition()
            if result:
                return result
            time.sleep(0.05)
        raise RuntimeError(f"{what}: not within {seconds} s")

    @staticmethod
    def find(pattern, text, seconds=4):
        """The first match in what `text()` returns; logs are written behind the event, so it waits a little."""
        end = time.monotonic() + seconds
        while True:
            found = re.search(pattern, text())
            if found or time.monotonic() > end:
                return found
            time.sleep(0.1)

    def run(self, command, env=None, timeout=60, user=None):
        """Runs a program to its end; returns (exit code, output)."""
        name = f"run-{random.randrange(1 << 32):08x}"
        child = self.start(name, command, env, user)
        try:
            code = child.wait(timeout)
        except subprocess.TimeoutExpired:
            code = -1
        finally:
            self.stop(name)
        text = self.output(name)
        (self.directory / f"{name}.out").unlink()
        return code, text


def _guard(group):
    """A shell that kills the group once this process is gone without having stopped it."""
    script = 'read -r stopped || kill -s KILL -- "-$1" 2>/dev/null'
    return subprocess.Popen(["sh", "-c", script, "guard", str(group)], stdin=subprocess.PIPE, start_new_session=True)


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _group_lives(group, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.02)
    return True


def _free_network():
    for _ in range(100):
        network = f"127.{random.randint(16, 250)}.{random.randint(1, 250)}"
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind((f"{network}.1", 5300))
            return network
        except OSError:
            continue
    raise SystemExit("no free network in 127.0.0.0/8: this system does not bind to all of it")
