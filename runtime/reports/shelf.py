"""Which reports there are: what lies on the disk beside what the records say of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from api.ports_carrier_reports import RefusedError, ReportRow
from runtime.assessments.rules_in_force import in_force
from runtime.assessments.rulesets import RulesError
from runtime.record_book import RecordBook
from runtime.reports.form import MADE, Made
from sla.deadlines import appeal_until, freezes
from sla.periods import whole
from sla.records import PeriodClosed, Record, RulesActivated
from sla.ruleset import RuleSet
from store import reports
from store.errors import StoreError
from store.reports import Place

_log = logging.getLogger("extranet.reports")

_PERIODS: Final = 500


class Shelf:
    """Used by the event loop; only `look` waits for a disk."""

    def __init__(self, rules: RuleSet, book: RecordBook) -> None:
        self._rules = rules
        self._book = book
        self.made: dict[Place, Made] = {}
        self._looked_at = 0
        self._activations: list[Record] = []
        self._held: dict[str, RuleSet] = {}

    def rules_of(self, period: str) -> RuleSet:
        """Return the rules that hold for a period: its dates are not moved by later ones.

        Where those of then cannot be read, the current ones: what is made says so. Raises
        PeriodError.
        """
        records = self._book.records
        fresh = [one for one in records[self._looked_at :] if isinstance(one.body, RulesActivated)]
        self._activations += fresh
        if fresh or len(self._held) > _PERIODS:
            self._held.clear()
        self._looked_at = len(records)
        if period not in self._held:
            start = whole(period, self._rules.zone).start
            try:
                self._held[period] = in_force(self._activations, start, self._rules)
            except RulesError:
                self._held[period] = self._rules
        return self._held[period]

    def closed(self, carrier: str, period: str) -> list[PeriodClosed]:
        """Return how often and as what a period was settled, oldest first."""
        return [body for _, body in settled(self._book.records, carrier, period)]

    def rows(self) -> Sequence[ReportRow]:
        """Return every revision that is kept or was closed, by carrier, period and revision."""
        closed = {
            Place(body.carrier, body.period, body.revision): (record, body)
            for record, body in settled(self._book.records)
        }
        places = sorted({*self.made, *closed})
        return [
            self._draft(place, self.made[place])
            if place not in closed
            else self._settled(*closed[place], self.made.get(place))
            for place in places
        ]

    def _settled(self, record: Record, body: PeriodClosed, made: Made | None) -> ReportRow:
        window = whole(body.period, self._rules.zone)
        return ReportRow(
            carrier=body.carrier,
            period=body.period,
            revision=body.revision,
            state="closed",
            sha256=body.report,
            start=window.start,
            end=window.end,
            freezes=freezes(body.period, self.rules_of(body.period)),
            appeal_until=appeal_until(body.period, self.rules_of(body.period)),
            made_at=None if made is None else made.made_at,
            closed_at=record.at,
            closed_by=record.person,
            previous=body.previous,
            changed=sum(end - start for _, start, end, _, _ in body.changed),
        )

    def _draft(self, place: Place, made: Made) -> ReportRow:
        return ReportRow(
            carrier=place.carrier,
            period=place.period,
            revision=place.revision,
            state="provisional" if made.provisional else "draft",
            sha256=made.sha256,
            start=made.start,
            end=made.end,
            freezes=freezes(place.period, self.rules_of(place.period)),
            appeal_until=appeal_until(place.period, self.rules_of(place.period)),
            made_at=made.made_at,
            previous=made.previous,
            changed=made.changed,
        )

    def find(self, carrier: str, period: str, revision: int | None = None) -> ReportRow:
        """Return a revision, or the latest closed one, or else the draft. Raises RefusedError."""
        found = [row for row in self.rows() if (row.carrier, row.period) == (carrier, period)]
        if revision is not None:
            found = [row for row in found if row.revision == revision]
        chosen = [row for row in found if row.state == "closed"] or found
        if not chosen:
            raise RefusedError(404, "unknown_report", carrier=carrier, period=period)
        return chosen[-1]

    def final(self) -> Iterator[Place]:
        """Yield what was made of a period that was over and frozen by then."""
        for place, made in self.made.items():
            frozen = freezes(place.period, self.rules_of(place.period))
            if not made.provisional and made.made_at >= frozen:
                yield place


def settled(
    records: Sequence[Record], carrier: str = "", period: str = ""
) -> Iterator[tuple[Record, PeriodClosed]]:
    """Yield what was settled, oldest first: of a carrier's period, or all."""
    for record in records:
        body = record.body
        if isinstance(body, PeriodClosed) and (
            not carrier or (body.carrier, body.period) == (carrier, period)
        ):
            yield record, body


def look(store: Path) -> dict[Place, Made]:
    """Return what was made earlier; what cannot be read is left out and made anew."""
    found = {}
    for place in reports.kept(store):
        try:
            found[place] = msgspec.json.decode(reports.read(store, place, MADE), type=Made)
            whole(place.period)
        except (OSError, StoreError, msgspec.MsgspecError, ValueError):
            found.pop(place, None)
            _log.warning("what is said of a report cannot be read", extra={"report": str(place)})
    return found
