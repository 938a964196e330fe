"""A carrier's own list of outages beside ours: agreed, ours only, theirs only, different length.

Pure. Intervals are half-open, in UTC seconds. Outages of one circuit that overlap belong to one
row, however many of either side they are: one of theirs may span several of ours. Of each row and
of the whole the seconds add up: ours = both + ours only, theirs = both + theirs only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from sla.calculator import Band
from sla.report import Link
from sla.timeline import Span, union

Verdict = Literal["agreed", "different", "split", "ours_only", "theirs_only"]
VERDICTS: Final[tuple[Verdict, ...]] = (
    "ours_only", "theirs_only", "different", "split", "agreed",
)  # fmt: skip
"""What is to be talked about first."""
_EVALUATED: Final = frozenset({"UP", "DEGRADED", "DOWN", "UNKNOWN"})


@dataclass(frozen=True, slots=True)
class Ours:
    """An outage of our report. `end` None = it lasts beyond the period."""

    id: str
    link: str
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Theirs:
    """A line of the carrier's list, with where it stands and what it says of itself."""

    row: int
    link: str
    start: int
    end: int
    cause: str = ""
    ticket: str = ""
    circuit: str = ""
    """As they wrote it."""


@dataclass(frozen=True, slots=True)
class Row:
    """What both say of one stretch of one circuit.

    `start_differs`, `end_differs`: theirs - ours in seconds, of the first start and the last end;
    None where one side says nothing.
    """

    link: str
    verdict: Verdict
    ours: tuple[Ours, ...]
    theirs: tuple[Theirs, ...]
    both: int
    ours_only: int
    theirs_only: int
    start_differs: int | None = None
    end_differs: int | None = None

    @property
    def start(self) -> int:
        """The first second either of them means."""
        starts = [one.start for one in self.ours] + [one.start for one in self.theirs]
        return min(starts)


@dataclass(frozen=True, slots=True)
class Worth:
    """What one circuit's figure is, and what it would be if the carrier were right.

    `down`: seconds that count. `credit`: percent of the fee; None = no band, or nothing to measure.
    """

    link: str
    evaluated: int
    down: int
    down_by_theirs: int
    ours: Fraction | None
    theirs: Fraction | None
    credit: int | None
    credit_by_theirs: int | None


def align(
    ours: Iterable[Ours], theirs: Iterable[Theirs], period: Span, tolerance: int = 60
) -> tuple[Row, ...]:
    """Lay both lists side by side, clipped to the period, by circuit and time.

    `tolerance`: seconds by which start and end may differ and still agree; one accounting slot is
    what neither side can know better. What does not touch the period is left out.
    """
    sides: dict[str, tuple[list[Ours], list[Theirs]]] = {}
    for mine in ours:
        if _touches(mine.start, mine.end, period):
            sides.setdefault(mine.link, ([], []))[0].append(mine)
    for other in theirs:
        if _touches(other.start, other.end, period):
            sides.setdefault(other.link, ([], []))[1].append(other)
    rows = [
        _row(link, mine, others, period, tolerance)
        for link, both in sides.items()
        for mine, others in _groups(*both, period)
    ]
    return tuple(sorted(rows, key=lambda row: (row.link, row.start)))


def _touches(start: int, end: int | None, period: Span) -> bool:
    return start < period[1] and (end is None or end > period[0])


def _clipped(one: Ours | Theirs, period: Span) -> Span:
    end = period[1] if one.end is None else one.end
    return max(one.start, period[0]), min(end, period[1])


def _groups(
    ours: Sequence[Ours], theirs: Sequence[Theirs], period: Span
) -> list[tuple[list[Ours], list[Theirs]]]:
    """Put together what overlaps, on whichever side it stands: a second is down once."""
    sides: list[Ours | Theirs] = [*ours, *theirs]
    everything = sorted(((_clipped(one, period), one) for one in sides), key=lambda entry: entry[0])
    found: list[tuple[list[Ours], list[Theirs]]] = []
    upto = 0
    for (start, end), one in everything:
        if not found or start >= upto:
            found.append(([], []))
            upto = end
        group = found[-1]
        if isinstance(one, Ours):
            group[0].append(one)
        else:
            group[1].append(one)
        upto = max(upto, end)
    return found


def _row(link: str, ours: list[Ours], theirs: list[Theirs], period: Span, tolerance: int) -> Row:
    mine = union(_clipped(one, period) for one in ours)
    others = union(_clipped(one, period) for one in theirs)
    both = _length(_common(mine, others))
    starts = ends = None
    verdict: Verdict
    if not theirs:
        verdict = "ours_only"
    elif not ours:
        verdict = "theirs_only"
    else:
        starts, ends = others[0][0] - mine[0][0], others[-1][1] - mine[-1][1]
        if len(ours) > 1 or len(theirs) > 1:
            verdict = "split"
        else:
            near = abs(starts) <= tolerance and abs(ends) <= tolerance
            verdict = "agreed" if near else "different"
    return Row(
        link=link,
        verdict=verdict,
        ours=tuple(ours),
        theirs=tuple(theirs),
        both=both,
        ours_only=_length(mine) - both,
        theirs_only=_length(others) - both,
        start_differs=starts,
        end_differs=ends,
    )


def worth(link: Link, theirs: Iterable[Theirs], bands: Sequence[Band] = ()) -> Worth:
    """Say what a circuit's figure would be if exactly the carrier's seconds had been down.

    Only evaluated seconds count: what is excluded stays excluded whoever is right.
    """
    evaluated = [(one.start, one.end) for one in link.strip if one.kind in _EVALUATED]
    claimed = union((one.start, one.end) for one in theirs if one.link == link.link)
    down = link.seconds.get("DOWN", 0)
    by_theirs = _length(_common(union(evaluated), claimed))
    whole = link.evaluated
    mine = Fraction(whole - down, whole) if whole else None
    others = Fraction(whole - by_theirs, whole) if whole else None
    return Worth(
        link.link, whole, down, by_theirs, mine, others, _credit(mine, bands),
        _credit(others, bands),
    )  # fmt: skip


def _credit(value: Fraction | None, bands: Sequence[Band]) -> int | None:
    if value is None:
        return None
    return next((band.credit for band in bands if value >= band.floor), None)


def _common(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Return the seconds in both; each is disjoint and in order."""
    found, here, there = [], 0, 0
    while here < len(one) and there < len(other):
        start = max(one[here][0], other[there][0])
        end = min(one[here][1], other[there][1])
        if start < end:
            found.append((start, end))
        if one[here][1] <= other[there][1]:
            here += 1
        else:
            there += 1
    return found


def _length(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)
