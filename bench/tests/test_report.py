# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the statistics, the tables and the plots' data."""

import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "report"))

import figures  # noqa: E402
import locks  # noqa: E402
import plots  # noqa: E402
import profile  # noqa: E402
import tables  # noqa: E402

MACHINE = {
    "kernel": "6.1", "lru": "classic", "cpus": "1", "pages": "16384", "budget": "4096",
}


def sample(workload, peer, repetition, **metrics):
    metrics = {"pages": 100, "idle_ns": 0, **metrics}
    return [f"{workload},{peer},{repetition},{name},{value}" for name, value in metrics.items()]


def results(*samples):
    return figures.Results([line for lines in samples for line in lines])


class Statistics(unittest.TestCase):
    def test_spread_is_median_and_extremes(self):
        self.assertEqual(figures.spread([9, 1, 2]), (2, 1, 9))
        self.assertEqual(figures.spread([1, 2, 3, 10]), (2.5, 1, 10))

    def test_spread_of_nothing_is_none(self):
        self.assertIsNone(figures.spread([]))

    def test_ratio_to_zero_is_none(self):
        self.assertIsNone(figures.ratio(1, 0))

    def test_cost_is_per_page_and_without_idle_time(self):
        found = results(sample("touch", "aobj", 1, elapsed_ns=5000, idle_ns=2000))
        self.assertEqual(found.cost("touch", "aobj"), (30, 30, 30))

    def test_a_missing_peer_has_no_cost(self):
        found = results(sample("touch", "aobj", 1, elapsed_ns=5000))
        self.assertIsNone(found.cost("touch", "memfd"))
        self.assertIsNone(found.advantage("touch", "memfd"))

    def test_ratios_are_of_pairs(self):
        found = results(
            sample("touch", "aobj", 1, elapsed_ns=1000),
            sample("touch", "memfd", 1, elapsed_ns=2000),
            sample("touch", "aobj", 2, elapsed_ns=4000),
            sample("touch", "memfd", 2, elapsed_ns=12000),
            sample("touch", "aobj", 3, elapsed_ns=1000),
        )
        self.assertEqual(found.advantage("touch", "memfd"), (2.5, 2, 3))

    def test_different_answers_are_noticed(self):
        found = results(
            sample("sqlite", "aobj", 1, answer=1), sample("sqlite", "memfd", 1, answer=2),
            sample("touch", "aobj", 1, answer=0), sample("touch", "memfd", 1, answer=0),
        )
        self.assertEqual(list(found.disagreements()), ["sqlite"])

    def test_what_cannot_be_saved_is_taken_off(self):
        found = results(
            sample("w", "aobj", 1, elapsed_ns=300000, needed_copies=0.75, needed_clears=1)
        )
        beyond = found.spread("w", "aobj", lambda s: s.overhead()).middle
        self.assertEqual(beyond, 3000 - 0.75 * figures.COPY - figures.CLEAR)

    def test_targets_are_numbers_and_may_lack(self):
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write("# a comment\nworkload,floor,goal\ntouch,3.1,\n")
            file.flush()
            self.assertEqual(figures.read_targets(file.name), {"touch": {"floor": 3.1}})

    def test_our_targets_can_be_read(self):
        targets = figures.read_targets(os.path.join(HERE, "..", "targets.csv"))
        self.assertEqual(targets["remap_rand"], {"floor": 1.0, "goal": 1.5})


class Tables(unittest.TestCase):
    def found(self):
        return results(
            sample("touch", "aobj", 1, elapsed_ns=100000, aobj_evicted=64, aobj_clean_drops=0)
            + sample("touch", "aobj", 1, aobj_write_bios=1, aobj_pages_out=64),
            sample("touch", "memfd", 1, elapsed_ns=400000),
            sample("fork", "aobj", 1, elapsed_ns=100000),
        )

    def test_every_line_has_as_many_columns(self):
        targets = {"touch": {"floor": 3.1, "goal": 4.7}}
        text = tables.report(self.found(), MACHINE, targets)
        for part in text.split("\n\n"):
            widths = {line.count("|") for line in part.split("\n") if line.startswith("|")}
            self.assertLessEqual(len(widths), 1, part)

    def test_nothing_is_counted_by_the_clock_on_the_wall(self):
        text = tables.report(self.found(), MACHINE, {}, "ns/page")
        self.assertIn("ns/page", text)
        self.assertNotIn("overhead", text)

    def test_ratio_is_held_against_floor_and_goal(self):
        for floor, goal, expected in ((3, 3.5, "goal"), (3, 5, "floor"), (4.5, 5, "**missed**")):
            targets = {"touch": {"floor": floor, "goal": goal}}
            lines = tables.advantages(self.found(), targets)
            self.assertEqual(lines[2].split(" | ")[1], "4.00")
            self.assertTrue(lines[2].endswith(f"{expected} |"), lines[2])

    def test_counters_are_per_dirty_page(self):
        cells = tables.counters(self.found())[2].split(" | ")
        self.assertEqual(cells[1:3], ["0.0156", "1.0000"])

    def test_what_was_not_measured_is_a_dash(self):
        self.assertIn("| fork | 1,000 | - |", tables.costs(self.found(), "instr./page"))

    def test_spread_shows_only_if_there_is_one(self):
        self.assertEqual(tables.with_spread(figures.Spread(100, 100, 100)), "100")
        self.assertEqual(tables.with_spread(figures.Spread(100, 95, 101)), "100 ±5.0 %")

    def test_idle_time_is_said(self):
        found = results(sample("touch", "aobj", 1, elapsed_ns=1000, idle_ns=500))
        self.assertIn("50.0 %", tables.idle(found)[0])


    def test_throughput_is_held_against_that_of_fio(self):
        lines = tables.fio(["seqread,read,262144,2,30000000,33000000\n"])
        self.assertEqual(lines[2], "| seqread | read | 256 | 2 | 30.0 | 33.0 | 0.91 |")

    def test_more_cpus_are_held_against_one(self):
        found = results(
            sample("own@1", "aobj", 1, elapsed_ns=1000), sample("own@4", "aobj", 1, elapsed_ns=1200)
        )
        lines = tables.scaling(found, [1, 4])
        self.assertEqual(lines[2], "| own | 1 | 10 | 1.00 |")
        self.assertEqual(lines[3], "| own | 4 | 12 | 1.20 |")


class Plots(unittest.TestCase):
    def test_missing_figures_are_marked(self):
        rows = [plots.row_of("touch", [figures.Spread(2, 1, 3), None])]
        self.assertEqual(plots.data(rows), "touch 2 1 3 ? ? ?\n")

    def test_each_peer_has_its_columns(self):
        script = plots.clusters(["a", "b"], "x.dat", "unit", "title")
        self.assertIn("using 2:3:4:xtic(1) title 'a'", script)
        self.assertIn("using 5:6:7 title 'b'", script)


class Profile(unittest.TestCase):
    SYMBOLS = [
        "ffffffff81000000 T first\n", "ffffffff81000100 t second\n",
        "ffffffff81000080 D data\n", "ffffffffc0000000 t aobj_fault\t[aobj]\n",
    ]

    def test_an_address_belongs_to_the_symbol_before_it(self):
        symbols = profile.Symbols(self.SYMBOLS)
        self.assertEqual(symbols.at(0xFFFFFFFF810000FF), ("first", "[kernel]"))
        self.assertEqual(symbols.at(0xFFFFFFFF81000100), ("second", "[kernel]"))
        self.assertEqual(symbols.at(0xFFFFFFFFC0000010), ("aobj_fault", "[aobj]"))
        self.assertEqual(symbols.at(0), (profile.PROGRAMS, ""))
        self.assertEqual(symbols.at(1), ("[unknown]", ""))

    def test_counts_are_summed_per_page(self):
        symbols = profile.Symbols(self.SYMBOLS)
        counts = profile.read_counts(["ffffffff81000000 100", "ffffffff81000004 100", "0 50"])
        lines = list(profile.report(symbols, counts, 10))
        self.assertEqual(lines[0].split()[0], "25.0")
        self.assertEqual(lines[-2].split(), ["20.0", "80.0", "%", "first", "[kernel]"])


class Locks(unittest.TestCase):
    STAT = [
        "lock_stat version 0.4\n",
        "-----\n",
        "                   &c->lock:  10  20  0.06  9.5  4000.0  2.0  100  2000  0.03  9.9  800.0  0.4\n",
        "                   --------\n",
        "                   &c->lock             15          [<00000000a3>] aobj_pager_get+0x1f/0x60 [aobj]\n",
        "                   &c->lock              5          [<00000000a4>] aobj_evict+0x3f/0x60 [aobj]\n",
        "\n",
        "                     other:  1  2  0.06  9.5  4.0  2.0  100  2000  0.03  9.9  800.0  0.4\n",
        "                     other               2          [<00000000a3>] schedule+0x1f/0x60\n",
    ]

    def test_only_what_the_module_contends_for_is_listed(self):
        lines = locks.report(locks.parse(self.STAT))
        self.assertEqual(len(lines), 3)
        self.assertEqual(
            lines[2],
            "| &c->lock | 2,000 | 20 | 1.00 % | 4.00 | aobj_pager_get [aobj], aobj_evict [aobj] |",
        )


if __name__ == "__main__":
    unittest.main()
