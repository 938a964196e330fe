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
_LAST: Final = 6
_MISFITS: Final = 12
"""Six moves in a row that are beside the grid, or twelve after a rest that it does not explain."""
_PROMPT: Final = 1.027
"""In polls: the longest interval of an agent that refreshes in each, as 48 of them tell."""
_RESTED: Final = 200
"""Polls over which it is counted how often nothing moves."""
_TRIAL: Final = 27 * LONGEST
"""Seconds in which any refresh interval is learnt: it takes _GRID moves and one."""
BUSY: Final = 500
"""Octets a second from which on a counter tells how its agent refreshes, not only how it is fed."""
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
class Agent:
    """How the agent of a probe refreshes its counters: those of all its ports alike.

    Where a port moved in n polls in a row there were n refreshes, so n - 1 intervals of them fit
    into n polls. An agent of which one port moves in some 48 polls refreshes within each
    (`prompt`), and the zeros of all its ports are true.
    """

    longest: float = LONGEST
    """Seconds from one refresh to the next, at most, as far as is known."""
    period: float = 0.0
    """Refresh interval in seconds; 0 = not known. Never longer than `longest`."""
    trickle: bool = False
    """`period` is of so few octets that they may have come at that pace by themselves."""
    misfits: int = 0
    """What lately spoke against `period`."""
    still_at: float = 0.0
    """When no port moved, last."""
    doubted_at: float = 0.0
    """When it was found that it may have become slow; 0 = it has not."""
    polls: int = 0
    rests: int = 0
    """Of the last `polls` those in which no port moved."""
    runs: dict[int, float] = field(default_factory=dict)
    """By port: since when it moved in each poll."""
    ports: dict[int, Port] = field(default_factory=dict)
    """Those seen standing still, by the place of their first rate; none of a prompt agent."""

    def prompt(self, every: float) -> bool:
        """Tell that there is a refresh in every poll."""
        return self.longest <= every * _PROMPT

    def watch(
        self, moved: set[int], clock: float, seconds: float, every: float, *, rested: bool
    ) -> None:
        """Take a poll in: which ports moved in the `seconds` before `clock`.

        `rested`: none did so in the poll before. Where nothing moves at once after some 48 polls in
        each of which something did, the agent itself may have become slow. Then it is learnt anew,
        for as long as that takes; if there is nothing to learn it is what it was.
        """
        before = clock - seconds
        count = int((before - min(self.runs.values(), default=before)) / every + 0.25)
        if count > 1:
            self.longest = min(self.longest, every * (count + 0.25) / (count - 1))
        if not moved and not rested and before - self.still_at >= every * STUDIED:
            self.longest, self.period, self.doubted_at = LONGEST, 0.0, clock
        elif self.doubted_at and clock - self.doubted_at >= _TRIAL:
            self.doubted_at = 0.0
            self.longest = self.longest if self.period else min(self.longest, every)
        if not moved or rested:
            self.still_at = clock
        if seconds > every * 1.5:  # a poll was missed: this may have been several refreshes
            self.runs = dict.fromkeys(moved, clock)
        else:
            self.runs = {port: self.runs.get(port, before) for port in moved}
        if self.period > self.longest:
            self.period = 0.0
        self._rest(every, still=not moved)
        if self.prompt(every):
            self.ports.clear()

    def _rest(self, every: float, *, still: bool) -> None:
        """Find an agent prompt none of whose ports is ever busy for long.

        By an interval of `longest` it would refresh in every / longest of the polls. Where nothing
        moves in far more than the others, that is not why.
        """
        self.polls += 1
        self.rests += still
        if self.polls >= _RESTED:
            missed = max(0.0, 1.0 - every / self.longest)
            if not self.period and not self.doubted_at and self.rests >= 3 * missed * self.polls:
                self.longest = min(self.longest, every)
            self.polls = self.rests = 0

    def fits(self, moves: array[float], every: float) -> None:
        """Look whether the last moves of a port lie on the grid; what often does not is dropped."""
        last = moves[-_LAST:]
        if self.period and len(last) == _LAST:
            off = _spread(self.period, range(_LAST), last) > every * SLACK
            self.misfits = self.misfits + 2 if off else 0
            self.drop()

    def drop(self) -> None:
        """Forget a refresh interval that too much speaks against."""
        if self.misfits >= _MISFITS:
            self.period = 0.0


@dataclass(slots=True)
class Port:
    """A port that was seen standing still: when it moved, as long as that can be on a grid."""

    moves: array[float]
    seen: bool
    """The last of `moves` was one; else it is only since when the port stood still at least."""
    most: float = 0.0
    """Octets of the largest of `moves`."""
    since: int = _AGAIN
    """Moves since the grid was looked for."""
    idle: bool = False
    """It has stood still for longer than any refresh takes: its zeros are believed."""

    def step(
        self, agent: Agent, clock: float, seconds: float, every: float, octets: float | None
    ) -> float:
        """Take a poll in; return over how many seconds its octets came, or CARRY, or WITHHOLD.

        `clock`: now; `seconds`: since the poll before; `every`: the interval of the polls;
        `octets`: None = the port stood still.
        """
        silent = clock - self.moves[-1]
        if octets is None:
            known = agent.period
            self.idle |= silent >= (min(known * 1.1 + 0.5, LONGEST) if known else agent.longest)
            if self.idle:
                return seconds
            return CARRY if known else WITHHOLD
        if agent.trickle and octets > agent.period * BUSY:
            agent.period = 0.0
        if self.idle:  # what came now came since it was known to stand still
            self.begin(clock)
            agent.misfits += 1
            agent.drop()
            return max(agent.period or min(silent, agent.longest), seconds)
        if not self.seen:  # nobody knows since when these octets came
            self.begin(clock)
            return agent.period or WITHHOLD
        if seconds > every * 1.5:  # a poll was missed: who knows how many refreshes this was
            self.begin(clock)
            known = agent.period
            return WITHHOLD if known and seconds > known * SLACK else known or silent
        self._learn(agent, clock, every, octets)
        if not agent.period:
            return silent
        # Hardly slower than the question: there is one refresh in a poll, whatever its interval.
        return seconds if agent.period < every * SLACK else agent.period

    def _learn(self, agent: Agent, clock: float, every: float, octets: float) -> None:
        self.moves.append(clock)
        self.most = max(self.most, octets)
        if len(self.moves) > _KEPT:
            self.moves.pop(0)
        agent.fits(self.moves, every)
        self.since += 1
        if self.since >= _AGAIN and len(self.moves) > _GRID:
            self.since = 0
            if agent.period and not agent.misfits:
                return
            found = _grid(self.moves, every)
            if 0 < found <= agent.longest:
                agent.period, agent.misfits = found, 0
                agent.trickle = self.most < found * BUSY

    def begin(self, clock: float, *, seen: bool = True) -> None:
        """Begin a new row of moves; what was learnt of the agent stays."""
        self.idle, self.seen, self.most = False, seen, 0.0
        del self.moves[:]
        self.moves.append(clock)


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

    def coarse(self) -> bool:
        """Tell that the agent's uptime goes by whole seconds, and that polls are bent by that."""
        steps = [after - before for before, after in pairwise(self.times)]
        return max(steps) - min(steps) > 0.5 and all(abs(s - round(s)) < 0.005 for s in steps)

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
