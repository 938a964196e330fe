"""The time of each answered run is kept with its device, for the 95th percentile."""

from __future__ import annotations

import asyncio
from types import ModuleType
from typing import cast

import pytest

from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._quality import quality
from inventory.model import device_target
from metrics.observation import Observation, Outcome, Probe
from runtime.runner import Runner


@pytest.mark.parametrize(("outcome", "timed"), [(Outcome.ANSWERED, 1), (Outcome.SILENT, 0)])
def test_an_answered_run_is_timed_and_a_silent_one_is_not(outcome: Outcome, timed: int) -> None:
    async def ask(_probe: Probe, _wires: Wires, _memory: DeviceMemory) -> Answer:
        await asyncio.sleep(0)
        return Answer(outcome, "" if timed else "timeout", (1,))

    async def work() -> None:
        module = ModuleType("collector")
        module.__dict__["ask"] = ask
        heard: list[Observation] = []
        runner = Runner({"k": module}, cast("Wires", None), heard.append, in_flight_per_area=1)
        probe = Probe(
            id="p", kind="k", target=device_target("r1"), device="r1", area="xg",
            every_ms=10_000, deadline=5.0, series=(), raw=1, rates=(), question=None,
        )  # fmt: skip
        runner.start(probe, 0, 0)
        while not heard:
            await asyncio.sleep(0)
        memory = runner.memory("r1")
        assert memory.timed == timed
        expected = pytest.approx(heard[0].took) if timed else None
        assert quality(memory).p95_seconds == expected

    asyncio.run(asyncio.wait_for(work(), 60))
