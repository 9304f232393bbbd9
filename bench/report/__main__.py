# SPDX-License-Identifier: GPL-2.0-only
"""Makes tables and plots of DIRECTORY's raw.csv and machine.csv.

usage: report DIRECTORY TARGETS [UNIT]	results.csv, report.md, plots
       report --fio DIRECTORY		only a table of DIRECTORY's fio.csv
       report --latency DIRECTORY	only a table of latencies
       report --swapoff DIRECTORY	only a table of swapoff by size
       report --scaling DIRECTORY CPUS...	only a table of cost by CPUs
"""

import csv
import os
import sys

from figures import read_machine, read_results, read_targets
from plots import plots
from tables import fio, latency, report, scaling, swapoff


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


def print_fio(directory):
    with open(os.path.join(directory, "fio.csv"), encoding="utf-8") as file:
        print("\n".join(fio(file)))


def print_scaling(directory, *cpus):
    results = read_results(os.path.join(directory, "raw.csv"))
    print("\n".join(scaling(results, [int(c) for c in cpus])))


def print_latency(directory):
    print("\n".join(latency(read_results(os.path.join(directory, "raw.csv")))))


def print_swapoff(directory):
    print("\n".join(swapoff(read_results(os.path.join(directory, "raw.csv")))))


MODES = {
    "--fio": print_fio,
    "--latency": print_latency,
    "--scaling": print_scaling,
    "--swapoff": print_swapoff,
}

if __name__ == "__main__":
    arguments = sys.argv[1:]
    if len(arguments) < 2:
        sys.exit(__doc__)
    if arguments[0] in MODES:
        MODES[arguments[0]](*arguments[1:])
    else:
        main(*arguments)
