"""What one poll of a device costs, from the scheduler to the exposition block, and its parts.

    python -m bench.poll [--devices 15000] [--seconds 10]

Microseconds of this process's CPU (user and system) per poll of 15 values: two interfaces with
octets, errors, discards and ifOperStatus, and sysUpTime, in one GET over real UDP. The agents are
another process on another core and do not count.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from bench import path, processes
from bench.fleet import FIFTEEN, Fleet, muster
from bench.parts import Parts
from metrics.observation import Probe
from runtime.program import loop_factory

_EVERY: Final = 5.0
"""15,000 devices every 5 s: 3,000 polls a second, as 30,000 every 10 s."""
_WINDOWS: Final = 3
_ECHO_EVERY: Final = 10.0
_ECHOES: Final = 2
_SLOW_ENGINE: Final = 200
"""Devices that pysnmp is given."""
_LEAVES: Final = 0.8
"""The share of a province's sites that are villages, at least."""


@dataclass(frozen=True, slots=True)
class Result:
    """Microseconds of CPU. `parts` add up to `steady`, the last of them being the remainder."""

    devices: int
    steady: path.Cost
    flat_out: path.Cost
    parts: Mapping[str, float]
    beside: Mapping[str, path.Cost | float]
    load: float


def measure(devices: int, seconds: float, where: processes.Cores) -> Result:
    """Serve a province on one core, poll it from the other."""
    os.sched_setaffinity(0, {where.work})
    load = processes.load()
    with tempfile.TemporaryDirectory(prefix="extranet-bench-") as name:
        folder = Path(name)
        with processes.province(folder, max(30, int(devices / _LEAVES)), where.network):
            fleet = muster(folder, devices)
            with asyncio.Runner(loop_factory=loop_factory()) as loop:
                return loop.run(_measure(fleet, folder, seconds, load))


async def _measure(fleet: Fleet, folder: Path, seconds: float, load: float) -> Result:
    probes = fleet.polls(_EVERY, FIFTEEN)
    if any(probe.raw != 15 for probe in probes):
        raise RuntimeError("this bench asks for 15 values")
    async with path.wires(probes, "auto", fleet.sessions) as wires:
        whole = path.HotPath(fleet, probes, wires, consumers=path.consumers(fleet, probes, folder))
        await whole.warm_up(3)
        steady = await whole.measure(seconds, _WINDOWS)
        flat_out = await whole.measure(seconds, _WINDOWS, flat_out=True)
        memories = {p: whole.runner.memory(p.device or "") for p in probes}
        parts = Parts(fleet, whole.readings(), folder)
        found = {
            "schedule": parts.schedule(),
            "wire": await parts.wire(wires, memories),
            "runner": await parts.runner(),
            "collector": await parts.collector(memories),
            "rates": parts.rates(),
            "judge": parts.judge(),
            "rules": parts.rules(),
            "line protocol": parts.line_protocol(),
            "exposition": parts.exposition(),
        }
        found["remainder"] = steady.each - sum(found.values())
        beside: dict[str, path.Cost | float] = {
            "a device's lines in a scrape": parts.scrape(),
            "remote write": parts.remote_write(),
            "history": parts.history(),
        }
    beside["echo"] = await _echo(fleet, seconds)
    beside["default poll"] = await _polls(fleet, fleet.polls(_EVERY, {}), folder, seconds)
    few = tuple(islice(fleet.polls(_EVERY * 2, FIFTEEN), _SLOW_ENGINE))
    beside["pysnmp"] = await _polls(fleet, few, folder, seconds, engine="pysnmp")
    return Result(len(probes), steady, flat_out, found, beside, load)


async def _polls(
    fleet: Fleet, probes: tuple[Probe, ...], folder: Path, seconds: float, *, engine: str = "auto"
) -> path.Cost:
    async with path.wires(probes, engine, fleet.sessions) as wires:
        whole = path.HotPath(fleet, probes, wires, consumers=path.consumers(fleet, probes, folder))
        await whole.warm_up(3)
        return await whole.measure(seconds, _WINDOWS)


async def _echo(fleet: Fleet, seconds: float) -> path.Cost:
    """Measure an echo from sending to the verdict on its link."""
    probes = fleet.echoes(_ECHO_EVERY, _ECHOES)
    async with path.wires(probes, "auto", 0) as wires:
        whole = path.HotPath(fleet, probes, wires, consumers={})
        await whole.at_its_pace(_ECHO_EVERY * 2)
        runs = await whole.measure(max(seconds, _ECHO_EVERY), _WINDOWS)
    return path.Cost(tuple(cost / _ECHOES for cost in runs.windows), runs.per_second * _ECHOES)


def main() -> None:
    """Print what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=15_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    found = measure(options.devices, options.seconds, processes.cores())
    print(json.dumps(asdict(found), indent=2))


if __name__ == "__main__":
    main()
