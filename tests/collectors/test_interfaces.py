"""The interfaces of a device: what is asked, what is believed, and what is not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import interface_settings, interfaces
from collectors._contract import Answer, Wires
from collectors._interfaces import split
from collectors._memory import DeviceMemory
from collectors._text import decode
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.model import (
    Credential,
    Endpoint,
    ProbeSpec,
    Secret,
    SnmpVersion,
    device_target,
    link_target,
)
from metrics.catalogue import IN_OCTETS, IN_UTILIZATION, OPER_STATUS, OUT_OCTETS, UPTIME_TICKS
from metrics.observation import Outcome, Probe
from tests.collectors.agent import (
    COUNTER32,
    COUNTER64,
    GENERAL_ERROR,
    GET,
    GETBULK,
    INTEGER,
    OCTETS,
    TICKS,
    Agent,
    Oid,
    Request,
    serving,
)
from tests.collectors.network import network

UPTIME = "1.3.6.1.2.1.1.3.0"
ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3.0"
TABLE_CHANGE = "1.3.6.1.2.1.31.1.5.0"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
IF_DESCR = "1.3.6.1.2.1.2.2.1.2"
ROW = {
    "1.3.6.1.2.1.31.1.1.1.6": (COUNTER64, 6_000),
    "1.3.6.1.2.1.31.1.1.1.10": (COUNTER64, 10_000),
    "1.3.6.1.2.1.2.2.1.14": (COUNTER32, 14),
    "1.3.6.1.2.1.2.2.1.20": (COUNTER32, 20),
    "1.3.6.1.2.1.2.2.1.13": (COUNTER32, 13),
    "1.3.6.1.2.1.2.2.1.19": (COUNTER32, 19),
    "1.3.6.1.2.1.2.2.1.8": (INTEGER, 1),
    "1.3.6.1.2.1.31.1.1.1.19": (TICKS, 5),
    "1.3.6.1.2.1.2.2.1.9": (TICKS, 7),
}
BENCH: dict[str, Any] = {"columns": ["octets", "errors", "discards", "oper_status"]}


def router(names: dict[int, str], uptime: int = 1000, engine_time: int = 10) -> Agent:
    agent = Agent()
    agent.set(UPTIME, TICKS, uptime)
    agent.set(ENGINE_TIME, INTEGER, engine_time)
    for index, name in names.items():
        add(agent, index, name)
    return agent


def add(agent: Agent, index: int, name: str) -> None:
    agent.set(f"{IF_NAME}.{index}", OCTETS, name.encode())
    for column, (kind, value) in ROW.items():
        agent.set(f"{column}.{index}", kind, value + index if kind == COUNTER64 else value)
    agent.set(f"1.3.6.1.2.1.2.2.1.7.{index}", INTEGER, 1)
    agent.set(f"1.3.6.1.2.1.31.1.1.1.15.{index}", COUNTER32, 1000)
    agent.set(f"1.3.6.1.2.1.2.2.1.5.{index}", COUNTER32, 4_294_967_295)


Ask = Callable[[], Awaitable[Answer]]


def with_router(
    agent: Agent,
    work: Callable[[Ask, Ask, Probe, DeviceMemory], Awaitable[None]],
    *,
    names: tuple[str, ...] = ("ge1", "ge2"),
    every: float = 10.0,
    version: SnmpVersion = "2c",
    **options: Any,
) -> None:
    async def main() -> None:
        wire = open_snmp()
        wires = Wires(wire, open_echo("icmp"), open_echo("udp"))
        memory = DeviceMemory()
        async with serving(agent):
            inventory = network(snmp=Endpoint("127.0.0.1", agent.port), interfaces=names)
            credential = replace(inventory.credentials["ro"], version=version)
            inventory = replace(inventory, credentials={"ro": credential})
            target = device_target("xg-r1")
            options_ = {"timeout": 0.2, "retries": 0, **options}
            probe = interfaces.plan(
                ProbeSpec("interfaces", every, options=options_), target, inventory
            )
            settings = interface_settings.plan(
                ProbeSpec("interface_settings", 300.0), target, inventory
            )
            assert probe is not None
            assert settings is not None
            try:
                await work(
                    lambda: interfaces.ask(probe, wires, memory),
                    lambda: interface_settings.ask(settings, wires, memory),
                    probe,
                    memory,
                )
            finally:
                await wire.close()

    asyncio.run(asyncio.wait_for(main(), 60))


def test_values_come_in_the_order_of_the_series() -> None:
    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        answer = await ask()
        assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
        assert answer.values == (
            1000, 10,
            6003, 10003, 5, 14, 20, 13, 19, 1, 7,
            6008, 10008, 5, 14, 20, 13, 19, 1, 7,
        )  # fmt: skip
        assert probe.raw == len(answer.values)
        assert probe.series[0].metric is UPTIME_TICKS
        assert memory.if_index == {"ge1": 3, "ge2": 8}

    with_router(router({3: "ge1", 8: "ge2", 9: "other"}), work)


def test_fifteen_values_of_two_interfaces_are_one_get() -> None:
    agent = router({1: "ge1", 2: "ge2"})

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        await ask()
        agent.seen.clear()
        answer = await ask()
        assert len(answer.values) == 15
        assert [len(request.oids) for request in agent.seen] == [15]

    with_router(agent, work, **BENCH)


def test_a_link_that_starts_at_the_port_has_its_utilisation() -> None:
    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        derived = probe.series[probe.raw :]
        at = next(n for n, series in enumerate(derived) if series.metric is IN_UTILIZATION)
        assert derived[at].target == link_target("xg-xs")
        assert dict(derived[at].labels)["site"] == "xs"
        assert dict(derived[at].labels)["level"] == "county"
        assert probe.rates[at].scale == pytest.approx(8 / 100_000_000)
        assert probe.series[probe.rates[at].counter].metric is IN_OCTETS

    with_router(router({1: "ge1", 2: "ge2"}), work)


def test_a_utilisation_is_against_the_contract_where_the_line_has_no_bandwidth_of_its_own() -> None:
    inventory = network(snmp=Endpoint("127.0.0.1", 161), bandwidth=None)
    contract = replace(inventory.contracts["c1"], bandwidth_bps=20_000_000)
    inventory = replace(inventory, contracts={"c1": contract})
    probe = interfaces.plan(ProbeSpec("interfaces", 10.0), device_target("xg-r1"), inventory)
    assert probe is not None
    shares = [rate.scale for rate in probe.rates if rate.share]
    assert shares == [8 / 20_000_000] * 2


def test_octets_are_asked_as_counters_of_64_bits() -> None:
    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        assert {rate.width for rate in probe.rates} == {64}

    with_router(router({1: "ge1", 2: "ge2"}), work)


def test_octets_of_32_bits_are_asked_where_the_probe_says_so() -> None:
    agent = router({1: "ge1", 2: "ge2"})
    for index in (1, 2):
        agent.set(f"1.3.6.1.2.1.2.2.1.10.{index}", COUNTER32, 700 + index)
        agent.set(f"1.3.6.1.2.1.2.2.1.16.{index}", COUNTER32, 900 + index)

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        answer = await ask()
        assert answer.values[2:5] == (701, 901, 5)
        assert {rate.width for rate in probe.rates} == {32}

    with_router(agent, work, counters=32)


def test_by_snmpv1_what_it_lacks_is_not_asked_and_counters_have_32_bits() -> None:
    """One absent object would cost the whole answer (RFC 1157 4.1.2)."""
    agent = router({})
    agent.set(f"{IF_DESCR}.4", OCTETS, b"ge1")
    agent.set("1.3.6.1.2.1.2.2.1.5.4", COUNTER32, 2_048_000)
    agent.set("1.3.6.1.2.1.2.2.1.7.4", INTEGER, 1)
    for column in (8, 9, 10, 13, 14, 16, 19, 20):
        agent.set(f"1.3.6.1.2.1.2.2.1.{column}.4", COUNTER32, column)
    agent.values.pop(tuple(map(int, ENGINE_TIME.split("."))))

    async def work(ask: Ask, settings: Ask, probe: Probe, memory: DeviceMemory) -> None:
        answer = await ask()
        assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
        assert answer.values == (1000, 10, 16, 14, 20, 13, 19, 8, 9)
        assert {rate.width for rate in probe.rates} == {32}
        assert (await settings()).values == (1, 2_048_000)

    with_router(agent, work, names=("ge1",), version="1")


def test_an_interface_the_device_does_not_have_is_not_heard() -> None:
    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        answer = await ask()
        assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "no_interface")
        assert answer.values[2:11] == (6001, 10001, 5, 14, 20, 13, 19, 1, 7)
        assert answer.values[11:] == (None,) * 9

    with_router(router({1: "ge1"}), work)


def test_a_missing_interface_is_found_when_it_appears_and_the_others_are_not_disturbed() -> None:
    agent = router({1: "ge1"})

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        await ask()
        add(agent, 2, "ge2")
        reasons = set()
        while None in (answer := await ask()).values:
            reasons.add(answer.reason)
        assert answer.reason == ""
        assert reasons == {"no_interface"}

    with_router(agent, work)


def test_an_agent_that_gives_nothing_at_all_refuses_until_it_gives_something() -> None:
    agent = router({1: "ge1"})
    given = dict(agent.values)
    agent.values.clear()

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        answer = await ask()
        assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "no_value")
        agent.values.update(given)
        answer = await ask()
        assert answer.outcome is Outcome.ANSWERED
        assert None not in answer.values

    with_router(agent, work, names=("ge1",))


def test_ifdescr_serves_where_there_is_no_ifname() -> None:
    agent = router({})
    agent.set(f"{IF_DESCR}.4", OCTETS, b"ge1")
    agent.set("1.3.6.1.2.1.2.2.1.8.4", INTEGER, 2)

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        answer = await ask()
        metrics = [series.metric for series in probe.series]
        assert answer.values[metrics.index(OPER_STATUS)] == 2
        assert answer.reason == "no_value"

    with_router(agent, work, names=("ge1",))


def refuses(*tables: str) -> Callable[[Request], int | None]:
    """Answer every step through these tables with genErr."""
    return lambda request: (
        GENERAL_ERROR
        if request.kind != GET and any(_text(o).startswith(tables) for o in request.oids)
        else None
    )


def _text(oid: Oid) -> str:
    return ".".join(map(str, oid))


def test_an_agent_that_refuses_its_table_of_names_lacks_no_interface() -> None:
    agent = router({1: "ge1"})
    agent.refuse = refuses("1.3.6.1.2.1")

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        answer = await ask()
        assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "agent_error")
        assert not memory.if_index

    with_router(agent, work, names=("ge1",))


@pytest.mark.parametrize(
    ("described", "reason"), [("ge1", ""), ("GigabitEthernet1", "agent_error")]
)
def test_ifdescr_serves_for_a_refused_ifname_only_where_it_has_every_name(
    described: str, reason: str
) -> None:
    agent = router({1: "ge1"})
    agent.set(f"{IF_DESCR}.1", OCTETS, described.encode())
    agent.refuse = refuses(IF_NAME)

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        assert (await ask()).reason == reason

    with_router(agent, work, names=("ge1",))


def test_after_a_restart_nothing_by_index_is_believed_once_then_indexes_are_learnt_anew() -> None:
    agent = router({1: "ge1", 2: "ge2"}, uptime=500_000, engine_time=5_000)

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        await ask()
        agent.values.clear()
        agent.values.update(router({1: "ge2", 2: "ge1"}, uptime=300, engine_time=3).values)
        during = await ask()
        after = await ask()
        assert (during.outcome, during.reason) == (Outcome.ANSWERED, "renumbered")
        assert during.values == (300, 3, *(None,) * 18)
        assert after.reason == ""
        assert after.values[2] == 6002

    with_router(agent, work)


@pytest.mark.parametrize("options", [{}, BENCH], ids=["with engine time", "without"])
def test_a_wrap_of_uptime_is_no_restart(options: dict[str, Any]) -> None:
    agent = router({1: "ge1", 2: "ge2"}, uptime=2**32 - 500, engine_time=42_949_667)

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        await ask()
        agent.set(UPTIME, TICKS, 500)
        agent.set(ENGINE_TIME, INTEGER, 42_949_677)
        answer = await ask()
        assert answer.reason == ""
        assert None not in answer.values

    with_router(agent, work, **options)


def test_a_restart_is_noticed_although_uptime_is_higher_than_it_was() -> None:
    """Up for 30 s when heard last, silent for five minutes, up for 80 s: it was down between."""

    async def work(ask: Ask, _settings: Ask, _probe: Probe, memory: DeviceMemory) -> None:
        await ask()
        memory.heard_at -= 300
        agent.set(UPTIME, TICKS, 8000)
        agent.set(ENGINE_TIME, INTEGER, 80)
        assert (await ask()).reason == "renumbered"

    agent = router({1: "ge1", 2: "ge2"}, uptime=3000, engine_time=30)
    with_router(agent, work)


def test_a_silence_of_the_network_is_no_restart() -> None:
    async def work(ask: Ask, _settings: Ask, _probe: Probe, memory: DeviceMemory) -> None:
        await ask()
        memory.heard_at -= 300
        agent.set(UPTIME, TICKS, 33_000)
        agent.set(ENGINE_TIME, INTEGER, 330)
        assert (await ask()).reason == ""

    agent = router({1: "ge1", 2: "ge2"}, uptime=3000, engine_time=30)
    with_router(agent, work)


def test_a_restart_near_the_wrap_is_a_restart_when_engine_time_fell() -> None:
    agent = router({1: "ge1", 2: "ge2"}, uptime=2**32 - 500, engine_time=42_949_667)

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        await ask()
        agent.set(UPTIME, TICKS, 500)
        agent.set(ENGINE_TIME, INTEGER, 5)
        assert (await ask()).reason == "renumbered"

    with_router(agent, work)


def test_values_of_a_wrong_type_or_sign_are_not_believed() -> None:
    agent = router({1: "ge1", 2: "ge2"})
    agent.set("1.3.6.1.2.1.31.1.1.1.6.1", OCTETS, b"\x00drop table")
    agent.set("1.3.6.1.2.1.2.2.1.14.2", INTEGER, -1)

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        answer = await ask()
        assert answer.reason == "bad_value"
        assert [n for n, value in enumerate(answer.values) if value is None] == [2, 14]

    with_router(agent, work)


def test_many_interfaces_are_asked_in_answers_below_1400_bytes() -> None:
    names = tuple(f"ge{number}" for number in range(30))
    sizes: list[int] = []
    agent = router({number + 100_000: name for number, name in enumerate(names)})

    def measure(answer: bytes) -> bytes:
        if agent.seen[-1].kind != GETBULK:
            sizes.append(len(answer))
        return answer

    agent.spoil = measure

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        answer = await ask()
        assert None not in answer.values
        assert len(answer.values) == 2 + 30 * 9
        assert max(sizes) < 1400
        gets = [request for request in agent.seen if request.kind != GETBULK]
        uptime = tuple(map(int, UPTIME.split(".")))
        assert all(request.oids[0] == uptime for request in gets)

    with_router(agent, work, names=names)


def octets_of_parts(*paces: int) -> list[tuple[str, bool, bool]]:
    """Ask eight interfaces, each part so many ticks after the one before it; a run per pace.

    Returns the reason, and whether octets of the first and of the last interface were heard.
    """
    names = tuple(f"ge{number}" for number in range(8))
    agent = router(dict(enumerate(names, start=1)))
    now, pace, found = [1000], [0], []

    def age(answer: bytes) -> bytes:
        if agent.seen[-1].kind != GETBULK:
            now[0] += pace[0]
            agent.set(UPTIME, TICKS, now[0])
        return answer

    agent.spoil = age

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        for pace[0] in paces:
            answer = await ask()
            heard = [
                value is not None
                for series, value in zip(probe.series, answer.values, strict=False)
                if series.metric is IN_OCTETS
            ]
            assert answer.values[-1] is not None
            found.append((answer.reason, heard[0], heard[-1]))

    with_router(agent, work, names=names)
    return found


def test_a_part_that_comes_much_later_than_the_time_before_says_nothing_about_octets() -> None:
    assert octets_of_parts(1, 1, 100)[1:] == [("", True, True), ("skewed", True, False)]


def test_a_part_that_always_comes_as_late_has_its_octets() -> None:
    assert octets_of_parts(100, 100, 105) == [("", True, True)] * 3


def test_after_a_part_that_came_late_the_next_one_is_compared_with_nothing() -> None:
    assert octets_of_parts(1, 100, 1)[1:] == [("skewed", True, False), ("", True, True)]


def test_too_big_leads_to_smaller_questions_from_then_on() -> None:
    agent = router({1: "ge1", 2: "ge2"})
    agent.largest = 12

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        first = await ask()
        agent.seen.clear()
        second = await ask()
        octets = [n for n, one in enumerate(probe.series) if one.metric in (IN_OCTETS, OUT_OCTETS)]
        assert first.reason == "skewed"  # parts that came one after the other are of two moments
        assert [n for n, value in enumerate(first.values) if value is None] == octets
        assert None not in second.values
        assert all(len(request.oids) <= 12 for request in agent.seen)

    with_router(agent, work)


def test_silence_is_silence_and_no_value_is_invented() -> None:
    agent = router({1: "ge1", 2: "ge2"})
    agent.spoil = lambda _: None

    async def work(ask: Ask, _: Ask, probe: Probe, memory: DeviceMemory) -> None:
        answer = await ask()
        assert answer.outcome is Outcome.SILENT
        assert answer.values == (None,) * probe.raw

    with_router(agent, work)


def test_a_device_without_declared_interfaces_is_asked_its_uptime() -> None:
    async def main() -> None:
        agent = router({})
        wire = open_snmp()
        async with serving(agent):
            inventory = network(snmp=Endpoint("127.0.0.1", agent.port), interfaces=())
            probe = interfaces.plan(
                ProbeSpec("interfaces", 10.0), device_target("xg-r1"), inventory
            )
            assert probe is not None
            wires = Wires(wire, open_echo("icmp"), open_echo("udp"))
            answer = await interfaces.ask(probe, wires, DeviceMemory())
            await wire.close()
            assert answer.values == (1000, 10)
            assert len(agent.seen) == 1

    asyncio.run(main())


def renumbering(**names: bytes) -> list[tuple[str, object, int]]:
    """Poll a router whose ifTableLastChange moves before the second of three polls.

    `names`: what ifName of an index is from then on. Returns reason, octets in of the first port,
    and how many requests it took.
    """
    agent = router({1: "ge1", 2: "ge2"})
    agent.set(TABLE_CHANGE, TICKS, 500)
    found: list[tuple[str, object, int]] = []

    async def work(ask: Ask, _: Ask, __: Probe, ___: DeviceMemory) -> None:
        await ask()
        agent.set(TABLE_CHANGE, TICKS, 900)
        for index, name in names.items():
            agent.set(f"{IF_NAME}.{index.removeprefix('_')}", OCTETS, name)
        for _poll in range(3):
            agent.seen.clear()
            answer = await ask()
            found.append((answer.reason, answer.values[2], len(agent.seen)))

    with_router(agent, work)
    return found


def test_indexes_that_moved_without_a_restart_are_noticed_in_the_same_poll() -> None:
    first, second, third = renumbering(_1=b"ge2", _2=b"ge1")
    assert (first[:2], second[:2]) == (("renumbered", None), ("", 6002))
    assert third == ("", 6002, 1)


def test_a_table_that_changed_and_moved_no_index_costs_one_question_and_no_rate() -> None:
    assert renumbering() == [("", 6001, 2), ("", 6001, 1), ("", 6001, 1)]


def test_an_agent_without_a_time_of_change_is_asked_for_it_once() -> None:
    agent = router({1: "ge1", 2: "ge2"})

    async def work(ask: Ask, _: Ask, __: Probe, ___: DeviceMemory) -> None:
        answers = [(await ask()).reason for _poll in range(3)]
        assert answers == [""] * 3
        change = tuple(map(int, TABLE_CHANGE.split(".")))
        asked = [change in one.oids for one in agent.seen if one.kind == GET]
        assert asked == [True, False, False]

    with_router(agent, work)


def test_settings_are_state_and_speed_in_bits() -> None:
    agent = router({1: "ge1", 2: "ge2"})
    agent.set("1.3.6.1.2.1.31.1.1.1.15.2", COUNTER32, 0)

    async def work(_: Ask, settings: Ask, probe: Probe, memory: DeviceMemory) -> None:
        answer = await settings()
        assert answer.values == (1, 1_000_000_000, 1, None)

    with_router(agent, work)


def test_settings_take_ifspeed_where_ifhighspeed_is_nought() -> None:
    agent = router({1: "ge1", 2: "ge2"})
    agent.set("1.3.6.1.2.1.31.1.1.1.15.2", COUNTER32, 0)
    agent.set("1.3.6.1.2.1.2.2.1.5.2", COUNTER32, 2_048_000)

    async def work(_: Ask, settings: Ask, probe: Probe, memory: DeviceMemory) -> None:
        assert (await settings()).values[3] == 2_048_000

    with_router(agent, work)


def test_settings_notice_that_an_index_has_moved_without_a_restart() -> None:
    agent = router({1: "ge1", 2: "ge2"})

    async def work(ask: Ask, settings: Ask, probe: Probe, memory: DeviceMemory) -> None:
        await ask()
        agent.set(f"{IF_NAME}.1", OCTETS, b"ge2")
        agent.set(f"{IF_NAME}.2", OCTETS, b"ge1")
        noticed, after, later = await settings(), await ask(), await ask()
        assert noticed.reason == "renumbered"
        assert (after.reason, after.values[2]) == ("renumbered", 6002)
        assert later.reason == ""

    with_router(agent, work)


@given(
    columns=st.integers(1, 12),
    rows=st.integers(0, 60),
    limit=st.integers(1, 60),
    index=st.integers(1, 2**31 - 1),
    version=st.sampled_from(["2c", "3"]),
)
def test_splitting_asks_everything_once_and_leads_with_uptime(
    columns: int, rows: int, limit: int, index: int, version: Any
) -> None:
    credential = Credential("c", version, Secret("x" * 20))
    wanted = [tuple(f"1.3.6.1.2.1.2.2.1.{c}.{index + r}" for c in range(columns))
              for r in range(rows)]  # fmt: skip
    pdus = split((UPTIME, ENGINE_TIME), wanted, credential, limit)
    assert all(pdu[0] == UPTIME for pdu in pdus)
    asked = [oid for pdu in pdus for oid in pdu[1:]]
    assert asked == [ENGINE_TIME, *(oid for row in wanted for oid in row)]
    assert all(len(pdu) <= max(limit, 2) for pdu in pdus)


@given(st.one_of(st.binary(max_size=600), st.text(max_size=600), st.floats(), st.integers()))
def test_whatever_an_agent_gives_becomes_text_that_can_be_printed(raw: bytes | str | float) -> None:
    text = decode(raw)
    assert text.isprintable()
    assert len(text) <= 255


CHINESE = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=6, max_size=40
)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_both_encodings_are_read(encoding: str) -> None:
    assert decode("贵阳出口-电信20M".encode(encoding)) == "贵阳出口-电信20M"


@given(CHINESE, st.integers(0, 2))
def test_an_alias_that_is_cut_in_the_middle_of_a_character_loses_that_character_only(
    alias: str, cut: int
) -> None:
    raw = alias.encode()
    kept = len(raw) - cut
    assert decode(raw[:kept]) == alias[: kept // 3]


def test_an_alias_in_gb18030_that_is_cut_loses_its_last_character_only() -> None:
    assert decode("To-湖北省电子政务外网".encode("gb18030")[:-1]) == "To-湖北省电子政务外"


def test_ascii_with_a_broken_tail_is_ascii() -> None:
    assert decode(b"GE0/0/1 \xe4") == "GE0/0/1 "


def test_padding_and_control_characters_are_left_out() -> None:
    assert decode("贵阳\r\n\x1b[2J出口".encode("gb18030") + bytes(7)) == "贵阳[2J出口"


def test_what_is_no_text_is_hex() -> None:
    assert decode(b"\xff\xff\xff\x01") == "ffffff01"
