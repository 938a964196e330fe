"""What the ledger says about slots: the state at the end of each, and its seconds of DOWN."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec

from inventory.model import TargetId, link_target
from sla.states import Blind, State, Transition
from store._outages import Change, in_force
from store.reader import Reader


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """A link is in `state` from `start` until `end`."""

    start: int
    end: int
    state: State


def stretches(
    transitions: Sequence[Transition], blinds: Sequence[Blind], since: int, until: int
) -> list[Stretch]:
    """Cut [since, until) into stretches of one state; before the first transition is UNKNOWN."""
    changes = in_force(
        [
            *(Change(t.since, t.seen_at, True, int(t.state), t.reason) for t in transitions),
            *(Change(b.since, b.seen_at, False, int(State.UNKNOWN), b.reason) for b in blinds),
        ]
    )
    starts = [(change.since, State(change.state)) for change in changes]
    before = [state for start, state in starts if start <= since]
    inside = [(start, state) for start, state in starts if since < start < until]
    edges = [(since, before[-1] if before else State.UNKNOWN), *inside, (until, State.UNKNOWN)]
    return [Stretch(start, end, state) for (start, state), (end, _) in pairwise(edges)]


def judged(history: Sequence[Stretch], start: int, end: int) -> tuple[State, int]:
    """Return the state at the end of [start, end) and the seconds of DOWN in it."""
    state, down = State.UNKNOWN, 0
    first = max(0, bisect_right(history, start, key=lambda stretch: stretch.start) - 1)
    for stretch in history[first:]:
        if stretch.start >= end:
            break
        state = stretch.state
        if state is State.DOWN:
            down += max(0, min(stretch.end, end) - max(stretch.start, start))
    return state, down


def stretches_of_links(
    ledger: Reader, links: Sequence[str] | None, since: int, until: int
) -> Mapping[str, list[Stretch]]:
    """Read the stretches of links (None = all) from the ledger; absent = UNKNOWN throughout."""
    targets: list[TargetId] | None = None if links is None else [*map(link_target, links)]
    blinds = ledger.blinds(since, until)
    return {
        target.partition(":")[2]: stretches(changes, blinds, since, until)
        for target, changes in ledger.transitions(targets, since, until).items()
        if target.startswith("link:")
    }
