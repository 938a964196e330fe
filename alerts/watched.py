"""Rules by what they watch, so that news meets only the rules it concerns; and groups counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from alerts.model import (
    DEGRADED,
    DOWN,
    UP,
    OnDowntime,
    OnGroup,
    OnMonitor,
    OnReport,
    OnState,
    Rule,
)
from inventory.model import TargetId


@dataclass(frozen=True, slots=True)
class Watched:
    """What rules but those on metrics watch."""

    state: dict[str, list[tuple[Rule, OnState]]] = field(default_factory=dict)
    """By kind of target."""
    reported: dict[str, list[Rule]] = field(default_factory=dict)
    """By the condition that the runtime reports."""
    downtime: list[tuple[Rule, OnDowntime]] = field(default_factory=list)
    group: dict[str, tuple[Rule, OnGroup]] = field(default_factory=dict)
    """By the name of the rule."""


def watched(rules: Iterable[Rule]) -> Watched:
    """Sort rules."""
    found = Watched()
    for rule in rules:
        if isinstance(rule.when, OnState):
            found.state.setdefault(rule.when.kind, []).append((rule, rule.when))
        elif isinstance(rule.when, OnMonitor | OnReport):
            found.reported.setdefault(rule.when.condition, []).append(rule)
        elif isinstance(rule.when, OnDowntime):
            found.downtime.append((rule, rule.when))
        elif isinstance(rule.when, OnGroup):
            found.group[rule.id] = (rule, rule.when)
    return found


class GroupNews(NamedTuple):
    """How many services of a group are down; since when that is much of it, None = it is not."""

    down: int
    since: int | None


def group_news(
    when: OnGroup,
    members: Sequence[TargetId],
    states: Mapping[TargetId, int],
    bad: Mapping[TargetId, tuple[int, str]],
) -> GroupNews | None:
    """Count a group; None = what is unclear may decide it.

    `bad`: since when and why those are down that were seen so; what was down before the monitor was
    blind has not been seen again yet.
    """
    down = sorted(bad[one][0] for one in members if states.get(one) == DOWN and one in bad)
    if len(members) < when.least:
        return GroupNews(len(down), None)
    enough = ceil(Fraction(when.share).limit_denominator(1000) * len(members))
    if len(down) >= enough:
        return GroupNews(len(down), down[enough - 1])
    seen = sum(states.get(one) in {UP, DEGRADED} for one in members)
    return GroupNews(len(down), None) if len(members) - seen < enough else None
