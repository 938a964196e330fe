"""Whole tables are read of a few devices at once, and not faster than the polls can bear."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from collectors import health
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._walks import Walks
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.model import ProbeSpec, device_target
from metrics.observation import Outcome
from tests.collectors.network import network
from tests.collectors.recorded import served, write


def test_so_many_are_let_in_and_one_more_when_one_has_left() -> None:
    walks = Walks(most=2)
    assert [walks.enter() for _ in range(3)] == [True, True, False]
    walks.leave()
    assert [walks.enter(), walks.enter()] == [True, False]


def test_what_is_within_the_budget_waits_for_nothing() -> None:
    with pytest.raises(StopIteration):
        Walks(per_second=1e9).spend(1000).send(None)


def test_what_is_beyond_it_waits() -> None:
    async def spend() -> bool:
        spending = asyncio.ensure_future(Walks(per_second=1.0).spend(1000))
        await asyncio.sleep(0)
        waits = not spending.done()
        spending.cancel()
        return waits

    assert asyncio.run(spend())


def test_a_device_that_is_not_let_in_was_not_asked(tmp_path: Path) -> None:
    box = write(tmp_path / "box.snmprec", {"1.3.6.1.2.1.1.3.0": (67, 100)})

    async def run() -> tuple[Answer, int]:
        async with served(box) as agent:
            asked: list[str] = []
            wire = open_snmp(trace=asked.append)
            walks = Walks(most=0)
            wires = Wires(wire, open_echo("icmp"), open_echo("udp"), walks)
            probe = health.plan(
                ProbeSpec("health", 300), device_target("xg-r1"), network(snmp=agent)
            )
            assert probe is not None
            answer = await health.ask(probe, wires, DeviceMemory())
            await wire.close()
            return answer, len(asked)

    answer, questions = asyncio.run(run())
    assert (answer.outcome, answer.reason, questions) == (Outcome.SKIPPED, "walks_full", 0)
