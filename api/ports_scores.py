"""What the api may call about scores by people: tests of bandwidth, scores for service, deductions.

They stand in the records of `sla.records`; see there for units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from sla.records import BandwidthTested, PointsDeducted, ServiceScored

Given = TypeVar("Given", BandwidthTested, ServiceScored, PointsDeducted)


class Noted(NamedTuple, Generic[Given]):
    """A record as kept: its number, when it was filed (UTC seconds), by whom, what it says."""

    number: int
    at: int
    person: str
    body: Given


class Scores(Protocol):
    """Scores by people, oldest first. What changes raises RefusedError."""

    def tests(self) -> Sequence[Noted[BandwidthTested]]:
        """Return every test of bandwidth, in the order of filing."""

    def services(self) -> Sequence[Noted[ServiceScored]]:
        """Return every score for service; the last of a carrier and period holds."""

    def deductions(self) -> Sequence[Noted[PointsDeducted]]:
        """Return every deduction."""

    async def add(
        self, body: Given, documents: Sequence[tuple[str, str]], person: str
    ) -> Noted[Given]:
        """Put one on record; that it is the person's business was looked at before.

        `documents`: SHA-256 (hex) and name of each; they take the place of those of `body`.
        """
