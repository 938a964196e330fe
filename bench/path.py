"""The path of a poll as the monitor wires it: schedule, runner, collector, wire, pipeline."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic, process_time
from typing import Final

from alerts.engine import Engine
from bench.fleet import Fleet, rules
from collectors._contract import Wires
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from metrics.observation import Observation, Outcome, Probe, Reading
from runtime.clock import Steady
from runtime.pipeline import Consumer, Pipeline
from runtime.plugins import plugins
from runtime.runner import Runner
from runtime.schedule import Schedule
from runtime.telling import Telling
from sinks._buffer import Limits
from sinks._contract import Encoder, Result
from sinks._exposition import Exposition
from sinks._line_protocol import LineEncoder
from sinks._outbox import Outbox
from sla.judge import Judge

_TICK: Final = 0.01
_IN_FLIGHT: Final = 256
_PATIENCE: Final = 30.0
_OUTBOX_BYTES: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU microseconds of one poll (or echo) in each window, and how many a second there were."""

    windows: tuple[float, ...]
    per_second: float

    @property
    def each(self) -> float:
        """The median of the windows."""
        return median(self.windows)


class HotPath:
    """Everything a poll meets, wired; `heard` holds the last reading of each probe."""

    def __init__(
        self,
        fleet: Fleet,
        probes: tuple[Probe, ...],
        wires: Wires,
        *,
        consumers: dict[str, Consumer],
    ) -> None:
        self._probes = probes
        self._clock = Steady()
        self.pipeline = Pipeline(Judge(fleet.inventory, probes), consumers, {})
        self.done = 0
        self.failed = 0
        self.runner = Runner(
            plugins("collectors"), wires, self._deliver, in_flight_per_area=len(probes)
        )
        self.schedule = Schedule(probes, self._clock.now_ms())

    def _deliver(self, observation: Observation) -> None:
        self.done += 1
        self.failed += observation.outcome is not Outcome.ANSWERED
        self.pipeline.deliver(observation)

    async def at_its_pace(self, seconds: float) -> None:
        """Run what is due, when it is due, as the heartbeat does."""
        end = monotonic() + seconds
        due, start = self.schedule.due, self.runner.start
        reaped = monotonic()
        while monotonic() < end:
            now_ms = self._clock.now_ms()
            for probe, slot_ms in due(now_ms):
                start(probe, slot_ms, now_ms)
            if monotonic() - reaped > 1:
                self.runner.reap()
                reaped = monotonic()
            await asyncio.sleep(_TICK)

    async def flat_out(self, seconds: float) -> None:
        """Let time run as fast as answers come, some polls in flight."""
        end = monotonic() + seconds
        now_ms = self._clock.now_ms()
        self.schedule = Schedule(self._probes, now_ms)
        while monotonic() < end:
            if self.runner.in_flight < _IN_FLIGHT:
                now_ms += 10
                for probe, slot_ms in self.schedule.due(now_ms):
                    self.runner.start(probe, slot_ms, now_ms)
            await asyncio.sleep(0)
        await self._idle()
        self.schedule = Schedule(self._probes, self._clock.now_ms())

    async def warm_up(self, rounds: float) -> None:
        """Poll each device so often that what is learnt is learnt; then garbage is frozen."""
        goal = self.done + rounds * len(self._probes)
        while self.done < goal:
            await self.flat_out(1.0)
        gc.collect()
        gc.freeze()

    async def _idle(self) -> None:
        end = monotonic() + _PATIENCE
        while self.runner.in_flight and monotonic() < end:
            await asyncio.sleep(_TICK)

    async def measure(self, seconds: float, windows: int, *, flat_out: bool = False) -> Cost:
        """Return what a run costs. Raises RuntimeError where runs fail: then it is no bench."""
        run = self.flat_out if flat_out else self.at_its_pace
        if not flat_out:
            await run(2.0)
        found: list[float] = []
        first, began, failed = self.done, monotonic(), self.failed
        for _ in range(windows):
            done, spent = self.done, process_time()
            await run(seconds)
            found.append((process_time() - spent) / (self.done - done) * 1e6)
        if self.failed - failed > 0.01 * (self.done - first):
            raise RuntimeError(f"{self.failed - failed} of {self.done - first} runs failed")
        return Cost(tuple(found), (self.done - first) / (monotonic() - began))

    def readings(self) -> list[Reading]:
        """Return the last reading of each probe."""
        return list(self.pipeline.latest.values())


def consumers(fleet: Fleet, probes: tuple[Probe, ...], folder: Path) -> dict[str, Consumer]:
    """Make what a poll of 15 values is shown to: exposition, line protocol, rules."""
    return {
        "exposition": Exposition(probes).put,
        "line protocol": outbox(LineEncoder(probes), folder).put,
        "rules": Telling(Engine(rules(), fleet.inventory, probes), (), Steady().now).reading,
    }


def outbox(encoder: Encoder, folder: Path) -> Outbox:
    """Make an outbox whose task never runs: full, it forgets the oldest batch."""
    limits = Limits(memory_bytes=_OUTBOX_BYTES)
    return Outbox("bench", encoder, _Nowhere(), folder, limits, monotonic)


class _Nowhere:
    """A destination nothing is sent to."""

    async def send(self, batch: bytes) -> Result:
        raise NotImplementedError

    def split(self, batch: bytes) -> tuple[bytes, bytes] | None:
        raise NotImplementedError

    def count(self, batch: bytes) -> int:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


@asynccontextmanager
async def wires(probes: Iterable[Probe], engine: str, sessions: int) -> AsyncIterator[Wires]:
    """Open the wires that are needed."""
    snmp, echo = open_snmp(engine, sessions=sessions), open_echo("udp")
    echoing = any(probe.kind == "echo" for probe in probes)
    if echoing:
        await echo.start()
    try:
        yield Wires(snmp, echo, echo)
    finally:
        await snmp.close()
        if echoing:
            await echo.close()
