"""Carries each condition from pending to firing to resolved, and looks again when it is due.

Knows when an alert must wait, is somebody else's fault, goes to and fro, or is announced work. The
engine decides what is true, the book what is told of it.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Collection
from typing import Final

from msgspec.structs import replace

from alerts.condition import FLAPPING, Condition, Key, severity_of
from alerts.model import (
    DOWN,
    NOTHING,
    SHADOW,
    UNKNOWN,
    Alert,
    OnDowntime,
    OnGroup,
    OnState,
    Phase,
    Rule,
)
from alerts.surroundings import GONE, Surroundings
from inventory.model import TargetId, link_target, site_target

UNCLEAR: Final = frozenset({UNKNOWN, SHADOW})
"""States that are no evidence of anything."""

_RECENT_SECONDS: Final = 3_600
_RECENT_MOST: Final = 5_000
_LOOK_AGAIN: Final = 10


class Book:
    """All conditions that are true or were of late, the states known, and what is due."""

    def __init__(self) -> None:
        self.conditions: dict[Key, Condition] = {}
        self.states: dict[TargetId, int] = {}
        self.recent: deque[Alert] = deque(maxlen=_RECENT_MOST)
        self.is_blind = False
        self._agenda: list[tuple[int, int, Condition]] = []
        self._entries = 0

    def load(
        self,
        around: Surroundings,
        on_state: dict[str, list[tuple[Rule, OnState]]],
        on_group: Collection[str],
    ) -> None:
        """Take over what surrounds the targets, the rules on their states and those on groups."""
        self._around = around
        self._on_state = on_state
        self._on_group = on_group

    def open(self, rule: Rule, target: TargetId) -> Condition:
        """Return the condition of a rule on a target; a new one where there is none."""
        condition = self.conditions.get((rule.id, target))
        if condition is None:
            condition = self.conditions[rule.id, target] = Condition(rule, target)
        return condition

    def close(self, condition: Condition) -> None:
        """Drop a condition."""
        condition.due = -1
        self.conditions.pop(condition.key, None)

    def look_at(self, condition: Condition, due: int) -> None:
        """Put a condition on the agenda; it has one place there."""
        condition.due = due
        self._entries += 1
        heapq.heappush(self._agenda, (due, self._entries, condition))

    def due(self, now: int) -> list[Alert]:
        """Look at every condition whose time has come."""
        told: list[Alert] = []
        agenda = self._agenda
        while agenda and agenda[0][0] <= now:
            due, _, condition = heapq.heappop(agenda)
            if condition.due != due:
                continue
            condition.due = -1
            if self.is_blind and not condition.is_own:
                self.look_at(condition, now + _LOOK_AGAIN)
            else:
                told += self.look(condition, now)
        while self.recent and (self.recent[0].resolved_at or 0) < now - _RECENT_SECONDS:
            self.recent.popleft()
        return told

    def look(self, condition: Condition, now: int) -> tuple[Alert, ...]:
        """Do what is due for one condition."""
        if condition.alert is None:
            if now < condition.forget_at():
                self.look_at(condition, condition.forget_at())
            else:
                self.close(condition)
            return NOTHING
        if condition.is_pending:
            if condition.is_on_metric:
                return NOTHING  # readings decide
            if self._is_hidden(condition):
                self.look_at(condition, now + _LOOK_AGAIN)
                return NOTHING
            return (self.fire(condition, now),)
        if condition.flapping_since is not None:
            return self._look_at_flapping(condition, now)
        return self._look_at_work(condition, now)

    def _look_at_flapping(self, condition: Condition, now: int) -> tuple[Alert, ...]:
        calm_at = condition.calm_at()
        if now < calm_at or self._is_unclear(condition.target):
            self.look_at(condition, max(calm_at, now + _LOOK_AGAIN))
            return NOTHING
        if not condition.bad:
            return (self.resolve(condition, now, "calm"),)
        condition.flapping_since = None
        condition.edges.clear()
        return (self.fire(condition, now, "lasting"),)

    def _look_at_work(self, condition: Condition, now: int) -> tuple[Alert, ...]:
        """Tell what outlasts the work that was announced; more work is no news."""
        before = condition.alert
        if not condition.is_planned or before is None:
            return NOTHING
        if self._is_unclear(condition.target):
            self.look_at(condition, now + _LOOK_AGAIN)
            return NOTHING
        after = self.fire(condition, now)
        if after.labels == before.labels:
            return NOTHING
        return (after,)

    def look_at_work(self, now: int) -> None:
        """Look again at all that fired during announced work: another inventory has other work."""
        for condition in self.conditions.values():
            if condition.is_planned:
                self.look_at(condition, self._around.over(condition.current(), now))

    def bad(self, condition: Condition, at: int) -> tuple[Alert, ...]:
        """Note that a condition became true; return the alert if it flaps."""
        if condition.turn(at, bad=True) and not self._is_shaken(condition.target):
            return (self._flap(condition, at),)
        if condition.flapping_since is not None:
            self.look_at(condition, condition.calm_at())
        return NOTHING

    def good(self, condition: Condition, at: int, reason: str = "recovered") -> tuple[Alert, ...]:
        """Note that a condition is over; return the end of its alert, or that it flaps."""
        if not condition.bad:
            return NOTHING
        flaps = condition.turn(at, bad=False)
        if condition.relapses(at):
            condition.flapping_since = condition.flapped_at
        if condition.flapping_since is not None:
            self.look_at(condition, condition.calm_at())
            return NOTHING
        if flaps and not self._is_shaken(condition.target):
            return (self._flap(condition, at),)
        if condition.is_firing:
            return (self.resolve(condition, at, reason),)
        condition.alert = None
        self.look_at(condition, condition.forget_at())
        return NOTHING

    def withdraw(self, condition: Condition) -> None:
        """Take back what was pending."""
        condition.withdraw()
        self.look_at(condition, condition.forget_at())

    def fire(self, condition: Condition, now: int, reason: str | None = None) -> Alert:
        """Fire, or fire again because something changed that is worth telling."""
        alert, target, rule = condition.current(), condition.target, condition.rule
        severity = severity_of(rule, self._around.ranks(target))
        labels = {**self._around.labels(target), **rule.labels}
        is_downtime = isinstance(rule.when, OnDowntime)
        work = None if is_downtime else self._around.work(target, now, self.states)
        condition.is_planned = work is not None
        if work is not None:
            severity = "info"
            labels["planned_work"] = work.id
            self.look_at(condition, work.end + self._around.grace(target))
        is_loss = isinstance(rule.when, OnState) and rule.when.states == {DOWN}
        is_down = isinstance(rule.when, OnState) and self.states.get(target) == DOWN
        takes_along = is_down or isinstance(rule.when, OnGroup)
        condition.alert = fired = replace(
            alert,
            phase=Phase.FIRING,
            severity=severity,
            fired_at=now if alert.fired_at is None else alert.fired_at,
            reason=alert.reason if reason is None else reason,
            outage=f"{target}@{alert.since}" if is_loss else "",
            affected=self._around.cut_off(target, self.states) if is_loss else {},
            services=self._around.services(target, self.states) if takes_along else {},
            labels=labels,
        )
        return fired

    def _flap(self, condition: Condition, at: int) -> Alert:
        if condition.alert is None:
            condition.begin(condition.edges[0], FLAPPING)
        alert = self.fire(condition, at, FLAPPING)
        condition.flapping_since = condition.flapped_at = at
        self.look_at(condition, condition.calm_at())
        return alert

    def resolve(self, condition: Condition, at: int, reason: str) -> Alert:
        """End a firing alert."""
        ended = condition.resolve(at, reason)
        self.recent.append(ended)
        self.look_at(condition, condition.forget_at())
        return ended

    def _is_unclear(self, target: TargetId) -> bool:
        """Whether nobody knows how a target is; before its first run after a start nobody does."""
        state = self.states.get(target)
        return self._around.is_judged(target) if state is None else state in UNCLEAR

    def _is_hidden(self, condition: Condition) -> bool:
        """Whether another alert names the cause: of what is above, or of the whole site."""
        when, target = condition.rule.when, condition.target
        if not isinstance(when, OnState) or not when.wait_for_parent:
            return False
        if target.startswith("service:"):
            return self._is_told_of_group(target) or self._around.lacks(target, self.states)
        if target.startswith("link:") and self._is_told_of_site(self._around.site(target)):
            return True
        groups = self._around.above(target)
        return bool(groups) and all(
            group and all(self.states.get(link_target(link)) in GONE for link in group)
            for group in groups
        )

    def _is_told_of_group(self, service: TargetId) -> bool:
        """Whether an alert says that much of a service's group is down."""
        group = self._around.group_of(service)
        if group is None:
            return False
        found = (self.conditions.get((rule, group)) for rule in self._on_group)
        return any(condition and condition.alert is not None for condition in found)

    def _is_told_of_site(self, site: str | None) -> bool:
        """Whether an alert says that a place with several uplinks is cut off, or soon will.

        Not every rule on places does: one may watch for less, or for other reasons.
        """
        if site is None or not self._around.is_multi_homed(site):
            return False
        target = site_target(site)
        is_down, is_unclear = self.states.get(target) == DOWN, self._is_unclear(target)
        for rule, when in self._on_state.get("site", ()):
            if DOWN in when.states and (is_down or is_unclear):
                condition = self.conditions.get((rule.id, target))
                is_told = condition is not None and condition.alert is not None
                if is_told or (is_down and not when.reasons):
                    return True
        return False

    def _is_shaken(self, target: TargetId) -> bool:
        """Whether something above flaps: then the flapping of the target is not its own."""
        above = {link_target(link) for group in self._around.above(target) for link in group}
        rules = [rule.id for rule, _ in self._on_state.get("link", ())]
        found = (self.conditions.get((rule, link)) for rule in rules for link in above)
        return any(condition and condition.flapping_since is not None for condition in found)
