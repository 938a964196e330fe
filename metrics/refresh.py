"""How often an agent looks at its own counters: learnt from what it shows, never configured.

Many agents copy their counters from the hardware every 5 to 40 s while sysUpTime runs on. Asked
more often than that they show 0, 0, 3x; asked more seldom they show now one refresh too many, now
one too few. Both are recognised here, by two different marks:

- **slower than the question** (`Port`): a port stands still in some polls and moves in others. When
  the instants at which it moved lie on a grid (each within one poll of it), the grid's period is
  the refresh interval, and what one move brought is what flowed in one period. Traffic that begins
  and ends by itself lies on no grid, and keeps its own instants.
- **faster than the question** (`Study`): what comes in a poll is of two sizes, n and n + 1 times
  their difference, and the sum runs ahead of its mean and falls behind again, but never by more
  than that difference. Traffic that varies by itself has many sizes, and its sum wanders.

All times are seconds of the agent's own uptime.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

LONGEST: Final = 45.0
"""Seconds for which a counter that stands still may only be waiting for its refresh; longer refresh
intervals than 40 s are not known (5 s are for an agent that is late)."""
CARRY: Final = 0.0
"""Instead of a duration: nothing was refreshed, the last rate still stands."""
WITHHOLD: Final = -1.0
"""Instead of a duration: nobody can tell yet whether the port stands still or its counter does."""
SLACK: Final = 1.05
"""How wrong a rate over a learnt interval may be."""
STUDIED: Final = 48
"""Steps that a study looks at. A question and a refresh of whole seconds repeat their pattern
within 40 polls."""
_GRID: Final = 24
"""Moves that make a grid: its period is then known within one poll in 24, some 4 %."""
_KEPT: Final = 49
_ADJACENT: Final = 1.25
"""In polls: how far apart the shortest and the longest gap on a grid lie; 1, and some lateness."""
_AGAIN: Final = 24
"""Moves after which the grid is looked for again."""
_THIRDS: Final = 12
_WINDOW: Final = 22.0
"""A window of so many times what the counter is off is right within 4.5 %."""
_STEADY: Final = 0.045
_ALIKE: Final = 0.1
_EXACTLY: Final = 0.02
_BLUR: Final = 1.2
_SHARP: Final = 0.005


@dataclass(slots=True)
class Port:
    """A port that was seen standing still: when it moved, and the grid of that once it is known."""

    moves: array[float]
    seen: bool
    """The last of `moves` was one; else it is only since when the port stood still at least."""
    period: float = 0.0
    """Refresh interval in seconds; 0 = not known."""
    since: int = _AGAIN
    """Moves since the grid was looked for."""
    idle: bool = False
    """It has stood still for longer than any refresh takes: its zeros are believed."""

    def step(self, clock: float, seconds: float, every: float, *, moved: bool) -> float:
        """Take a poll in; return over how many seconds its octets came, or CARRY, or WITHHOLD.

        `clock`: now; `seconds`: since the poll before; `every`: the interval of the polls.
        """
        silent = clock - self.moves[-1]
        if not moved:
            patience = min(self.period * 1.1 + 0.5, LONGEST) if self.period else LONGEST
            self.idle = self.idle or silent >= patience
            if self.idle:
                return seconds
            return CARRY if self.period else WITHHOLD
        if self.idle:  # what came now came since it was known to stand still
            self.begin(clock)
            return max(self.period or min(silent, LONGEST), seconds)
        if not self.seen:  # nobody knows since when these octets came
            self.begin(clock)
            return self.period or WITHHOLD
        if seconds > every * 1.5:  # a poll was missed: who knows how many refreshes this was
            self.begin(clock)
            return WITHHOLD if self.period and seconds > self.period * SLACK else silent
        self.moves.append(clock)
        if len(self.moves) > _KEPT:
            self.moves.pop(0)
        self.since += 1
        if self.since >= _AGAIN and len(self.moves) > _GRID:
            self.since = 0
            if (
                not self.period
                or _spread(self.period, range(len(self.moves)), self.moves) > every * SLACK
            ):
                self.period = _grid(self.moves, every)
        if not self.period:
            return silent
        # Hardly slower than the question: there is one refresh in a poll, whatever its interval.
        return seconds if self.period < every * SLACK else self.period

    def begin(self, clock: float, *, seen: bool = True) -> None:
        """Begin a new row of moves; what was learnt of the agent stays."""
        self.idle, self.seen = False, seen
        del self.moves[:]
        self.moves.append(clock)

    def done(self, every: float) -> bool:
        """Tell that it moved in every poll for so long that it is a port like any other."""
        moves = self.moves
        return len(moves) == _KEPT and moves[-1] - moves[0] < every * (_KEPT - 0.5)


def _grid(moves: array[float], every: float) -> float:
    """Return the period of the grid that the moves lie on, each within one poll; 0 = none."""
    gaps = [after - before for before, after in pairwise(moves)]
    if max(gaps) - min(gaps) > every * _ADJACENT:
        return 0.0
    period, spread = _line(range(len(moves)), moves)
    return period if spread <= every * SLACK else 0.0


def _line(xs: Sequence[float], ys: Sequence[float]) -> tuple[float, float]:
    """Return the slope of the straight line that all points lie closest to, and how close.

    That is the distance between the points furthest above and below it, which is convex in the
    slope: so the smallest is found by thirds, around the slope from the first point to the last.
    """
    width = xs[-1] - xs[0]
    middle = (ys[-1] - ys[0]) / width
    reach = _spread(middle, xs, ys) / width
    low, high = middle - reach, middle + reach
    for _ in range(_THIRDS):
        third = (high - low) / 3
        if _spread(low + third, xs, ys) <= _spread(high - third, xs, ys):
            high -= third
        else:
            low += third
    slope = (low + high) / 2
    return slope, _spread(slope, xs, ys)


def _spread(slope: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    off = [y - slope * x for x, y in zip(xs, ys, strict=True)]
    return max(off) - min(off)


@dataclass(slots=True)
class Study:
    """The busiest counter of a device, followed for STUDIED steps."""

    counter: int
    first: float
    times: array[float] = field(default_factory=lambda: array("d"))
    counts: array[float] = field(default_factory=lambda: array("d"))
    """Counted since `first`: a float holds that exactly."""

    def add(self, clock: float, count: float) -> bool:
        """Add a reading; tell whether these are enough."""
        self.times.append(clock)
        self.counts.append(count - self.first)
        return len(self.counts) > STUDIED

    def verdict(self, every: float) -> tuple[float, bool] | None:
        """Return over how many seconds a rate must be taken to be right, and whether it is blunt.

        0 seconds: poll by poll. Blunt: right, but not to the half per cent. None: the traffic
        varied more than a refresh explains, which says nothing.
        """
        # Seconds of traffic against seconds: how far the counter is ahead of its own mean.
        times, counts = self.times, self.counts
        rate, off = _line(times, counts)
        off /= rate
        if off <= every * _STEADY:
            return 0.0, off > every * _SHARP
        refresh = _two([(after - before) / rate for before, after in pairwise(counts)])
        return (off * _WINDOW, True) if 0 < off <= refresh * _BLUR else None


def _two(steps: Sequence[float]) -> float:
    """Return what every step holds now one more, now one less of; 0 = there is no such thing.

    `steps`: seconds of traffic between polls. They must be of two sizes, n and n + 1 times their
    difference; nearly so, or exactly where one of them is seen once only, as a burst would be.
    """
    ordered = sorted(steps)
    _, cut = max((after - before, place) for place, (before, after) in enumerate(pairwise(ordered)))
    few, many = ordered[: cut + 1], ordered[cut + 1 :]
    low, high = sum(few) / len(few), sum(many) / len(many)
    refresh = high - low
    alike = _ALIKE if min(len(few), len(many)) > 1 else _EXACTLY
    times = round(low / refresh)
    if times < 1 or abs(low / refresh - times) > alike:
        return 0.0
    return refresh if max(few[-1] - few[0], many[-1] - many[0]) <= refresh * alike else 0.0
