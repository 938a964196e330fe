"""Two days of the simulated province with everything that is kept of them, and what is made of it.

Real parts from the simulator's world to the bundle: judge, ledger, history, the worker's process,
the log with its key, records, the report. Only time is a number that is set.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from inventory.model import Inventory, Topology, device_target, link_target
from metrics.catalogue import CANARY_LOST, CANARY_SENT, ECHO_LOST, ECHO_SENT
from metrics.observation import Observation, Outcome, Probe, Reading
from runtime import worker
from runtime.assessments.rulesets import load, parse_text
from runtime.check import check
from runtime.config import CanaryConfig
from runtime.evidence.log import LogKeeping
from runtime.planning import plan as planned
from runtime.record_book import RecordBook
from runtime.reports.form import Order
from runtime.reports.work import make
from simulator.director import Director
from simulator.files import write
from simulator.province import Plan
from simulator.truth import TruthLog, intervals
from simulator.world import World
from sla import register
from sla.changes import Change
from sla.judge import Judge
from sla.periods import whole
from sla.records import Body, PeriodClosed
from sla.report import Report, decode
from store import reports
from store.entries import Entry, Heartbeat
from store.history import History
from store.hours import HourFiles, settle_seconds
from store.ledger import FILE, open_ledger, open_reader
from store.reports import Place
from store.writer import Writer
from tests.e2e.quarter import LOCAL, Happening, Spans, _eye, _run, _Script, province

CARRIER: Final = "telecom"
PERIOD: Final = "2026-08-31..2026-09-01"
LINKS: Final = (
    "xiaogan-telecom", "xiaogan-xiaonan-telecom", "xiaogan-xiaonan-t01-telecom",
    "xiaogan-xiaonan-t01-v01-telecom",
)  # fmt: skip
OTHER: Final = "xiaogan-xiaonan-mobile"
"""The one circuit of another carrier."""
SENT: Final = 12
"""Echoes of a run, so that a slot is valid."""
_ORIGIN: Final = "extranet-monitor"
_MINUTE: Final = 60
_HOUR: Final = 3600
_COUNTED: Final = (ECHO_SENT, ECHO_LOST, CANARY_SENT, CANARY_LOST)


def at(text: str) -> int:
    """Return UTC seconds of a local time in 2026 such as `08-31 10:00`."""
    return int(datetime.fromisoformat(f"2026-{text}").replace(tzinfo=LOCAL).timestamp())


FIRST: Final = at("08-30 23:00")
LAST: Final = at("09-02 02:00")


def watched(folder: Path) -> tuple[Plan, Inventory, Mapping[str, CanaryConfig]]:
    """Write a province whose slots hold enough echoes; return it with five of its circuits."""
    plan = province()
    write(plan, folder, '"${COMMUNITY}"', api="127.0.0.1:8080", every=f"{_MINUTE}s")
    path = folder / "inventory.yaml"
    text = path.read_text("utf-8").replace("profile: backbone", "profile: standard")
    path.write_text(text.replace("wire: udp", f"count: {SENT}, wire: udp"), "utf-8")
    checked = check(path, folder / "monitor.yaml", {"COMMUNITY": "made-for-a-test"})
    assert checked.good, checked.problems
    assert checked.inventory is not None
    assert checked.config is not None
    links = {name: checked.inventory.links[name] for name in (*LINKS, OTHER)}
    known = checked.inventory.topology
    topology = Topology(
        known.children, _kept(known.uplinks, links), _kept(known.downlinks, links), known.devices,
        known.areas,
    )  # fmt: skip
    inventory = replace(checked.inventory, links=links, topology=topology, planned_work={})
    return plan, inventory, checked.config.canaries


def _kept(
    ways: Mapping[str, Sequence[str]], links: Mapping[str, object]
) -> Mapping[str, tuple[str, ...]]:
    return {site: tuple(name for name in names if name in links) for site, names in ways.items()}


@dataclass(slots=True)
class Days:
    """What was lived through and kept below `folder`. `truth`: the simulator's log, by link.

    `now`: late enough in an hour for the log to be signed without evidence of the hour before.
    """

    folder: Path
    inventory: Inventory
    now: int = LAST + 45 * _MINUTE
    truth: Mapping[str, Spans] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """Where everything is kept."""
        return self.folder / "data"

    def live(
        self,
        plan: Plan,
        canaries: Mapping[str, CanaryConfig],
        happenings: Sequence[Happening],
        off: Spans,
    ) -> None:
        """Ask everybody each minute; the monitor is `off` now and then."""
        clock = [float(FIRST)]
        log = TruthLog(self.folder / "truth.jsonl", lambda: clock[0])
        log.open()
        world = World(plan, log.write)
        targets = {link_target(name) for name in self.inventory.links}
        targets |= {device_target(link.a.device) for link in self.inventory.links.values()}
        probes = [
            probe
            for probe in planned(self.inventory, canaries)
            if probe.target in targets or probe.target.startswith("canary:")
        ]
        probes = sorted(
            (probe for probe in probes if probe.kind in ("echo", "interfaces")),
            key=lambda probe: not probe.target.startswith("canary:"),
        )
        script = _Script(Director(world, log, lambda: clock[0]), clock, happenings)
        with (
            closing(open_ledger(self.store, FIRST)) as ledger,
            closing(HourFiles(self.store / "history")) as hours,
        ):
            eyes = [(probe, _eye(world, probe, self.inventory)) for probe in probes]
            entries: list[Entry] = [Heartbeat(FIRST, _HOUR)]
            begin, judge = FIRST, Judge(self.inventory, probes)
            for gone, back in (*off, (LAST, LAST)):
                history = History(self.inventory)
                for second in range(begin, gone, _MINUTE):
                    script.upto(second)
                    if second % _HOUR == 0:
                        entries.append(Heartbeat(second, _HOUR))
                        hours.write(history.close_slots(second))
                    for probe, sees in eyes:
                        seen = _fuller(_run(probe, second, sees()))
                        entries += judge.observe(seen)[1]
                        if probe.kind == "echo":
                            history.observe(Reading(seen, seen.values))
                hours.write(history.close_all())
                entries.append(Heartbeat(gone, _HOUR))
                ledger.append(entries)
                entries = []
                script.upto(back)
                begin, judge = back, Judge(self.inventory, probes)
                reads = ledger.reads
                gap = judge.restore(
                    reads.last_transitions(), reads.last_heartbeat(), back, reads.open_outages()
                )
                if back < LAST:
                    assert gap is not None
                    entries.append(gap)
        log.close()
        lines = (self.folder / "truth.jsonl").read_text("utf-8").splitlines()
        self.truth = {
            target.partition(":")[2]: [(int(a), int(b)) for a, b, state in found if state == "down"]
            for target, found in intervals(lines, "link", LAST).items()
        }

    def keep(self) -> None:
        """Do what the worker does when hours have closed: seal them, keep evidence, seal days."""
        with closing(HourFiles(self.store / "history")) as hours, self._worker() as ask:
            closed = hours.close_hours(self.now, settle_seconds(self.inventory))
            assert ask(worker.seal_hours, closed) == []
            rules = load()
            while (kept := ask(worker.keep_evidence, rules, self.now)).more:
                assert kept.failures == ()
            self._file(ask, ())

    def file(self, *said: tuple[str, Body]) -> None:
        """File what people say, by person, and log it; an hour later it is signed."""
        self._file(None, said)

    def _file(self, ask: Callable[..., Any] | None, said: Sequence[tuple[str, Body]]) -> None:
        """File records and let the log catch up. `ask`: the worker, None = no hour is new."""

        async def do() -> None:
            with closing(open_ledger(self.store, self.now)) as ledger:
                writer: Writer[Entry] = Writer(ledger.append, lambda: self.now, name="ledger")
                writer.start()
                try:
                    known = ledger.reads.records()
                    book = RecordBook(known, writer, ledger.path, lambda: self.now)
                    for person, body in said:
                        await book.add(person, body)
                    log = LogKeeping(self.store, _ORIGIN, book, lambda: self.now)
                    log.connect(leaves)
                    await log.catch_up()
                    assert (log.failure, log.detail) == ("", "")
                    assert log.log is not None
                    log.log.close()
                finally:
                    writer.stop()

        async def leaves(hours: Sequence[int]) -> Any:
            return [] if ask is None else ask(worker.hour_leaves, hours)

        self.now += _HOUR
        asyncio.run(do())

    def settle(self, person: str) -> tuple[Report, Sequence[Change]]:
        """Make the next revision of the report and close the period with it."""
        with closing(open_reader(self.store / FILE)) as reader:
            bodies = [record.body for record in reader.records()]
        closed = [body for body in bodies if isinstance(body, PeriodClosed)]
        place = Place(CARRIER, PERIOD, len(closed) + 1)
        own, rules, earlier = self._own(), load(), ""
        if closed:
            before = place._replace(revision=len(closed))
            own = reports.read(self.store, before, reports.REGISTER)
            rules = parse_text(reports.read(self.store, before, reports.RULES).decode())
            earlier = closed[-1].report
        order = Order(self.store, place, whole(PERIOD), own, rules, earlier, self.now)
        made, changed = make(order, lambda _done, _of: None)
        body = PeriodClosed(
            CARRIER, PERIOD, place.revision, made.sha256, made.previous, made.rules, made.tree,
            made.root, tuple(changed),
        )  # fmt: skip
        self.file((person, body))
        return self.report(place.revision), changed

    def report(self, revision: int) -> Report:
        """Read a settled revision."""
        return decode(reports.read(self.store, Place(CARRIER, PERIOD, revision)))

    def _own(self) -> bytes:
        return register.encode(register.register_of(self.inventory, CARRIER))

    @contextmanager
    def _worker(self) -> Iterator[Callable[..., Any]]:
        """Start the worker's process as the monitor does, and end it."""
        with ProcessPoolExecutor(
            1, get_context("spawn"), worker.start, (self.store, self.inventory)
        ) as pool:
            yield lambda function, *arguments: pool.submit(function, *arguments).result()


def _fuller(seen: Observation) -> Observation:
    """Return a run with as many echoes as a slot must have, and their round trips."""
    probe: Probe = seen.probe
    if probe.kind != "echo":
        return seen
    heard = seen.outcome is Outcome.ANSWERED
    values = tuple(
        SENT if value and series.metric in _COUNTED else value
        for series, value in zip(probe.series, seen.values, strict=False)
    )
    trips = [None if not heard else 0.004 + n * 0.0001 for n in range(SENT)]
    return Observation(
        probe, seen.slot_ms, seen.took, seen.outcome, seen.reason, values, tuple(trips)
    )
