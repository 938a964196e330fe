"""How the tables of a province are read after a start, on a clock that runs as fast as it can.

    python -m bench.turns [--sites 30000] [--takes 0.15] [--seconds 900]

Runner, schedule and pace are the real ones. Each device has two questions every five minutes whose
first run reads 38 values in `--takes` seconds, as a small box does; later runs answer at once.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from types import ModuleType
from typing import Any, Final, cast

from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._walks import Walks
from inventory.model import device_target
from metrics.observation import Observation, Outcome, Probe
from runtime.runner import Runner
from runtime.schedule import Schedule

_START: Final = 1_764_000_000_000
_TICK: Final = 0.05
_VALUES: Final = 38
_EVERY: Final = 300
_AREAS: Final = 17
_STEPS: Final = 4
"""Turns of the event loop in which what has begun is done."""


@dataclass
class Province:
    """Devices whose tables take their time, and what came of it."""

    takes: float
    seconds: float = 0.0
    under_way: int = 0
    most: int = 0
    read: dict[str, float] = field(default_factory=dict)
    """When the tables of each question were read."""
    heard: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._wakes: list[tuple[float, int, asyncio.Event]] = []
        self._numbers = count()
        self._walks = Walks(now=lambda: self.seconds)
        module = ModuleType("tables")
        module.__dict__.update({"ask": self._ask, "whole": self._whole, "ASIDE": True})
        nothing = cast("Any", None)
        self._runner = Runner(
            {"tables": module},
            Wires(nothing, nothing, nothing, self._walks),
            self._deliver,
            in_flight_per_area=1_000,
            now=lambda: self.seconds,
        )

    def _deliver(self, observation: Observation) -> None:
        self.heard[observation.reason or observation.outcome.name.lower()] += 1

    def _whole(self, probe: Probe, _memory: DeviceMemory) -> bool:
        return probe.id not in self.read

    async def _ask(self, probe: Probe, _wires: Wires, memory: DeviceMemory) -> Answer:
        if self._whole(probe, memory):
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            await self._until(self.seconds + self.takes)
            await self._until(self.seconds + self._walks.account(_VALUES))
            self.under_way -= 1
            self.read[probe.id] = self.seconds
        return Answer(Outcome.ANSWERED, "", ())

    async def _until(self, instant: float) -> None:
        over = asyncio.Event()
        heapq.heappush(self._wakes, (instant, next(self._numbers), over))
        await over.wait()

    async def live(self, sites: int, seconds: float) -> None:
        """Start what comes due, second by second."""
        schedule = Schedule(
            (_probe(f"r{n}", kind) for n in range(sites) for kind in ("health", "optics")), _START
        )
        while self.seconds < seconds:
            whole = int(self.seconds)
            self.seconds += _TICK
            while self._wakes and self._wakes[0][0] <= self.seconds:
                heapq.heappop(self._wakes)[2].set()
            now_ms = _START + round(self.seconds * 1000)
            for probe, slot_ms in schedule.due(now_ms):
                self._runner.start(probe, slot_ms, now_ms)
            for _ in range(_STEPS):
                await asyncio.sleep(0)
            if int(self.seconds) > whole:
                self._runner.reap()


def _probe(device: str, name: str) -> Probe:
    return Probe(
        id=f"{name}@device:{device}", kind="tables", target=device_target(device), device=device,
        area=f"a{int(device[1:]) % _AREAS}", every_ms=_EVERY * 1000, deadline=120.0, series=(),
        raw=0, rates=(), question=None,
    )  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=30_000)
    parser.add_argument("--takes", type=float, default=0.15)
    parser.add_argument("--seconds", type=float, default=900.0)
    options = parser.parse_args()
    province = Province(options.takes)
    asyncio.run(province.live(options.sites, options.seconds))
    print(f"runs: {dict(province.heard)}; devices read at once, at most: {province.most}")
    print(f"the last table was read after {max(province.read.values()):.0f} s")


if __name__ == "__main__":
    main()
