"""Both SNMP engines say the same of the same agents, good and bad."""

from __future__ import annotations

import asyncio
import random
import resource
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import pytest

from collectors._contract import SnmpReply
from collectors._memory import DeviceMemory
from collectors.wires.snmp import Snmp, open_snmp
from inventory.model import Credential, Endpoint, Secret
from metrics.observation import Outcome
from tests.collectors.agent import (
    COUNTER64,
    INTEGER,
    OCTETS,
    TICKS,
    Agent,
    Oid,
    serving,
)
from tests.servers import free_port

UPTIME = "1.3.6.1.2.1.1.3.0"
COLUMN = "1.3.6.1.2.1.31.1.1.1.6"
WEEK = 7 * 86_400
V2C = Credential("plain", "2c", Secret("public"))


@pytest.fixture(params=["gufo", "pysnmp"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "gufo":
        pytest.importorskip("gufo.snmp")
    return str(request.param)


@asynccontextmanager
async def opened(engine: str, **options: Any) -> AsyncIterator[Snmp]:
    wire = open_snmp(engine, **options)
    try:
        yield wire
    finally:
        await wire.close()


def agent_with(values: int = 3) -> Agent:
    agent = Agent()
    agent.set(UPTIME, TICKS, 4_294_967_295)
    for index in range(1, values):
        agent.set(f"{COLUMN}.{index}", COUNTER64, 2**63 + index)
    return agent


def oids(count: int) -> tuple[str, ...]:
    return (UPTIME, *(f"{COLUMN}.{index}" for index in range(1, count)))


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


BRIEF = 0.15
"""Seconds for what never comes; what comes is waited for."""


async def get(
    wire: Snmp,
    port: int,
    memory: DeviceMemory | None = None,
    *,
    count: int = 3,
    timeout: float = 2.0,
    retries: int = 0,
    credential: Credential = V2C,
) -> SnmpReply:
    return await wire.get(
        Endpoint("127.0.0.1", port),
        credential,
        oids(count),
        memory or DeviceMemory(),
        timeout=timeout,
        retries=retries,
    )


def test_a_counter64_arrives_whole(engine: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(agent_with()) as agent:
            reply = await get(wire, agent.port)
            assert reply.outcome is Outcome.ANSWERED
            assert reply.values == {
                UPTIME: 4_294_967_295,
                f"{COLUMN}.1": 2**63 + 1,
                f"{COLUMN}.2": 2**63 + 2,
            }

    run(work())


def test_what_the_agent_does_not_have_is_absent(engine: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(agent_with(2)) as agent:
            reply = await get(wire, agent.port)
            assert reply.outcome is Outcome.ANSWERED
            assert set(reply.values) == {UPTIME, f"{COLUMN}.1"}

    run(work())


def test_a_wrong_community_is_silence(engine: str) -> None:
    async def work() -> None:
        wrong = Credential("wrong", "2c", Secret("nope"))
        async with opened(engine) as wire, serving(agent_with()) as agent:
            reply = await get(wire, agent.port, credential=wrong, timeout=BRIEF)
            assert (reply.outcome, reply.reason) == (Outcome.SILENT, "timeout")

    run(work())


def test_a_closed_port_is_refused(engine: str) -> None:
    async def work() -> None:
        port = free_port()
        async with opened(engine) as wire:
            reply = await get(wire, port)
            assert (reply.outcome, reply.reason) == (Outcome.REFUSED, "port_closed")

    run(work())


def test_a_lost_answer_is_asked_for_again(engine: str) -> None:
    async def work() -> None:
        agent = agent_with()
        agent.spoil = lambda answer: answer if len(agent.seen) > 1 else None
        memory = DeviceMemory()
        async with opened(engine) as wire, serving(agent):
            reply = await get(wire, agent.port, memory, retries=1, timeout=0.5)
            assert reply.outcome is Outcome.ANSWERED
            assert (memory.retries, memory.silent_runs) == (1, 0)

    run(work())


def test_after_three_silent_runs_a_run_is_one_small_request(engine: str) -> None:
    async def work() -> None:
        agent = agent_with()
        agent.spoil = lambda _: None
        memory = DeviceMemory()
        async with opened(engine) as wire, serving(agent):
            for _ in range(3):
                await get(wire, agent.port, memory, retries=2, timeout=BRIEF)
            agent.seen.clear()
            reply = await get(wire, agent.port, memory, retries=2, timeout=BRIEF)
            assert reply.outcome is Outcome.SILENT
            assert [len(request.oids) for request in agent.seen] == [1]

    run(work())


def test_the_first_answer_closes_the_breaker(engine: str) -> None:
    async def work() -> None:
        agent = agent_with()
        memory = DeviceMemory(silent_runs=7)
        async with opened(engine) as wire, serving(agent):
            reply = await get(wire, agent.port, memory)
            assert len(reply.values) == 3
            assert memory.silent_runs == 0

    run(work())


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: b"\xff\x00garbage", id="garbage"),
        pytest.param(lambda answer: answer[: len(answer) // 2], id="cut"),
        pytest.param(lambda _: b"\x30", id="one byte"),
    ],
)
def test_what_is_no_snmp_is_no_answer(engine: str, spoil: Callable[[bytes], bytes | None]) -> None:
    async def work() -> None:
        agent = agent_with()
        agent.spoil = spoil
        async with opened(engine) as wire, serving(agent):
            reply = await get(wire, agent.port, timeout=0.5)
            silent = () if engine == "gufo" else (Outcome.SILENT,)  # pysnmp drops some
            assert reply.outcome in (Outcome.GARBLED, *silent)
            assert not reply.values

    run(work())


def test_no_datagram_ends_the_conversation_with_others(engine: str) -> None:
    """Valid answers with bytes changed, cut out or put in: each get ends, and others go on."""
    dice = random.Random(20_261_125)

    def spoiled(answer: bytes) -> bytes:
        changed = bytearray(answer)
        for _ in range(dice.randint(1, 3)):
            at = dice.randrange(len(changed))
            changed[at : at + dice.randint(0, 1)] = dice.randbytes(dice.randint(0, 2))
        return bytes(changed)

    async def work() -> None:
        hostile, lengths, healthy = agent_with(), agent_with(), agent_with()
        hostile.spoil = spoiled
        lengths.spoil = lambda answer: answer[:-12] + b"\x43\xff" * 6
        async with (
            opened(engine) as wire, serving(hostile), serving(lengths), serving(healthy),
        ):  # fmt: skip
            for _ in range(150 if engine == "gufo" else 12):
                await get(wire, hostile.port, timeout=0.03)
            assert (await get(wire, lengths.port, timeout=BRIEF)).outcome is not Outcome.ANSWERED
            assert (await get(wire, healthy.port)).outcome is Outcome.ANSWERED
            if engine == "gufo":
                assert wire.stats()["panicked"] > 0  # none is silent

    run(work())


def test_an_answer_to_another_request_is_not_ours(engine: str) -> None:
    async def work() -> None:
        agent = agent_with()
        agent.wrong_id = True
        async with opened(engine) as wire, serving(agent):
            reply = await get(wire, agent.port, timeout=BRIEF)
            assert reply.outcome is Outcome.SILENT

    run(work())


@pytest.mark.parametrize("elsewhere", ["other_port", "other_host"])
def test_an_answer_from_elsewhere_is_not_ours(engine: str, elsewhere: str) -> None:
    async def work() -> None:
        agent = agent_with()
        setattr(agent, elsewhere, True)
        async with opened(engine) as wire, serving(agent):
            reply = await get(wire, agent.port, timeout=BRIEF)
            assert reply.outcome is Outcome.SILENT

    run(work())


def test_a_late_answer_is_not_taken_for_the_next(engine: str) -> None:
    async def work() -> None:
        agent = agent_with()
        late: list[bytes] = []

        def hold_first(answer: bytes) -> bytes | None:
            if len(agent.seen) == 1:
                late.append(answer.replace(b"\xff\xff\xff\xff", b"\x00\x00\x00\x07"))
                return None
            return late.pop() if late else answer

        agent.spoil = hold_first
        async with opened(engine) as wire, serving(agent):
            await get(wire, agent.port, timeout=BRIEF)
            reply = await get(wire, agent.port, timeout=BRIEF)
            assert reply.outcome is Outcome.SILENT

    run(work())


def test_too_big_is_asked_in_smaller_parts_and_remembered(engine: str) -> None:
    async def work() -> None:
        agent = agent_with(20)
        agent.largest = 6
        memory = DeviceMemory()
        memory.questions["x"] = ((),)
        async with opened(engine) as wire, serving(agent):
            reply = await get(wire, agent.port, memory, count=20)
            assert len(reply.values) == 20
            assert memory.max_varbinds <= 6
            assert not memory.shrunk_at
            assert not memory.questions

    run(work())


def test_large_answers_that_get_lost_are_found_out(engine: str) -> None:
    async def work() -> None:
        agent = agent_with(20)
        agent.spoil = lambda answer: answer if len(answer) < 300 else None
        memory = DeviceMemory()
        async with opened(engine) as wire, serving(agent):
            first = await get(wire, agent.port, memory, count=20, timeout=0.5)
            second = await get(wire, agent.port, memory, count=20, timeout=0.5)
            assert first.outcome is Outcome.SILENT
            assert len(second.values) == 20
            assert memory.max_varbinds < 20
            assert memory.shrunk_at

    run(work())


def test_larger_answers_are_tried_again_long_after_one_was_lost(engine: str) -> None:
    async def work() -> None:
        memory = DeviceMemory()
        memory.shrink(3, monotonic() - WEEK)
        async with opened(engine) as wire, serving(agent_with(20)) as agent:
            await get(wire, agent.port, memory)
            assert memory.max_varbinds == 6

    run(work())


def test_a_walk_stays_in_its_column(engine: str) -> None:
    async def work() -> None:
        agent = agent_with(50)
        agent.set("1.3.6.1.2.1.31.1.1.1.7.1", INTEGER, 1)
        async with opened(engine) as wire, serving(agent):
            reply = await wire.walk(
                Endpoint("127.0.0.1", agent.port),
                V2C, COLUMN, DeviceMemory(), timeout=2.0, retries=0,
            )  # fmt: skip
            assert list(reply.values) == [f"{COLUMN}.{index}" for index in range(1, 50)]

    run(work())


def test_a_walk_of_a_column_that_is_not_there_is_empty(engine: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(agent_with()) as agent:
            reply = await wire.walk(
                Endpoint("127.0.0.1", agent.port),
                V2C, "1.3.9", DeviceMemory(), timeout=2.0, retries=0,
            )  # fmt: skip
            assert (reply.outcome, dict(reply.values)) == (Outcome.ANSWERED, {})

    run(work())


def _loop(after: Oid) -> Oid:
    base = tuple(map(int, COLUMN.split(".")))
    return (*base, 5 if after[-1] == 9 and len(after) > len(base) else 9)


def _repeat(_: Oid) -> Oid:
    return (*map(int, COLUMN.split(".")), 4)


@pytest.mark.parametrize("following", [_loop, _repeat])
def test_a_walk_that_does_not_move_forward_ends(
    engine: str, following: Callable[[Oid], Oid]
) -> None:
    async def work() -> None:
        agent = agent_with()
        agent.following = following
        async with opened(engine) as wire, serving(agent):
            reply = await wire.walk(
                Endpoint("127.0.0.1", agent.port),
                V2C, COLUMN, DeviceMemory(), timeout=2.0, retries=0,
            )  # fmt: skip
            assert (reply.outcome, reply.reason) == (Outcome.GARBLED, "not_increasing")

    run(work())


def test_a_walk_ends_at_its_cap(engine: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(agent_with(100)) as agent:
            reply = await wire.walk(
                Endpoint("127.0.0.1", agent.port),
                V2C, COLUMN, DeviceMemory(), timeout=2.0, retries=0, max_rows=30,
            )  # fmt: skip
            assert (reply.outcome, reply.reason) == (Outcome.GARBLED, "too_many_rows")
            assert len(reply.values) == 30

    run(work())


def test_a_walk_with_large_answers_lost_goes_on_in_small_ones(engine: str) -> None:
    async def work() -> None:
        agent = agent_with(30)
        agent.spoil = lambda answer: answer if len(answer) < 300 else None
        memory = DeviceMemory()
        async with opened(engine) as wire, serving(agent):
            reply = await wire.walk(
                Endpoint("127.0.0.1", agent.port),
                V2C, COLUMN, memory, timeout=0.15, retries=0,
            )  # fmt: skip
            assert len(reply.values) == 29
            assert memory.bulk(COLUMN.rpartition(".")[0]).size < 20

    run(work())


def test_agents_beyond_the_kept_sessions_are_asked_all_the_same(engine: str) -> None:
    async def work() -> None:
        async with (
            opened(engine, sessions=1) as wire,
            serving(agent_with()) as one,
            serving(agent_with()) as two,
        ):
            for agent in (one, two, one, two):
                assert (await get(wire, agent.port)).outcome is Outcome.ANSWERED
            assert wire.stats()["sessions"] == 1

    run(work())


def test_a_session_that_is_given_up_under_way_ends_its_run_in_peace() -> None:
    """A reload takes the device away while it is asked."""
    pytest.importorskip("gufo.snmp")

    async def work() -> None:
        deaf = agent_with()
        async with opened("gufo") as wire, serving(deaf):
            assert (await get(wire, deaf.port)).outcome is Outcome.ANSWERED
            deaf.spoil = lambda _: None
            run_ = asyncio.create_task(get(wire, deaf.port, timeout=5))
            await asyncio.sleep(0)
            wire.retain(())
            with pytest.raises(asyncio.CancelledError):
                await run_
            assert wire.stats()["sessions"] == 0

    run(work())


def test_a_silent_city_leaves_descriptors_for_others() -> None:
    """Of the engine that has a socket per agent; pysnmp has one for all."""
    pytest.importorskip("gufo.snmp")

    async def work() -> None:
        deaf = agent_with()
        deaf.spoil = lambda _: None
        async with opened("gufo", sessions=0, passing=2) as wire, serving(deaf):
            replies = await asyncio.gather(*(get(wire, deaf.port, timeout=BRIEF) for _ in range(4)))
            reasons = sorted((reply.outcome.name, reply.reason) for reply in replies)
            assert reasons == [("SILENT", "timeout")] * 2 + [("SKIPPED", "no_descriptor")] * 2
            assert wire.stats()["passing"] == 0

    run(work())


def test_two_questions_at_once_to_one_agent_are_both_answered(engine: str) -> None:
    async def work() -> None:
        async with opened(engine) as wire, serving(agent_with()) as agent:
            await get(wire, agent.port)
            replies = await asyncio.gather(get(wire, agent.port), get(wire, agent.port))
            assert [reply.outcome for reply in replies] == [Outcome.ANSWERED] * 2

    run(work())


def test_a_cancelled_run_counts_as_silent_and_disturbs_none(engine: str) -> None:
    async def work() -> None:
        agent = agent_with()
        memory = DeviceMemory()
        async with opened(engine) as wire, serving(agent):
            await get(wire, agent.port, memory)
            agent.spoil = lambda _: None
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await get(wire, agent.port, memory, timeout=5)
            assert memory.silent_runs == 1
            agent.spoil = lambda answer: answer
            assert (await get(wire, agent.port, memory)).outcome is Outcome.ANSWERED

    run(work())


def test_the_transcript_shows_values_and_no_secret(engine: str) -> None:
    async def work() -> None:
        lines: list[str] = []
        agent = agent_with()
        agent.community = b"hush-hush"
        secret = Credential("s", "2c", Secret("hush-hush"))
        async with opened(engine, trace=lines.append) as wire, serving(agent):
            await get(wire, agent.port, credential=secret)
        text = "\n".join(lines)
        assert f"{UPTIME} = 4294967295" in text
        assert "hush" not in text

    run(work())


def test_bytes_come_as_bytes(engine: str) -> None:
    async def work() -> None:
        agent = Agent()
        agent.set(UPTIME, OCTETS, "贵阳".encode("gb18030"))
        async with opened(engine) as wire, serving(agent):
            reply = await get(wire, agent.port, count=1)
            assert reply.values[UPTIME] == "贵阳".encode("gb18030")

    run(work())


def test_an_engine_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="netsnmp"):
        open_snmp("netsnmp")


def test_without_descriptors_a_run_is_skipped_with_the_reason() -> None:
    pytest.importorskip("gufo.snmp")

    async def work() -> None:
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        async with opened("gufo") as wire, serving(agent_with()) as agent:
            await get(wire, agent.port)
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
            try:
                reply = await get(wire, agent.port, credential=Credential("other", "2c"))
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, before)
            assert (reply.outcome, reply.reason) == (Outcome.SKIPPED, "no_descriptor")

    run(work())
