"""From transitions to the raw timeline that the contract's engine adds up.

Intervals are half-open, in integer UTC seconds. Nothing is assumed: what no transition covers is
unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple

from sla.states import REMOVED, Blind, State, Transition

Raw = Literal["U", "G", "D", "K"]
"""Up, degraded, down, unknown."""

Span = tuple[int, int]


class Run(NamedTuple):
    """A stretch of the raw timeline."""

    state: Raw
    start: int
    end: int


class Step(NamedTuple):
    """A stretch of the live timeline; `end` None = lasts."""

    state: State
    start: int
    end: int | None
    seen_at: int
    reason: str
    cause: str


_RAW: dict[State, Raw] = {
    State.UP: "U",
    State.DEGRADED: "G",
    State.DOWN: "D",
    State.UNKNOWN: "K",
    State.SHADOW: "D",
}


def steps(transitions: Iterable[Transition], blinds: Iterable[Blind] = ()) -> list[Step]:
    """Lay the transitions of one target end to end, in the order given: that of their entry.

    Not in that of `seen_at`: a restart with the clock behind tells a later change at an earlier
    time. Blinds, in their own order of entry, come where they were told.
    A later transition with an equal `since` replaces the earlier one. A Blind takes back whatever
    was thought to be known since its beginning, and says nothing of what was removed.
    """
    found: list[Step] = []
    for change in _as_told(transitions, tuple(blinds)):
        if found and found[-1].reason == REMOVED and isinstance(change, Blind):
            continue
        while found and found[-1].start >= change.since:
            found.pop()
        if found:
            found[-1] = found[-1]._replace(end=change.since)
        if isinstance(change, Transition):
            state, cause = change.state, change.cause
        else:
            state, cause = State.UNKNOWN, ""
        found.append(Step(state, change.since, None, change.seen_at, change.reason, cause))
    return found


def _as_told(
    transitions: Iterable[Transition], blinds: Sequence[Blind]
) -> Iterator[Transition | Blind]:
    """Merge the two; neither is put into another order."""
    # Whatever comes after the last blind that is told before a transition comes after all of them.
    told = list(accumulate(map(_told, reversed(blinds)), min))[::-1]
    next_blind = 0
    for change in transitions:
        while next_blind < len(blinds) and told[next_blind] < _told(change):
            yield blinds[next_blind]
            next_blind += 1
        yield change
    yield from blinds[next_blind:]


def _told(change: Transition | Blind) -> tuple[int, bool, int, bool]:
    """Return what tells the order of a transition and a blind.

    While the clock is behind what it said in an earlier life, `since` stays where it was and
    `seen_at` is before it: that is told after what had been seen up to `since`.
    """
    behind = change.seen_at < change.since
    told = max(change.seen_at, change.since)
    return told, behind, change.seen_at, isinstance(change, Blind)


def raw_runs(
    live: Sequence[Step], start: int, end: int, first_heartbeat: int | None, recorded_until: int
) -> list[Run]:
    """Return the raw timeline of one target, without gaps, from `start` (or earlier) to `end`.

    Before the first heartbeat (None = there was none), before the first transition, where there is
    no step and after `recorded_until` it is unknown. It begins where the first step does, when that
    is earlier than `start`, so that an outage carried into a window is seen in full length.
    """
    if first_heartbeat is None or not live:
        return [Run("K", start, end)] if start < end else []
    opening = max(live[0].start, first_heartbeat)
    closing = min(recorded_until, end)
    found: list[Run] = []
    _append(found, "K", start, min(opening, end))
    for step in live:
        begin, upto = (
            max(step.start, opening),
            closing if step.end is None else min(step.end, closing),
        )
        if found and begin < upto:
            _append(found, "K", found[-1].end, begin)
        _append(found, _RAW[step.state], begin, upto)
    _append(found, "K", found[-1].end if found else start, end)
    return found


def _append(found: list[Run], state: Raw, start: int, end: int) -> None:
    if start >= end:
        return
    if found and found[-1].state == state and found[-1].end == start:
        found[-1] = Run(state, found[-1].start, end)
    else:
        found.append(Run(state, start, end))


def shadows(live: Sequence[Step], slot: int, recorded_until: int) -> list[Span]:
    """Return the automatic overlay X of SHADOW, widened by one accounting slot at both ends."""
    found: list[Span] = []
    for step in live:
        if step.state is State.SHADOW:
            end = recorded_until if step.end is None else min(step.end, recorded_until)
            if step.start < end:
                found.append((step.start - slot, end + slot))
    return union(found)


def union(spans: Iterable[Span]) -> list[Span]:
    """Return disjoint spans in order that cover the same seconds."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def any_up(legs: Sequence[tuple[Sequence[Run], Sequence[Span] | None]]) -> list[Run]:
    """Combine the legs of a site: any up is up, all down is down, otherwise unknown (1.10).

    Each leg comes with its in-service spans (None = always); outside them it does not take part.
    Where no leg takes part the site is unknown.
    """
    found: list[Run] = []
    for start, end, states in _side_by_side(legs):
        if {"U", "G"} & set(states):
            _append(found, "U", start, end)
        else:
            _append(found, "D" if set(states) == {"D"} else "K", start, end)
    return found


def single_leg(legs: Sequence[tuple[Sequence[Run], Sequence[Span] | None]]) -> list[Span]:
    """Return when one leg was up and every other one was down: redundancy was lost (1.10).

    Legs as in `any_up`. Where another leg is unknown, so is whether the site stood on one leg only:
    that is left out, as is time in which no more than one leg was in service.
    """
    return union(
        (start, end)
        for start, end, states in _side_by_side(legs)
        if len(states) > 1 and states.count("D") == len(states) - 1 and "K" not in states
    )


def _side_by_side(
    legs: Sequence[tuple[Sequence[Run], Sequence[Span] | None]],
) -> Iterator[tuple[int, int, list[Raw]]]:
    """Yield start, end and the states of the legs in service, between each two edges."""
    points = {point for runs, _ in legs for run in runs for point in (run.start, run.end)}
    points |= {point for _, service in legs for span in service or () for point in span}
    edges = sorted(points)
    columns = [_column(runs, service, edges) for runs, service in legs]
    for index, (start, end) in enumerate(pairwise(edges)):
        yield start, end, [state for column in columns if (state := column[index]) is not None]


def _column(
    runs: Sequence[Run], service: Sequence[Span] | None, edges: Sequence[int]
) -> list[Raw | None]:
    """Return the state of one leg between each two edges; None = it does not take part."""
    column: list[Raw | None] = []
    at = 0
    spans = None if service is None else union(service)
    here = 0
    for start in edges[:-1]:
        while at < len(runs) and runs[at].end <= start:
            at += 1
        state: Raw | None = runs[at].state if at < len(runs) and runs[at].start <= start else "K"
        if spans is not None:
            while here < len(spans) and spans[here][1] <= start:
                here += 1
            if here == len(spans) or spans[here][0] > start:
                state = None
        column.append(state)
    return column
