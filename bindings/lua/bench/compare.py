#!/usr/bin/env python3
"""What the drop-in `ssl` costs beside LuaSec, and the binding without sockets: `make bench-lua`.

    compare.py BUILD CERTIFICATES [--rounds N] [--seconds S] [--lua PROGRAM]

BUILD is a directory as the Makefile beside this makes it, for the same Lua. The contenders take turns, each in a process
of its own; the table shows medians, and the ratios are medians of the ratios within a round.
"""

import argparse
import os
import statistics
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Figure, what it is, unit, the least ratio of LuaSec to ours that is wanted.
BESIDE = [
    ("handshake", "full handshake, both ends, over TCP", "µs", 3.0),
    ("handshake, met before", "– with a peer that was met before", "µs", None),
    ("message", "300 bytes over TCP", "µs", None),
    ("piece", "16 KiB over TCP", "µs", None),
    ("idle end, KiB", "resident memory of an idle end", "KiB", 3.0),
]
ALONE = [
    ("handshake in memory", "full handshake, both ends, in memory", "µs", None),
    ("message in memory", "300 bytes in memory, written and read", "µs", 1.0),
]


def measure(lua, script, certificates, seconds, build=None):
    """The figures that one run of a script prints."""
    paths = {"LUA_PATH": f"{build}/?.lua;;", "LUA_CPATH": f"{build}/?.so;;"} if build else {}
    done = subprocess.run([lua, str(HERE / script), str(certificates), str(seconds)], env={**os.environ, **paths},
                          stdout=subprocess.PIPE, text=True, check=True)
    return {name: float(number) for name, number in (line.split("\t") for line in done.stdout.splitlines())}


def main():
    """Measures, and prints the table."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("certificates")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--lua", default="lua5.4")
    options = parser.parse_args()
    rounds = []
    for number in range(options.rounds):
        found = {}
        for name in ("LuaSec", "ours") if number % 2 else ("ours", "LuaSec"):
            found[name] = measure(options.lua, "ssl.lua", options.certificates, options.seconds,
                                  options.build if name == "ours" else None)
        found["alone"] = measure(options.lua, "memory.lua", options.certificates, options.seconds, options.build)
        rounds.append(found)

    def median(name, figure):
        return statistics.median(one[name][figure] for one in rounds)

    print("| | unit | LuaSec | ours | LuaSec to ours | goal |\n| --- | --- | ---: | ---: | ---: | ---: |")
    for figure, what, unit, goal in BESIDE:
        ratio = statistics.median(one["LuaSec"][figure] / one["ours"][figure] for one in rounds)
        print(f"| {what} | {unit} | {median('LuaSec', figure):,.1f} | {median('ours', figure):,.1f} | {ratio:.2f} | "
              f"{goal or '-'} |")
    for figure, what, unit, most in ALONE:
        print(f"| {what} | {unit} | - | {median('alone', figure):,.2f} | - | {f'≤ {most:.1f} {unit}' if most else '-'} |")


if __name__ == "__main__":
    main()
