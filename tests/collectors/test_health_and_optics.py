"""Health and light: walked once, asked cheaply afterwards, the same values both times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from collectors import health, optics
from collectors._contract import Answer, SnmpReply, Wires
from collectors._inspection import Reader
from collectors._memory import BREAKER_AFTER, DeviceMemory
from collectors._recognition import vendor_of
from collectors._walks import Walks
from collectors.wires.echo import open_echo
from collectors.wires.snmp import Snmp, open_snmp
from inventory.model import Credential, Endpoint, ProbeSpec, Secret, device_target
from metrics.observation import Outcome
from tests.collectors.network import network
from tests.collectors.recorded import COMMUNITY, served, write
from tests.servers import free_port

TICKS = 67
ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
STATE = "1.3.6.1.4.1.25506.2.6.1.1.1.1"
DEVICE = "1.3.6.1.4.1.25506.8.35.9.1"
LIGHT = "1.3.6.1.4.1.25506.2.70.1.1.1"
BGP = "1.3.6.1.2.1.15.3.1"
OSPF = "1.3.6.1.2.1.14.10.1"
TARGET = device_target("xg-r1")
PORTS = 40

BOX: dict[str, int | str | tuple[int, int]] = {
    "1.3.6.1.2.1.1.1.0": "H3C Comware Software, Software Version 7.1.070\r\nH3C S5560",
    "1.3.6.1.2.1.1.2.0": "oid:1.3.6.1.4.1.25506.1.1",
    "1.3.6.1.2.1.1.3.0": (TICKS, 360_000),
    f"{ENTITY}.5.1": 9,
    f"{ENTITY}.7.1": "Board 1",
    f"{STATE}.6.1": 37,
    f"{STATE}.8.1": 61,
    f"{STATE}.12.1": 48,
    f"{DEVICE}.1.1.2.1": 1,
    f"{DEVICE}.1.1.2.2": 2,
    f"{DEVICE}.2.1.2.1": 1,
    f"{DEVICE}.2.1.2.2": 3,
    f"{BGP}.2.10.0.0.1": 6,
    f"{BGP}.9.10.0.0.1": 65000,
    f"{BGP}.2.10.0.0.2": 3,
    f"{BGP}.9.10.0.0.2": 65001,
    "1.3.6.1.2.1.31.1.1.1.1.1": "ge1",
    "1.3.6.1.2.1.31.1.1.1.1.2": "ge2",
    f"{LIGHT}.8.1": 1,
    f"{LIGHT}.9.1": -540,
    f"{LIGHT}.12.1": -1045,
    f"{LIGHT}.17.1": 908,
    **{f"{ENTITY}.5.{100 + port}": 10 for port in range(PORTS)},
    **{f"{STATE}.6.{100 + port}": 0 for port in range(PORTS)},
    **{f"{STATE}.8.{100 + port}": 0 for port in range(PORTS)},
    **{f"{STATE}.12.{100 + port}": 48 for port in range(PORTS)},
}
"""A box switch: one board, forty ports that repeat its temperature, one fan of two that stands."""

Ask = Callable[[], Coroutine[Any, Any, Answer]]


def asked(
    box: Path,
    kind: Any,
    times: int = 1,
    memory: DeviceMemory | None = None,
    slow_get: float = 0.0,
    walks: Walks | None = None,
) -> tuple[list[Answer], list[int]]:
    """Ask a collector so many times; return its answers and the requests that each took."""

    async def run() -> tuple[list[Answer], list[int]]:
        async with served(box, slow_get=slow_get) as agent:
            requests: list[str] = []
            wire = open_snmp(trace=requests.append)
            inventory = network(snmp=agent)
            name = kind.__name__.rpartition(".")[2]
            probe = kind.plan(ProbeSpec(name, 300), device_target("xg-r1"), inventory)
            wires = Wires(wire, open_echo("icmp"), open_echo("udp"), walks or Walks())
            remembered = memory or DeviceMemory()
            answers, counts = [], []
            for _ in range(times):
                before = len(requests)
                answers.append(await kind.ask(probe, wires, remembered))
                counts.append(sum(line.startswith(">") for line in requests[before:]))
            await wire.close()
            return answers, counts

    return asyncio.run(run())


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return write(tmp_path / "box.snmprec", BOX)


def test_a_box_is_told_in_totals(box: Path) -> None:
    (answer,), _ = asked(box, health)
    assert answer.outcome is Outcome.ANSWERED
    names = [metric.field for metric in health._METRICS]
    told = dict(zip(names, answer.values, strict=True))
    assert told == {
        "cpu_ratio": 0.37,
        "memory_used_ratio": 0.61,
        "temperature_celsius": 48.0,
        "fans": 2,
        "fans_failed": 1,
        "power_supplies": 1,
        "power_supplies_failed": 0,
        "bgp_peers": 2,
        "bgp_peers_down": 1,
        "ospf_neighbours": None,
        "ospf_neighbours_down": None,
    }


def switch(tmp_path: Path) -> Path:
    """The box without routing."""
    return write(
        tmp_path / "switch.snmprec", {o: v for o, v in BOX.items() if not o.startswith(BGP)}
    )


def test_the_second_time_it_asks_only_for_what_counts_and_hears_the_same(tmp_path: Path) -> None:
    (first, second), (walked, got) = asked(switch(tmp_path), health, times=2)
    assert second == first
    assert got == 1
    assert walked > got


def test_a_routers_sessions_are_walked_each_time_and_a_new_one_is_seen(
    box: Path, tmp_path: Path
) -> None:
    memory = DeviceMemory()
    (first,), _ = asked(box, health, memory=memory)
    more = write(tmp_path / "more.snmprec", {**BOX, f"{BGP}.2.10.0.0.3": 1, f"{BGP}.9.10.0.0.3": 7})
    (second,), _ = asked(more, health, memory=memory)
    assert (first.values[7:9], second.values[7:9]) == ((2, 1), (3, 2))


def test_a_session_that_somebody_shut_down_is_not_down(tmp_path: Path) -> None:
    stopped = write(tmp_path / "stopped.snmprec", {**BOX, f"{BGP}.3.10.0.0.2": 1})
    (answer,), _ = asked(stopped, health)
    assert answer.values[7:9] == (1, 0)


def test_a_neighbour_whose_row_is_gone_is_lost_not_forgotten(tmp_path: Path) -> None:
    both = {f"{OSPF}.6.10.1.0.{n}.0": 8 for n in (1, 2)}
    before = write(tmp_path / "before.snmprec", {**BOX, **both})
    after = write(tmp_path / "after.snmprec", {**BOX, f"{OSPF}.6.10.1.0.1.0": 8})
    alone = write(tmp_path / "alone.snmprec", BOX)
    memory = DeviceMemory()
    (first,), _ = asked(before, health, memory=memory)
    (second,), _ = asked(after, health, memory=memory)
    (third,), _ = asked(alone, health, memory=memory)
    assert [answer.values[9:] for answer in (first, second, third)] == [(2, 0), (2, 1), (2, 2)]


def test_a_table_that_breaks_off_is_not_half_believed(box: Path) -> None:
    """A session that is down may be the one that was not read: None, not `0 down`."""

    class Breaking:
        """The real wire, but for one table."""

        def __init__(self, wire: Snmp) -> None:
            self.get, self._table = wire.get, wire.table

        async def table(self, *about: Any, **more: Any) -> SnmpReply:
            reply = await self._table(*about, **more)
            if not any(oid.startswith(BGP) for oid in about[2]):
                return reply
            half = dict(list(reply.values.items())[:1])
            return SnmpReply(Outcome.SILENT, "timeout", half)

    async def run() -> Answer:
        async with served(box) as agent:
            wire = open_snmp()
            probe = health.plan(ProbeSpec("health", 300), TARGET, network(snmp=agent))
            assert probe is not None
            wires = Wires(Breaking(wire), open_echo("icmp"), open_echo("udp"))  # type: ignore[arg-type]
            answer = await health.ask(probe, wires, DeviceMemory())
            await wire.close()
            return answer

    answer = asyncio.run(run())
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "incomplete")
    assert answer.values[7:9] == (None, None)
    assert answer.values[0] == 0.37


def test_a_source_that_was_not_heard_gives_way_to_no_worse_one(tmp_path: Path) -> None:
    """net-snmp's own memory is unheard; the HOST-RESOURCES-MIB would call the cache used."""
    ucd, storage = "1.3.6.1.4.1.2021.4", "1.3.6.1.2.1.25.2.3.1"
    host = write(
        tmp_path / "host.snmprec",
        {
            "1.3.6.1.2.1.1.3.0": (TICKS, 10_000_000),
            f"{storage}.2.1": "oid:1.3.6.1.2.1.25.2.1.2",
            f"{storage}.4.1": 1024,
            f"{storage}.5.1": 1000,
            f"{storage}.6.1": 981,
        },
    )

    class Deaf:
        """The real wire, but for one table."""

        def __init__(self, wire: Snmp) -> None:
            self.get, self._table = wire.get, wire.table

        async def table(self, *about: Any, **more: Any) -> SnmpReply:
            if any(oid.startswith(ucd) for oid in about[2]):
                return SnmpReply(Outcome.SILENT, "timeout", {})
            return await self._table(*about, **more)

    async def run() -> tuple[Any, ...]:
        async with served(host) as agent:
            wire = open_snmp()
            login = Credential("ro", "2c", Secret(COMMUNITY))
            reader = Reader(Deaf(wire), agent, login, DeviceMemory(), timeout=1.0, retries=0)  # type: ignore[arg-type]
            found = await reader.read("memory", vendor_of("net_snmp").memory)
            await wire.close()
            assert reader.broken == {"memory"}
            return found

    assert asyncio.run(run()) == ()


def test_the_light_of_a_port_is_in_dbm_and_amperes_and_copper_has_none(box: Path) -> None:
    (first, second), _ = asked(box, optics, times=2)
    assert first.values == pytest.approx((-10.45, -5.40, 0.00908, None, None, None))
    assert second == first


def test_a_part_that_was_taken_out_is_looked_for_anew(tmp_path: Path) -> None:
    memory = DeviceMemory()
    asked(switch(tmp_path), health, memory=memory)
    without = {
        oid: value
        for oid, value in BOX.items()
        if oid != f"{DEVICE}.1.1.2.2" and not oid.startswith(BGP)
    }
    smaller = write(tmp_path / "smaller.snmprec", without)
    (first, second), (one, many) = asked(smaller, health, times=2, memory=memory)
    assert first.values[3:5] == second.values[3:5] == (1, 0)
    assert one == 1 < many


def test_after_a_restart_everything_is_walked_again(box: Path) -> None:
    memory = DeviceMemory()
    _, (walked,) = asked(box, health, memory=memory)
    memory.forget_interfaces()
    _, (again,) = asked(box, health, memory=memory)
    assert again == walked


def test_a_box_that_is_slow_to_get_and_quick_to_walk_is_walked(tmp_path: Path) -> None:
    memory = DeviceMemory()
    answers, (walked, got, again) = asked(
        switch(tmp_path), health, times=3, memory=memory, slow_get=1.2
    )
    assert answers[0] == answers[1] == answers[2]
    assert (got, again) == (1, walked)


def test_a_device_that_tells_nothing_of_all_this_says_so(tmp_path: Path) -> None:
    bare = write(tmp_path / "bare.snmprec", {"1.3.6.1.2.1.1.3.0": (TICKS, 1)})
    (answer,), _ = asked(bare, health)
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "no_value")
    assert set(answer.values) == {None}


def test_a_device_that_is_not_there_has_no_values() -> None:
    async def run() -> Answer:
        nobody = Endpoint("127.0.0.1", free_port())
        wire = open_snmp()
        probe = health.plan(ProbeSpec("health", 300), device_target("xg-r1"), network(snmp=nobody))
        assert probe is not None
        wires = Wires(wire, open_echo("icmp"), open_echo("udp"))
        answer = await health.ask(probe, wires, DeviceMemory())
        await wire.close()
        return answer

    answer = asyncio.run(run())
    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "port_closed")
    assert set(answer.values) == {None}


def test_a_box_that_is_back_from_silence_reads_no_tables_where_there_is_no_room(box: Path) -> None:
    walks, memory = Walks(most=1), DeviceMemory(silent_runs=BREAKER_AFTER)
    assert walks.enter("another")
    (answer,), (requests,) = asked(box, health, memory=memory, walks=walks)
    assert (answer.outcome, answer.reason, requests) == (Outcome.SKIPPED, "walks_full", 1)


def test_a_box_that_is_back_from_silence_leaves_the_room_it_took(box: Path) -> None:
    walks, memory = Walks(most=1), DeviceMemory(silent_runs=BREAKER_AFTER)
    (answer,), _ = asked(box, health, memory=memory, walks=walks)
    assert (answer.outcome, walks.enter("another")) == (Outcome.ANSWERED, True)


def test_a_box_whose_turn_it_is_takes_no_second_place(box: Path) -> None:
    walks = Walks(most=1)
    assert walks.enter("health@device:xg-r1")
    (answer,), _ = asked(box, health, walks=walks)
    assert (answer.outcome, walks.has("health@device:xg-r1")) == (Outcome.ANSWERED, True)
