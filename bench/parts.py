"""Each part of the path by itself: real objects, readings that were really heard.

Every part goes through all devices in turn, as in life, so that its data are as cold as in life.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from types import ModuleType
from typing import Any, Final, cast

from msgspec.structs import replace

from alerts.engine import Engine
from bench.fleet import Fleet, rules
from bench.path import outbox
from collectors import interfaces
from collectors._contract import Answer, SnmpReply, SnmpWire, Wires
from collectors._memory import DeviceMemory
from metrics.catalogue import UPTIME_TICKS, Kind
from metrics.observation import Observation, Outcome, Probe, Reading
from metrics.rates import Rates
from runtime.clock import Steady
from runtime.runner import Runner
from runtime.schedule import Schedule
from runtime.telling import Telling
from sinks._exposition import Exposition
from sinks._line_protocol import LineEncoder
from sinks._write_request import SeriesEncoder
from sla.judge import Judge
from store.history import History

_AT_ONCE: Final = 64
_ROUNDS: Final = 6
_CONFIRMED: Final = 4
"""Rounds after which the judge has made up its mind."""


class Parts:
    """Measures parts; microseconds per poll."""

    def __init__(self, fleet: Fleet, readings: Sequence[Reading], folder: Path) -> None:
        self._fleet = fleet
        self._readings = readings
        self._probes = tuple(reading.observation.probe for reading in readings)
        self._every_ms = self._probes[0].every_ms
        self._folder = folder
        self._rounds = [
            [_later(reading, number, self._every_ms) for reading in readings]
            for number in range(_ROUNDS)
        ]

    def schedule(self) -> float:
        """Find what is due, every 10 ms."""
        schedule, rounds, ticks = Schedule(self._probes, 0), 10, self._every_ms // 10
        began, found = process_time(), 0
        for tick in range(rounds * ticks):
            for _ in schedule.due(tick * 10):
                found += 1
        return (process_time() - began) / found * 1e6

    async def wire(self, wires: Wires, memories: dict[Probe, DeviceMemory]) -> float:
        """GET from each device over its socket, 64 at once."""
        asked = [(probe, memories[probe]) for probe in self._probes]

        async def ask(some: Sequence[tuple[Probe, DeviceMemory]]) -> None:
            for probe, memory in some:
                question: Any = probe.question
                await wires.snmp.get(
                    question.endpoint, question.credential, memory.questions[probe.id][1], memory,
                    timeout=question.timeout, retries=question.retries,
                )  # fmt: skip

        began = process_time()
        await asyncio.gather(*(ask(asked[start::_AT_ONCE]) for start in range(_AT_ONCE)))
        return (process_time() - began) / len(asked) * 1e6

    async def collector(self, memories: dict[Probe, DeviceMemory]) -> float:
        """Ask a wire that answers at once: what the collector itself does."""
        replies = {}
        for reading in self._readings:
            probe = reading.observation.probe
            oids = memories[probe].questions[probe.id][0]
            heard = dict(zip(oids, reading.observation.values, strict=True))
            replies[id(memories[probe])] = SnmpReply(Outcome.ANSWERED, "", cast("Any", heard))
        wire = _Known(replies)
        wires = Wires(cast("SnmpWire", wire), cast("Any", None), cast("Any", None))
        began = process_time()
        for probe in self._probes:
            await interfaces.ask(probe, wires, memories[probe])
        return (process_time() - began) / len(self._probes) * 1e6

    async def runner(self) -> float:
        """Start runs whose collector answers at once: the task, the deadline, the observation."""
        answers = {
            reading.observation.probe: Answer(Outcome.ANSWERED, "", reading.observation.values)
            for reading in self._readings
        }

        async def ask(probe: Probe, _wires: Wires, _memory: DeviceMemory) -> Answer:
            return answers[probe]

        module = ModuleType("collector")
        module.__dict__.update({"ask": ask})
        heard: list[Observation] = []
        runner = Runner(
            {"interfaces": module}, cast("Any", None), heard.append,
            in_flight_per_area=len(self._probes),
        )  # fmt: skip
        began = process_time()
        for start in range(0, len(self._probes), _AT_ONCE):
            for probe in self._probes[start : start + _AT_ONCE]:
                runner.start(probe, 0, 0)
            await asyncio.sleep(0)
        spent = process_time() - began
        if len(heard) < len(self._probes):
            raise RuntimeError("a run did not end")
        return spent / len(self._probes) * 1e6

    def rates(self) -> float:
        """Make rates of counters."""
        rates = Rates()
        return self._observations(rates.observe, 1)

    def judge(self) -> float:
        """Judge the device and what hangs on it."""
        judge = Judge(self._fleet.inventory, self._probes)
        return self._observations(judge.observe, _CONFIRMED)

    def rules(self) -> float:
        """Show six rules what they watch: eleven comparisons."""
        engine = Engine(rules(), self._fleet.inventory, self._probes)
        return self._each(Telling(engine, (), Steady().now).reading)

    def line_protocol(self) -> float:
        """Encode three lines into the outbox."""
        return self._each(outbox(LineEncoder(self._probes), self._folder).put)

    def exposition(self) -> float:
        """Keep what a scrape finds."""
        return self._each(Exposition(self._probes).put)

    def scrape(self) -> float:
        """Write a device's lines into a page, once per scrape."""
        exposition = Exposition(self._probes)
        for reading in self._readings:
            exposition.put(reading)
        began = process_time()
        for _ in exposition.page():
            pass
        return (process_time() - began) / len(self._readings) * 1e6

    def remote_write(self) -> float:
        """Encode 20 messages into the outbox."""
        return self._each(outbox(SeriesEncoder(self._probes), self._folder).put)

    def history(self) -> float:
        """Add up what is kept of each link."""
        return self._each(History(self._fleet.inventory).observe)

    def _each(self, consume: Callable[[Reading], object]) -> float:
        return _timed(consume, self._rounds, 1)

    def _observations(self, consume: Callable[[Observation], object], before: int) -> float:
        heard = [[reading.observation for reading in one] for one in self._rounds]
        return _timed(consume, heard, before)


def _timed(consume: Callable[[Any], object], rounds: Sequence[Sequence[Any]], before: int) -> float:
    for one in rounds[:before]:
        for thing in one:
            consume(thing)
    gc.collect()
    gc.freeze()
    began, count = process_time(), 0
    for one in rounds[before:]:
        for thing in one:
            consume(thing)
        count += len(one)
    return (process_time() - began) / count * 1e6


def _later(reading: Reading, rounds: int, every_ms: int) -> Reading:
    """Return the same reading some rounds later, with counters that went on."""
    seen = reading.observation
    steps = (
        every_ms // 10
        if series.metric is UPTIME_TICKS
        else 1000 * (series.metric.kind is Kind.COUNTER)
        for series in seen.probe.series
    )
    raw = tuple(
        value if value is None else value + rounds * step
        for value, step in zip(seen.values, steps, strict=False)
    )
    moved = replace(seen, slot_ms=seen.slot_ms + rounds * every_ms, values=raw)
    return replace(reading, observation=moved, values=(*raw, *reading.values[len(raw) :]))


class _Known:
    """A wire that knows the answer."""

    def __init__(self, replies: dict[int, SnmpReply]) -> None:
        self._replies = replies

    async def get(
        self, _endpoint: object, _credential: object, _oids: object, memory: DeviceMemory,
        **_how: object,
    ) -> SnmpReply:  # fmt: skip
        return self._replies[id(memory)]
