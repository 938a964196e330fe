"""What a quarter of evidence takes on the disk, and how long a carrier's quarter takes to add up.

    python -m bench.evidence [--links 10000] [--days 9] [--folder DIR]

A made-up carrier: each circuit has a round trip of its own, noise that no line can share, a lost
echo now and then; in a quarter about one outage and two flashes, planned work for one in twenty;
and for all of them, once, a restart of 90 s and a night without a monitor. The evidence is written
by the code that writes it in the program. A tenth is made; bytes of a quarter are those times the
factor that is printed, seconds those of the days that were made and of as many further ones.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Final

from inventory.model import (
    PROFILES,
    Carrier,
    Contract,
    Endpoint,
    Inventory,
    Link,
    LinkEnd,
    ProbeSpec,
    Site,
    Topology,
    link_target,
)
from runtime.assessments import rulesets
from runtime.reports.figures import carrier_figure
from sla.canonical import HOUR, Heard, MonitorLeaf, RoundTrips, encode, states_in, units
from sla.inputs import Limits
from sla.periods import Window
from sla.slot_sums import overlap
from sla.states import Blind, State, Transition
from sla.timeline import Span, Step, steps, union
from store import days, evidence
from store.canonical_lines import Slots, latency_runs, slot_runs
from store.entries import Entry, Heartbeat
from store.history import Cell, ClosedSlot
from store.hours import HourFiles, sealed_file
from store.ledger import FILE, open_ledger, open_reader
from store.seal import seal
from store.sums import sums

_PROVINCE: Final = 30_000
_CARRIER: Final = 10_000
_QUARTER: Final = 92
_START: Final = 1_790_784_000
"""2026-10-01 00:00 in Shanghai."""
_SLOT: Final = 60
_SENT: Final = 12
_LIMITS: Final = Limits(30_000, 1_000, 10_000)
_NIGHT: Final = (_START + 86_400 + 3 * HOUR, _START + 86_400 + 9 * HOUR)
_RESTART: Final = (_START + 5 * HOUR + 20, _START + 5 * HOUR + 110)


@dataclass
class Circuit:
    """A circuit and its quarter. Microseconds and UTC seconds."""

    name: str
    base: float
    scale: float
    changes: list[Transition]
    live: list[Step]
    flashes: list[Span] = field(default_factory=list)
    work: list[Span] = field(default_factory=list)


def noise(chance: Random, count: int) -> list[tuple[float, float, float]]:
    """Make median, longest and jitter of 12 round trips above a base, in units of a scale."""
    found = []
    for _ in range(count):
        trips = [chance.expovariate(1) + abs(chance.gauss(0, 0.3)) for _ in range(_SENT)]
        if chance.random() < 0.02:
            trips[chance.randrange(_SENT)] += chance.expovariate(0.05)
        moves = [abs(after - before) for before, after in pairwise(trips)]
        found.append((sorted(trips)[5], max(trips), sum(moves) / len(moves)))
    return found


def circuits(chance: Random, count: int, end: int) -> list[Circuit]:
    """Make circuits with what happens to them until `end`."""
    found = []
    blinds = _blinds(end)
    for number in range(count):
        name = f"xg-telecom-{number:05d}"
        target = link_target(name)
        downs: list[tuple[int, int, bool]] = []
        for is_flash, often in ((False, 1.0), (True, 2.0)):
            at = float(_START)
            while (at := at + chance.expovariate(often / (_QUARTER * 86_400))) < end - HOUR:
                length = chance.choice((60, 120)) if is_flash else int(chance.uniform(300, 7_200))
                start = int(at) - int(at) % 10
                downs.append((start, start + length - length % 10, is_flash))
        changes = [Transition(target, State.UP, _START - 86_400, _START - 86_400, "")]
        for start, finish, _ in sorted(downs):
            if start > changes[-1].since and not _is_dark(start, finish, end):
                changes.append(Transition(target, State.DOWN, start, start + 20, "far_lost"))
                changes.append(Transition(target, State.UP, finish, finish + 20, "recovered"))
        for _, finish in _dark(end):
            changes.append(Transition(target, State.UP, finish, finish + 20, "recovered"))
        changes.sort(key=lambda change: change.since)
        work = []
        if chance.random() < 0.05 * (end - _START) / (_QUARTER * 86_400):
            begin = _START + chance.randrange(max(1, (end - _START) // 86_400)) * 86_400 + HOUR
            work.append((begin, begin + 4 * HOUR))
        found.append(
            Circuit(
                name,
                chance.uniform(2_000, 18_000),
                chance.choice((80, 150, 300, 600)),
                changes,
                steps(changes, blinds),
                [(start, finish) for start, finish, is_flash in downs if is_flash],
                work,
            )
        )
    return found


def _dark(end: int) -> list[Span]:
    return [span for span in (_RESTART, _NIGHT) if span[1] < end]


def _is_dark(start: int, finish: int, end: int) -> bool:
    return any(start < off and on < finish + HOUR for on, off in _dark(end))


def _blinds(end: int) -> list[Blind]:
    return [Blind(on, off, "monitor_off", off) for on, off in _dark(end)]


def lines(
    circuit: Circuit, hour: int, pool: Sequence[tuple[float, float, float]], chance: Random
) -> list[bytes]:
    """Write the lines of an hour: slots, states, round trips."""
    states = states_in(circuit.live, hour)
    heard = []
    down: set[int] = set()
    dark: set[int] = set()
    for run in states:
        if run.state != "UP":
            first = run.start - run.start % _SLOT
            (down if run.state == "DOWN" else dark).update(range(first, run.end, _SLOT))
    trips = iter(chance.choices(pool, k=HOUR // _SLOT))
    for offset in range(0, HOUR, _SLOT):
        median, longest, jitter = next(trips)
        if offset in dark:
            continue
        if offset in down:
            heard.append((offset, _SENT, -1, -1, -1))
            continue
        lost = chance.random() < 0.006
        base, scale = circuit.base, circuit.scale
        heard.append(
            (
                offset,
                int(lost),
                units(round(base + scale * median)),
                -1 if lost else units(round(base + scale * longest)),
                units(round(scale * jitter)),
            )
        )
    offsets, losts, medians, p95s, jitters = zip(*heard, strict=True) if heard else ((),) * 5
    size = len(offsets)
    slots = Slots(offsets, [_SLOT] * size, [_SENT] * size, losts, medians, p95s, jitters)
    found = [encode(Heard(circuit.name, hour, tuple(slot_runs(slots)), states))]
    if size:
        found.append(encode(RoundTrips(circuit.name, hour, tuple(latency_runs(slots)))))
    return found


def write_quarter(folder: Path, made: Sequence[Circuit], end: int, chance: Random) -> float:
    """Write all hours; return the seconds that packing and writing took."""
    pool = noise(chance, 20_000)
    spent = 0.0
    for hour in range(_START, end, HOUR):
        found = sorted(line for one in made for line in lines(one, hour, pool, chance))
        leaf = MonitorLeaf(hour, ((0, HOUR),), (), 120)
        began = perf_counter()
        evidence.write_hour(folder, {"telecom": found}, leaf)
        spent += perf_counter() - began
    return spent


def counted(made: Sequence[Circuit], end: int) -> Mapping[str, list[Span]]:
    """Return what an assessment counts: available, and flashes, and what is bridged, less work."""
    found = {}
    for one in made:
        spans = union(
            [
                *(
                    (max(step.start, _START), min(step.end or end, end))
                    for step in one.live
                    if step.state is State.UP
                ),
                *one.flashes,
                *([_RESTART] if end > _RESTART[1] else []),
            ]
        )
        for begin, finish in one.work:
            spans = union(
                part
                for start, until in spans
                for part in ((start, min(until, begin)), (max(start, finish), until))
            )
        found[one.name] = spans
    return found


def province(names: Sequence[str]) -> Inventory:
    """Make an inventory of these circuits."""
    contract = Contract("c", "telecom", "", Fraction(999, 1000), PROFILES["standard"])
    far = LinkEnd("far", "f", None, Endpoint("192.0.2.1"))
    return Inventory(
        revision="1", digest="", units={}, carriers={"telecom": Carrier("telecom", "电信")},
        contracts={"c": contract}, credentials={},
        sites={"top": Site("top", "", "province", None), "far": Site("far", "", "city", "top")},
        devices={},
        links={
            name: Link(
                name, "", LinkEnd("top", "r"), far, "c", "telecom", PROFILES["standard"],
                probes=(ProbeSpec("echo", 10),),
            )
            for name in names
        },
        link_groups={}, planned_work={}, topology=Topology({}, {}, {}, {}, {}),
    )  # fmt: skip


def availability(store: Path, made: Sequence[Circuit], end: int) -> tuple[float, int]:
    """Assess the circuits by the ledger; return seconds, and how many circuits."""
    ledger = open_ledger(store, end)
    told: list[Entry] = [change for one in made for change in one.changes]
    with closing(ledger):
        ledger.append([Heartbeat(at, HOUR) for at in range(_START - 86_400, end, HOUR)])
        ledger.append([*_blinds(end), *told])
    inventory = province([one.name for one in made])
    window = Window("2026Q4", _START, end)
    began = perf_counter()
    carrier_figure(store, inventory, rulesets.load(), "telecom", window)
    return perf_counter() - began, len(made)


def hour_of_history(store: Path, made: Sequence[Circuit], chance: Random) -> tuple[int, int, float]:
    """Seal an hour with round trips and traffic; return bytes, rows, seconds of sealing."""
    pool = noise(chance, 20_000)
    files = HourFiles(store / "history")
    for offset in range(0, HOUR, _SLOT):
        cells = {}
        for one in made:
            cell = cells[one.name] = Cell()
            median, longest, _ = chance.choice(pool)
            cell.sent = _SENT
            trip = (one.base + one.scale * median) / 1e6
            cell.rtts = [trip + chance.random() * 1e-5 for _ in range(_SENT - 1)]
            cell.rtts.append((one.base + one.scale * longest) / 1e6)
            cell.in_octets, cell.out_octets = chance.getrandbits(27), chance.getrandbits(25)
            cell.in_ms = cell.out_ms = 60_000 + chance.choice((-10, 0, 0, 10))
        files.write([ClosedSlot(_START + offset, _SLOT, cells)])
    files.close()
    with closing(open_reader(store / FILE)) as reader:
        began = perf_counter()
        rows = seal(store / "history", _START, reader)
        spent = perf_counter() - began
    return sealed_file(store / "history", _START).stat().st_size, rows, spent


def _in(day: int, span: Span) -> bool:
    begin = _START + 86_400 * day
    return span[0] < begin + 86_400 and span[1] > begin


def _summed(
    folder: Path, made: Sequence[Circuit], end: int, chosen: Sequence[int]
) -> tuple[float, int]:
    """Add up what counts of some days; return seconds, and how many valid slots there were."""
    wanted = union((_START + 86_400 * day, _START + 86_400 * (day + 1)) for day in chosen)
    spans = {
        name: [part for start, until in wanted for part in overlap(found, start, until)]
        for name, found in counted(made, end).items()
    }
    began = perf_counter()
    found = sums(folder, "telecom", {one.name: _LIMITS for one in made}, spans)
    return perf_counter() - began, sum(one.valid for one in found.values())


def _size(folder: Path, pattern: str) -> int:
    return sum(file.stat().st_size for file in folder.glob(pattern))


def _sealed(folder: Path, day: date, limits: Mapping[str, Limits]) -> Iterator[float]:
    """Seal a day; yield the CPU seconds of each piece."""
    began = process_time()
    for _ in days.sealing(folder, day, limits):
        yield process_time() - began
        began = process_time()
    yield process_time() - began


def measure(store: Path, links: int, number: int) -> Iterator[tuple[str, str]]:
    """Make `number` days of `links` circuits, and measure."""
    chance, end = Random(20_261_001), _START + number * 86_400
    made = circuits(chance, links, end)
    folder = store / evidence.FOLDER
    factor = _PROVINCE / links * _QUARTER / number
    yield "made", f"{links:,} circuits, {number} days; factor to a quarter of 30,000: {factor:,.1f}"
    spent = write_quarter(folder, made, end, chance)
    each = spent / (number * 24 * links)
    yield "– packing and writing an hour of 30,000 circuits", f"{each * _PROVINCE:.1f} s"
    limits = {one.name: _LIMITS for one in made}
    pieces = [took for day in list(days.pending(folder)) for took in _sealed(folder, day, limits)]
    each = sum(pieces) / (number * links)
    yield "– sealing a day of 30,000 circuits (CPU)", f"{each * _PROVINCE:.0f} s"
    yield (
        f"– the longest piece of a day of {links:,}, then another has its turn",
        (f"{max(pieces):.2f} s"),
    )
    lines_size, days_size = _size(folder, "*/*/*/*/*.gz"), _size(folder, "days/*.parquet")
    slots = number * 24 * 60 * links
    yield "bytes of canonical evidence per slot", f"{lines_size / slots:.2f}"
    both = [size * factor / 1e9 for size in (lines_size, days_size)]
    yield (
        "**canonical evidence and day sums, a quarter of 30,000 circuits**",
        f"**{sum(both):.1f} GB** ({both[0]:.1f} + {both[1]:.2f})",
    )
    rare = [day for day in range(number) if any(_in(day, dark) for dark in _dark(end))]
    usual = [day for day in range(number) if day not in rare]
    spent, slots = _summed(folder, made, end, usual)
    yield f"sums of {links:,} circuits over {len(usual)} days ({slots:,} slots)", f"{spent:.2f} s"
    more, slots = _summed(folder, made, end, rare)
    yield f"– of the {len(rare)} days with a restart and a night ({slots:,} slots)", f"{more:.2f} s"
    few = usual[: len(usual) // 3]
    less, _ = _summed(folder, made, end, few)
    # What is paid once however many days there are is in both.
    each = (spent - less) / (len(usual) - len(few))
    yield f"– of {len(few)} days; so each further day", f"{less:.2f} s; {each:.3f} s"
    quarter_of_sums = spent + more + each * (_QUARTER - number)
    quarter_of_sums *= _CARRIER / links
    quarter = _START + _QUARTER * 86_400
    share, count = availability(store, circuits(chance, _CARRIER, quarter), quarter)
    yield f"availability of {count:,} circuits from the ledger", f"{share:.2f} s"
    yield (
        "**a carrier's quarter, 10,000 circuits: availability, latency, loss, jitter**",
        f"**{quarter_of_sums + share:.1f} s** ({quarter_of_sums:.1f} + {share:.1f})",
    )
    size, rows, spent = hour_of_history(store, made, chance)
    yield "history beside it (hourly Parquet with traffic), bytes per slot", f"{size / rows:.1f}"
    yield (
        "– a quarter of 30,000 circuits of it",
        f"{size / rows * _PROVINCE * _QUARTER * 1_440 / 1e9:.0f} GB",
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=_CARRIER)
    parser.add_argument("--days", type=int, default=9)
    parser.add_argument("--folder", type=Path, help="where to put the files (default: temporary)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extranet-evidence-", dir=options.folder) as name:
        print("| what | measured |\n|---|---|")
        for what, found in measure(Path(name), options.links, options.days):
            print(f"| {what} | {found} |", flush=True)


if __name__ == "__main__":
    main()
