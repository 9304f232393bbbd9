# SPDX-License-Identifier: GPL-2.0-only
"""Makes results.csv, report.md and plots of DIRECTORY's raw.csv and machine.csv.

usage: report DIRECTORY TARGETS [UNIT]
"""

import csv
import os
import sys

from figures import read_machine, read_results, read_targets
from plots import plots
from tables import report


def write_csv(results, path):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["workload", "peer", "cost", "cost_low", "cost_high"]
                     + ["ratio", "ratio_low", "ratio_high"])
        for workload in results.workloads:
            for peer in results.peers:
                cost = results.cost(workload, peer)
                if cost:
                    times = results.advantage(workload, peer) or ("", "", "")
                    out.writerow([workload, peer, *cost, *times])


def main(directory, targets, unit="instr./page"):
    results = read_results(os.path.join(directory, "raw.csv"))
    wrong = list(results.disagreements())
    if wrong:
        sys.exit(f"the peers do not agree on the answers of {' '.join(wrong)}")
    machine = read_machine(os.path.join(directory, "machine.csv"))
    write_csv(results, os.path.join(directory, "results.csv"))
    text = report(results, machine, read_targets(targets), unit)
    with open(os.path.join(directory, "report.md"), "w", encoding="utf-8") as file:
        file.write(text)
    plots(results, directory, machine["kernel"], unit)
    print(text)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
