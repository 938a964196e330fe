"""Reports of carriers: made one after another, settled by a person, served as they were made.

A closed period is never computed anew for a reader: its file is read, and its SHA-256 compared with
the record each time. Until then each making replaces the draft of the next revision.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import AsyncExitStack
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from api.ports import UnknownPeriodError
from api.ports_carrier_reports import RefusedError, ReportJob, ReportRow, View
from inventory.model import Inventory
from runtime.assessments.acts import HOUR, Pace
from runtime.assessments.rules_in_force import activation
from runtime.record_book import RecordBook
from runtime.reports import due
from runtime.reports.form import Order, Rendered, closed_as
from runtime.reports.notices import Notice, notices
from runtime.reports.process import Failed, Readers, making
from runtime.reports.shelf import Shelf, look, settled
from sla.deadlines import freezes
from sla.periods import PeriodError, Window, before, parse
from sla.records import PeriodClosed, Record
from sla.register import encode, register_of
from sla.ruleset import RuleSet
from store import reports
from store.errors import StoreError
from store.reports import Place

_log = logging.getLogger("extranet.reports")
_WAITING: Final = 20
"""Reports that may wait to be made."""
_REMEMBERED: Final = 100
_AN_HOUR: Final = 60
"""Reports that one person has made in an hour: each range of days is kept."""


class ReportKeeping:
    """Used by the event loop. `load_rules`: reads a file of rules."""

    def __init__(
        self,
        store: Path,
        rules: RuleSet,
        load_rules: Callable[[Path], RuleSet],
        plan: due.Plan,
        book: RecordBook,
        now: Callable[[], int],
        an_hour: int = _AN_HOUR,
    ) -> None:
        self._store = store
        self._rules = rules
        self._load_rules = load_rules
        self._plan = plan
        self._book = book
        self._now = now
        self._inventory: Inventory | None = None
        self._shelf = Shelf(rules, book)
        self._jobs: dict[str, ReportJob] = {}
        self._queue: deque[str] = deque()
        self._wake = asyncio.Event()
        self._numbers = count(1)
        self._readers = Readers()
        self._correct: set[str] = set()
        self._anyway: set[str] = set()
        self._pace = Pace(now, {"make": (an_hour, HOUR)})
        self._failed: set[tuple[str, str]] = set()
        self._notices: Sequence[Notice] = ()
        self._tried: dict[tuple[str, str], int] = {}
        self._looked = 0
        self._damaged = ""
        self._first_heartbeat: int | None = None
        self.counts = dict.fromkeys(("made", "failed", "closed", "damaged"), 0)

    def load(self, inventory: Inventory) -> None:
        """Take over an inventory, at the start and at each reload."""
        self._inventory = inventory

    async def start(self, stack: AsyncExitStack) -> None:
        """Look what is kept, and begin to work."""
        self._shelf.made = await asyncio.to_thread(look, self._store)
        self._first_heartbeat = await asyncio.to_thread(due.first_heartbeat, self._store)
        working = asyncio.create_task(self._work(), name="reports")
        stack.push_async_callback(self._stop, working)

    async def _stop(self, working: asyncio.Task[None]) -> None:
        working.cancel()
        await asyncio.wait([working])
        self._readers.stop()

    def tick(self) -> None:
        """Once a second: have made what is due."""
        now = self._now()
        if now < self._looked + due.EVERY or self._inventory is None:
            return
        self._looked = now
        periods = {*due.periods(self._plan, self._rules, self._first_heartbeat, now)}
        final = {*self._shelf.final()}
        self._notices = [*notices(self.rows(), final, periods, self._failed, now)]
        for carrier, period in self._due(now):
            if len(self._queue) >= _WAITING:
                return
            self._tried[carrier, period] = now
            self._enter(carrier, period, "", closes=False)

    def _due(self, now: int) -> Iterator[tuple[str, str]]:
        assert self._inventory is not None
        supplied = dict.fromkeys(link.carrier for link in self._inventory.links.values())
        for period in due.periods(self._plan, self._rules, self._first_heartbeat, now):
            for carrier in supplied:
                there = any(
                    p.carrier == carrier and p.period == period for p in self._shelf.final()
                )
                tried = self._tried.get((carrier, period), -due.AGAIN)
                if not there and now >= tried + due.AGAIN:
                    yield carrier, period

    def notices(self) -> Sequence[Notice]:
        """Return what is to be told of reports, as it was at the last look."""
        return self._notices

    def rows(self) -> Sequence[ReportRow]:
        """Return every revision that is kept or was closed, by carrier, period and revision."""
        return self._shelf.rows()

    # Making.

    def jobs(self) -> Sequence[ReportJob]:
        """Return what is made and what was made of late, newest first."""
        return [*reversed(self._jobs.values())]

    def job(self, name: str) -> ReportJob | None:
        """Return one of them."""
        return self._jobs.get(name)

    async def formats(self) -> Sequence[str]:
        """Return in which formats a report can be had."""
        found: Sequence[str] = await self._readers.ask("formats")
        return found

    def make(self, carrier: str, period: str, person: str) -> ReportJob:
        """Have a report made. Raises RefusedError, UnknownPeriodError."""
        self._window(carrier, period)
        return self._enter(carrier, period, person, closes=False)

    def close(
        self, carrier: str, period: str, person: str, *, correct: bool, anyway: bool = False
    ) -> ReportJob:
        """Have a period made anew and settled. Raises RefusedError, UnknownPeriodError."""
        self._window(carrier, period)
        self._may_close(carrier, period, correct=correct)
        known = {*self._jobs}
        job = self._enter(carrier, period, person, closes=True, correct=correct)
        if anyway and job.id not in known:  # who asked first did not say so
            self._anyway.add(job.id)
        return job

    def _may_close(self, carrier: str, period: str, *, correct: bool) -> None:
        closed = len(self._shelf.closed(carrier, period))
        if closed and not correct:
            raise RefusedError(409, "period_is_closed", period=period, revision=closed)
        if correct and not closed:
            raise RefusedError(409, "period_is_open", period=period)
        frozen = freezes(period, self._shelf.rules_of(period))
        if self._now() < frozen:
            said = datetime.fromtimestamp(frozen, ZoneInfo(self._rules.zone))
            raise RefusedError(
                409, "too_early_to_close", period=period, when=f"{said:%Y-%m-%d %H:%M}"
            )

    def _window(self, carrier: str, period: str) -> Window:
        if self._inventory is None or carrier not in self._inventory.carriers:
            raise RefusedError(404, "unknown_carrier", carrier=carrier)
        try:
            return parse(period, self._now(), self._rules.zone)
        except PeriodError as error:
            raise UnknownPeriodError(error.code) from error

    def _enter(
        self, carrier: str, period: str, person: str, *, closes: bool, correct: bool = False
    ) -> ReportJob:
        for job in self._jobs.values():
            same = (job.carrier, job.period, job.closes) == (carrier, period, closes)
            if same and job.state in {"waiting", "running"}:
                return job
        if len(self._queue) >= _WAITING:
            raise RefusedError(503, "too_many_reports", limit=_WAITING)
        if person and not closes:
            self._pace.take("make", person)
        name = f"{self._now()}-{next(self._numbers)}"
        job = ReportJob(name, carrier, period, closes, self._now(), person, "waiting")
        self._jobs[name] = job
        if correct:
            self._correct.add(name)
        for old in [*self._jobs][:-_REMEMBERED]:
            if self._jobs[old].state in {"done", "failed"}:
                del self._jobs[old]
        self._queue.append(name)
        self._wake.set()
        return job

    async def _work(self) -> None:
        await self._activate()
        while True:
            while self._queue:
                await self._do(self._queue.popleft())
            self._wake.clear()
            await self._wake.wait()

    async def _activate(self) -> None:
        """Note by which rules the monitor goes from now on, where that is new."""
        body = activation(self._book.records, self._rules, self._now())
        if body is not None:
            try:
                await self._book.add("", body)
            except StoreError as error:  # the next start notes it
                _log.error("the rules in force were not noted", extra={"why": str(error)})

    async def _do(self, name: str) -> None:
        self._note(name, state="running")
        try:
            failure = await self._made_and_closed(name)
        except (StoreError, RefusedError) as error:
            failure = error.code
        except (OSError, BrokenProcessPool) as error:
            _log.error("a report came to nothing", extra={"why": str(error)})
            failure = "worker_died" if isinstance(error, BrokenProcessPool) else "disk_failed"
        except Exception:  # noqa: BLE001 - the next report must be made all the same
            _log.exception("a report came to nothing")
            failure = "failed"
        self.counts["failed" if failure else "made"] += 1
        job = self._jobs[name]
        if failure and not job.asked_by:  # a person who asked for one sees it in the list
            self._failed.add((job.carrier, job.period))
        elif not failure:
            self._failed.discard((job.carrier, job.period))
        self._note(name, state="failed" if failure else "done", failure=failure)

    def _note(self, name: str, **changes: Any) -> None:
        self._jobs[name] = msgspec.structs.replace(self._jobs[name], **changes)

    async def _made_and_closed(self, name: str) -> str:
        """Do a job; return the code of a failure, "" = none."""
        job = self._jobs[name]
        correct = name in self._correct
        if job.closes:
            self._may_close(job.carrier, job.period, correct=correct)
        closed = self._shelf.closed(job.carrier, job.period)
        order = await self._order(job, closed)
        found = await making(order, lambda done, of: self._note(name, done=done, of=of))
        if isinstance(found, Failed):
            _log.error("a report came to nothing", extra={"why": found.detail})
            return found.code
        made, changed = found
        self._shelf.made[order.place] = made
        self._note(name, revision=order.place.revision, sha256=made.sha256)
        if job.closes:
            if made.left_out and name not in self._anyway:
                return "circuits_left_out"
            body = closed_as(order.place, made, changed)
            await self._book.add(job.asked_by, body, _nobody_else(body, len(closed)))
            self.counts["closed"] += 1
        return ""

    async def _order(self, job: ReportJob, closed: Sequence[PeriodClosed]) -> Order:
        """Say what is to be made: of a closed period with the register and the rules of then."""
        now = self._now()
        window = self._window(job.carrier, job.period)
        place = Place(job.carrier, job.period, len(closed) + 1)
        rules, earlier = self._rules, ""
        if closed:
            earlier, before = closed[-1].report, place._replace(revision=place.revision - 1)
            folder = reports.folder_of(self._store, before)
            rules = await asyncio.to_thread(self._load_rules, folder / reports.RULES)
            register = await asyncio.to_thread(reports.read, self._store, before, reports.REGISTER)
        else:
            assert self._inventory is not None
            register = await asyncio.to_thread(_register, self._inventory, job.carrier)
        final = now >= freezes(job.period, self._shelf.rules_of(job.period))
        return Order(
            self._store, place, window, register, rules, earlier, now,
            self._plan.formats if final else (), (self._plan.language,),
        )  # fmt: skip

    # Reading.

    async def view(
        self, carrier: str, period: str, revision: int, form: str, language: str, link: str
    ) -> View:
        """Return a revision in a format. Raises RefusedError."""
        row = self._shelf.find(carrier, period, revision)
        found = await self._ask("view", *_kept(row), form, language, link)
        if isinstance(found, Failed) and found.code == "unknown_format":
            accepted = ", ".join(await self.formats())
            raise RefusedError(404, "unknown_format", format=form, accepted=accepted)
        made = self._good(found)
        if not isinstance(made, Rendered):
            raise RefusedError(404, "unknown_link", link=link)
        return View(made.content, made.media, row.sha256)

    async def part(self, carrier: str, period: str, link: str | None) -> bytes:
        """Return the latest revision's figures, or one circuit's. Raises RefusedError."""
        row = self._shelf.find(carrier, period)
        found = self._good(await self._ask("figures", *_kept(row), link))
        if not isinstance(found, bytes):
            raise RefusedError(404, "unknown_link", link=link or "")
        return b'{"row":' + msgspec.json.encode(row) + b"," + found[1:]

    async def leader(self, period: str, language: str) -> View:
        """Return the page over all carriers. Raises RefusedError, PeriodError."""
        earlier = before(period)
        found = self._holding(period)
        if not found:
            raise RefusedError(404, "no_report_of_anybody", period=period)
        beside = self._holding(earlier) if earlier else []
        made = self._good(await self._ask("leader", found, beside, language))
        return View(made.content, made.media, "")

    def _holding(self, period: str) -> list[tuple[Place, str]]:
        """Return the revision that holds of each carrier's period."""
        carriers = dict.fromkeys(row.carrier for row in self.rows() if row.period == period)
        return [_kept(self._shelf.find(carrier, period)) for carrier in carriers]

    async def _ask(self, function: str, *arguments: object) -> Any:
        try:
            return await self._readers.ask(function, self._store, *arguments)
        except BrokenProcessPool as error:
            raise RefusedError(503, "report_not_read", retry_after=5) from error

    def _good(self, found: Any) -> Any:
        """Return what was made. Raises RefusedError where it came to nothing."""
        if not isinstance(found, Failed):
            return found
        if found.code in {"corrupt", "newer"}:
            self.counts["damaged"] += 1
            self._damaged = " ".join(found.where)
            _log.error("a report is not what was settled", extra={"why": found.detail})
            carrier, period, revision = found.where or ("", "", "")
            raise RefusedError(
                500, "report_damaged", carrier=carrier, period=period, revision=revision[1:]
            )
        raise RefusedError(422, "report_not_rendered", reason=found.code, detail=found.detail)

    # How it does.

    def health(self) -> Mapping[str, dict[str, object]]:
        """Tell whether every report that was read was what had been settled."""
        part: dict[str, object] = {"ok": not self._damaged, "reason": ""}
        if self._damaged:
            part = {
                "ok": False,
                "reason": "report_damaged",
                "text": "report.damaged",
                "detail": self._damaged,
            }
        return {"reports": part}

    def stats(self) -> Mapping[str, float]:
        """Count what was made."""
        return {**self.counts, "waiting": len(self._queue), "kept": len(self._shelf.made)}


def _kept(row: ReportRow) -> tuple[Place, str]:
    """Return where a revision lies, and the SHA-256 that is on record; "" = it is not closed."""
    place = Place(row.carrier, row.period, row.revision)
    return place, row.sha256 if row.state == "closed" else ""


def _nobody_else(body: PeriodClosed, known: int) -> Callable[[Sequence[Record]], None]:
    """Return what refuses to close a period that somebody else has closed meanwhile."""

    def check(records: Sequence[Record]) -> None:
        closed = sum(1 for _ in settled(records, body.carrier, body.period))
        if closed != known:
            raise RefusedError(409, "period_is_closed", period=body.period, revision=closed)

    return check


def _register(inventory: Inventory, carrier: str) -> bytes:
    return encode(register_of(inventory, carrier))
