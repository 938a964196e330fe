"""What the api may call about points by people: tests of bandwidth, scores for service, deductions.

They stand in the records of `sla.records`; see there for units. How they stand is `sla.points`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sla.points import PointsStanding
from sla.records import Points, Verdict


class Scores(Protocol):
    """Points by people. What changes raises RefusedError."""

    def standings(self) -> Mapping[int, PointsStanding]:
        """Return how everything stands, by number of record, in the order of filing."""

    def subject(self, number: int) -> PointsStanding | None:
        """Return what the record of a number says, or wants taken back; None = it is none."""

    async def propose(
        self, body: Points, documents: Sequence[tuple[str, str]], person: str
    ) -> PointsStanding:
        """Put points on record; that they are the person's business was looked at before.

        `documents`: SHA-256 (hex) and name of each; they take the place of those of `body`.
        """

    async def withdraw(self, number: int, why: str, person: str) -> PointsStanding:
        """Ask for points that count to be taken back."""

    async def decide(self, number: int, verdict: Verdict, why: str, person: str) -> PointsStanding:
        """Approve or reject what waits in the record of a number, or withdraw one's own."""
