"""A period of a carrier from its draft to its correction, with a real ledger and real processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from api.ports_carrier_reports import RefusedError, ReportJob
from inventory.model import Inventory, Link, Topology, link_target
from runtime.record_book import RecordBook
from runtime.reports.due import Plan
from runtime.reports.reports import ReportKeeping
from sla.ruleset import RuleSet
from sla.states import State, Transition
from store.entries import Entry, Heartbeat
from store.ledger import Ledger, open_ledger
from store.writer import Writer
from tests.sla import built
from tests.sla.built import at

LONGEST = 60.0


def inventory_of(*links: Link) -> Inventory:
    """Return an inventory of these circuits."""
    reg = built.register(*links)
    nothing = Topology({}, {}, {}, {}, {})
    return Inventory(
        "r", "d", {}, {"telecom": reg.carrier}, reg.contracts, {}, reg.sites, {},
        {link.id: link for link in links}, {}, {}, nothing,
    )  # fmt: skip


def rules_in(path: Path) -> RuleSet:
    """Read rules as a report keeps them."""
    assert path.read_text() == built.RULES.text
    return built.RULES


@dataclass(slots=True)
class Story:
    """A running report service with a clock that is set."""

    store: Path
    ledger: Ledger
    keeping: ReportKeeping
    book: RecordBook
    clock: list[int] = field(default_factory=lambda: [at("2026-11-01 10:00")])

    def at(self, text: str) -> None:
        """Set the clock."""
        self.clock[0] = at(text)

    def changed(self, state: State, since: str, link: str = "a") -> None:
        """Enter a change of a circuit's state."""
        second = at(since)
        target = link_target(link)
        self.ledger.append([Transition(target, state, second, second, "lost", "")])

    async def done(self, job: ReportJob) -> ReportJob:
        """Wait until a job is done."""
        async with asyncio.timeout(LONGEST):
            while (now := self.keeping.job(job.id)) is not None and now.state in {
                "waiting", "running",
            }:  # fmt: skip
                await asyncio.sleep(0.02)
        assert now is not None
        return now

    async def made(self, period: str = "2026-10") -> ReportJob:
        """Have a report made and wait for it."""
        return await self.done(self.keeping.make("telecom", period, "li"))

    async def closed(
        self, period: str = "2026-10", *, correct: bool = False, anyway: bool = False
    ) -> ReportJob:
        """Have a period settled and wait for it."""
        return await self.done(
            self.keeping.close("telecom", period, "wang", correct=correct, anyway=anyway)
        )


@asynccontextmanager
async def told(store: Path, plan: Plan | None = None) -> AsyncIterator[Story]:
    """Begin the story: circuit `a` was down from 8 to 12 o'clock on the 5th of October."""
    clock = [at("2026-11-01 10:00")]
    ledger = open_ledger(store, clock[0])
    writer: Writer[Entry] = Writer(ledger.append, lambda: clock[0], name="ledger")
    book = RecordBook(ledger.reads.records(), writer, ledger.path, lambda: clock[0])
    ledger.append([Heartbeat(at("2026-09-01 00:00")), Heartbeat(at("2026-12-20 00:00"))])
    quiet = replace(plan or Plan(), schedule=()) if plan is None else plan
    keeping = ReportKeeping(store, built.RULES, rules_in, quiet, book, lambda: clock[0])
    keeping.load(inventory_of(built.link("a")))
    story = Story(store, ledger, keeping, book, clock)
    for state, since in (
        (State.UP, "2026-09-01 00:00"),
        (State.DOWN, "2026-10-05 08:00"),
        (State.UP, "2026-10-05 12:00"),
    ):
        story.changed(state, since)
    writer.start()
    try:
        async with AsyncExitStack() as stack:
            await keeping.start(stack)
            yield story
    finally:
        writer.stop()
        ledger.close()


def refused(action: Callable[[], object]) -> RefusedError:
    """Return why something was refused."""
    try:
        action()
    except RefusedError as error:
        return error
    raise AssertionError("it was not refused")
