"""The table of docs/performance.md, measured here and now.

    python -m bench [--sites 30000] [--quick]

Everything else on the machine should be quiet: another program's work on the same core, or on the
other half of it, is time that counts as ours. Takes about twelve minutes; `--quick` a third.
"""

from __future__ import annotations

import argparse
import os
import platform
import sysconfig
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from time import process_time
from typing import Final

from bench import at_scale, exporter, poll, processes

_ADDITIONS: Final = 5_000_000
_SMALLER: Final = 10_000
Row = tuple[str, str]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=30_000)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    where = processes.cores()
    share = 3 if options.quick else 1
    os.sched_setaffinity(0, {where.work})
    rows: Iterator[Row] = chain(
        _machine(where),
        _polls(options.sites // 2, 12 / share, where),
        _fleets((min(_SMALLER, options.sites), options.sites), 120 / share, where),
    )
    print("| what | measured |\n|---|---|")
    for what, found in rows:
        print(f"| {what} | {found} |", flush=True)


def _machine(where: processes.Cores) -> Iterator[Row]:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    shared = ", one core for everything" if where.shared else ", one for what is measured"
    yield "machine", f"{model}, {os.cpu_count()} cores{shared}"
    yield "Python", f"CPython {platform.python_version()}, {_build()}"
    yield "its speed: five million additions in a loop", f"{_additions():.2f} s of CPU"
    yield "load of the machine before", f"{processes.load():.2f}"


def _build() -> str:
    optimised = "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))
    return f"{'' if optimised else 'not '}built with PGO"


def _additions() -> float:
    began, total = process_time(), 0
    for number in range(_ADDITIONS):
        total += number
    return process_time() - began


def _polls(devices: int, seconds: float, where: processes.Cores) -> Iterator[Row]:
    found = poll.measure(devices, seconds, where)
    steady = found.steady
    yield (
        "**a poll of 15 values, end to end, at 3,000 a second**",
        f"**{steady.each:.0f} µs** ({_windows(steady.windows)})",
    )
    for name, cost in found.parts.items():
        yield f"– {name}", f"{cost:.1f} µs"
    yield (
        f"the same, as fast as it goes: {found.flat_out.per_second:,.0f} a second",
        f"{found.flat_out.each:.0f} µs",
    )
    for name, one in found.beside.items():
        yield f"beside it: {name}", f"{one if isinstance(one, float) else one.each:.1f} µs"
    theirs = exporter.measure(500, 20, where)
    if theirs is None:
        yield "snmp_exporter and Prometheus", "not installed here"
        return
    yield (
        f"the same 15 values by snmp_exporter, scraped by Prometheus ({theirs.devices} devices)",
        f"{theirs.each:,.0f} µs ({theirs.exporter:,.0f} + {theirs.prometheus:,.0f})",
    )
    yield "ratio", f"{theirs.each / steady.each:.1f}"


def _windows(windows: tuple[float, ...]) -> str:
    return f"{min(windows):.0f} to {max(windows):.0f} in {len(windows)} windows"


def _fleets(sizes: tuple[int, ...], seconds: float, where: processes.Cores) -> Iterator[Row]:
    os.sched_setaffinity(0, {where.network})
    for sites in sorted(set(sizes)):
        found = at_scale.measure(sites, 45, seconds, where)
        runs = sum(found.runs.values())
        missed = sum(found.missed.values())
        yield (
            f"**{sites:,} sites every 10 s on one core**",
            f"{found.probes_per_second:,.0f} runs a second, {found.cpu_share:.0%} of the core",
        )
        yield (
            "– runs missed",
            f"{missed:,.0f} of {runs:,.0f}" + (f" ({_reasons(found.missed)})" if missed else ""),
        )
        late = f"{found.late_p50_ms:.0f} ms, {found.late_p99_ms:.0f} ms"
        yield "– lateness of a start, p50 and p99 at most", late
        yield "– memory (RSS), and the most until then", _memory(found)
        yield (
            "– from start to page, to the first state of everything",
            f"{found.start_seconds:.0f} s, {found.round_seconds:.0f} s",
        )
        yield (
            "– a scrape of all devices",
            f"{found.scrape_mb:.0f} MB in {found.scrape_seconds:.1f} s",
        )
        yield "– echoes lost of our own making", f"{found.echoes_lost:.0f}"


def _reasons(missed: Mapping[str, float]) -> str:
    return ", ".join(f"{reason} {count:,.0f}" for reason, count in sorted(missed.items()))


def _memory(found: at_scale.Result) -> str:
    return f"{found.rss_mb:,.0f} MB, {found.peak_mb:,.0f} MB"


if __name__ == "__main__":
    main()
