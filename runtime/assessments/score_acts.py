"""Points by people: checked, kept, decided by a second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from api.ports_carrier_reports import RefusedError
from inventory.model import Inventory
from runtime.assessments.acts import HOUR, Pace, named, refusing
from runtime.assessments.rules_in_force import in_force
from runtime.assessments.rulesets import RulesError
from runtime.record_book import RecordBook
from sla.periods import PeriodError, Window, parse
from sla.points import Folding, PointsStanding, Withdrawal, may_be_withdrawn
from sla.records import (
    BandwidthTested,
    PeriodClosed,
    Points,
    PointsDecided,
    PointsDeducted,
    PointsProposed,
    PointsWithdrawn,
    Record,
    ServiceScored,
    Verdict,
)
from sla.ruleset import RuleSet
from sla.two_persons import LIVING, may_say
from store.documents import Documents

_AN_HOUR: Final = 500
"""What one person may put on record, or decide, in an hour: a quarter's tests of a province."""


class ScoreActs:
    """`api.ports_scores.Scores` over the records. Used by the event loop."""

    def __init__(
        self,
        book: RecordBook,
        store: Path,
        rules: Callable[[], RuleSet],
        now: Callable[[], int],
    ) -> None:
        self._book = book
        self._documents = Documents(store)
        self._rules = rules
        self._now = now
        self._inventory: Inventory | None = None
        self._folding = Folding()
        self._taken = 0
        self._pace = Pace(now, {"file": (_AN_HOUR, HOUR), "decide": (_AN_HOUR, HOUR)})

    def load(self, inventory: Inventory) -> None:
        """Take over an inventory."""
        self._inventory = inventory

    def standings(self) -> Mapping[int, PointsStanding]:
        """Return how everything stands, by number of record, oldest first."""
        return self._fold().points

    def subject(self, number: int) -> PointsStanding | None:
        """Return what the record of a number says, or wants taken back."""
        return self._fold().subject(number)

    def _fold(self) -> Folding:
        records = self._book.records
        for record in records[self._taken :]:
            self._folding.add(record)
        self._taken = len(records)
        return self._folding

    async def propose(
        self, body: Points, documents: Sequence[tuple[str, str]], person: str
    ) -> PointsStanding:
        """Put points on record. Raises RefusedError."""
        self._pace.take("file", person)
        found = await named(self._documents, documents)
        whole = msgspec.structs.replace(body, documents=found)

        def only_if(records: Sequence[Record]) -> None:
            self._check(whole, records)

        with refusing():
            record = await self._book.add(person, PointsProposed(whole), only_if)
        return self.standings()[record.number]

    async def withdraw(self, number: int, why: str, person: str) -> PointsStanding:
        """Ask for points that count to be taken back. Raises RefusedError."""
        self._pace.take("file", person)

        def only_if(_: Sequence[Record]) -> None:
            one = self._known(number)
            if one.record != number or not one.counts:
                raise RefusedError(409, "points_not_counting", number=number, state=one.state)
            if not may_be_withdrawn(one):
                raise RefusedError(409, "points_withdrawn_twice", number=number)

        with refusing():
            await self._book.add(person, PointsWithdrawn(number, why), only_if)
        return self.standings()[number]

    async def decide(self, number: int, verdict: Verdict, why: str, person: str) -> PointsStanding:
        """Approve, reject or withdraw what waits. Raises RefusedError."""
        self._pace.take("decide", person)

        def only_if(records: Sequence[Record]) -> None:
            one = self._known(number)
            _may_decide(one, number, verdict, person)
            if verdict == "approve" and not isinstance(one.waiting, Withdrawal):
                self._still_open(one.body, records)

        with refusing():
            await self._book.add(person, PointsDecided(number, verdict, why), only_if)
        return self._known(number)

    def _known(self, number: int) -> PointsStanding:
        one = self.subject(number)
        if one is None:
            raise RefusedError(404, "unknown_points", number=number)
        return one

    def _check(self, body: Points, records: Sequence[Record]) -> None:
        """Raise RefusedError where it cannot be so."""
        if not body.documents:
            raise RefusedError(422, "score_needs_document")
        match body:
            case BandwidthTested():
                self._check_test(body)
            case ServiceScored():
                self._open(body.carrier, body.period, records)
                if not 0 <= body.num <= body.den or not body.den:
                    raise RefusedError(422, "score_out_of_range")
            case PointsDeducted():
                window = self._open(body.carrier, body.period, records)
                self._check_deduction(body, window, records)

    def _check_test(self, body: BandwidthTested) -> None:
        if body.link not in self._register().links:
            raise RefusedError(404, "unknown_link", link=body.link)
        if body.at > self._now():
            raise RefusedError(422, "bandwidth_test_ahead")
        if body.contracted <= 0 or min(body.measured_up, body.measured_down) <= 0:
            raise RefusedError(422, "bandwidth_test_empty")

    def _check_deduction(
        self, body: PointsDeducted, window: Window, records: Sequence[Record]
    ) -> None:
        cap = self._rules_of(window, records).deductions_cap
        if not 0 < body.hundredths <= cap * 100:
            raise RefusedError(422, "deduction_over_cap", cap=cap)
        for one in self.standings().values():  # sent twice by a slow line, it is taken off once
            if one.body == body and one.state in LIVING:
                raise RefusedError(409, "deduction_twice", number=one.record)

    def _open(self, carrier: str, period: str, records: Sequence[Record]) -> Window:
        """Return a period that has begun and is not settled. Raises RefusedError."""
        if carrier not in self._register().carriers:
            raise RefusedError(404, "unknown_carrier", carrier=carrier)
        try:
            window = parse(period, self._now(), self._rules().zone)
        except PeriodError:
            raise RefusedError(422, "unknown_period", period=period) from None
        _not_closed(carrier, period, records)
        return window

    def _still_open(self, body: Points, records: Sequence[Record]) -> None:
        """Raise RefusedError where the period was settled while a score or deduction waited."""
        if not isinstance(body, BandwidthTested):
            _not_closed(body.carrier, body.period, records)

    def _rules_of(self, window: Window, records: Sequence[Record]) -> RuleSet:
        """Return the rules that hold for a period, as its report has them."""
        try:
            return in_force(records, window.start, self._rules())
        except RulesError:  # the report says so; what is told here is by those of today
            return self._rules()

    def _register(self) -> Inventory:
        assert self._inventory is not None
        return self._inventory


def _not_closed(carrier: str, period: str, records: Sequence[Record]) -> None:
    closed = [
        record.body.revision
        for record in records
        if isinstance(record.body, PeriodClosed)
        and (record.body.carrier, record.body.period) == (carrier, period)
    ]
    if closed:
        raise RefusedError(409, "score_after_closing", period=period, revision=max(closed))


def _may_decide(one: PointsStanding, number: int, verdict: Verdict, person: str) -> None:
    """Raise RefusedError where a decision would change nothing."""
    waits = one.waiting
    if waits is None or waits.record != number:
        raise RefusedError(409, "points_decided", number=number, state=one.state)
    if not may_say(verdict, waits.state, waits.by, person):
        code = "points_not_yours" if verdict == "withdraw" else "points_own"
        raise RefusedError(403, code, number=number)
