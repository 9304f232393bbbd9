# SPDX-License-Identifier: GPL-2.0-only
"""The results as Markdown tables."""

from figures import CLEAR, COPY, COPY_COUNTED, ratio

NONE = "-"


def table(header, rows):
    """Lines of a table; columns but the first are aligned to the right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1)] + rows
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def whole(value):
    return NONE if value is None else f"{value:,.0f}"


def short(value):
    if value is None:
        return NONE
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def small(value):
    return NONE if value is None else f"{value:.4f}"


def percent(value):
    return NONE if value is None else f"{100 * value:.1f} %"


def middle(spread):
    return None if spread is None else spread.middle


def with_spread(spread):
    """The median, and how far from it the extremes are, if that shows."""
    if spread is None:
        return NONE
    off = max(spread.high - spread.middle, spread.middle - spread.low) / spread.middle
    return whole(spread.middle) + (f" ±{100 * off:.1f} %" if off >= 0.0005 else "")


def ratio_with_range(spread):
    if spread is None:
        return NONE
    low, high = short(spread.low), short(spread.high)
    range_text = f" ({low} to {high})" if low != high else ""
    return short(spread.middle) + range_text


def machine_text(machine):
    mib = int(machine["pages"]) // 256
    budget = int(machine["budget"]) // 256
    return [
        f"Kernel {machine['kernel']}, LRU as shipped: {machine['lru']}; {machine['cpus']} CPU; "
        f"object {mib} MiB, memory {budget} MiB.",
        "",
    ]


def costs(results, unit):
    header = ["workload"] + [f"{p}, {unit}" for p in results.peers]
    rows = [
        [w] + [with_spread(results.cost(w, p)) for p in results.peers]
        for w in results.workloads
    ]
    return table(header, rows)


def verdict(advantage, target):
    if advantage is None or "floor" not in target:
        return NONE
    if advantage.middle >= target["goal"]:
        return "goal"
    return "floor" if advantage.middle >= target["floor"] else "**missed**"


def advantages(results, targets):
    others = [p for p in results.peers if p != "aobj"]
    header = ["workload"] + [f"{p} / aobj" for p in others] + ["floor", "goal", "reached"]
    rows = []
    for workload in results.workloads:
        target = targets.get(workload, {})
        cells = [ratio_with_range(results.advantage(workload, p)) for p in others]
        reached = verdict(results.advantage(workload, "memfd"), target)
        rows.append(
            [workload]
            + cells
            + [short(target.get("floor")), short(target.get("goal")), reached]
        )
    return table(header, rows)


def overheads(results, targets):
    """What aobj takes beyond the copies and clears that cannot be saved."""
    header = ["workload", "aobj", "copies", "clears", "overhead", "goal"]
    header.append(f"with copies of {COPY_COUNTED}")
    rows = []
    for workload in results.workloads:

        def figure(function, workload=workload):
            return middle(results.spread(workload, "aobj", function))

        cost = figure(lambda s: s.cost)
        if cost is None:
            continue
        rows.append(
            [
                workload,
                whole(cost),
                short(figure(lambda s: s["needed_copies"])),
                short(figure(lambda s: s["needed_clears"])),
                whole(figure(lambda s: s.overhead())),
                whole(targets.get(workload, {}).get("overhead")),
                whole(figure(lambda s: s.overhead(COPY_COUNTED))),
            ]
        )
    return table(header, rows)


COUNTERS = (
    ("write bios per dirty page evicted", small, lambda s: ratio(s["aobj_write_bios"], s.dirty_evicted)),
    ("pages written per dirty page evicted", small, lambda s: ratio(s["aobj_pages_out"], s.dirty_evicted)),
    ("pages written", whole, lambda s: s["aobj_pages_out"]),
    ("read bios per page read", small, lambda s: ratio(s["aobj_read_bios"], s["aobj_pages_in"])),
    ("unmap calls per evicted page", small, lambda s: ratio(s["aobj_unmaps"], s["aobj_evicted"])),
    ("second chances per page", small, lambda s: s.per_page("aobj_soft_faults")),
    ("faults per page", small, lambda s: s.per_page("aobj_faults")),
    ("write bios by the program's threads", percent, lambda s: ratio(s["aobj_direct_writes"], s["aobj_write_bios"])),
    ("direct reclaims per fault", percent, lambda s: ratio(s["aobj_direct_reclaims"], s["aobj_faults"])),
)


def counters(results):
    """aobj's own counters."""
    rows = []
    for workload in results.workloads:
        cells = [
            show(middle(results.spread(workload, "aobj", figure))) for _, show, figure in COUNTERS
        ]
        rows.append([workload] + cells)
    return table(["workload"] + [name for name, _, _ in COUNTERS], rows)


def moved(sample):
    """Pages that went between memory and the swap device."""
    total = (
        sample["pswpin"] + sample["pswpout"] + sample["aobj_pages_in"] + sample["aobj_pages_out"]
    )
    return total / sample["pages"]


def transfers(results):
    """How many pages each peer moves; a file's are not counted by the kernel."""
    peers = [p for p in results.peers if not p.startswith("file")]
    header = ["workload", "needed"] + peers
    rows = []
    for workload in results.workloads:
        needed = middle(results.spread(workload, "aobj", lambda s: s["needed_copies"]))
        cells = [short(middle(results.spread(workload, p, moved))) for p in peers]
        rows.append([workload, short(needed)] + cells)
    return table(header, rows)


def idle(results):
    """Where the clock jumped: those jumps are taken off everywhere else."""
    lines = []
    for workload in results.workloads:
        for peer in results.peers:
            share = results.spread(workload, peer, lambda s: s.idle_share)
            if share and share.high > 0.01:
                lines.append(f"* {workload} on {peer}: {percent(share.middle)} of the clock was idle")
    return lines or ["Nobody idled for more than 1 % of a workload."]


def fio(lines):
    """aobj's throughput beside fio's, of lines of fio.csv."""
    header = ["workload", "direction", "block, KiB", "depth", "aobj, MB/s", "fio, MB/s", "share"]
    rows = []
    for line in lines:
        workload, direction, block, depth, ours, theirs = line.strip().split(",")
        share = ratio(float(ours), float(theirs))
        rows.append(
            [workload, direction, str(int(block) // 1024), depth]
            + [short(float(ours) / 1e6), short(float(theirs) / 1e6), short(share)]
        )
    return table(header, rows)


LATENCIES = ("p50", "p99", "max")


def latency(results, goal=2):
    """How long touches waited for the disk, in ms; what memfd's is in times of aobj's."""
    lines = table(
        ["workload, peer", "page-ins"] + [f"{name}, ms" for name in LATENCIES],
        [
            [f"{workload}, {peer}", whole(middle(results.spread(workload, peer, lambda s: s["latency_count"])))]
            + [
                short(middle(results.spread(workload, peer, lambda s, n=name: s[f"latency_{n}_ns"] / 1e6)))
                for name in LATENCIES
            ]
            for workload in results.workloads
            for peer in results.peers
        ],
    )
    for workload in results.workloads:
        times = results.times(workload, "memfd", lambda s: s["latency_p99_ns"])
        if times:
            reached = "reached" if times.middle >= goal else "**missed**"
            lines += ["", f"{workload}: memfd's p99 is {ratio_with_range(times)} times aobj's; goal {goal}: {reached}."]
    return lines


def swapoff(results):
    """What a page costs to move off a device, by the size of what is there: NAME@MIB."""
    header = ["workload", "MiB", "pages", INSTRUCTIONS, "10⁹ instr.", "times the smallest, per page"]
    rows, first = [], {}
    for workload in results.workloads:
        name, _, mib = workload.partition("@")
        pages = middle(results.spread(workload, "aobj", lambda s: s["pages"]))
        cost = middle(results.cost(workload, "aobj"))
        times = cost / first.setdefault(name, cost)
        rows.append([name, mib, whole(pages), whole(cost), short(cost * pages / 1e9), short(times)])
    return table(header, rows)


def scaling(results, cpus):
    """Cost on several CPUs, in times of that on one; workloads are named NAME@CPUS."""
    peers = results.peers
    header = ["workload", "CPUs"] + [c for p in peers for c in (p, "times one")]
    rows = []
    for name in dict.fromkeys(w.split("@")[0] for w in results.workloads):
        for count in cpus:
            cells = [name, str(count)]
            for peer in peers:
                one = middle(results.cost(f"{name}@{cpus[0]}", peer))
                cost = middle(results.cost(f"{name}@{count}", peer))
                cells += [whole(cost), short(ratio(cost, one) if cost and one else None)]
            rows.append(cells)
    return table(header, rows)


INSTRUCTIONS = "instr./page"


def report(results, machine, targets, unit=INSTRUCTIONS):
    counted = unit == INSTRUCTIONS
    beyond = f"aobj's overhead beyond copies ({COPY}) and clears ({CLEAR})"
    parts = [
        ("Cost per page", costs(results, unit)),
        ("Ratios", advantages(results, targets)),
        (beyond, overheads(results, targets)) if counted else None,
        ("aobj's counters", counters(results)),
        ("Pages moved to and from swap, per page touched", transfers(results)),
        ("Idle", idle(results)) if counted else None,
    ]
    lines = machine_text(machine)
    for title, body in filter(None, parts):
        lines += [f"### {title}", ""] + body + [""]
    return "\n".join(lines)
