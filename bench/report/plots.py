# SPDX-License-Identifier: GPL-2.0-only
"""The results as plots: data files, and what gnuplot makes of them."""

import os
import subprocess

SVG = "set terminal svg size 1000,480 font 'sans,12' background 'white'\n"
COMMON = (
    "set style data histograms\nset style fill solid 0.8 noborder\n"
    "set xtics rotate by -35 nomirror\nset ytics nomirror\nset grid ytics\n"
    "set key outside top center horizontal\nset yrange [0:*]\n"
)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def data(rows):
    """gnuplot's own format; what is missing is ?"""
    return "".join(
        " ".join("?" if cell is None else str(cell) for cell in row) + "\n" for row in rows
    )


def clusters(peers, name, unit, title):
    """Bars with the range that was seen, a cluster of them for each workload."""
    bars = ", ".join(
        f"{quoted(name)} using {2 + 3 * i}:{3 + 3 * i}:{4 + 3 * i}"
        f"{':xtic(1)' if i == 0 else ''} title {quoted(peer)}"
        for i, peer in enumerate(peers)
    )
    return (
        SVG
        + COMMON
        + "set datafile missing '?'\nset style histogram errorbars gap 1.5 lw 1\n"
        + f"set ylabel {quoted(unit)}\nset title {quoted(title)}\n"
        + f"plot {bars}\n"
    )


def row_of(workload, spreads):
    cells = [workload]
    for spread in spreads:
        cells += list(spread) if spread else [None] * 3
    return cells


def draw(directory, name, rows, script):
    with open(os.path.join(directory, name + ".dat"), "w", encoding="utf-8") as file:
        file.write(data(rows))
    with open(os.path.join(directory, name + ".gp"), "w", encoding="utf-8") as file:
        file.write(script)
    with open(os.path.join(directory, name + ".svg"), "w", encoding="utf-8") as file:
        subprocess.run(["gnuplot", name + ".gp"], cwd=directory, stdout=file, check=True)


def plots(results, directory, kernel, unit):
    peers = results.peers
    others = [p for p in peers if p != "aobj"]
    rows = [row_of(w, [results.cost(w, p) for p in peers]) for w in results.workloads]
    draw(directory, "cost", rows, clusters(peers, "cost.dat", unit, f"Cost per page, {kernel}"))
    if not others:
        return
    rows = [row_of(w, [results.advantage(w, p) for p in others]) for w in results.workloads]
    script = clusters(others, "ratio.dat", "times aobj's cost", f"Ratio to aobj, {kernel}")
    draw(directory, "ratio", rows, "set arrow from graph 0,first 1 to graph 1,first 1 nohead\n" + script)
