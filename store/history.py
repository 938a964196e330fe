"""What was heard of each link in each accounting slot: added up inline, closed, and handed on.

`History.observe` runs for every reading, so it only adds to a cell: a dictionary by probe says
which links a reading is about. Medians are found later, in the writer's thread.

Each run that judges a link has its cell. Of a link without echo that is a poll of the device at its
far end, or of the one at its near port, as `sla` draws it; such polls are its sent and lost.

What was heard lies here; what it means does not: state and seconds of DOWN of a slot come from the
ledger's transitions when an hour is sealed or read, so that there is one judge and a transition
that is back-dated over a closed slot is right in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from inventory.model import Inventory, link_target
from metrics.catalogue import (
    ECHO_LOST,
    ECHO_SENT,
    IN_OCTETS,
    IN_RATE,
    OPER_STATUS,
    OUT_OCTETS,
    OUT_RATE,
    UPTIME_TICKS,
)
from metrics.observation import Observation, Outcome, Probe, Reading, Value
from sla.states import PORT_DOWN, PORT_UP
from store._ranks import jitter, quantiles
from store.link_sources import LinkSources, link_sources

GRACE: Final = 15
"""Seconds after its end that a slot waits for late answers, at least."""
_TICKS: Final = 2**32
_ROUND: Final = 2**32
"""Where a Counter32 begins anew."""
_WITHHELD: Final = "not_refreshed"
"""The reason for an absent rate with which nothing is wrong with the counters."""
_CACHED: Final = ("still",)
_MOST: Final = 2**53
"""Octets that nothing carries in a slot; SQLite and Parquet end at 2^63, sums are below that."""
_LATE_ANSWER: Final = 5
"""Seconds an echo run may last beyond its interval: time-out and what a busy process adds."""


class Cell:
    """What was heard of one link in one slot. Octets None = no valid difference.

    `in_ms`, `out_ms`: the time in which they came; None = some octets of the slot are not known.
    """

    __slots__ = ("in_ms", "in_octets", "lost", "out_ms", "out_octets", "rtts", "sent")

    def __init__(self) -> None:
        self.sent = 0
        self.lost = 0
        self.rtts: list[float | None] = []
        self.in_octets: int | None = None
        self.out_octets: int | None = None
        self.in_ms: int | None = 0
        self.out_ms: int | None = 0


class SlotRow(msgspec.Struct, frozen=True, gc=False):
    """One link in one slot, as heard. Times in integer UTC seconds, round trips in microseconds.

    `rtt_median`, `rtt_p95`: methodology 1.9, ascending rank ceil(q N) of the echoes sent, a lost
    one counts as infinite; None = nothing sent, or the rank falls on a lost one. `jitter`: mean
    difference of round trips that follow each other (1.8); None = no two do. Octets are those
    between readings, in the slot of the later reading, and `in_ms`, `out_ms` the milliseconds of
    the agent's time between them; None = octets were lost to a reset, a gap, or a value that was
    not believed, so that the sum says too little.
    """

    link: str
    slot: int
    seconds: int
    sent: int
    lost: int
    rtt_median: int | None
    rtt_p95: int | None
    in_octets: int | None
    out_octets: int | None
    in_ms: int | None = 0
    out_ms: int | None = 0
    jitter: int | None = None


class ClosedSlot(msgspec.Struct, frozen=True):
    """A slot that nothing is added to any more: its start, its length, its cells by link."""

    start: int
    seconds: int
    cells: dict[str, Cell]

    def rows(self) -> Iterator[SlotRow]:
        """Sum up each cell, in the order of the links' names."""
        for link, cell in sorted(self.cells.items()):
            median, p95 = quantiles(cell.rtts, cell.lost)
            inward, in_ms = _believed(cell.in_octets, cell.in_ms)
            outward, out_ms = _believed(cell.out_octets, cell.out_ms)
            yield SlotRow(
                link,
                self.start,
                self.seconds,
                cell.sent,
                cell.lost,
                median,
                p95,
                inward,
                outward,
                in_ms,
                out_ms,
                jitter(cell.rtts),
            )


class _Echo(msgspec.Struct, frozen=True):
    """An echo probe: its link, slot length, and where sent and lost stand."""

    link: str
    seconds: int
    sent: int
    lost: int


class _Judged(msgspec.Struct, frozen=True):
    """A link without echo that a poll judges: by `status`, the place of its near port's, or None.

    None: by whether its far device answers.
    """

    link: str
    seconds: int
    status: int | None = None


class _Port(msgspec.Struct, frozen=True):
    """The near port of a link in a probe: positions of (counter, rate) in and out in `values`."""

    link: str
    seconds: int
    inward: tuple[int, int]
    outward: tuple[int, int]


class _Poll(msgspec.Struct, frozen=True):
    """A probe of a device: the near ports it counts and the links it judges.

    `uptime`: where sysUpTime stands, by which the time between two readings is known.
    """

    ports: tuple[_Port, ...]
    judged: tuple[_Judged, ...]
    uptime: int | None
    raw: int


_Plan = _Echo | _Poll | None


class History:
    """Adds up. Used by one thread."""

    def __init__(self, inventory: Inventory) -> None:
        self._slots: dict[tuple[int, int], dict[str, Cell]] = {}
        self._last: dict[Probe, tuple[tuple[Value, ...], int]] = {}
        """The values of the last answer of a probe, and its scheduled instant."""
        self._grace = GRACE
        self.load(inventory)

    def load(self, inventory: Inventory) -> None:
        """Take over an inventory."""
        self.take(link_sources(inventory))

    def take(self, drawn: LinkSources) -> None:
        """Take over what was drawn; what is added up goes on."""
        self._plans: dict[Probe, _Plan] = {}
        self._seconds, self._near, self._judging, self._by_far, self._by_port = drawn

    def observe(self, reading: Reading) -> None:
        """Add a reading to the slot of its scheduled instant."""
        observation = reading.observation
        probe = observation.probe
        try:
            plan = self._plans[probe]
        except KeyError:
            plan = self._plans[probe] = self._plan(probe)
        if plan is None:
            return
        if isinstance(plan, _Echo):
            values = observation.values
            cell = self._cell(plan.link, plan.seconds, observation.slot_ms)
            sent = values[plan.sent] if values else None
            if sent:
                cell.sent += int(sent)
                cell.lost += int(values[plan.lost] or 0)
                cell.rtts += observation.rtts
            return
        for judged in plan.judged:
            self._count_run(judged, observation)
        if plan.ports and observation.outcome is Outcome.ANSWERED:
            if reading.gaps[:1] == _CACHED:
                return  # as in `metrics.rates`, the next answer is counted from the one before
            before = self._last.get(probe)
            self._last[probe] = observation.values, observation.slot_ms
            if before is not None:
                self._count_octets(plan, *before, reading)

    def _count_run(self, judged: _Judged, observation: Observation) -> None:
        """Count a poll as one sent for a link, unless it was skipped or says nothing of its port.

        Lost is one that stayed silent, or found the port down.
        """
        cell = self._cell(judged.link, judged.seconds, observation.slot_ms)
        outcome = observation.outcome
        down = False
        if judged.status is not None and outcome is not Outcome.SILENT:
            # Only an answer has values.
            status = observation.values[judged.status] if outcome is Outcome.ANSWERED else None
            down = status in PORT_DOWN
            if not down and status != PORT_UP:
                return
        if outcome is not Outcome.SKIPPED:
            cell.sent += 1
            cell.lost += down or outcome is Outcome.SILENT

    def _count_octets(
        self, plan: _Poll, before: tuple[Value, ...], before_ms: int, reading: Reading
    ) -> None:
        values, slot_ms = reading.values, reading.observation.slot_ms
        passed = slot_ms - before_ms
        if plan.uptime is not None:
            began, now = before[plan.uptime], values[plan.uptime]
            if began is not None and now is not None:
                passed = int(now - began) % _TICKS * 10
        gaps, raw = reading.gaps, plan.raw
        for port in plan.ports:
            cell = self._cell(port.link, port.seconds, slot_ms)
            counter, rate = port.inward
            octets = _difference(
                before[counter], values[counter], values[rate], _reason(gaps, rate - raw)
            )
            if octets is None:
                cell.in_ms = None
            else:
                cell.in_octets = octets + (cell.in_octets or 0)
                if cell.in_ms is not None:
                    cell.in_ms += passed
            counter, rate = port.outward
            octets = _difference(
                before[counter], values[counter], values[rate], _reason(gaps, rate - raw)
            )
            if octets is None:
                cell.out_ms = None
            else:
                cell.out_octets = octets + (cell.out_octets or 0)
                if cell.out_ms is not None:
                    cell.out_ms += passed

    def _cell(self, link: str, seconds: int, slot_ms: int) -> Cell:
        start = slot_ms // 1000
        key = (start - start % seconds, seconds)
        cells = self._slots.get(key)
        if cells is None:
            cells = self._slots[key] = {}
        cell = cells.get(link)
        if cell is None:
            cell = cells[link] = Cell()
        return cell

    def _plan(self, probe: Probe) -> _Plan:
        if probe.kind == "echo" and (seconds := self._seconds.get(probe.target)):
            self._grace = max(self._grace, probe.every_ms // 1000 + _LATE_ANSWER)
            at = {series.metric: place for place, series in enumerate(probe.series)}
            link = probe.target.partition(":")[2]
            return _Echo(link, seconds, at[ECHO_SENT], at[ECHO_LOST])
        if not probe.target.startswith("device:"):
            return None
        raw = enumerate(probe.series[: probe.raw])
        uptime = next((place for place, series in raw if series.metric is UPTIME_TICKS), None)
        poll = _Poll(tuple(self._ports(probe)), tuple(self._judged(probe)), uptime, probe.raw)
        if poll.judged:
            self._grace = max(self._grace, probe.every_ms // 1000 + _LATE_ANSWER)
        return poll if poll.ports or poll.judged else None

    def _ports(self, probe: Probe) -> Iterator[_Port]:
        at_port = {(s.target, s.metric): place for place, s in enumerate(probe.series)}
        for port in dict.fromkeys(series.target for series in probe.series):
            if {(port, IN_RATE), (port, OUT_RATE)} <= at_port.keys():
                for link in self._near.get(port, ()):
                    yield _Port(
                        link,
                        self._seconds[link_target(link)],
                        (at_port[port, IN_OCTETS], at_port[port, IN_RATE]),
                        (at_port[port, OUT_OCTETS], at_port[port, OUT_RATE]),
                    )

    def _judged(self, probe: Probe) -> Iterator[_Judged]:
        if self._judging.get(probe.target) == probe.kind:
            for link in self._by_far.get(probe.target, ()):
                yield _Judged(link, self._seconds[link_target(link)])
        for place, series in enumerate(probe.series[: probe.raw]):
            if series.metric is OPER_STATUS:
                for link in self._near.get(series.target, ()):
                    if link in self._by_port:
                        yield _Judged(link, self._seconds[link_target(link)], place)

    def close_slots(self, now: int) -> list[ClosedSlot]:
        """Take out the slots that ended long enough ago; the cost does not grow with the links."""
        return self._take([key for key in self._slots if sum(key) + self._grace <= now])

    def close_all(self) -> list[ClosedSlot]:
        """Take out every slot, whole or not: the program stops."""
        return self._take(list(self._slots))

    def _take(self, keys: list[tuple[int, int]]) -> list[ClosedSlot]:
        return [ClosedSlot(*key, self._slots.pop(key)) for key in sorted(keys)]

    def forget(self, probes: list[Probe]) -> None:
        """Drop what is remembered of probes that are no longer asked."""
        for probe in probes:
            self._plans.pop(probe, None)
            self._last.pop(probe, None)


def _believed(octets: int | None, ms: int | None) -> tuple[int | None, int | None]:
    return (None, None) if octets is not None and octets >= _MOST else (octets, ms)


def _reason(gaps: tuple[str, ...], rate: int) -> str:
    return gaps[rate] if gaps else ""


def _difference(before: Value, after: Value, rate: Value, why: str) -> int | None:
    """Return the octets between two readings; None = not known.

    A rate says that they are right. So does one that was withheld because nobody knows over which
    time they came. Where a rate has a counter that fell, it was one of 32 bits and wrapped.
    """
    if before is None or after is None or (rate is None and why != _WITHHELD):
        return None
    octets = int(after) - int(before)
    return octets if octets >= 0 else octets % _ROUND
