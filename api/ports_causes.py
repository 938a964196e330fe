"""What the api may call about where outages came from, and about their tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

from sla.causes import CauseStanding
from sla.records import Cause, StopClock
from sla.tickets import Ticket


class Saying(msgspec.Struct, frozen=True):
    """What a person says of an outage. `until` UTC seconds; `documents`: SHA-256 and name of each.

    `carrier`: whose side says it, "" = the owner's.
    """

    outage: str
    cause: Cause
    until: int | None = None
    why: str = ""
    documents: tuple[tuple[str, str], ...] = ()
    carrier: str = ""


class Noting(msgspec.Struct, frozen=True):
    """What a person notes in the ticket of an outage; what is None stays as it was. UTC seconds.

    `stops` with the documents of each by SHA-256 and name, in the order of the stops.
    """

    outage: str
    ticket: str | None = None
    notified: int | None = None
    acknowledged: int | None = None
    restored: int | None = None
    by_carrier: str | None = None
    stops: tuple[StopClock, ...] | None = None
    stop_documents: tuple[tuple[tuple[str, str], ...], ...] = ()


class Causes(Protocol):
    """Causes and tickets of outages. What changes raises RefusedError."""

    def standings(self) -> Mapping[str, CauseStanding]:
        """Return how the cause of each outage stands, by id, in the order of their proposals."""

    def tickets(self) -> Mapping[str, Ticket]:
        """Return the ticket of each outage that has one, by the id of the outage."""

    async def say(self, saying: Saying, person: str) -> CauseStanding:
        """Say a cause; that the outage is the person's business was looked at before."""

    async def decide(
        self, outage: str, step: Literal["approve", "reject"], said: int, why: str, person: str
    ) -> CauseStanding:
        """Approve or reject what was said in the record of number `said`, as the second person."""

    async def note(self, noting: Noting, person: str) -> Ticket:
        """Note something in a ticket; make it where there is none."""
