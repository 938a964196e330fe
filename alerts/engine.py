"""Decides what is worth telling. Pure: time is an argument, replaying history gives the same.

What goes in are readings, changes of state and the passing of time; what comes out are alerts that
began to fire, changed in a way worth telling, or were resolved. Pending ones are only kept.

* Only evidence resolves: a value not heard, UNKNOWN and SHADOW neither fire nor resolve.
* What lies behind something that is gone makes no alert; the cause says how much lies behind it.
* While the monitor is blind one alert says so, and nothing about the network changes.
* Work that was announced makes no page; the state is watched all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from alerts.book import UNCLEAR, Book
from alerts.condition import FLAPPING, Condition
from alerts.drawing import Drawn, draw
from alerts.limits import Average, Watch, smoothed
from alerts.model import (
    DEGRADED,
    DOWN,
    NOTHING,
    SHADOW,
    UNKNOWN,
    UP,
    Alert,
    OnMonitor,
    OnState,
    Phase,
    Rule,
)
from alerts.void import why_void
from alerts.watched import group_news
from inventory.model import Inventory, TargetId, link_target
from metrics.observation import Probe, Reading

_SEEN: Final = frozenset({UP, DEGRADED})
_BAD: Final = frozenset({DEGRADED, DOWN})
_NOT_MEASURED: Final = frozenset({DOWN, UNKNOWN, SHADOW})


class Engine:
    """The rules at work on one inventory."""

    def __init__(
        self, rules: Iterable[Rule], inventory: Inventory, probes: Iterable[Probe]
    ) -> None:
        self._book = Book()
        self._busy: set[Probe] = set()
        self._averages: dict[tuple[Probe, str, int], Average] = {}
        self._unjudged: dict[TargetId, tuple[int, int, str]] = {}
        self._bad: dict[TargetId, tuple[int, str]] = {}
        """Since when and why a target that was judged is DOWN or DEGRADED."""
        self._was_blind = False
        """When it stopped; whatever answers shows that it is over."""
        self._load(draw(rules, inventory, probes))

    def _load(self, drawn: Drawn) -> None:
        self._rules, self._around, self._plans, self._watched, self._watching = drawn
        self._book.load(self._around, self._watched.state, self._watched.group)

    # Readings.

    def observe(self, reading: Reading) -> tuple[Alert, ...]:
        """Compare a reading with the limits of the rules that watch its metrics."""
        probe = reading.observation.probe
        plan = self._plans.get(probe)
        if plan is None or self._book.is_blind:
            return NOTHING
        if probe not in self._busy:
            values = reading.values
            for position, low, high in plan.bounds:
                value = values[position]
                if value is not None and not low <= value <= high:
                    break
            else:
                return self._smooth(reading, plan.smooth) if plan.smooth else NOTHING
        return self._examine(reading, plan.plain) + self._smooth(reading, plan.smooth)

    def _examine(self, reading: Reading, watches: Iterable[Watch]) -> tuple[Alert, ...]:
        told = NOTHING
        probe = reading.observation.probe
        self._busy.discard(probe)
        for watch in watches:
            value = reading.values[watch.position]
            target = probe.series[watch.position].target
            if value is not None:
                told += self._compare(watch, target, value, reading.observation.slot)
            if (watch.rule.id, target) in self._book.conditions:
                self._busy.add(probe)
        return told

    def _smooth(self, reading: Reading, watches: Iterable[Watch]) -> tuple[Alert, ...]:
        told = NOTHING
        probe = reading.observation.probe
        for watch in watches:
            key = (probe, watch.rule.id, watch.position)
            target = probe.series[watch.position].target
            if self._book.states.get(target, UP) in _NOT_MEASURED:
                self._averages.pop(key, None)  # an outage is not poor quality
                continue
            average = self._averages.get(key)
            if average is None:
                average = self._averages[key] = Average()
            value = smoothed(watch, reading.values, average)
            if value is not None:
                told += self._compare(watch, target, value, reading.observation.slot)
        return told

    def _compare(
        self, watch: Watch, target: TargetId, value: float, slot: int
    ) -> tuple[Alert, ...]:
        """Judge one value; a pending alert fires with the value that shows it has lasted."""
        book, rule = self._book, watch.rule
        condition = book.conditions.get((rule.id, target))
        is_held = condition is not None and condition.alert is not None
        low, high = (watch.calm_low, watch.calm_high) if is_held else (watch.low, watch.high)
        is_gone = book.states.get(target, UP) in _NOT_MEASURED or value < watch.floor
        if low <= value <= high or is_gone:
            if condition is None or condition.alert is None:
                return NOTHING
            if condition.is_firing:
                return NOTHING if is_gone else book.good(condition, slot)
            book.withdraw(condition)
            return NOTHING
        condition = condition or book.open(rule, target)
        if condition.is_firing:
            return NOTHING if condition.bad else book.bad(condition, slot)
        if condition.alert is None:
            condition.begin(slot, "limit")
        alert = condition.current()
        if slot - alert.since < rule.hold:
            return NOTHING
        condition.alert = replace(alert, value=float(value), limit=watch.limit)
        return book.bad(condition, slot) or (book.fire(condition, slot),)

    # States.

    def state(
        self, target: TargetId, state: int, since: int, seen_at: int, reason: str, cause: str = ""
    ) -> tuple[Alert, ...]:
        """Take over a change of state (`state`: the values of `extranet_link_state`).

        `cause`, the outage that a target in SHADOW is behind, is not used: the topology tells it.
        """
        del cause
        self._book.states[target] = state
        if self._book.is_blind:
            self._unjudged[target] = (since, seen_at, reason)
            return NOTHING
        told = NOTHING
        if self._was_blind and state in _SEEN:
            self._was_blind = False
            told = self._own("blind", "canaries", seen_at, seen_at, None, bad=False)
        return told + self._judge(target, since, seen_at, reason)

    def _judge(self, target: TargetId, since: int, seen_at: int, reason: str) -> tuple[Alert, ...]:
        told = NOTHING
        state = self._book.states[target]
        if state in _BAD:
            self._bad[target] = (since, reason)
        else:
            self._bad.pop(target, None)
        kind, _, name = target.partition(":")
        for rule, when in self._watched.state.get(kind, ()):
            condition = self._book.conditions.get((rule.id, target))
            if when.meets(state, reason):
                if kind == "site" and not self._around.is_multi_homed(name):
                    continue  # the alert of its only link names the cause
                condition = condition or self._book.open(rule, target)
                if not condition.bad:
                    told += self._began(condition, when, since, seen_at, reason)
            elif condition is not None and condition.bad:
                alert = condition.current()
                if condition.is_pending and (state in UNCLEAR or since <= alert.since):
                    self._book.withdraw(condition)
                elif state not in UNCLEAR:
                    told += self._book.good(condition, seen_at)
        if kind == "service" and (group := self._around.group_of(target)) is not None:
            told += self._judge_group(group, seen_at)
        return told

    def _judge_group(self, group: TargetId, now: int) -> tuple[Alert, ...]:
        """Count a group's services: many that are down at once are told in one alert."""
        told, book = NOTHING, self._book
        members = self._around.members(group)
        for rule, when in self._watched.group.values():
            if news := group_news(when, members, book.states, self._bad):
                since = now if news.since is None else news.since
                bad = news.since is not None
                told += self._report(rule, group, since, now, news.down, None, bad=bad)
        return told

    def _began(
        self, condition: Condition, when: OnState, since: int, seen_at: int, reason: str
    ) -> tuple[Alert, ...]:
        if not condition.is_firing:
            condition.begin(since, reason)
        if told := self._book.bad(condition, seen_at):
            return told
        if condition.is_firing:
            return NOTHING  # it flaps, and that was told
        wait = self._around.wait(condition.target) if when.wait_for_parent else 0
        due = max(since + condition.rule.hold, seen_at + wait)
        self._book.look_at(condition, due)
        return self._book.look(condition, seen_at) if due <= seen_at else NOTHING

    # What the runtime reports.

    def availability(self, link: str, used_share: float, now: int) -> tuple[Alert, ...]:
        """Take over which share of this month's allowed downtime a link has used (1 = all)."""
        told = NOTHING
        if self._book.is_blind:
            return NOTHING
        for rule, when in self._watched.downtime:
            limit = when.share
            is_bad = used_share >= limit
            told += self._report(rule, link_target(link), now, now, used_share, limit, bad=is_bad)
        return told

    def report(
        self, condition: str, target: TargetId, since: int, now: int, *, bad: bool, reason: str
    ) -> tuple[Alert, ...]:
        """Take over what is said of a device, or (not `bad`) that it is over, and why.

        An event is no state that could go to and fro, so it never flaps.
        """
        told = NOTHING
        for rule in self._watched.reported.get(condition, ()):
            if found := self._book.conditions.get((rule.id, target)):
                found.edges.clear()
            told += self._report(rule, target, since, now, None, None, bad=bad, reason=reason)
        return told

    def own(
        self, condition: str, subject: str, now: int, *, bad: bool, value: float | None = None
    ) -> tuple[Alert, ...]:
        """Take over how a part of the monitor does: `own("outbox", "influxdb", now, bad=True)`.

        `condition` is that of a rule with `on: monitor`; the target is `monitor:<subject>`.
        """
        return self._own(condition, subject, now, now, value, bad=bad)

    def _own(
        self, name: str, subject: str, since: int, now: int, value: float | None, *, bad: bool
    ) -> tuple[Alert, ...]:
        told = NOTHING
        target = TargetId(f"monitor:{subject}")
        for rule in self._watched.reported.get(name, ()):
            told += self._report(rule, target, since, now, value, None, bad=bad)
        return told

    def _report(
        self, rule: Rule, target: TargetId, since: int, now: int, value: float | None,
        limit: float | None, *, bad: bool, reason: str = "",
    ) -> tuple[Alert, ...]:  # fmt: skip
        """Begin or end a condition that holds until it is reported otherwise."""
        book = self._book
        condition = book.conditions.get((rule.id, target))
        if bad == (condition is not None and condition.bad):
            return NOTHING
        condition = condition or book.open(rule, target)
        if not bad:
            return book.good(condition, now, reason or "recovered")
        if not condition.is_firing:
            condition.begin(since, reason or "limit", value, limit)
        if told := book.bad(condition, now):
            return told
        if condition.is_firing:
            return NOTHING
        book.look_at(condition, since + rule.hold)
        return book.look(condition, now) if since + rule.hold <= now else NOTHING

    def blind(self, since: int, seen_at: int) -> tuple[Alert, ...]:
        """Note that the monitor hears not even its canaries: nothing else fires or resolves."""
        told = self._own("blind", "canaries", since, seen_at, None, bad=True)
        self._book.is_blind = True
        self._bad.clear()  # each is told again when it can be seen again
        for condition in list(self._book.conditions.values()):
            if condition.is_pending and not condition.is_own:
                self._book.withdraw(condition)
        return told

    def sighted(self, at: int) -> tuple[Alert, ...]:
        """Note that the monitor can see; what was told meanwhile is judged now."""
        told = list(self._own("blind", "canaries", at, at, None, bad=False))
        self._book.is_blind = False
        waiting, self._unjudged = self._unjudged, {}
        for target, (since, seen_at, reason) in waiting.items():
            told += self._judge(target, since, max(seen_at, at), reason)
        return tuple(told)

    def tick(self, now: int) -> tuple[Alert, ...]:
        """Let the time pass: return what became due."""
        return tuple(self._book.due(now))

    # Keeping.

    def alerts(self) -> tuple[Alert, ...]:
        """Return what is pending or firing, and what was resolved in the last hour."""
        current = [c.alert for c in self._book.conditions.values() if c.alert is not None]
        return (*current, *self._book.recent)

    def acknowledge(self, alert: str, person: str, now: int) -> Alert | None:
        """Note that a person takes care of an alert; None = no such alert is firing."""
        for condition in self._book.conditions.values():
            found = condition.alert
            if found is not None and found.id == alert and condition.is_firing:
                condition.alert = replace(found, acknowledged_by=person, acknowledged_at=now)
                return condition.alert
        return None

    def restore(self, alerts: Iterable[Alert], now: int) -> tuple[Alert, ...]:
        """Take over alerts that were firing when the monitor stopped; return what is void now.

        The states of all targets are to be told again afterwards, or stay as they were.
        """
        for alert in alerts:
            if alert.phase is not Phase.FIRING:
                continue
            rule = self._rules.get(alert.rule) or Rule(alert.rule, OnMonitor(""), alert.severity)
            condition = self._book.open(rule, alert.target)
            condition.alert, condition.bad = alert, True
            condition.is_planned = "planned_work" in alert.labels
            self._was_blind |= isinstance(rule.when, OnMonitor) and rule.when.condition == "blind"
            if alert.reason == FLAPPING:
                told_at = now if alert.fired_at is None else alert.fired_at
                condition.flapping_since = condition.flapped_at = told_at
                condition.edges = [now]  # whether it has been calm is known from here on only
            self._book.look_at(condition, now)
        return self._drop_void(now)

    def keep_subjects(self, present: Mapping[str, Collection[str]], at: int) -> tuple[Alert, ...]:
        """Resolve what is told of parts of the monitor that there are no more.

        `present`: by condition (`outbox`) the subjects that there are (`influxdb`); a condition
        that is not named is left alone.
        """
        told: list[Alert] = []
        for condition in list(self._book.conditions.values()):
            when, subject = condition.rule.when, condition.target.removeprefix("monitor:")
            if not isinstance(when, OnMonitor) or subject in present.get(
                when.condition, (subject,)
            ):
                continue
            if condition.is_firing:
                told.append(self._book.resolve(condition, at, "subject_gone"))
            self._book.close(condition)
        return tuple(told)

    def reload(
        self, rules: Iterable[Rule], inventory: Inventory, probes: Iterable[Probe], now: int
    ) -> tuple[Alert, ...]:
        """Go on with other rules or another inventory."""
        return self.take(draw(rules, inventory, probes), now)

    def take(self, drawn: Drawn, now: int) -> tuple[Alert, ...]:
        """Go on with what was drawn; return what is void now, and what is new."""
        self._load(drawn)
        book, knows = self._book, self._around.knows
        self._averages = {
            key: kept for key, kept in self._averages.items() if key[0] in self._plans
        }
        book.states = {target: state for target, state in book.states.items() if knows(target)}
        self._unjudged = {t: said for t, said in self._unjudged.items() if t in book.states}
        self._bad = {target: how for target, how in self._bad.items() if knows(target)}
        told = self._drop_void(now)
        for target, (since, reason) in list(self._bad.items()):  # it may stay so for days
            if self._around.is_asked(target):
                told += self._judge(target, since, now, reason)
        for group in self._around.groups():
            told += self._judge_group(group, now)
        book.look_at_work(now)
        return told

    def _drop_void(self, now: int) -> tuple[Alert, ...]:
        """Resolve what can no longer be judged, saying why; find the probes that need a look."""
        states = self._book.states
        told: list[Alert] = []
        watching = self._watching
        for condition in list(self._book.conditions.values()):
            rule, target = self._rules.get(condition.rule.id), condition.target
            judged = None if target not in self._bad else (states[target], self._bad[target][1])
            if reason := why_void(condition, rule, self._around, watching.keys(), judged):
                if condition.is_firing:
                    told.append(self._book.resolve(condition, now, reason))
                self._book.close(condition)
            else:
                condition.rule = self._rules[condition.rule.id]
        self._busy = {watching[key] for key in self._book.conditions.keys() & watching.keys()}
        return tuple(told)
