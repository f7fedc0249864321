#!/usr/bin/env python3
"""Measures how the cost of a connection grows, and draws it: `make bench-growth`. See docs/performance.md.

    growth.py BUILD [SVG]    the figures as tables; with SVG, the same as a drawing
"""

import pathlib
import subprocess
import sys

CONTENDERS = ["xmpptls", "openssl", "gnutls"]
COLOURS = {"xmpptls": "#0b6e4f", "openssl": "#b3541e", "gnutls": "#5b5ea6"}
MOST = 50_000
IDLE = [100, 1_000, 10_000, 50_000]
DOMAINS = [1, 100, 10_000]


class Figures:
    """What was measured: (what, contender) to a list of (at which number, figure)."""

    def __init__(self, build):
        self.program = [build / "bench" / "bench", build / "bench" / "certificates"]
        self.series = {}

    def run(self, *command):
        done = subprocess.run([str(part) for part in [*self.program, *command]], stdout=subprocess.PIPE, text=True,
                              check=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def measure(self):
        for contender in CONTENDERS:
            for what, by, at, figure in self.run("connections", contender, MOST):
                self.add(what, by, at, figure)
            for count in IDLE:
                for what, by, figure in self.run("heap", contender, "c2s", count):
                    self.add(what, by, count, figure)
        for count in DOMAINS:
            for what, by, at, figure in self.run("domains", count):
                self.add(what, by, at, figure)
        for what, by, made, figure in self.run("reload", DOMAINS[-1]):
            self.add(what, by, made, figure)

    def add(self, what, by, at, figure):
        self.series.setdefault((what, by), []).append((int(at), float(figure)))


def table(title, rows):
    """Rows of (name, [(at, figure)]), all at the same numbers."""
    numbers = [at for at, _ in rows[0][1]]
    print(f"\n{title:44}" + "".join(f"{number:>12,}" for number in numbers))
    for name, points in rows:
        print(f"  {name:42}" + "".join(f"{figure:12,.1f}" for _, figure in points))


def tables(series):
    for what, title in [("connections-handshake", "a server's end of a handshake, CPU µs, with … open"),
                        ("connections-message", "300 bytes on any of …, CPU ns"),
                        ("heap-c2s", "heap bytes per server end of …"),
                        ("resident-c2s", "resident bytes per server end of …")]:
        table(title, [(contender, series[what, contender]) for contender in CONTENDERS])
    table("certificates of … domains", [
        ("handshake with any of them, CPU µs", series["domains-handshake", "xmpptls"]),
        ("loading one of them, CPU µs", series["domains-load", "xmpptls"]),
        ("heap bytes per domain", series["domains-heap", "xmpptls"])])
    print(f"\n{DOMAINS[-1]:,} domains' certificates are loaded again while handshakes go on")
    for when in ["before", "during", "after"]:
        (made, cpu), (_, most) = series[f"reload-{when}", "xmpptls"] + series[f"reload-{when}-longest", "xmpptls"]
        print(f"  {when:8}{made:8,} handshakes, CPU µs {cpu:8.1f} each, the longest {most / 1e3:6.1f} ms of wall time")


def draw(series, file):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "libxmpptls", "font.size": 9})
    from matplotlib import pyplot

    figure, ((handshake, message), (heap, domains)) = pyplot.subplots(2, 2, figsize=(9, 6.2))
    for axes, what, by, title, unit, number in [
            (handshake, "connections-handshake", CONTENDERS, "a server's end of a handshake", "CPU µs", "open connections"),
            (message, "connections-message", CONTENDERS, "300 bytes on any connection", "CPU µs", "open connections"),
            (heap, "heap-c2s", CONTENDERS, "heap of an idle server end", "KB", "open connections"),
            (domains, "domains-handshake", ["xmpptls"], "a server's end, with certificates of …", "CPU µs", "domains")]:
        scale = 1000 if axes in (message, heap) else 1
        for contender in by:
            numbers, values = zip(*series[what, contender])
            axes.plot(numbers, [value / scale for value in values], "o-", color=COLOURS[contender], label=contender)
        axes.set(title=title, ylabel=unit, xlabel=number, xscale="log", ylim=(0, 1.15 * axes.get_ylim()[1]))
        axes.set_xticks(numbers, labels=[f"{one:,}" for one in numbers])
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#dddddd")
        axes.set_axisbelow(True)
    message.legend(frameon=False, loc="upper left")
    figure.patch.set_facecolor("white")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    figures = Figures(pathlib.Path(sys.argv[1]))
    figures.measure()
    tables(figures.series)
    if len(sys.argv) == 3:
        draw(figures.series, sys.argv[2])


if __name__ == "__main__":
    main()
