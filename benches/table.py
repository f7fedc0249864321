#!/usr/bin/env python3
"""Runs the measuring programs in rounds and prints one table: `make bench`. See docs/performance.md.

    table.py BUILD [--rounds N] [--seconds S]    the table
    table.py BUILD --instructions                instructions an operation, by valgrind
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROOTS = "/etc/ssl/certs/ca-certificates.crt"
IDLE = 10_000
# Workload, what it is, unit, goal as a ratio to OpenSSL (None: no goal).
RATES = [
    ("handshake", "full handshake, P-256 leaf, X25519", "1/s", 3.2),
    ("handshake-again", "  with a peer that was met before", "1/s", None),
    ("handshake-server", "  the server's end of it alone", "1/s", 2.5),
    ("handshake-pq", "  with X25519MLKEM768 (OpenSSL: X25519)", "1/s", None),
    ("handshake-rsa", "  with an RSA-2048 leaf", "1/s", None),
    ("mutual", "both show certificates, both names verified", "1/s", 3.3),
    ("mutual-again", "  with a peer that was met before", "1/s", None),
    ("resumed", "resumed by a ticket, new key exchange", "1/s", 2.7),
    ("message", "300 bytes, AES-128-GCM", "1/s", 2.2),
    ("message-chacha", "300 bytes, ChaCha20-Poly1305", "1/s", None),
    ("bulk", "16 KiB, AES-128-GCM", "MB/s", 2.2),
    ("bulk-chacha", "16 KiB, ChaCha20-Poly1305", "MB/s", None),
    ("verify-2", "path and name, chain of 2", "1/s", 3.2),
    ("verify-3", "path and name, chain of 3", "1/s", 3.2),
    ("policy", "policy from the system's roots, with a key", "1/s", 40.0),
]
# The same beside GnuTLS.
TO_GNUTLS = {"message": 1.2}
CONTENDERS = ["openssl", "gnutls", "raw-connection", "raw", "xmpptls", "xmpptls-const"]
INSTRUCTIONS = [
    ("handshake", 20),
    ("handshake-again", 20),
    ("mutual", 20),
    ("mutual-again", 20),
    ("resumed", 20),
    ("message", 2000),
    ("bulk", 200),
]
MOST_OVER_RAW = 3.0


def run(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=True)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return [(workload, contender, float(figure)) for workload, contender, figure in lines]


class Programs:
    def __init__(self, build):
        self.c = build / "bench" / "bench"
        self.rust = build / "release" / "xmpptls-raw-rustls"
        self.certificates = build / "bench" / "certificates"

    def round(self, number, seconds):
        programs = [self.c, self.rust]
        figures = {}
        for program in programs[number % 2 :] + programs[: number % 2]:
            for workload, contender, figure in run(program, self.certificates, "round", number, seconds):
                figures[workload, contender] = figure
        for workload, contender, figure in run(self.c, self.certificates, "roots", ROOTS, number, seconds):
            figures[workload, contender] = figure
        return figures

    def heap(self, contender, kind, count):
        program = self.rust if contender.startswith("raw") else self.c
        return {what: figure for what, _, figure in run(program, self.certificates, "heap", contender, kind, count)}

    def count(self, contender, workload, count):
        """Instructions of so many operations, without what goes before."""
        program = self.rust if contender.startswith("raw") else self.c
        with tempfile.NamedTemporaryFile() as out:
            command = ["valgrind", "--tool=callgrind", "--toggle-collect=*operate*", f"--callgrind-out-file={out.name}", program, self.certificates]
            command += ["count", contender, workload, count]
            done = subprocess.run([str(part) for part in command], stderr=subprocess.PIPE, text=True, check=True)
        return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def said(figure, unit):
    if figure is None:
        return "-"
    if unit == "MB/s":
        return f"{figure * 16384 / 1e6:,.0f}"
    return f"{figure:,.0f}"


def times(ratio):
    return "-" if ratio is None else f"{ratio:.2f}"


def rates(rounds):
    print(f"{'':46}{'':5}" + "".join(f"{name:>16}" for name in CONTENDERS) + f"{'ours/OpenSSL':>14}{'goal':>6}{'ours/GnuTLS':>13}{'goal':>6}{'ours/raw':>10}")
    behind = []
    for workload, what, unit, goal in RATES:
        def base(one):
            return one.get((workload, "openssl")) or one.get(("handshake", "openssl"))

        def median(name):
            found = [one[workload, name] for one in rounds if (workload, name) in one]
            return statistics.median(found) if found else None

        ratio = statistics.median(one[workload, "xmpptls"] / base(one) for one in rounds)
        def against(name):
            found = [one[workload, "xmpptls"] / one[workload, name] for one in rounds if (workload, name) in one]
            return statistics.median(found) if found else None

        to_gnutls, to_raw = against("gnutls"), against("raw")
        met = "" if (goal is None or ratio >= goal) and (to_gnutls or 0) >= TO_GNUTLS.get(workload, 0) else "  <"
        if met:
            behind.append(workload)
        figures = "".join(f"{said(median(name), unit):>16}" for name in CONTENDERS)
        print(f"{what:46}{unit:>5}{figures}{ratio:13.2f}x{goal or '-':>6}{times(to_gnutls):>13}"
              f"{TO_GNUTLS.get(workload, '-'):>6}{times(to_raw):>10}{met}")
        sys.stdout.flush()
    return behind


def memory(programs):
    print(f"\nbytes per idle server connection, {IDLE:,} of them (heap / resident)")
    behind = []
    for kind, goal in [("c2s", 4096), ("s2s", 5376)]:
        for contender in ["openssl", "openssl-released", "gnutls", "raw-connection", "raw", "xmpptls"]:
            figures = programs.heap(contender, kind, IDLE)
            heap, resident = figures[f"heap-{kind}"], figures[f"resident-{kind}"]
            note = ""
            if contender == "xmpptls":
                if kind == "s2s":
                    kept = programs.heap(contender, "s2s-kept", IDLE)["heap-s2s-kept"]
                    print(f"  {kind} xmpptls, its verdict kept {kept:10,.0f}")
                note = f"  goal {goal:,}" + ("" if heap <= goal else "  <")
                if heap > goal:
                    behind.append(f"heap-{kind}")
            print(f"  {kind} {contender:18}{heap:10,.0f} / {resident:8,.0f}{note}")
            sys.stdout.flush()
    for what, _, figure in run(programs.c, programs.certificates, "anchors", ROOTS):
        print(f"  {what:22}{figure:12,.3f}" + ("  goal 10,240" if what.endswith("heap") else ""))
    return behind


def instructions(programs):
    print("instructions per operation (valgrind; without the wide instructions of this processor)")
    print(f"{'':16}{'raw':>14}{'xmpptls':>14}{'over raw':>10}{'const':>14}{'over raw':>10}   goal: at most {MOST_OVER_RAW} %, in place")
    for workload, count in INSTRUCTIONS:
        each = {}
        for contender in ["raw", "xmpptls", "xmpptls-const"]:
            each[contender] = programs.count(contender, workload, count) / count
        over = {name: 100 * (each[name] / each["raw"] - 1) for name in each}
        mark = "" if over["xmpptls"] <= MOST_OVER_RAW else "  <"
        print(
            f"{workload:16}{each['raw']:14,.0f}{each['xmpptls']:14,.0f}{over['xmpptls']:9.1f}%"
            f"{each['xmpptls-const']:14,.0f}{over['xmpptls-const']:9.1f}%{mark}"
        )
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--instructions", action="store_true")
    arguments = parser.parse_args()
    programs = Programs(arguments.build)
    if arguments.instructions:
        instructions(programs)
        return
    load = os.getloadavg()[0]
    rounds = [programs.round(number, arguments.seconds) for number in range(arguments.rounds)]
    print(f"{arguments.rounds} rounds of {arguments.seconds} CPU seconds each, medians; load average {load:.1f} before\n")
    behind = rates(rounds)
    behind += memory(programs)
    print("\nbehind the goal (<): " + (", ".join(behind) or "nothing"))


if __name__ == "__main__":
    main()
