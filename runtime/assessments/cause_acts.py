"""Causes and tickets that people say, approve and note: checked, then added to the records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Literal

import msgspec

from api.ports_carrier_reports import RefusedError
from api.ports_causes import Noting, Saying
from inventory.model import Inventory
from runtime.assessments.acts import HOUR, Pace, named, refusing
from runtime.record_book import RecordBook
from sla import causes, tickets
from sla.causes import CauseStanding, may_decide, parts_of
from sla.records import CauseDecided, Record, StopClock, TicketNoted
from sla.tickets import Ticket
from store.documents import Documents

_AN_HOUR: Final = 200
"""What one person may say, decide and note in an hour."""


class CauseActs:
    """`api.ports_causes.Causes` over the records. Used by the event loop."""

    def __init__(self, book: RecordBook, store: Path, now: Callable[[], int]) -> None:
        self._book = book
        self._documents = Documents(store)
        self._now = now
        self._inventory: Inventory | None = None
        self._causes: dict[str, CauseStanding] = {}
        self._tickets: dict[str, Ticket] = {}
        self._taken = 0
        """Records that are folded in: there are many, and each is looked at once."""
        self._pace = Pace(now, {"act": (_AN_HOUR, HOUR)})

    def load(self, inventory: Inventory) -> None:
        """Take over an inventory."""
        self._inventory = inventory

    def standings(self) -> Mapping[str, CauseStanding]:
        """Return how the cause of each outage stands."""
        self._fold()
        return self._causes

    def tickets(self) -> Mapping[str, Ticket]:
        """Return the ticket of each outage that has one."""
        self._fold()
        return self._tickets

    def _fold(self) -> None:
        records = self._book.records
        while self._taken < len(records):
            causes.take(self._causes, records[self._taken])
            tickets.take(self._tickets, records[self._taken])
            self._taken += 1

    async def say(self, saying: Saying, person: str) -> CauseStanding:
        """Say a cause. Raises RefusedError."""
        self._pace.take("act", person)
        documents = await named(self._documents, saying.documents)
        body = CauseDecided(
            saying.outage, "say", saying.cause, saying.until, saying.why, documents, saying.carrier
        )

        def only_if(_: Sequence[Record]) -> None:
            self._check(body)

        with refusing():
            await self._book.add(person, body, only_if)
        return self.standings()[saying.outage]

    def _check(self, body: CauseDecided) -> None:
        """Raise RefusedError where a cause cannot be said so."""
        start = self._known(body.outage)[1]
        one, until = self.standings().get(body.outage), body.until
        kept_out = body.cause == "carrier" and bool(body.documents) and until is not None
        if (one is None or one.proposed is None) and not kept_out:
            raise RefusedError(404, "unknown_outage", outage=body.outage)
        end = self._now() if one is None or one.end is None else one.end
        if until is not None and not start < until <= end:
            raise RefusedError(422, "cause_until")

    async def decide(
        self, outage: str, step: Literal["approve", "reject"], said: int, why: str, person: str
    ) -> CauseStanding:
        """Approve or reject what was said last. Raises RefusedError."""
        self._pace.take("act", person)
        waiting = self.standings().get(outage)
        cause = "unknown" if waiting is None or not waiting.waiting else waiting.waiting.cause

        def only_if(_: Sequence[Record]) -> None:
            one = self.standings().get(outage)
            if one is None:
                raise RefusedError(404, "unknown_outage", outage=outage)
            if one.waiting is None or one.waiting.record != said:
                raise RefusedError(409, "cause_not_waiting", outage=outage)
            if not may_decide(one, person):
                raise RefusedError(403, "cause_own", outage=outage)

        with refusing():
            await self._book.add(person, CauseDecided(outage, step, cause, why=why), only_if)
        return self.standings()[outage]

    async def note(self, noting: Noting, person: str) -> Ticket:
        """Note something in a ticket. Raises RefusedError."""
        self._pace.take("act", person)
        stops = None if noting.stops is None else [*await self._stops(noting)]
        link, _ = self._known(noting.outage)
        with refusing():
            while True:
                before = self.tickets().get(noting.outage)
                body = _noted(noting, link, before, stops)
                self._check_ticket(body)
                mark = 0 if before is None else before.record
                try:
                    await self._book.add(person, body, partial(self._same, noting.outage, mark))
                except _ChangedError:
                    continue  # somebody noted something meanwhile: upon that, then
                return self.tickets()[noting.outage]

    def _same(self, outage: str, record: int, _: Sequence[Record]) -> None:
        """Raise _ChangedError where the ticket is not that of the record any more."""
        now = self.tickets().get(outage)
        if (0 if now is None else now.record) != record:
            raise _ChangedError

    async def _stops(self, noting: Noting) -> list[StopClock]:
        found = []
        for at, stop in enumerate(noting.stops or ()):
            papers = noting.stop_documents[at] if at < len(noting.stop_documents) else ()
            documents = await named(self._documents, papers)
            if not documents:
                raise RefusedError(422, "stop_needs_document")
            found.append(msgspec.structs.replace(stop, documents=documents))
        return found

    def _check_ticket(self, body: TicketNoted) -> None:
        now, (_, start) = self._now(), self._known(body.outage)
        later = [at for at in (body.acknowledged, body.restored) if at is not None]
        spans = [(stop.start, stop.end) for stop in body.stops]
        wrong = (
            body.notified < start
            or max([body.notified, *later]) > now
            or any(at < body.notified for at in later)
            or any(not start <= a < b <= now for a, b in spans)
        )
        if wrong:
            raise RefusedError(422, "ticket_times")

    def _known(self, outage: str) -> tuple[str, int]:
        """Return link and start of an outage of the inventory. Raises RefusedError."""
        found = parts_of(outage)
        assert self._inventory is not None
        if found is None or found[0] not in self._inventory.links or found[1] > self._now():
            raise RefusedError(404, "unknown_outage", outage=outage)
        return found


class _ChangedError(Exception):
    """The ticket is another than the one that was to be changed."""


def _noted(
    noting: Noting, link: str, before: Ticket | None, stops: Sequence[StopClock] | None
) -> TicketNoted:
    """Lay what is noted over the ticket as it is. Raises RefusedError."""
    old = None if before is None else before.noted
    notified = _over(noting.notified, None if old is None else old.notified)
    if notified is None:
        raise RefusedError(422, "ticket_needs_notice")
    name = old.ticket if old is not None else tickets.usual_name(noting.outage)
    return TicketNoted(
        ticket=noting.ticket or name,
        outage=noting.outage,
        link=link,
        notified=notified,
        acknowledged=_over(noting.acknowledged, None if old is None else old.acknowledged),
        restored=_over(noting.restored, None if old is None else old.restored),
        stops=tuple(stops) if stops is not None else () if old is None else old.stops,
        by_carrier=noting.by_carrier or ("" if old is None else old.by_carrier),
    )


def _over(new: int | None, old: int | None) -> int | None:
    return old if new is None else new
