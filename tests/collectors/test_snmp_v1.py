"""SNMPv1: no GETBULK, and one name that is missing hides no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from collectors._contract import SnmpReply
from collectors._memory import DeviceMemory
from collectors.wires.snmp import Snmp, open_snmp
from inventory.model import Credential, Endpoint, Secret
from metrics.observation import Outcome
from tests.collectors.agent import GETNEXT, INTEGER, Agent, serving

TABLE = "1.3.6.1.2.1.2.2.1"
COLUMN = f"{TABLE}.10"
V1 = Credential("old", "1", Secret("public"))
V2C = Credential("newer", "2c", Secret("public"))


@pytest.fixture(params=["gufo", "pysnmp"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "gufo":
        pytest.importorskip("gufo.snmp")
    return str(request.param)


@asynccontextmanager
async def opened(engine: str) -> AsyncIterator[Snmp]:
    wire = open_snmp(engine)
    try:
        yield wire
    finally:
        await wire.close()


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def agent_with(*indexes: int) -> Agent:
    agent = Agent()
    for index in indexes:
        agent.set(f"{COLUMN}.{index}", INTEGER, index)
    return agent


async def get(
    wire: Snmp,
    agent: Agent,
    count: int,
    memory: DeviceMemory,
    credential: Credential = V1,
    timeout: float = 2.0,
) -> SnmpReply:
    return await wire.get(
        Endpoint("127.0.0.1", agent.port), credential,
        tuple(f"{COLUMN}.{index}" for index in range(1, count + 1)), memory,
        timeout=timeout, retries=0,
    )  # fmt: skip


def test_values_come_by_v1(engine: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(agent_with(1, 2)) as agent:
            reply = await get(wire, agent, 2, DeviceMemory())
            assert reply.values == {f"{COLUMN}.1": 1, f"{COLUMN}.2": 2}
            assert [request.version for request in agent.seen] == [0]

    run(work())


def test_a_missing_name_hides_no_other(engine: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(agent_with(1, 2, 4, 5, 7)) as agent:
            reply = await get(wire, agent, 8, DeviceMemory())
            assert reply.outcome is Outcome.ANSWERED
            assert set(reply.values.values()) == {1, 2, 4, 5, 7}

    run(work())


def test_a_missing_name_is_left_out_of_the_next_question(engine: str) -> None:
    async def work() -> None:
        memory = DeviceMemory()
        async with opened(engine) as wire, serving(agent_with(1, 2, 4)) as agent:
            await get(wire, agent, 4, memory)
            agent.seen.clear()
            reply = await get(wire, agent, 4, memory)
            assert len(reply.values) == 3
            assert [len(request.oids) for request in agent.seen] == [3]

    run(work())


def test_a_name_that_has_come_to_be_is_found(engine: str) -> None:
    async def work() -> None:
        memory = DeviceMemory()
        async with opened(engine) as wire, serving(agent_with(1, 2)) as agent:
            await get(wire, agent, 3, memory)
            agent.set(f"{COLUMN}.3", INTEGER, 3)
            replies = [await get(wire, agent, 3, memory) for _ in range(61)]
            assert len(replies[-1].values) == 3

    run(work())


def test_where_every_name_is_missing_the_agent_is_asked_all_the_same(engine: str) -> None:
    async def work() -> None:
        memory = DeviceMemory()
        async with opened(engine) as wire, serving(agent_with()) as agent:
            for _ in range(2):
                reply = await get(wire, agent, 3, memory)
                assert (reply.outcome, dict(reply.values)) == (Outcome.ANSWERED, {})
            agent.spoil = lambda _: None
            assert (await get(wire, agent, 3, memory, timeout=0.15)).outcome is Outcome.SILENT

    run(work())


def test_too_big_by_v1_is_asked_in_smaller_parts_and_remembered(engine: str) -> None:
    async def work() -> None:
        memory = DeviceMemory()
        agent = agent_with(*range(1, 21))
        agent.largest = 6
        async with opened(engine) as wire, serving(agent):
            assert len((await get(wire, agent, 20, memory)).values) == 20
            assert memory.max_varbinds <= 6
            assert not memory.missing

    run(work())


def test_what_is_learnt_goes_to_the_memory_of_the_run_that_asks(engine: str) -> None:
    """A session outlives a memory: the one of a run out of turn, or from before a reload."""

    async def work() -> None:
        agent = agent_with(*range(1, 21))
        agent.largest = 6
        async with opened(engine) as wire, serving(agent):
            await get(wire, agent, 1, DeviceMemory())
            memory = DeviceMemory()
            await get(wire, agent, 20, memory)
            assert memory.max_varbinds <= 6

    run(work())


def test_a_table_by_v1_is_read_by_getnext(engine: str) -> None:
    async def work() -> None:
        memory = DeviceMemory()
        agent = agent_with(*range(1, 8))
        agent.set(f"{TABLE}.22.1", INTEGER, 0)
        async with opened(engine) as wire, serving(agent):
            reply = await wire.table(
                Endpoint("127.0.0.1", agent.port), V1,
                (COLUMN, f"{TABLE}.11", f"{TABLE}.22"), memory, timeout=2.0, retries=0,
            )  # fmt: skip
            assert reply.outcome is Outcome.ANSWERED
            assert set(reply.values) == {f"{COLUMN}.{i}" for i in range(1, 8)} | {f"{TABLE}.22.1"}
            assert {request.kind for request in agent.seen} == {GETNEXT}
            assert not memory.bulks

    run(work())


def test_one_community_serves_v1_and_v2c_side_by_side(engine: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(agent_with(1)) as agent:
            for credential in (V1, V2C, V1, V2C):
                await get(wire, agent, 1, DeviceMemory(), credential)
            assert [request.version for request in agent.seen] == [0, 1, 0, 1]

    run(work())
