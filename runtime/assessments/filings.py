"""Overlays that people file, and their documents: checked, kept, decided by a second person."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from api.ports_carrier_reports import RefusedError
from api.ports_overlays import Calendar, Filing
from inventory.model import Inventory
from runtime.assessments.acts import BUSY_SECONDS, HOUR, Pace, named, refusing
from runtime.assessments.rules_in_force import in_force
from runtime.assessments.rulesets import RulesError
from runtime.record_book import RecordBook
from sla.filing_checks import Note, notes, refusal
from sla.filings import Folding, Standing, may_decide, may_withdraw
from sla.papers import Paper, papers
from sla.periods import whole
from sla.records import Document, OverlayDecided, OverlayFiled, Record, RulesActivated, Verdict
from sla.ruleset import RuleSet
from store.documents import Documents

_MOST: Final[Mapping[str, tuple[int, int]]] = {
    "file": (60, HOUR),
    "decide": (200, HOUR),
    "keep": (60, HOUR),
}
"""What one person does at most, and in how many seconds."""
_OCTETS: Final = 500 * 1024 * 1024
"""Of files that one person hands in within a day."""
_UPLOADS: Final = 2
"""Files in memory at once: 20 MB each."""
_REMEMBERED: Final = 1_000
_MONTHS: Final = 60


class Filings:
    """`api.ports_overlays.Overlays` over the records and the store. Used by the event loop."""

    def __init__(
        self,
        book: RecordBook,
        store: Path,
        rules: Callable[[], RuleSet],
        now: Callable[[], int],
        octets: int = _OCTETS,
    ) -> None:
        self._pace = Pace(now, {**_MOST, "octets": (octets, 24 * HOUR)})
        self._book = book
        self._documents = Documents(store)
        self._rules = rules
        self._now = now
        self._inventory: Inventory | None = None
        self._folding = Folding()
        self._folded = 0
        self._papers: dict[str, list[Paper]] = {}
        self._notes: dict[str, Sequence[Note]] = {}
        """As long as nothing is added."""
        self._handed_in: deque[tuple[str, str]] = deque(maxlen=_REMEMBERED)
        self._uploads = 0
        self._held: dict[int, RuleSet] = {}
        """Rules by the month they hold for."""

    def load(self, inventory: Inventory) -> None:
        """Take over an inventory."""
        self._inventory, self._folded = inventory, 0
        self._folding = Folding(inventory.planned_work.values())
        self._papers.clear()
        self._notes.clear()

    # Reading.

    def overlays(self) -> Mapping[str, Standing]:
        """Return everything that was filed or announced, by id."""
        return self._fold().overlays

    def notes(self, overlay: Standing) -> Sequence[Note]:
        """Return what of it will not count, and what quota it leaves."""
        filed = self._fold()
        if overlay.overlay not in self._notes:
            rules = self._rules_of(overlay.start)
            self._notes[overlay.overlay] = notes(overlay, filed, self._register(), rules)
        return self._notes[overlay.overlay]

    def calendar(self, year: int) -> Calendar:
        """Return the calendar of a year."""
        rules, head = self._rules(), f"{year:04}-"

        def of_year(days: Mapping[str, str]) -> dict[str, str]:
            return {day: name for day, name in sorted(days.items()) if day.startswith(head)}

        return Calendar(year, rules.zone, of_year(rules.holidays), of_year(rules.workdays))

    async def document(self, sha256: str) -> tuple[bytes, str] | None:
        """Return a file and its media type. Raises RefusedError."""
        with refusing():
            found = await asyncio.to_thread(self._documents.find, sha256)
            content = (
                None if found is None else await asyncio.to_thread(self._documents.read, sha256)
            )
        return None if found is None or content is None else (content, found.media)

    def papers(self, sha256: str) -> Sequence[Paper]:
        """Return where a document is named on record, and whom that concerns."""
        self._fold()
        return self._papers.get(sha256, ())

    def handed_in(self, sha256: str, person: str) -> bool:
        """Say whether it was this person who handed in a file, since the start."""
        return (sha256, person) in self._handed_in

    # Changing.

    async def keep(self, name: str, content: bytes, person: str) -> Document:
        """Keep a file that somebody hands in. Raises RefusedError."""
        self._pace.take("keep", person)
        self._pace.take("octets", person, len(content))
        if self._uploads >= _UPLOADS:
            raise RefusedError(429, "documents_busy", retry_after=BUSY_SECONDS)
        self._uploads += 1
        try:
            with refusing():
                kept = await asyncio.to_thread(self._documents.keep, content)
        finally:
            self._uploads -= 1
        self._handed_in.append((kept.sha256, person))
        return Document(kept.sha256, name, kept.size, kept.media)

    async def file(self, filing: Filing, person: str) -> Standing:
        """File an overlay. Raises RefusedError."""
        self._pace.take("file", person)
        documents = await named(self._documents, filing.documents)
        body = OverlayFiled(
            overlay=f"ov-{secrets.token_hex(6)}",
            kind=filing.kind,
            links=filing.links,
            start=filing.start,
            end=filing.end,
            title=filing.title,
            why=filing.why,
            documents=documents,
            carrier=filing.carrier,
            replaces=filing.replaces,
            outage=filing.outage,
        )

        def only_if(_: Sequence[Record]) -> None:
            filed = self._fold()
            one = _standing(body, person, self._now(), filed)
            problem = refusal(one, filed, self._register(), self._rules_of(one.start))
            if problem is not None:
                raise RefusedError(problem.status, problem.code, **problem.parameters)

        with refusing():
            await self._book.add(person, body, only_if)
        return self._fold().overlays[body.overlay]

    async def decide(self, overlay: str, verdict: Verdict, why: str, person: str) -> Standing:
        """Approve, reject or withdraw an overlay. Raises RefusedError."""
        self._pace.take("decide", person)

        def only_if(_: Sequence[Record]) -> None:
            one = self._fold().overlays.get(overlay)
            if one is None:
                raise RefusedError(404, "unknown_overlay", overlay=overlay)
            _check(one, verdict, person, self._now())

        with refusing():
            await self._book.add(person, OverlayDecided(overlay, verdict, why), only_if)
        return self._fold().overlays[overlay]

    def _register(self) -> Inventory:
        assert self._inventory is not None
        return self._inventory

    def _rules_of(self, at: int) -> RuleSet:
        """Return the rules that hold for the month of an instant."""
        current = self._rules()
        local = datetime.fromtimestamp(at, ZoneInfo(current.zone))
        start = whole(f"{local:%Y-%m}", current.zone).start
        self._fold()
        if start not in self._held:
            try:
                self._held[start] = in_force(self._book.records, start, current)
            except RulesError:  # the report says so; what is told here is by those of today
                self._held[start] = current
            while len(self._held) > _MONTHS:
                self._held.pop(next(iter(self._held)))
        return self._held[start]

    def _fold(self) -> Folding:
        records = self._book.records
        for record in records[self._folded :]:
            self._folding.add(record)
            for paper in papers(record.body):
                self._papers.setdefault(paper.document.sha256, []).append(paper)
            if isinstance(record.body, RulesActivated):
                self._held.clear()
        if self._folded != len(records):
            self._notes.clear()
        self._folded = len(records)
        return self._folding


def _standing(body: OverlayFiled, person: str, now: int, filed: Folding) -> Standing:
    """Return a filing as it would stand if it were filed now."""
    one = Standing(
        body.overlay, body.kind, body.links, body.start, body.end, body.title, now, person,
        documents=body.documents, carrier=body.carrier, outage=body.outage, replaces=body.replaces,
    )  # fmt: skip
    return replace(one, evidence=filed.has_evidence(one))


def _check(one: Standing, verdict: Verdict, person: str, now: int) -> None:
    """Raise RefusedError where a decision would change nothing."""
    if verdict == "withdraw":
        if may_withdraw(one, person, now):
            return
        if one.filed_by != person:
            raise RefusedError(403, "overlay_not_yours", overlay=one.overlay)
        if one.state == "approved":
            raise RefusedError(409, "overlay_begun", overlay=one.overlay)
    elif may_decide(one, person):
        return
    elif one.state == "filed":
        raise RefusedError(403, "overlay_own", overlay=one.overlay)
    raise RefusedError(409, "overlay_decided", overlay=one.overlay, state=one.state)
