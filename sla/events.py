"""One cause over many circuits: outages that began together, as one event. Pure.

An event says that it was one cut; it excuses nobody: each circuit keeps its own downtime.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

_LEAST_AT_HEAD: Final = 2
_LEAST_OF_CARRIER: Final = 3
"""Circuits that make an event: at one head end, and of one carrier within one city. Of two faults
by chance within a slot two at one device are seldom."""
_ENDS_SLOTS: Final = 5


@dataclass(frozen=True, slots=True)
class Lost:
    """An outage of a link. UTC seconds; `end` None = lasts.

    `head`: its near device; `area`: its city. `above`: id of the outage that it lay behind, or "".
    """

    outage: str
    link: str
    carrier: str
    head: str
    area: str
    start: int
    end: int | None
    above: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Outages of one cause. `event`: stable for the same first outage."""

    event: str
    start: int
    members: tuple[Lost, ...]


def event_id(start: int, link: str) -> str:
    """Name an event by its first outage."""
    return f"event:{start}:{link}"


def events(lost: Iterable[Lost], slot: int) -> list[Event]:
    """Group outages; each is in at most one event. `slot` in seconds.

    First those behind one outage, with it; then those of one head end; then those of one carrier
    in one city, whose starts lie within a slot of the first and whose ends lie near each other.
    """
    rest = sorted(lost, key=lambda one: (one.start, one.link, one.outage))
    found: list[Event] = []
    known = {one.outage: one for one in rest}
    behind: dict[str, list[Lost]] = {}
    for one in rest:
        if one.above:
            behind.setdefault(one.above, []).append(one)
    for above, children in behind.items():
        parent = known.get(above)
        members = children if parent is None or parent.above else [parent, *children]
        name, _, start = above.rpartition("@")
        began = int(start) if start.isdecimal() else members[0].start
        first = name.partition(":")[2] or members[0].link
        found.append(Event(event_id(began, first), began, tuple(members)))
    rest = _without(rest, found)
    for least, key in ((_LEAST_AT_HEAD, _of_head), (_LEAST_OF_CARRIER, _of_carrier)):
        groups: dict[object, list[Lost]] = {}
        for one in rest:
            groups.setdefault(key(one), []).append(one)
        for members in groups.values():
            found += _near(members, slot, least)
        rest = _without(rest, found)
    return sorted(found, key=lambda one: (one.start, one.event))


def by_outage(found: Iterable[Event]) -> Mapping[str, Event]:
    """Return the event of each outage that is in one."""
    return {one.outage: event for event in found for one in event.members}


def _of_head(one: Lost) -> object:
    return one.head or one.outage


def _of_carrier(one: Lost) -> object:
    return one.carrier, one.area


def _without(rest: Iterable[Lost], found: Iterable[Event]) -> list[Lost]:
    taken = by_outage(found)
    return [one for one in rest if one.outage not in taken]


def _near(members: Sequence[Lost], slot: int, least: int) -> list[Event]:
    """Cut a group, in order of its starts, into events: never further than a slot from the first.

    A longer chain would grow over every outage of a busy hour.
    """
    found: list[Event] = []
    left = list(members)
    while left:
        first = left[0]
        begun = takewhile(lambda one: one.start - first.start <= slot, left)  # noqa: B023 - used here
        here = [one for one in begun if _ends(first, one, slot)]
        if len({one.link for one in here}) >= least:
            found.append(Event(event_id(first.start, first.link), first.start, tuple(here)))
            taken = {one.outage for one in here}
            left = [one for one in left if one.outage not in taken]
        else:
            left = left[1:]
    return found


def _ends(first: Lost, other: Lost, slot: int) -> bool:
    """Say whether two may have ended for one reason; a repair in parts takes its time."""
    if first.end is None or other.end is None:
        return True
    longer = max(first.end - first.start, other.end - other.start)
    return abs(first.end - other.end) <= max(_ENDS_SLOTS * slot, longer // 2)
