"""After an outage its evidence is gathered and a proposal filed.

Ledger, pipeline, probes and judge are real; only the clock is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from alerts.model import Alert, Delivery, Phase
from collectors import interfaces
from inventory.model import Inventory, LinkEnd, TargetId
from metrics.catalogue import ENGINE_TIME, LAST_CHANGE, OPER_STATUS, UPTIME_TICKS
from metrics.observation import Observation, Outcome, Probe, Value
from runtime.assessments.causes import PATIENCE, SETTLE, CauseKeeping
from runtime.assessments.rulesets import load
from runtime.pipeline import Pipeline
from runtime.record_book import RecordBook
from sla.judge import Judge
from sla.records import CauseProposed, TicketNoted
from sla.states import State, Transition, outage_id
from store.entries import Entry, TrapEntry
from store.ledger import open_ledger
from store.writer import Writer
from tests.store.network import inventory as network

START, END = 1_773_108_000, 1_773_109_800
LONG_AGO = START - 90 * 86_400
DAY = 86_400


def _far_ports(links: int) -> Inventory:
    """Links from ports of one router, each to a port of the far one."""
    found = network(links)
    ports = tuple(f"WAN{number}" for number in range(links))
    far = replace(found.devices["f"], interfaces=ports)
    ends = {
        name: replace(one, b=replace(one.b, interface=ports[number]))
        for number, (name, one) in enumerate(found.links.items())
    }
    assert all(isinstance(one.b, LinkEnd) for one in ends.values())
    topology = replace(found.topology, devices={"top": ("r",), "far": ("f",)})
    return replace(found, devices={**found.devices, "f": far}, links=ends, topology=topology)


@dataclass
class World:
    """A store, what judges, and a clock that is put where it is wanted."""

    folder: Path
    inventory: Inventory
    writer: Writer[Entry]
    book: RecordBook
    pipeline: Pipeline
    probes: tuple[Probe, ...]
    now: int = START
    kept: list[CauseKeeping] = field(default_factory=list)

    def keeping(self) -> CauseKeeping:
        one = CauseKeeping(self.book, self.folder / "ledger.sqlite", load, lambda: self.now)
        one.connect(self.pipeline)
        one.load(self.inventory, self.probes)
        return one

    def goes(self, link: str, state: State, since: int, reason: str = "far_lost") -> None:
        change = Transition(TargetId(f"link:{link}"), state, since, since + 20, reason)
        self.writer.submit(change)
        self.pipeline.announce(change)

    def lost(self, *links: str, start: int = START, end: int = END) -> None:
        for link in links:
            self.goes(link, State.DOWN, start)
            self.goes(link, State.UP, end, "recovered")
        self.writer.flush().result(10)

    def read(self, device: str, booted: int, changed: int | None, at: int = END + 10) -> None:
        """The device is read: it booted then, and its ports changed then."""
        probe = next(one for one in self.probes if one.device == device)
        ticks = (at - booted) * 100
        says: dict[object, Value] = {
            UPTIME_TICKS: ticks % 2**32, ENGINE_TIME: at - booted, OPER_STATUS: 1,
            LAST_CHANGE: 0 if changed is None else (changed - booted) * 100 % 2**32,
        }  # fmt: skip
        values = tuple(says.get(series.metric) for series in probe.series[: probe.raw])
        self.pipeline.deliver(Observation(probe, at * 1000, 0.01, Outcome.ANSWERED, "", values))

    async def work(self, keeping: CauseKeeping, now: int) -> None:
        """Let a tick do what it has to do."""
        self.now = now
        keeping.tick()
        async with asyncio.timeout(60):
            while keeping.busy:
                await asyncio.sleep(0.01)

    @property
    def proposals(self) -> list[CauseProposed]:
        return [one.body for one in self.book.records if isinstance(one.body, CauseProposed)]

    @property
    def tickets(self) -> list[TicketNoted]:
        return [one.body for one in self.book.records if isinstance(one.body, TicketNoted)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    inventory = _far_ports(4)
    probes = tuple(
        probe
        for device in inventory.devices.values()
        if (probe := interfaces.plan(device.probes[0], TargetId(f"device:{device.id}"), inventory))
    )
    ledger = open_ledger(tmp_path, START)
    writer: Writer[Entry] = Writer(ledger.append, lambda: START, name="ledger")
    writer.start()
    pipeline = Pipeline(Judge(inventory, probes), {}, {})
    book = RecordBook([], writer, ledger.path, lambda: END + 400)
    yield World(tmp_path, inventory, writer, book, pipeline, probes)
    writer.stop()
    ledger.close()


def awaited(test: Callable[[World], Coroutine[Any, Any, None]]) -> Callable[[World], None]:
    """Run a test in a loop of its own."""

    @wraps(test)
    def run(world: World) -> None:
        asyncio.run(test(world))

    return run


@awaited
async def test_a_line_that_dropped_is_proposed_as_the_carriers(world: World) -> None:
    keeping = world.keeping()
    world.lost("l0")
    world.read("f", LONG_AGO, START + 2)
    world.read("r", LONG_AGO, START + 2)
    await world.work(keeping, END + 20 + SETTLE)

    (proposal,) = world.proposals
    assert (proposal.cause, proposal.outage, proposal.end) == (
        "carrier", outage_id(TargetId("link:l0"), START), END,
    )  # fmt: skip


@awaited
async def test_a_device_that_booted_is_proposed_as_power_up_to_its_boot(world: World) -> None:
    keeping = world.keeping()
    world.lost("l0")
    world.read("f", START + 600, None)
    world.read("r", LONG_AGO, START + 2)
    await world.work(keeping, END + 20 + SETTLE)

    (proposal,) = world.proposals
    assert (proposal.cause, proposal.until) == ("power", START + 600 + load().boot_allowance)


@awaited
async def test_several_circuits_of_one_head_end_are_one_event(world: World) -> None:
    keeping = world.keeping()
    world.lost("l0", "l1")
    world.lost("l2", start=START + 20)
    world.lost("l3", start=START + 4000, end=START + 4300)
    world.read("f", LONG_AGO, None, START + 5000)
    world.read("r", LONG_AGO, LONG_AGO, START + 5000)
    await world.work(keeping, START + 5000)

    assert {(one.link, one.cause, one.event) for one in world.proposals} == {
        ("l0", "carrier", f"event:{START}:l0"), ("l1", "carrier", f"event:{START}:l0"),
        ("l2", "carrier", f"event:{START}:l0"), ("l3", "unknown", ""),
    }  # fmt: skip


@awaited
async def test_a_power_trap_at_the_far_site_is_evidence(world: World) -> None:
    keeping = world.keeping()
    device = TargetId("device:f")
    world.writer.submit(
        TrapEntry((START - 1) * 1000, device, device, "power.failed", "1.3.6", "2c",
                  informed=False, source="127.0.0.2", told="{}")
    )  # fmt: skip
    world.lost("l0")
    await world.work(keeping, END + 20 + PATIENCE)

    assert world.proposals[0].cause == "power"


@awaited
async def test_a_near_device_that_was_lost_too_is_evidence(world: World) -> None:
    keeping = world.keeping()
    world.writer.submit(
        Transition(TargetId("device:r"), State.DOWN, START - 4, START + 30, "snmp_silent")
    )
    world.lost("l0")
    await world.work(keeping, END + 20 + PATIENCE)

    assert world.proposals[0].cause == "upstream"


@awaited
async def test_without_a_reading_afterwards_it_waits(world: World) -> None:
    keeping = world.keeping()
    world.read("f", LONG_AGO, START + 2, START - 10)
    world.lost("l0")
    await world.work(keeping, END + 20 + PATIENCE - 1)
    assert world.proposals == []

    await world.work(keeping, END + 20 + PATIENCE)
    assert [fact.code for fact in world.proposals[0].facts] == ["far_not_read"]


@awaited
async def test_an_outage_that_lasts_has_no_proposal(world: World) -> None:
    keeping = world.keeping()
    world.goes("l0", State.DOWN, START)
    world.writer.flush().result(10)
    await world.work(keeping, END + DAY)

    assert world.proposals == []


@awaited
async def test_after_a_restart_what_has_no_proposal_yet_gets_one(world: World) -> None:
    before = world.keeping()
    world.lost("l0")
    await world.work(before, END + 20 + PATIENCE)
    world.lost("l1", start=END + 1000, end=END + 1100)
    world.now = END + 2000
    after = world.keeping()
    async with AsyncExitStack() as stack:
        await after.start(stack)
        await world.work(after, world.now + PATIENCE)

    assert [one.link for one in world.proposals] == ["l0", "l1"]


@awaited
async def test_a_link_that_flaps_all_day_does_not_fill_the_ledger(world: World) -> None:
    keeping = world.keeping()
    for turn in range(30):
        world.lost("l0", start=START + 100 * turn, end=START + 100 * turn + 50)
    await world.work(keeping, START + 5000)
    await world.work(keeping, START + 6000)

    assert (len(world.proposals), keeping.stats()["too_many_of_a_link"]) == (24, 6)


@awaited
async def test_a_ticket_begins_when_the_alert_was_delivered_first(world: World) -> None:
    keeping = world.keeping()
    name = outage_id(TargetId("link:l0"), START)
    alert = Alert(
        f"link-down/link:l0@{START}", "link-down", TargetId("link:l0"), "major", Phase.RESOLVED,
        START, START + 30, END + 20, outage=name, acknowledged_by="li", acknowledged_at=START + 90,
    )  # fmt: skip
    world.writer.submit(alert)
    for at, good in ((START + 31, False), (START + 61, True), (START + 95, True)):
        world.writer.submit(Delivery(alert.id, Phase.FIRING, "noc", "smtp", at, good))
    world.lost("l0")
    await world.work(keeping, END + 20 + PATIENCE)

    (ticket,) = world.tickets
    assert (ticket.outage, ticket.notified, ticket.acknowledged, ticket.restored) == (
        name, START + 61, START + 90, END,
    )  # fmt: skip


@awaited
async def test_an_outage_of_which_nobody_was_told_has_no_ticket(world: World) -> None:
    keeping = world.keeping()
    world.lost("l0")
    await world.work(keeping, END + 20 + PATIENCE)

    assert (len(world.proposals), world.tickets) == (1, [])
