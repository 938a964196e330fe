"""How long a carrier's report of a quarter takes, without the sums of slots.

    python -m bench.reports [--links 10000]

The carrier is that of `bench.evidence`: in the quarter about one outage and two flashes a circuit.
The sums of slots are measured there. CPU seconds of one process, wall seconds beside them.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Final

from bench.evidence import _QUARTER, _START, _blinds, circuits, province
from inventory.model import Interval
from runtime.assessments import rulesets
from runtime.reports.form import Order
from runtime.reports.work import compose
from sla.periods import parse
from sla.register import encode, register_of
from store.entries import Entry, Heartbeat
from store.ledger import open_ledger
from store.reports import Place

_HOUR: Final = 3600


def measure(store: Path, count: int) -> Iterator[tuple[str, str]]:
    """Make a quarter of `count` circuits in a ledger, and its report."""
    end = _START + _QUARTER * 86_400
    made = circuits(Random(20_261_001), count, end)
    told: list[Entry] = [change for one in made for change in one.changes]
    with closing(open_ledger(store, end)) as ledger:
        ledger.append([Heartbeat(at, _HOUR) for at in range(_START - 86_400, end + 1, _HOUR)])
        ledger.append([*_blinds(end), *told])
    yield "made", f"{count:,} circuits, {len(told):,} changes of state"
    window = parse("2026Q4", end)
    bare = register_of(province([one.name for one in made]), "telecom")
    served = (Interval(_START - 86_400),)
    known = encode(
        replace(bare, links=tuple(replace(link, in_service=served) for link in bare.links))
    )
    place = Place("telecom", "2026Q4", 1)
    order = Order(store, place, window, known, rulesets.load(), "", end)
    stages: dict[int, tuple[float, float]] = {}

    def tell(done: int, of: int) -> None:
        for stage, reached in ((0, 0), (1, 1), (2, of // 2), (3, of)):
            if done >= reached:
                stages.setdefault(stage, (process_time(), perf_counter()))

    document, data, *_ = compose(order, tell)
    names = ("reading the ledger", "giving every second its class", "making the document")
    for stage, name in enumerate(names):
        cpu, wall = (after - before for before, after in zip(*_pair(stages, stage), strict=True))
        yield name, f"{cpu:.2f} s CPU, {wall:.2f} s"
    cpu, wall = (a - b for a, b in zip(stages[3], stages[0], strict=True))
    yield "**all of it**", f"**{cpu:.1f} s CPU, {wall:.1f} s**"
    outages = sum(len(link.outages) for link in document.links)
    yield "the document", f"{len(data) / 1e6:.1f} MB, {outages:,} outages"


def _pair(
    stages: dict[int, tuple[float, float]], stage: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    return stages[stage], stages[stage + 1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extranet-reports-") as name:
        print("| what | measured |\n|---|---|")
        for what, found in measure(Path(name), options.links):
            print(f"| {what} | {found} |", flush=True)


if __name__ == "__main__":
    main()
