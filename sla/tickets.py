"""Trouble tickets of outages, and their repair clock (methodology 1.9). Pure.

The monitor notes a ticket itself, from when the alert of the outage was delivered first; what a
person notes takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sla import report
from sla.causes import parts_of
from sla.records import Record, TicketNoted
from sla.repair import Fault, repaired

PREFIX: Final = "ticket/"


@dataclass(frozen=True, slots=True)
class Ticket:
    """The ticket of an outage as it stands. `by`: who noted it, "" = the monitor."""

    noted: TicketNoted
    by: str
    at: int
    record: int


def usual_name(outage: str) -> str:
    """Return the name of an outage's ticket where nobody gave it another."""
    return f"{PREFIX}{outage}"


def fold(records: Iterable[Record]) -> Mapping[str, Ticket]:
    """Return the ticket of each outage that has one, by the id of the outage.

    The latest record counts, but what the monitor notes never takes the place of a person's.
    """
    found: dict[str, Ticket] = {}
    for record in records:
        take(found, record)
    return found


def take(found: dict[str, Ticket], record: Record) -> None:
    """Take one more record into what `fold` returned of those before it."""
    body = record.body
    if not isinstance(body, TicketNoted):
        return
    named, before = parts_of(body.outage), found.get(body.outage)
    if named is None or named[0] != body.link or (before and before.by and not record.person):
        return
    found[body.outage] = Ticket(body, record.person, record.at, record.number)


def repair_of(tickets: Sequence[TicketNoted], first_bad: int, limit: int) -> report.Repair | None:
    """Return the repair clock of an outage, of the tickets of the live ones it was made from.

    From the first notice to the last restoration, stop-clocks with evidence unioned; None = no
    ticket.
    """
    if not tickets:
        return None
    first = min(tickets, key=lambda one: (one.notified, one.ticket))
    ends = [one.restored for one in tickets]
    known = [end for end in ends if end is not None]
    restored = max(known) if len(known) == len(ends) else None
    stops = tuple((s.start, s.end) for one in tickets for s in one.stops if s.documents)
    clock = repaired(Fault(first_bad, first.notified, restored, stops), limit)
    taken = [one.acknowledged for one in tickets if one.acknowledged is not None]
    return report.Repair(
        ticket=first.by_carrier or first.ticket,
        notified=first.notified,
        acknowledged=min(taken, default=None),
        restored=restored,
        stopped=clock.stopped or 0,
        seconds=clock.seconds,
        limit=limit,
        in_time=clock.in_time,
    )
