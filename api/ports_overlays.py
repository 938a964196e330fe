"""What the api may call about who is responsible: overlays, documents, the calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from sla.filing_checks import Note
from sla.filings import Standing
from sla.papers import Paper
from sla.records import Document, Kind, Verdict


class Filing(msgspec.Struct, frozen=True):
    """What somebody hands in. Times are UTC seconds, [start, end).

    `documents`: SHA-256 (hex) and name of each. `carrier`: whose side files it, "" = the owner's.
    """

    kind: Kind
    links: tuple[str, ...]
    start: int
    end: int
    title: str
    why: str = ""
    documents: tuple[tuple[str, str], ...] = ()
    carrier: str = ""
    replaces: str = ""
    outage: str = ""


class Calendar(msgspec.Struct, frozen=True):
    """Days of a year that are free although a weekday, and worked although a weekend (调休).

    Local dates with their names; empty = the rules name none of that year.
    """

    year: int
    zone: str
    holidays: Mapping[str, str]
    workdays: Mapping[str, str]


class Overlays(Protocol):
    """Who is responsible, as people filed it. What changes raises RefusedError."""

    def overlays(self) -> Mapping[str, Standing]:
        """Return everything that was filed or announced, by id, in the order of filing."""

    def notes(self, overlay: Standing) -> Sequence[Note]:
        """Return what of it will not count, and what quota it leaves."""

    async def file(self, filing: Filing, person: str) -> Standing:
        """File it; that the links are the person's business was looked at before."""

    async def decide(self, overlay: str, verdict: Verdict, why: str, person: str) -> Standing:
        """Approve, reject or withdraw an overlay; that the person may was looked at before."""

    async def keep(self, name: str, content: bytes, person: str) -> Document:
        """Keep a file that somebody hands in."""

    def handed_in(self, sha256: str, person: str) -> bool:
        """Say whether it was this person who handed in a file, since the monitor was started."""

    def papers(self, sha256: str) -> Sequence[Paper]:
        """Return where a document is named on record, and whom that concerns."""

    async def document(self, sha256: str) -> tuple[bytes, str] | None:
        """Return a file and its media type; None = there is none."""

    def calendar(self, year: int) -> Calendar:
        """Return the calendar of a year."""
