"""Why an alert cannot go on after a reload or a restart: what it is about is no more. Pure."""

from __future__ import annotations

from collections.abc import Collection

from alerts.condition import Condition, Key
from alerts.model import OnMetric, OnState, Rule
from alerts.surroundings import Surroundings


def why_void(
    condition: Condition,
    rule: Rule | None,
    around: Surroundings,
    watched: Collection[Key],
    judged: tuple[int, str] | None,
) -> str:
    """Return the reason with which an alert ends, or "" where it goes on.

    `rule`: the one of its name now. `watched`: rules and targets of which some probe brings the
    metric. `judged`: state and reason of the target, where they were judged and are bad.
    """
    if rule is None:
        return "rule_removed"
    if not around.knows(condition.target):
        return "target_removed"
    when = rule.when
    if type(when) is not type(condition.rule.when):
        return "rule_changed"
    is_asked = True
    if isinstance(when, OnState):
        if condition.bad and judged is not None and not when.meets(*judged):
            return "rule_changed"
        is_asked = around.is_asked(condition.target)
    elif isinstance(when, OnMetric):
        is_asked = condition.key in watched
    return "" if is_asked else "probe_removed"
