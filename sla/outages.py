"""Outages of the live view, from transitions.

An outage begins with the first DOWN and ends with UP or DEGRADED, or when the target leaves the
inventory. UNKNOWN and SHADOW inside it do not end it: nobody saw the target recover; their seconds
are counted apart and are never down seconds of it. So an outage after which the monitor was off
ends when the target is seen up again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from inventory.model import TargetId
from sla.states import REMOVED, Blind, State, Transition, outage_id
from sla.timeline import Step, steps


class LiveOutage(msgspec.Struct, frozen=True):
    """An interval in which a target was DOWN as seen live; UTC seconds. `end` None = lasts.

    `seen_at`, `reason`: of its first DOWN.
    """

    id: str
    target: TargetId
    start: int
    end: int | None
    seen_at: int
    reason: str
    down_seconds: int
    unknown_seconds: int
    shadow_seconds: int = 0


def live_outages(
    target: TargetId,
    transitions: Iterable[Transition],
    blinds: Iterable[Blind],
    until: int,
) -> list[LiveOutage]:
    """Return the outages of one target, oldest first; one that lasts is counted up to `until`."""
    return outages_of(target, steps(transitions, blinds), until)


def outages_of(target: TargetId, live: Sequence[Step], until: int) -> list[LiveOutage]:
    """Return the outages in a timeline laid by `sla.timeline.steps`."""
    found: list[LiveOutage] = []
    inside: list[Step] = []
    for step in live:
        if step.state in (State.UP, State.DEGRADED) or step.reason == REMOVED:
            if inside:
                found.append(_outage(target, inside, step.start, until))
                inside = []
        elif inside or step.state is State.DOWN:
            inside.append(step)
    if inside:
        found.append(_outage(target, inside, None, until))
    return found


def _outage(target: TargetId, inside: list[Step], end: int | None, until: int) -> LiveOutage:
    first = inside[0]
    seconds = dict.fromkeys(State, 0)
    for step in inside:
        upto = until if step.end is None else min(step.end, until)
        seconds[step.state] += max(0, upto - step.start)
    return LiveOutage(
        id=outage_id(target, first.start),
        target=target,
        start=first.start,
        end=end,
        seen_at=first.seen_at,
        reason=first.reason,
        down_seconds=seconds[State.DOWN],
        unknown_seconds=seconds[State.UNKNOWN],
        shadow_seconds=seconds[State.SHADOW],
    )
