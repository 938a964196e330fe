"""What is remembered of one probe between two readings of its counters."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final

from metrics.observation import RateSpec, Value
from metrics.refresh import Agent, Study

NARROW: Final = 32
"""Bits of a Counter32."""


@dataclass(frozen=True, slots=True)
class Group:
    """The rates of one interface, whose counters are refreshed together: [start, end).

    `look` picks what must be the same for the port to stand still: first `counters` counters, which
    must be there, then the discontinuity time, which many agents do not have.
    """

    start: int
    end: int
    counters: int
    look: Callable[[tuple[Value, ...]], tuple[Value, ...]]


@dataclass(slots=True)
class Track:
    """Mutable on purpose, and touched at each poll."""

    groups: tuple[Group, ...]
    narrow: bool
    """Some counter has 32 bits."""
    quiet: tuple[bool, ...] | None = None
    """Of each rate: its counter stands still and nothing is to be asked about that; None = none."""
    values: tuple[Value, ...] = ()
    """Of the last reading; none = compare with nothing."""
    slot_ms: int = 0
    heard_ms: int = 0
    """Of the last answer; later than `slot_ms` while the agent answers from a cache."""
    clock: float = 0.0
    """Seconds of the agent's time since the first reading."""
    rates: tuple[Value, ...] = ()
    limits: tuple[float, ...] | None = None
    """Units a second of each counter, at most; None = to be found."""
    caps: tuple[float, ...] = ()
    """The same, or less where what is above must be looked at twice."""
    slack: float = 1.0
    """How wrong rates from poll to poll may be; 1.0 = less than half a per cent."""
    coarse: bool = False
    """The agent's uptime goes by whole seconds."""
    agent: Agent | None = None
    """How it refreshes; None = every port moved in every poll, so that nothing was to be asked."""
    since: float = 0.0
    """The `clock` at which the readings began anew."""
    prompt: bool = False
    """The agent refreshes in every poll: zeros are true."""
    awake: bool = False
    """Some port that stood still is not known to be idle."""
    study: Study | None = None
    study_at: float = 0.0
    rest: int = 12
    """Intervals to wait after a study that said nothing; doubled each time."""
    told: float = 0.0
    """The window that the last study asked for; taken when the next one asks for it too."""
    silent: int = 0
    """Studies in a row that said nothing."""
    window: float = 0.0
    """Seconds a rate must span; 0 = from poll to poll."""
    kept: deque[tuple[float, tuple[Value, ...]]] | None = None
    """Readings of the window, of the few devices that have one: an empty deque has 760 bytes."""

    def begin(self, *, restarted: bool) -> None:
        """Begin anew after a break; how an agent refreshes ends with its restart only."""
        if restarted:
            self.forget_agent()
            self.window, self.told, self.silent, self.rest, self.study_at = (
                0.0,
                0.0,
                0,
                12,
                self.clock,
            )
            self.slack, self.coarse, self.limits = 1.0, False, None
        self.kept = None
        self.study = None
        self.quiet = None
        self.since = self.clock
        if self.agent is not None:
            self.agent.runs.clear()
            self.agent.still_at = self.clock
            for port in self.agent.ports.values():
                port.begin(self.clock, seen=False)

    def forget_agent(self) -> None:
        """Learn anew how the agent refreshes."""
        self.agent, self.since, self.quiet = None, self.clock, None
        self.prompt = self.awake = False


def track_of(specs: tuple[RateSpec, ...]) -> Track:
    """Make an empty one."""
    groups, start = [], 0
    for _, of_one in groupby(specs, key=lambda spec: spec.interface):
        group = list(of_one)
        counters = tuple(sorted({spec.counter for spec in group}))
        moved = {spec.discontinuity for spec in group} - {None, *counters}
        groups.append(_group(start, start + len(group), counters, tuple(sorted(moved))))  # type: ignore[type-var]
        start += len(group)
    narrow = any(spec.width == NARROW for spec in specs)
    return Track(_same(tuple(groups)), narrow)


@lru_cache(1024)
def _group(start: int, end: int, counters: tuple[int, ...], moved: tuple[int, ...]) -> Group:
    """Make a group, shared by all probes of one form."""
    places = (*counters, *moved, counters[0])  # one twice: always a tuple
    return Group(start, end, len(counters), itemgetter(*places))


@lru_cache(1024)
def _same(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    return groups
