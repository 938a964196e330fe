"""A table is read column beside column, and every reading ends, whatever the agent does."""

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
from tests.collectors.agent import GETBULK, INTEGER, Agent, serving

TABLE = "1.3.6.1.2.1.2.2.1"
COLUMNS = (f"{TABLE}.2", f"{TABLE}.8", f"{TABLE}.10")
V2C = Credential("plain", "2c", Secret("public"))


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
    asyncio.run(asyncio.wait_for(work, 30))


def table_of(rows: int, columns: tuple[str, ...] = COLUMNS) -> Agent:
    agent = Agent()
    for column in columns:
        for index in range(1, rows + 1):
            agent.set(f"{column}.{index}", INTEGER, index)
    agent.set("1.3.6.1.2.1.2.2.1.22.1", INTEGER, 0)
    return agent


async def read(
    wire: Snmp, agent: Agent, memory: DeviceMemory | None = None, **options: Any
) -> SnmpReply:
    caps: dict[str, Any] = {"timeout": 0.15, "retries": 0, "columns": COLUMNS} | options
    return await wire.table(
        Endpoint("127.0.0.1", agent.port),
        V2C,
        memory=memory or DeviceMemory(),
        **caps,
    )


def test_every_row_of_every_column_comes(engine: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(table_of(50)) as agent:
            reply = await read(wire, agent)
            assert reply.outcome is Outcome.ANSWERED
            assert set(reply.values) == {f"{c}.{i}" for c in COLUMNS for i in range(1, 51)}

    run(work())


def test_a_column_that_the_agent_lacks_is_absent(engine: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(table_of(5, COLUMNS[:1])) as agent:
            reply = await read(wire, agent)
            assert reply.outcome is Outcome.ANSWERED
            assert set(reply.values) == {f"{COLUMNS[0]}.{i}" for i in range(1, 6)}

    run(work())


def test_columns_of_different_length_are_whole(engine: str) -> None:
    async def work() -> None:
        agent = table_of(3)
        for index in range(4, 90):
            agent.set(f"{COLUMNS[1]}.{index}", INTEGER, index)
        async with opened(engine) as wire, serving(agent):
            reply = await read(wire, agent)
            assert len(reply.values) == 3 + 89 + 3

    run(work())


def test_one_request_asks_for_several_columns_where_the_engine_can() -> None:
    async def work() -> None:
        async with opened("pysnmp") as wire, serving(table_of(12)) as agent:
            await read(wire, agent)
            assert [len(request.oids) for request in agent.seen] == [3]
            assert agent.seen[0].kind == GETBULK

    run(work())


@pytest.mark.parametrize(
    ("caps", "reason"),
    [
        ({"max_rows": 10}, "too_many_rows"),
        ({"max_bytes": 500}, "too_many_bytes"),
        ({"max_seconds": -1.0}, "too_slow"),
    ],
)
def test_a_table_ends_at_its_caps(engine: str, caps: dict[str, Any], reason: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(table_of(100)) as agent:
            reply = await read(wire, agent, **caps)
            assert (reply.outcome, reply.reason) == (Outcome.GARBLED, reason)
            assert len(reply.values) < 50

    run(work())


def test_what_was_heard_before_a_failure_is_given(engine: str) -> None:
    async def work() -> None:
        agent = table_of(100)
        agent.spoil = lambda answer: answer if len(agent.seen) < 2 else None
        async with opened(engine) as wire, serving(agent):
            reply = await read(wire, agent)
            assert (reply.outcome, reply.reason) == (Outcome.SILENT, "timeout")
            assert reply.values

    run(work())
