"""Poll quality tells the device that is slow or lossy."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._memory import RING, Bulk, DeviceMemory
from collectors._quality import quality
from collectors.wires.snmp import open_snmp
from inventory.model import Credential, Endpoint, Secret
from metrics.observation import Outcome
from tests.collectors.agent import TICKS, Agent, serving

UPTIME = "1.3.6.1.2.1.1.3.0"
V2C = Credential("plain", "2c", Secret("public"))


def timed(times: list[float]) -> DeviceMemory:
    memory = DeviceMemory()
    for took in times:
        memory.took[memory.timed % RING] = took
        memory.timed += 1
    return memory


def test_of_a_device_that_never_answered_there_is_no_time() -> None:
    assert quality(DeviceMemory()).p95_seconds is None


def test_one_slow_run_in_thirty_two_is_no_slow_device() -> None:
    assert quality(timed([0.25] * 31 + [9.0])).p95_seconds == 0.25


def test_two_slow_runs_in_thirty_two_are_one() -> None:
    assert quality(timed([0.25] * 30 + [9.0] * 2)).p95_seconds == 9.0


def test_what_is_long_ago_is_forgotten() -> None:
    assert quality(timed([9.0] * 100 + [0.5] * RING)).p95_seconds == 0.5


@given(st.lists(st.floats(0, 100, width=32), min_size=1, max_size=100))
def test_the_percentile_bounds_95_of_100_of_the_last_runs(times: list[float]) -> None:
    last = times[-RING:]
    p95 = quality(timed(times)).p95_seconds
    assert p95 in last
    assert sum(took <= p95 for took in last) >= 0.95 * len(last)
    assert sum(took < p95 for took in last) < 0.95 * len(last)


def test_learnt_sizes_are_named() -> None:
    memory = DeviceMemory()
    memory.learn_bulk("1.3.6.1.2.1.2.2.1", Bulk(5))
    assert quality(memory).bulk_sizes == {"1.3.6.1.2.1.2.2.1": 5}


@pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
def test_polls_answers_retries_and_late_answers_are_counted(engine: str) -> None:
    if engine == "gufo":
        pytest.importorskip("gufo.snmp")

    async def work() -> None:
        wire, memory, agent = open_snmp(engine), DeviceMemory(), Agent()
        agent.set(UPTIME, TICKS, 1)
        held: list[bytes] = []
        agent.spoil = lambda answer: held.append(answer) if len(agent.seen) < 3 else answer
        async with serving(agent):
            for retries in (1, 0):
                reply = await wire.get(
                    Endpoint("127.0.0.1", agent.port), V2C, (UPTIME,), memory,
                    timeout=0.1, retries=retries,
                )  # fmt: skip
            assert reply.outcome is Outcome.ANSWERED
            agent.spoil = lambda _: held[0]
            await wire.get(
                Endpoint("127.0.0.1", agent.port), V2C, (UPTIME,), memory, timeout=0.1, retries=0
            )
        await wire.close()
        found = quality(memory)
        assert (found.polls, found.answered, found.retries, found.late) == (3, 1, 1, 1)
        assert found.silent_runs == 1

    asyncio.run(asyncio.wait_for(work(), 60))
