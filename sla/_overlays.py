"""Who is responsible for each second: overlays and their precedence (methodology 1.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from sla.timeline import Raw, Run, Span, union


class Class(Enum):
    """The ten classes of a second, in the order of the report."""

    OUT = "OUT"
    EXM_O = "EXM_O"
    EXM_C = "EXM_C"
    EXF = "EXF"
    EXP = "EXP"
    EXU = "EXU"
    UP = "UP"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"
    UNKNOWN = "UNKNOWN"


class Work(NamedTuple):
    """Announced work; `registered` None = no time of registration is known."""

    start: int
    end: int
    registered: int | None = None


class Rejected(NamedTuple):
    """An overlay that was not honoured, and why."""

    kind: str
    start: int
    end: int
    reason: str


class Segment(NamedTuple):
    """Seconds of one class."""

    kind: Class
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Overlays:
    """What changes who is responsible. `service` None = always in service."""

    service: Sequence[Span] | None = None
    owner_work: Sequence[Work] = ()
    carrier_work: Sequence[Work] = ()
    force_majeure: Sequence[Span] = ()
    power: Sequence[Span] = ()
    upstream: Sequence[Span] = ()


_PLAIN: dict[Raw, Class] = {
    "U": Class.UP,
    "G": Class.DEGRADED,
    "D": Class.DOWN,
    "K": Class.UNKNOWN,
}


def classify(
    window: Span,
    runs: Sequence[Run],
    overlays: Overlays,
    *,
    notice: int,
    quota: int | None,
    all_of_maintenance: bool,
) -> tuple[list[Segment], tuple[Rejected, ...]]:
    """Give every second of `runs` its class, cut at the edges of the window.

    Owner work that was registered late counts from its registration; carrier work that was
    announced too late not at all. The quota of carrier work is for the window, earliest first.
    """
    honoured, rejected = _with_notice(overlays.carrier_work, notice)
    masks: list[list[Span]] = [
        union(overlays.service) if overlays.service is not None else [],
        union((_counts_from(work), work.end) for work in overlays.owner_work),
        union((work.start, work.end) for work in honoured),
        union(overlays.force_majeure),
        union(overlays.power),
        union(overlays.upstream),
    ]
    sweep = _Sweep(masks, in_service=overlays.service is None, everything=all_of_maintenance)
    segments: list[Segment] = []
    left = quota
    for state, start, end, inside in _pieces(runs, masks, window):
        flags = sweep.flags(start)
        kind = sweep.kind(state, flags, carrier=True)
        upto = end
        if kind is Class.EXM_C and inside and left is not None:
            upto = min(end, start + left)
            left -= upto - start
        if start < upto:
            segments.append(Segment(kind, start, upto))
        if upto < end:
            segments.append(Segment(sweep.kind(state, flags, carrier=False), upto, end))
    return segments, rejected


def _counts_from(work: Work) -> int:
    return work.start if work.registered is None else max(work.start, work.registered)


def in_time(work: Work, notice: int) -> bool:
    """Say whether carrier's work was announced `notice` seconds before, or nobody knows when."""
    return work.registered is None or work.start - work.registered >= notice


def _with_notice(works: Sequence[Work], notice: int) -> tuple[list[Work], tuple[Rejected, ...]]:
    honoured, rejected = [], []
    for work in works:
        if in_time(work, notice):
            honoured.append(work)
        else:
            rejected.append(Rejected("M_c", work.start, work.end, "notice"))
    return honoured, tuple(rejected)


def _pieces(
    runs: Sequence[Run], masks: Sequence[Sequence[Span]], window: Span
) -> list[tuple[Raw, int, int, bool]]:
    """Cut the runs wherever a mask or the window begins or ends; the last field: in the window."""
    if not runs:
        return []
    lowest, highest = runs[0].start, runs[-1].end
    edges = {point for mask in masks for span in mask for point in span} | set(window)
    cuts = sorted(edge for edge in edges if lowest < edge < highest)
    found: list[tuple[Raw, int, int, bool]] = []
    at = 0
    for run in runs:
        here = run.start
        while at < len(cuts) and cuts[at] < run.end:
            if cuts[at] > here:
                found.append((run.state, here, cuts[at], window[0] <= here < window[1]))
                here = cuts[at]
            at += 1
        found.append((run.state, here, run.end, window[0] <= here < window[1]))
    return found


class _Sweep:
    """Walks along the masks from left to right."""

    def __init__(
        self, masks: Sequence[Sequence[Span]], *, in_service: bool, everything: bool
    ) -> None:
        self._masks = masks
        self._at = [0] * len(masks)
        self._always_in_service = in_service
        self._everything = everything

    def flags(self, point: int) -> tuple[bool, ...]:
        """Say which masks cover `point`; points must not go back."""
        found = []
        for index, mask in enumerate(self._masks):
            at = self._at[index]
            while at < len(mask) and mask[at][1] <= point:
                at += 1
            self._at[index] = at
            found.append(at < len(mask) and mask[at][0] <= point)
        return tuple(found)

    def kind(self, state: Raw, flags: tuple[bool, ...], *, carrier: bool) -> Class:
        """Return the class: the first row of the table of precedence that matches."""
        service, owner, carrier_work, force, power, upstream = flags
        bad = state in ("D", "K")
        if not (service or self._always_in_service):
            return Class.OUT
        if self._everything or bad:
            if owner:
                return Class.EXM_O
            if carrier and carrier_work:
                return Class.EXM_C
        if bad:
            for covered, kind in ((force, Class.EXF), (power, Class.EXP), (upstream, Class.EXU)):
                if covered:
                    return kind
        return _PLAIN[state]
