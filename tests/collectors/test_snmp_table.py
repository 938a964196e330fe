"""A table is read column beside column, and every reading ends, whatever the agent does."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._contract import SnmpReply
from collectors._memory import DeviceMemory
from collectors.wires._snmp_engine import (
    DENIED,
    GARBLED,
    PANICKED,
    SILENT,
    Failure,
    Part,
    Place,
    Rows,
    Values,
)
from collectors.wires._snmp_line import Line
from collectors.wires._snmp_table import Caps, Table
from collectors.wires._usm import Usm
from collectors.wires.snmp import Snmp, open_snmp
from inventory.model import Credential, Endpoint, Secret
from metrics.observation import Outcome
from tests.collectors.agent import (
    GENERAL_ERROR,
    GETBULK,
    GETNEXT,
    INTEGER,
    NO_SUCH_NAME,
    Agent,
    Oid,
    Request,
    serving,
)

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
    asyncio.run(asyncio.wait_for(work, 60))


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
    caps: dict[str, Any] = {"timeout": 2.0, "retries": 0, "columns": COLUMNS}
    caps |= {"credential": V2C} | options
    return await wire.table(
        Endpoint("127.0.0.1", agent.port),
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
            reply = await read(wire, agent, timeout=0.5)
            assert (reply.outcome, reply.reason) == (Outcome.SILENT, "timeout")
            assert reply.values

    run(work())


def numbers(oid: str) -> Oid:
    return tuple(map(int, oid.split(".")))


def cycle(*tails: str) -> Callable[[Oid], Oid]:
    """Follow the first of `tails` below the first column by the second, the last by the first."""
    places = [numbers(f"{COLUMNS[0]}.{tail}") for tail in tails]
    after = dict(pairwise([*places, places[0]]))
    return lambda oid: after.get(oid, places[0])


LLDP_ROW = "989262276.51.13"
SESSIONS = [f"4.49.{48 + index // 10}.{48 + index % 10}.46" for index in range(90)]
ADDRESSES = [f"2.20.33.34.35.36.0.90.127.204.0.0.0.0.0.0.0.{index}.30.2.0.1" for index in (11, 13)]


@pytest.mark.parametrize(
    "following",
    [
        pytest.param(cycle("578.1", "578.2", "578.3"), id="gosnmp 401: a series again and again"),
        pytest.param(cycle(LLDP_ROW, LLDP_ROW), id="easysnmp 205: one row for ever"),
        pytest.param(cycle(*ADDRESSES, ADDRESSES[0]), id="puresnmp 94: back to the first address"),
        pytest.param(cycle(*SESSIONS), id="gufo_snmp 53: back after ninety sessions"),
        pytest.param(lambda oid: oid, id="the OID that was asked for"),
        pytest.param(cycle("9", "5", "9"), id="backwards and forwards"),
        pytest.param(
            lambda oid: (*oid[:10], 10) if len(oid) == 10 else (*oid[:10], 9), id="9 < 10"
        ),
    ],
)
@pytest.mark.parametrize("rejected", [frozenset[int](), frozenset({GETBULK})])
def test_a_table_that_does_not_move_forward_ends(
    engine: str, following: Callable[[Oid], Oid], rejected: frozenset[int]
) -> None:
    async def work() -> None:
        agent = Agent(following=following)
        agent.refuse = lambda request: GENERAL_ERROR if request.kind in rejected else None
        async with opened(engine) as wire, serving(agent):
            reply = await read(wire, agent, columns=COLUMNS[:1])
            assert (reply.outcome, reply.reason) == (Outcome.GARBLED, "not_increasing")
            assert len(reply.values) <= len(SESSIONS)
            assert len(agent.seen) < 110

    run(work())


def test_a_column_without_end_ends_at_the_cap(engine: str) -> None:
    async def work() -> None:
        agent = Agent(following=lambda oid: (*oid[:10], oid[10] + 1 if len(oid) > 10 else 1))
        async with opened(engine) as wire, serving(agent):
            reply = await read(wire, agent, columns=COLUMNS[:1], max_rows=200)
            assert (reply.outcome, reply.reason) == (Outcome.GARBLED, "too_many_rows")
            assert len(reply.values) == 200

    run(work())


@pytest.mark.parametrize("status", [0, GENERAL_ERROR])
def test_a_table_that_breaks_off_says_so(engine: str, status: int) -> None:
    """0 = no error and no variables: net-snmp 746 asked again for ever."""

    async def work() -> None:
        agent = table_of(50)
        broken = numbers(f"{COLUMNS[0]}.30")
        agent.refuse = lambda request: status if request.oids[0] >= broken else None
        async with opened(engine) as wire, serving(agent):
            reply = await read(wire, agent, columns=COLUMNS[:1])
            assert (reply.outcome, reply.reason) == (Outcome.REFUSED, "agent_error")
            assert len(reply.values) >= 30
            assert len(agent.seen) < 20

    run(work())


OLD = Credential("old", "1", Secret("public"))


@pytest.mark.parametrize("credential", [V2C, OLD], ids=["2c", "1"])
@pytest.mark.parametrize("columns", [COLUMNS, COLUMNS[:1]], ids=["three", "one"])
def test_a_table_that_is_refused_is_not_empty(
    engine: str, credential: Credential, columns: tuple[str, ...]
) -> None:
    async def work() -> None:
        agent, memory = table_of(5), DeviceMemory()
        agent.refuse = lambda _: GENERAL_ERROR
        async with opened(engine) as wire, serving(agent):
            reply = await read(wire, agent, memory, columns=columns, credential=credential)
            assert (reply.outcome, reply.reason) == (Outcome.REFUSED, "agent_error")
            assert not memory.bulks

    run(work())


@pytest.mark.parametrize("credential", [V2C, OLD], ids=["2c", "1"])
def test_no_such_name_is_the_end_of_the_table_by_every_version(
    engine: str, credential: Credential
) -> None:
    """SNMPv1 has no other word for it (RFC 1157 4.1.3); some agents say it by v2c as well."""

    async def work() -> None:
        agent = table_of(5)
        agent.refuse = lambda _: NO_SUCH_NAME
        async with opened(engine) as wire, serving(agent):
            reply = await read(wire, agent, credential=credential)
            assert (reply.outcome, dict(reply.values)) == (Outcome.ANSWERED, {})

    run(work())


def test_a_column_that_is_refused_beside_others_is_absent(engine: str) -> None:
    async def work() -> None:
        agent = table_of(5)
        refused = numbers(COLUMNS[1])
        agent.refuse = lambda request: GENERAL_ERROR if refused in request.oids else None
        async with opened(engine) as wire, serving(agent):
            reply = await read(wire, agent)
            assert reply.outcome is Outcome.ANSWERED
            assert {oid.rpartition(".")[0] for oid in reply.values} == {COLUMNS[0], COLUMNS[2]}

    run(work())


def test_the_end_of_the_view_is_the_end_of_the_table(engine: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(table_of(3)) as agent:
            reply = await read(wire, agent, columns=(f"{TABLE}.22", f"{TABLE}.23"))
            assert (reply.outcome, dict(reply.values)) == (Outcome.ANSWERED, {f"{TABLE}.22.1": 0})

    run(work())


def only_getnext(request: Request) -> int | None:
    return GENERAL_ERROR if request.kind == GETBULK else None


def only_narrow(request: Request) -> int | None:
    return GENERAL_ERROR if request.kind == GETBULK or len(request.oids) > 1 else None


@pytest.mark.parametrize("refuse", [only_getnext, only_narrow])
def test_an_agent_that_rejects_getbulk_is_read_by_getnext(
    engine: str, refuse: Callable[[Request], int | None]
) -> None:
    async def work() -> None:
        agent = table_of(25)
        agent.refuse = refuse
        memory = DeviceMemory()
        async with opened(engine) as wire, serving(agent):
            reply = await read(wire, agent, memory)
            assert reply.outcome is Outcome.ANSWERED
            assert len(reply.values) == 75
            agent.seen.clear()
            await read(wire, agent, memory)
            assert {request.kind for request in agent.seen} == {GETNEXT}

    run(work())


def test_the_size_is_learnt_per_table(engine: str) -> None:
    async def work() -> None:
        agent = table_of(60)
        other = tuple(f"1.3.6.1.2.1.31.1.1.1.{column}" for column in (1, 6))
        for index in range(1, 61):
            agent.set(f"{other[0]}.{index}", INTEGER, index)
        large = numbers(TABLE)
        agent.spoil = lambda answer: (
            None if len(answer) > 200 and agent.seen[-1].oids[0][:9] == large else answer
        )
        memory = DeviceMemory()
        async with opened(engine) as wire, serving(agent):
            assert len((await read(wire, agent, memory, timeout=0.5)).values) == 180
            assert len((await read(wire, agent, memory, columns=other)).values) == 60
            assert memory.bulk(TABLE).size < 20
            assert memory.bulk("1.3.6.1.2.1.31.1.1.1").size == 20

    run(work())


def test_a_size_learnt_from_a_loss_by_chance_is_unlearnt(engine: str) -> None:
    async def work() -> None:
        agent = table_of(5)
        memory = DeviceMemory()
        memory.learn_bulk(TABLE, memory.bulk(TABLE)._replace(size=5))
        async with opened(engine) as wire, serving(agent):
            sizes = []
            for _ in range(45):
                await read(wire, agent, memory)
                sizes.append(memory.bulk(TABLE).size)
            assert sorted(set(sizes)) == [5, 10, 20]
            assert sizes == sorted(sizes)

    run(work())


def test_what_is_learnt_of_tables_is_bounded() -> None:
    memory = DeviceMemory()
    for table in range(1000):
        memory.learn_bulk(f"1.3.{table}", memory.bulk(TABLE)._replace(size=1))
    assert len(memory.bulks) == 64
    assert memory.bulk("1.3.999").size == 1


def test_a_dead_device_costs_its_tries_and_one_small_question(engine: str) -> None:
    async def work() -> None:
        agent = table_of(5)
        agent.spoil = lambda _: None
        async with opened(engine) as wire, serving(agent):
            reply = await read(wire, agent, retries=1, timeout=0.05)
            assert (reply.outcome, reply.reason) == (Outcome.SILENT, "timeout")
            assert [request.kind for request in agent.seen] == [GETBULK, GETBULK, GETNEXT]

    run(work())


def test_too_big_is_answered_by_smaller_questions(engine: str) -> None:
    async def work() -> None:
        agent, memory = table_of(40), DeviceMemory()
        agent.largest = 7
        async with opened(engine) as wire, serving(agent):
            reply = await read(wire, agent, memory)
            assert (reply.outcome, len(reply.values)) == (Outcome.ANSWERED, 120)
            assert memory.bulk(TABLE).size <= 7
            agent.seen.clear()
            await read(wire, agent, memory)
            assert len(agent.seen) < 140

    run(work())


class Scripted:
    """A conversation that answers as it was told, whatever is asked."""

    def __init__(self, script: list[list[tuple[int, bool]] | Failure], wide: int) -> None:
        self.credential = V2C
        self.memory = DeviceMemory()
        self.discovered = False
        self.heard: Usm | None = None
        self.in_time = True
        self.busy = False
        self.wide = wide
        self.asked = 0
        self._script = script

    async def get(self, oids: tuple[str, ...], timeout: float) -> Values | Failure:
        raise NotImplementedError

    async def rows(
        self,
        places: Sequence[Place],
        size: int,  # noqa: ARG002 - as the protocol has it
        timeout: float,  # noqa: ARG002 - likewise
    ) -> list[Part] | Failure:
        """Give each column rows that move on by a number, which may be 0 or less; or its end."""
        answer = self._script[self.asked % len(self._script)]
        self.asked += 1
        if isinstance(answer, Failure):
            return answer
        parts = []
        for at, (column, after) in enumerate(places):
            step, ended = answer[at % len(answer)]
            last = 0 if after == column else int(after.rpartition(".")[2])
            rows: Rows = [] if step == NOTHING else [(f"{column}.{max(0, last + step)}", 1)]
            parts.append(Part(rows, ended))
        return parts

    def close(self) -> None:
        """Nothing is open."""


NOTHING = 9
FAILURES = st.sampled_from([SILENT, GARBLED, PANICKED, DENIED])
ANSWERS = st.lists(st.tuples(st.sampled_from([-1, 0, 1, 1, 2, NOTHING]), st.booleans()), min_size=1)


@given(
    st.lists(st.one_of(ANSWERS, ANSWERS, FAILURES), min_size=1, max_size=8),
    st.integers(1, 20), st.integers(1, 3), st.booleans(),
)  # fmt: skip
def test_every_reading_ends_whatever_is_answered(
    script: list[list[tuple[int, bool]] | Failure],
    wide: int,
    tries: int,
    alone: bool,  # noqa: FBT001 - drawn
) -> None:
    memory, agent = DeviceMemory(), Scripted(script, wide)
    line = Line(agent, Endpoint("192.0.2.1"), memory, 1.0, Counter(), None)
    table = Table(line, COLUMNS, memory, version="2c", wide=wide)
    asyncio.run(table.read(Caps(30, 100_000, 60.0), tries, alone=alone))
    rows = 30 * len(COLUMNS)
    assert agent.asked <= (tries + 2) * 2 * (rows + len(COLUMNS) + 8)
    for column in COLUMNS:
        mine = [numbers(oid) for oid in table.values if oid.startswith(column + ".")]
        assert mine == sorted(set(mine))
        assert len(mine) <= 30
