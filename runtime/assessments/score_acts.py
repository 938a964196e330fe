"""Tests of bandwidth, scores for service and deductions: checked, then added to the records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from api.ports_carrier_reports import RefusedError
from api.ports_scores import Given, Noted
from inventory.model import Inventory
from runtime.assessments.acts import HOUR, Pace, named, refusing
from runtime.assessments.rules_in_force import in_force
from runtime.assessments.rulesets import RulesError
from runtime.record_book import RecordBook
from sla.periods import PeriodError, Window, parse
from sla.records import (
    BandwidthTested,
    PeriodClosed,
    PointsDeducted,
    Record,
    ServiceScored,
)
from sla.ruleset import RuleSet
from store.documents import Documents

_AN_HOUR: Final = 500
"""What one person may put on record in an hour: a quarter's tests of a province, from a table."""


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
        self._tests: list[Noted[BandwidthTested]] = []
        self._services: list[Noted[ServiceScored]] = []
        self._deductions: list[Noted[PointsDeducted]] = []
        self._taken = 0
        self._pace = Pace(now, {"act": (_AN_HOUR, HOUR)})

    def load(self, inventory: Inventory) -> None:
        """Take over an inventory."""
        self._inventory = inventory

    def tests(self) -> Sequence[Noted[BandwidthTested]]:
        """Return every test of bandwidth, oldest first."""
        self._fold()
        return self._tests

    def services(self) -> Sequence[Noted[ServiceScored]]:
        """Return every score for service, oldest first."""
        self._fold()
        return self._services

    def deductions(self) -> Sequence[Noted[PointsDeducted]]:
        """Return every deduction, oldest first."""
        self._fold()
        return self._deductions

    def _fold(self) -> None:
        records = self._book.records
        for record in records[self._taken :]:
            match record.body:
                case BandwidthTested():
                    self._tests.append(_noted(record, record.body))
                case ServiceScored():
                    self._services.append(_noted(record, record.body))
                case PointsDeducted():
                    self._deductions.append(_noted(record, record.body))
                case _:
                    pass
        self._taken = len(records)

    async def add(
        self, body: Given, documents: Sequence[tuple[str, str]], person: str
    ) -> Noted[Given]:
        """Put one on record. Raises RefusedError."""
        self._pace.take("act", person)
        found = await named(self._documents, documents)
        whole = msgspec.structs.replace(body, documents=found)
        with refusing():
            record = await self._book.add(person, whole, partial(self._check, whole))
        return _noted(record, whole)

    def _check(
        self, body: BandwidthTested | ServiceScored | PointsDeducted, records: Sequence[Record]
    ) -> None:
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
        for one in self.deductions():  # sent twice by a slow line, it would be taken off twice
            if one.body == body:
                raise RefusedError(409, "deduction_twice", number=one.number)

    def _open(self, carrier: str, period: str, records: Sequence[Record]) -> Window:
        """Return a period that has begun and is not settled. Raises RefusedError."""
        if carrier not in self._register().carriers:
            raise RefusedError(404, "unknown_carrier", carrier=carrier)
        try:
            window = parse(period, self._now(), self._rules().zone)
        except PeriodError:
            raise RefusedError(422, "unknown_period", period=period) from None
        closed = [
            record.body.revision
            for record in records
            if isinstance(record.body, PeriodClosed)
            and (record.body.carrier, record.body.period) == (carrier, period)
        ]
        if closed:
            raise RefusedError(409, "score_after_closing", period=period, revision=max(closed))
        return window

    def _rules_of(self, window: Window, records: Sequence[Record]) -> RuleSet:
        """Return the rules that hold for a period, as its report has them."""
        try:
            return in_force(records, window.start, self._rules())
        except RulesError:  # the report says so; what is told here is by those of today
            return self._rules()

    def _register(self) -> Inventory:
        assert self._inventory is not None
        return self._inventory


def _noted(record: Record, body: Given) -> Noted[Given]:
    return Noted(record.number, record.at, record.person, body)
