"""Points by people, and how they stand: tests of bandwidth, scores for service, deductions.

A pure fold over the records, oldest first. They count when a second person has approved them, and
no longer when a second one has approved that they are taken back. A score that counts is replaced
by the next one that does, of the same carrier and period; what was withdrawn or replaced never
comes back. Of before there were proposals, a test, a score or a deduction is a record of its own:
it counts from then on, on one person's word, and nobody stands as who approved it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from sla.records import (
    BandwidthTested,
    Points,
    PointsDecided,
    PointsDeducted,
    PointsProposed,
    PointsWithdrawn,
    Record,
    ServiceScored,
)
from sla.two_persons import AFTER, State, may_say

Sort = Literal["test", "score", "deduction"]
SORTS: Final[Mapping[type[Points], Sort]] = {
    BandwidthTested: "test",
    ServiceScored: "score",
    PointsDeducted: "deduction",
}


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That somebody wants points taken back, and what another said to it. UTC seconds.

    `record`: number in the ledger. `decided_by` "" = nobody yet.
    """

    record: int
    at: int
    by: str
    why: str
    state: State = "filed"
    decided_at: int | None = None
    decided_by: str = ""
    decided_why: str = ""


@dataclass(frozen=True, slots=True)
class PointsStanding:
    """Points as they stand. UTC seconds; `record`: number in the ledger of who first said them.

    `decided_by` "" = nobody yet, or of the earlier form. `withdrawal`: the last one asked for.
    `replaced_by`: number of the score that counts in its place.
    """

    record: int
    at: int
    by: str
    body: Points
    state: State = "filed"
    decided_at: int | None = None
    decided_by: str = ""
    decided_why: str = ""
    withdrawal: Withdrawal | None = None
    replaced_by: int | None = None

    @property
    def sort(self) -> Sort:
        """What it is."""
        return SORTS[type(self.body)]

    @property
    def counts(self) -> bool:
        """Say whether a report counts it."""
        return self.state == "approved"

    @property
    def approved_by(self) -> str:
        """Who approved it, "" = nobody, or it does not count."""
        return self.decided_by if self.counts else ""

    @property
    def waiting(self) -> PointsStanding | Withdrawal | None:
        """Return what waits for a second person: the points, or that they are taken back."""
        if self.state == "filed":
            return self
        taken_back = self.withdrawal
        waits = self.counts and taken_back is not None and taken_back.state == "filed"
        return taken_back if waits else None


class Folding:
    """The points as they stand after the records so far; more may be added, oldest first."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.points: dict[int, PointsStanding] = {}
        """By number of record, in the order of filing."""
        self._of: dict[int, int] = {}
        """Whose withdrawal a record is."""
        self._scored: dict[tuple[str, str], int] = {}
        """The score that counts, by carrier and period."""
        for record in records:
            self.add(record)

    def subject(self, number: int) -> PointsStanding | None:
        """Return what the record of a number says, or wants taken back."""
        return self.points.get(self._of.get(number, number))

    def add(self, record: Record) -> None:
        """Take in the next record."""
        match record.body:
            case BandwidthTested() | ServiceScored() | PointsDeducted() as said:
                self._count(PointsStanding(record.number, record.at, record.person, said))
            case PointsProposed() as proposed if record.person:
                self.points[record.number] = PointsStanding(
                    record.number, record.at, record.person, proposed.says
                )
            case PointsWithdrawn() as wanted if record.person:
                one = self.points.get(wanted.of)
                if one is not None and may_be_withdrawn(one):
                    back = Withdrawal(record.number, record.at, record.person, wanted.why)
                    self.points[one.record] = replace(one, withdrawal=back)
                    self._of[record.number] = one.record
            case PointsDecided() as decided:
                self._decide(record, decided)
            case _:
                pass

    def _count(self, one: PointsStanding) -> None:
        self.points[one.record] = replace(one, state="approved")
        if isinstance(one.body, ServiceScored):
            key = (one.body.carrier, one.body.period)
            earlier = self.points.get(self._scored.get(key, 0))
            if earlier is not None and earlier.counts:
                self.points[earlier.record] = replace(
                    earlier, state="replaced", replaced_by=one.record
                )
            self._scored[key] = one.record

    def _decide(self, record: Record, decided: PointsDecided) -> None:
        one = self.subject(decided.of)
        waits = None if one is None else one.waiting
        if one is None or waits is None or waits.record != decided.of:
            return
        if not may_say(decided.verdict, waits.state, waits.by, record.person):
            return
        state = AFTER[decided.verdict]
        if isinstance(waits, Withdrawal):
            back = replace(
                waits, state=state, decided_at=record.at, decided_by=record.person,
                decided_why=decided.why,
            )  # fmt: skip
            after: State = "withdrawn" if decided.verdict == "approve" else one.state
            self.points[one.record] = replace(one, state=after, withdrawal=back)
            return
        done = replace(
            one, state=state, decided_at=record.at, decided_by=record.person,
            decided_why=decided.why,
        )  # fmt: skip
        self.points[one.record] = done
        if decided.verdict == "approve":
            self._count(done)


def counting(records: Iterable[Record]) -> Sequence[PointsStanding]:
    """Return what counts after these records, in the order of filing."""
    return [one for one in Folding(records).points.values() if one.counts]


def may_be_withdrawn(one: PointsStanding) -> bool:
    """Say whether somebody may ask for it to be taken back: it counts, and nobody has asked."""
    return one.counts and one.waiting is None


def of_period(
    found: Iterable[PointsStanding], carrier: str, period: str
) -> Iterator[PointsStanding]:
    """Yield the scores and deductions of a carrier's period."""
    for one in found:
        body = one.body
        if not isinstance(body, BandwidthTested) and (body.carrier, body.period) == (
            carrier, period,
        ):  # fmt: skip
            yield one
