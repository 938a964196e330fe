"""The repair clock: from notification to restoration, less stop-clocks (methodology 1.9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sla.timeline import Span, union


@dataclass(frozen=True, slots=True)
class Fault:
    """Instants of one fault, UTC seconds. `restored` None = not yet.

    `stops`: when the carrier could not work (no access to the site, the owner refused), each with
    evidence; they may overlap.
    """

    first_bad: int
    notified: int
    restored: int | None
    stops: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Repaired:
    """Both clocks of a fault, in seconds. None = not restored yet.

    `downtime` is the auditor's: from the first bad slot. `seconds` is the carrier's. `stopped`: of
    the stop-clocks, what lies between notification and restoration.
    """

    downtime: int | None
    notify_delay: int
    stopped: int | None
    seconds: int | None
    in_time: bool | None


def repaired(fault: Fault, limit: Fraction | int) -> Repaired:
    """Return both clocks; overdue = above the limit (seconds), compared unrounded.

    What was restored before anybody was notified took no repair: 0 s.
    """
    delay = fault.notified - fault.first_bad
    if fault.restored is None:
        return Repaired(None, delay, None, None, None)
    stopped = overlap(fault.stops, fault.notified, fault.restored)
    seconds = max(0, fault.restored - fault.notified) - stopped
    return Repaired(fault.restored - fault.first_bad, delay, stopped, seconds, seconds <= limit)


def overlap(spans: Iterable[Span], start: int, end: int) -> int:
    """Return how many seconds of [start, end) the spans cover together; each second once."""
    return sum(max(0, min(b, end) - max(a, start)) for a, b in union(spans))
