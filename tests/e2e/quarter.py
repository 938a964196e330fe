"""A quarter of the simulated province in a few seconds: its world and log, our judge and ledger.

Time is a number that is set. Who is asked sees what the simulator's world says at that second, as
the collectors would; what the world did is read from the simulator's own log afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from inventory.model import Inventory, PlannedWork, device_target, link_target
from metrics.catalogue import CANARY_LOST, CANARY_SENT, ECHO_LOST, ECHO_SENT, OPER_STATUS
from metrics.observation import Observation, Outcome, Probe, Value
from runtime.check import check
from runtime.config import CanaryConfig
from runtime.planning import plan as planned
from simulator.director import Director
from simulator.files import write
from simulator.province import CANARY, Plan, Settings, build
from simulator.truth import TruthLog, intervals
from simulator.world import World, key_of
from sla.judge import Judge
from store.entries import Entry, Heartbeat
from store.ledger import Ledger, open_ledger

LOCAL: Final = timezone(timedelta(hours=8))
START: Final = int(datetime(2026, 7, 1, tzinfo=LOCAL).timestamp())
END: Final = int(datetime(2026, 10, 1, tzinfo=LOCAL).timestamp())
EVERY: Final = 60
"""Seconds between two runs of a probe, all on the minute."""
_DAY: Final = 86_400
_FIRST: Final = START - _DAY
"""When the monitor began to live."""
_LAST: Final = END + _DAY
_HOUR: Final = 3600
_BATCH: Final = 2_000

Spans = list[tuple[int, int]]


def at(day: int, clock: str) -> int:
    """Return UTC seconds of a local time; days count from 1 July, so that 33 is 2 August."""
    hours, minutes, seconds = (*map(int, clock.split(":")), 0)[:3]
    return START + (day - 1) * _DAY + hours * _HOUR + minutes * 60 + seconds


@dataclass(frozen=True)
class Happening:
    """Something that befalls the province, UTC seconds."""

    kind: str
    target: str
    start: int
    end: int


@dataclass(frozen=True)
class Chain:
    """A trunk, a village's line behind it, and the legs of the county it starts from."""

    trunk: str
    behind: str
    legs: tuple[str, ...]
    above: tuple[str, ...]
    """The lines to the city, without which nothing is reached."""

    def all(self) -> tuple[str, ...]:
        """Name them, parents first."""
        return (*self.above, *self.legs, self.trunk, self.behind)


def province() -> Plan:
    """Return a small province that came into being well before the quarter."""
    return build(Settings(sites=30, seed=7, start=START - 20 * _DAY))


def chain_of(plan: Plan) -> Chain:
    """Choose the lines that are watched."""
    trunk = plan.trunks[0]
    behind = next(link for link in plan.links if link.a.site == trunk.b.site)
    legs = [leg for leg in plan.legs if leg.b.site == trunk.a.site]
    above = [link for link in plan.links if link.b.site == legs[0].a.site]
    return Chain(
        trunk.id, behind.id, tuple(leg.id for leg in legs), tuple(link.id for link in above)
    )


def inventory_of(
    plan: Plan, folder: Path, works: Iterable[PlannedWork] = ()
) -> tuple[Inventory, Mapping[str, CanaryConfig]]:
    """Write the province's YAML, read it as the monitor does, and announce work."""
    write(plan, folder, '"${COMMUNITY}"', api="127.0.0.1:8080", every=f"{EVERY}s")
    checked = check(
        folder / "inventory.yaml", folder / "monitor.yaml", {"COMMUNITY": "made-for-a-test"}
    )
    assert checked.inventory is not None, checked.problems
    assert checked.config is not None
    inventory = replace(checked.inventory, planned_work={work.id: work for work in works})
    return inventory, checked.config.canaries


def live_through(
    plan: Plan,
    inventory: Inventory,
    canaries: Mapping[str, CanaryConfig],
    happenings: Sequence[Happening],
    off: Sequence[tuple[int, int]],
    folder: Path,
) -> dict[str, list[tuple[int, int, str]]]:
    """Let the quarter pass, with the monitor off now and then; the ledger is in `folder`.

    Returns the simulator's own log: by link, when it was not up.
    """
    clock = [float(_FIRST)]
    log = TruthLog(folder / "truth.jsonl", lambda: clock[0])
    log.open()
    world = World(plan, log.write)
    probes = [
        probe
        for probe in planned(inventory, canaries)
        if probe.target in _targets(inventory, chain_of(plan).all())
        or probe.target.startswith("canary:")
    ]
    probes = sorted(
        (probe for probe in probes if probe.kind in ("echo", "interfaces")),
        key=lambda probe: not probe.target.startswith("canary:"),
    )
    eyes = [(probe, _eye(world, probe, inventory)) for probe in probes]
    with closing(open_ledger(folder / "store", _FIRST)) as ledger:
        _Monitor(ledger, lambda: Judge(inventory, probes), eyes).live(
            _Script(Director(world, log, lambda: clock[0]), clock, happenings), off
        )
    clock[0] = float(_LAST)
    log.close()
    lines = (folder / "truth.jsonl").read_text("utf-8").splitlines()
    return {
        target.partition(":")[2]: [(int(start), int(end), state) for start, end, state in found]
        for target, found in intervals(lines, "link", _LAST).items()
    }


def _targets(inventory: Inventory, watched: Iterable[str]) -> set[str]:
    links = [inventory.links[name] for name in watched]
    near = {device_target(link.a.device) for link in links}
    return {link_target(link.id) for link in links} | near


class _Script:
    """Lets happen what is due."""

    def __init__(
        self, director: Director, clock: list[float], happenings: Sequence[Happening]
    ) -> None:
        self._director = director
        self._clock = clock
        edges = [(one.start, 1, one) for one in happenings] + [
            (one.end, 0, one) for one in happenings
        ]
        self._waiting = sorted(edges, key=lambda edge: edge[:2], reverse=True)

    def upto(self, second: int) -> None:
        """Let everything happen up to and with this second."""
        while self._waiting and self._waiting[-1][0] <= second:
            when, begins, one = self._waiting.pop()
            self._clock[0] = float(when)
            cause = f"{one.kind} {one.start}"
            if begins:
                self._director.begin(one.kind, one.target, None, cause)
            else:
                self._director.end(one.kind, one.target, cause)


class _Monitor:
    """Asks everybody each minute, judges, and enters what the ledger gets."""

    def __init__(
        self, ledger: Ledger, judge: Callable[[], Judge], eyes: Sequence[tuple[Probe, _Eye]]
    ) -> None:
        self._ledger = ledger
        self._new_judge = judge
        self._eyes = eyes
        self._entries: list[Entry] = [Heartbeat(_FIRST, _HOUR)]

    def live(self, script: _Script, off: Sequence[tuple[int, int]]) -> None:
        """Live from the first second to the last, but for the times it is off."""
        begin, judge = _FIRST, self._new_judge()
        for gone, back in (*off, (_LAST, _LAST)):
            self._watch(script, judge, begin, gone)
            self._enter(Heartbeat(gone, _HOUR))
            self._write()
            if back < _LAST:
                script.upto(back)
                begin, judge = back, self._new_judge()
                reads = self._ledger.reads
                gap = judge.restore(
                    reads.last_transitions(), reads.last_heartbeat(), back, reads.open_outages()
                )
                assert gap is not None
                self._enter(gap)

    def _watch(self, script: _Script, judge: Judge, begin: int, end: int) -> None:
        for second in range(begin, end, EVERY):
            script.upto(second)
            if second % _HOUR == 0:
                self._enter(Heartbeat(second, _HOUR))
            for probe, sees in self._eyes:
                self._enter(*judge.observe(_run(probe, second, sees()))[1])
            if len(self._entries) > _BATCH:
                self._write()

    def _enter(self, *entries: Entry) -> None:
        self._entries += entries

    def _write(self) -> None:
        self._ledger.append(self._entries)
        self._entries = []


_Eye = Callable[[], tuple[Value, ...] | None]
"""What an answer says now; None = nobody answers."""


def _run(probe: Probe, second: int, values: tuple[Value, ...] | None) -> Observation:
    if values is not None:
        return Observation(probe, second * 1000, 0.1, Outcome.ANSWERED, "", values)
    lost = tuple(
        2 if series.metric in (ECHO_SENT, ECHO_LOST, CANARY_SENT, CANARY_LOST) else None
        for series in probe.series[: probe.raw]
    )
    return Observation(probe, second * 1000, 2.0, Outcome.SILENT, "", lost)


def _eye(world: World, probe: Probe, inventory: Inventory) -> _Eye:
    kind, _, name = probe.target.partition(":")
    if kind == "device":
        return _poll_of(world, probe, inventory, name)
    answer = tuple(
        {ECHO_SENT: 2, ECHO_LOST: 0, CANARY_SENT: 2, CANARY_LOST: 0}.get(series.metric, 0.004)
        for series in probe.series[: probe.raw]
    )
    if kind == "canary":
        gateway = key_of(CANARY, 0)
        return lambda: answer if gateway in world.answering else None
    circuit = world.circuits[name]
    return lambda: answer if circuit.state == "up" else None


def _poll_of(world: World, probe: Probe, inventory: Inventory, device: str) -> _Eye:
    """See a device: it answers while it is reached, and knows which of its ports have light."""
    place = world.agents[device].place
    ports = {
        f"interface:{device}/{link.a.interface}": world.circuits[link.id]
        for link in inventory.links.values()
        if link.a.device == device
    }
    status = [
        ports.get(str(series.target)) if series.metric is OPER_STATUS else None
        for series in probe.series[: probe.raw]
    ]

    def look() -> tuple[Value, ...] | None:
        if not place.reached:
            return None
        return tuple(
            1 if circuit is None or circuit.port_up(far=False) else 2 for circuit in status
        )

    return look
