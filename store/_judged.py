"""What the ledger says about slots: the state at the end of each, and its seconds of DOWN."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from inventory.model import TargetId, link_target
from sla.states import State
from sla.timeline import Step, steps
from store.reader import Reader


def judged(live: Sequence[Step], start: int, end: int) -> tuple[State, int]:
    """Return the state at the end of [start, end) and the seconds of DOWN in it.

    What no step covers is UNKNOWN.
    """
    state, down = State.UNKNOWN, 0
    first = max(0, bisect_right(live, start, key=lambda step: step.start) - 1)
    for step in live[first:]:
        if step.start >= end:
            break
        state = step.state
        if state is State.DOWN:
            upto = end if step.end is None else min(step.end, end)
            down += max(0, upto - max(step.start, start))
    return state, down


def steps_of_links(
    ledger: Reader, links: Sequence[str] | None, since: int, until: int
) -> Mapping[str, list[Step]]:
    """Read the timelines of links (None = all) from the ledger; absent = UNKNOWN throughout."""
    targets: list[TargetId] | None = None if links is None else [*map(link_target, links)]
    blinds = ledger.blinds(since, until)
    return {
        target.partition(":")[2]: steps(changes, blinds)
        for target, changes in ledger.transitions(targets, since, until).items()
        if target.startswith("link:")
    }
