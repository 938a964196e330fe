"""What every assessment begins with: from when to when the monitor lived, and the raw timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inventory.model import Interval, PlannedWork
from sla._overlays import Work
from sla.periods import Window
from sla.timeline import Run, Span, Step, raw_runs

_END_OF_TIME = 2**62


@dataclass(frozen=True, slots=True)
class Evidence:
    """From when to when the monitor lived; None = it never did."""

    first_heartbeat: int | None
    recorded_until: int


def runs_of(live: Sequence[Step], window: Window, evidence: Evidence) -> list[Run]:
    """Return the raw timeline over the whole horizon: an outage may reach beyond the window."""
    end = max(window.end, evidence.recorded_until)
    return raw_runs(live, window.start, end, evidence.first_heartbeat, evidence.recorded_until)


def spans_of(intervals: Iterable[Interval]) -> list[Span]:
    """Return the spans of time in service."""
    return [(i.start, _END_OF_TIME if i.end is None else i.end) for i in intervals]


def work_of(work: PlannedWork) -> Work:
    """Return announced work as the engine wants it."""
    return Work(work.start, work.end, work.registered)
