# SPDX-License-Identifier: GPL-2.0-only
"""The figures of a run: what was measured, and what follows from it.

A raw file has lines "workload,peer,repetition,metric,value". Repetitions with
the same number were made one after the other, so that ratios are taken between
these, and never between different machines or moments.
"""

import csv
import statistics
from collections import defaultdict, namedtuple

COPY = 1536  # instructions to copy a page in a loop, which targets are made for
COPY_COUNTED = 512  # the ram disk of 6.1 copies by string instructions: one for 8 bytes
CLEAR = 704  # instructions to clear a page

Spread = namedtuple("Spread", "middle low high")


def spread(values):
    """The median and the extremes, or None if there is no value."""
    values = list(values)
    if not values:
        return None
    return Spread(statistics.median(values), min(values), max(values))


def ratio(numerator, denominator):
    return numerator / denominator if denominator else None


class Sample:
    """One repetition of a workload on a peer."""

    def __init__(self):
        self.values = {}

    def __getitem__(self, metric):
        return self.values.get(metric, 0.0)

    def per_page(self, metric):
        return self[metric] / self["pages"]

    @property
    def cost(self):
        """Instructions per page: the clock's, without its jumps."""
        return (self["elapsed_ns"] - self["idle_ns"]) / self["pages"]

    @property
    def idle_share(self):
        return self["idle_ns"] / self["elapsed_ns"]

    def overhead(self, copy=COPY):
        """Beyond the copies and clears that cannot be saved."""
        return self.cost - copy * self["needed_copies"] - CLEAR * self["needed_clears"]

    @property
    def dirty_evicted(self):
        return self["aobj_evicted"] - self["aobj_clean_drops"]


class Results:
    """All samples, by workload and peer, in the order of the raw file."""

    def __init__(self, lines):
        self.samples = defaultdict(lambda: defaultdict(lambda: defaultdict(Sample)))
        for workload, peer, repetition, metric, value in csv.reader(lines):
            sample = self.samples[workload][peer][int(repetition)]
            sample.values[metric] = float(value)

    @property
    def workloads(self):
        return list(self.samples)

    @property
    def peers(self):
        seen = {}
        for by_peer in self.samples.values():
            seen.update(dict.fromkeys(by_peer))
        return list(seen)

    def repetitions(self, workload, peer):
        return self.samples[workload][peer] if peer in self.samples[workload] else {}

    def spread(self, workload, peer, figure):
        """Of what figure() makes of each sample; without those that it makes None of."""
        values = (figure(s) for s in self.repetitions(workload, peer).values())
        return spread(v for v in values if v is not None)

    def disagreements(self):
        """Workloads whose answers differ between peers or repetitions."""
        for workload, by_peer in self.samples.items():
            answers = {s["answer"] for samples in by_peer.values() for s in samples.values()}
            if len(answers) > 1:
                yield workload

    def cost(self, workload, peer):
        return self.spread(workload, peer, lambda s: s.cost)

    def times(self, workload, peer, figure, ours="aobj"):
        """The peer's figure in times of ours, by pairs."""
        own = self.repetitions(workload, ours)
        others = self.repetitions(workload, peer)
        return spread(
            figure(others[r]) / figure(own[r]) for r in own if r in others and figure(own[r])
        )

    def advantage(self, workload, peer, ours="aobj"):
        """How many times what we take the peer takes, by pairs."""
        return self.times(workload, peer, lambda s: s.cost, ours)


def read_results(path):
    with open(path, encoding="utf-8") as file:
        return Results(file)


def read_targets(path):
    """By workload, the columns of the file that are not empty, as numbers."""
    with open(path, encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {
            row.pop("workload"): {k: float(v) for k, v in row.items() if v} for row in rows
        }


def read_machine(path):
    with open(path, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(",", 1) for line in file)
