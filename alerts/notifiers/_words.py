"""Puts alerts into words: which link, since when, who is affected, whose it is.

The language of placeholders is closed (`texts.say`); nothing in a title is ever interpreted.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from alerts.model import SEVERITIES, Alert, Phase, Rule
from alerts.notifiers._contract import Message
from inventory.edge import ZONE
from inventory.model import LEVELS, Inventory, TargetId
from metrics.catalogue import BY_NAME
from texts.say import Language, catalogue, say

_NEWS: Final = frozenset({"flapping", "lasting"})
_SHOWN: Final = 10
"""Lines of a digest."""


Parts = Callable[[str, TargetId], str]
"""Which part of a target it is of which a metric tells the worst value; "" = nobody knows."""


def no_parts(*_asked: object) -> str:
    """Know none."""
    return ""


class Words:
    """Knows the titles of an inventory and its rules."""

    def __init__(
        self,
        inventory: Inventory,
        rules: Mapping[str, Rule],
        page: str = "",
        parts: Parts = no_parts,
    ) -> None:
        self._inventory = inventory
        self._rules = rules
        self._page = page
        self._parts = parts

    def message(
        self, alerts: Sequence[Alert], at: int, language: Language, digest_over: int
    ) -> Message:
        """Write one message about `alerts`, the most urgent first."""
        ordered = sorted(alerts, key=lambda alert: (-_urgency(alert), alert.since, alert.id))
        lines = tuple(self.line(alert, at, language) for alert in ordered)
        subject = self._subject(ordered, lines, language)
        shown = list(lines)
        if len(lines) > digest_over:
            shown = [subject, *lines[:_SHOWN]]
            if more := len(lines) - _SHOWN:
                shown.append(say("alert.more", language, count=more))
        told = sorted(
            f"{alert.id} {alert.phase.value} {alert.severity} {news(alert)}".rstrip()
            for alert in alerts
        )
        return Message(
            id=hashlib.sha256("\n".join(told).encode()).hexdigest()[:32],
            at=at,
            language=language,
            subject=subject,
            text="\n".join(shown),
            alerts=tuple(ordered),
            lines=lines,
            url=self._page,
        )

    def line(self, alert: Alert, at: int, language: Language) -> str:
        """Say one alert in one sentence."""
        is_over = alert.phase is Phase.RESOLVED
        head = say(
            "alert.resolved" if is_over else "alert.firing",
            language,
            severity=say(f"alert.severity.{alert.severity}", language),
            rule=self._rule(alert.rule, language),
            target=self._target(alert),
        )
        return head + "".join(
            (
                self._times(alert, at, language),
                self._value(alert, language),
                "" if is_over else self._part(alert, language),
                "" if is_over else _affected(alert, language),
                "" if is_over else self._services(alert, language),
                _reason(alert, language),
                _planned(alert, language),
                self._unit(alert, language),
            )
        )

    def _subject(self, alerts: Sequence[Alert], lines: Sequence[str], language: Language) -> str:
        if len(alerts) == 1:
            return lines[0]
        firing = Counter(alert.rule for alert in alerts if alert.phase is not Phase.RESOLVED)
        parts = [
            say("alert.part", language, rule=self._rule(rule, language), count=count)
            for rule, count in firing.items()
        ]
        if over := len(alerts) - firing.total():
            parts.append(say("alert.part_over", language, count=over))
        joined = say("alert.comma", language).join(parts)
        return say("alert.several", language, count=len(alerts), parts=joined)

    def _rule(self, name: str, language: Language) -> str:
        rule = self._rules.get(name)
        if rule is not None and rule.titles:
            return rule.titles.get(language) or next(iter(rule.titles.values()))
        code = f"alert.rule.{name}"
        return say(code, language) if code in catalogue() else name

    def _target(self, alert: Alert) -> str:
        kind, _, name = alert.target.partition(":")
        inventory = self._inventory
        if kind == "link" and (link := inventory.links.get(name)):
            carrier = inventory.carriers.get(link.carrier)
            circuit = f" {link.circuit}" if link.circuit else ""
            return f"{link.title} ({carrier.title if carrier else link.carrier}{circuit})"
        if kind == "site" and (site := inventory.sites.get(name)):
            return site.title
        if kind == "service" and (service := inventory.services.get(name)):
            unit = inventory.units.get(service.unit or "")
            return f"{service.title} ({unit.title})" if unit else service.title
        if kind == "group" and (group := inventory.service_groups.get(name)):
            return group.title
        whose, _, period = name.partition("/")
        if kind == "monitor" and period and (carrier := inventory.carriers.get(whose)):
            return f"{carrier.title} {period}"  # a report
        device, _, port = name.partition("/")
        if kind in {"device", "interface"} and (box := inventory.devices.get(device)):
            place = inventory.sites.get(box.site)
            title = f"{place.title} {box.title}" if place else box.title
            return f"{title} {unquote(port)}" if port else title
        return name

    def _services(self, alert: Alert, language: Language) -> str:
        """Say how many services are lost with it, and which: groups with their number."""
        count = sum(alert.services.values())
        if not count:
            return ""
        names = [self._named(one, n, language) for one, n in alert.services.items()]
        joined = say("alert.services_comma", language).join(names)
        code = "alert.service" if count == 1 else "alert.services"
        return say(code, language, count=count, names=joined)

    def _named(self, target: str, count: int, language: Language) -> str:
        kind, _, name = target.partition(":")
        if kind == "group" and (group := self._inventory.service_groups.get(name)):
            return say("alert.services_of_group", language, title=group.title, count=count)
        if kind == "service" and (service := self._inventory.services.get(name)):
            return service.title
        return name or say("alert.services_more", language, count=count)

    def _times(self, alert: Alert, at: int, language: Language) -> str:
        since = _clock(alert.since, at)
        if alert.phase is not Phase.RESOLVED or alert.resolved_at is None:
            return say("alert.since", language, since=since)
        return say(
            "alert.lasted",
            language,
            since=since,
            until=_clock(alert.resolved_at, at),
            duration=_duration(alert.resolved_at - alert.since, language),
        )

    def _value(self, alert: Alert, language: Language) -> str:
        if alert.value is None or alert.limit is None:
            return ""
        unit = self._unit_of(alert.rule)
        code = "alert.value_was" if alert.phase is Phase.RESOLVED else "alert.value"
        value, limit = _number(alert.value, unit), _number(alert.limit, unit)
        return say(code, language, value=value, limit=limit)

    def _part(self, alert: Alert, language: Language) -> str:
        """Name the part that is meant where a host's worst one is told."""
        when = self._rules[alert.rule].when if alert.rule in self._rules else None
        metric = getattr(when, "metric", "")
        part = self._parts(metric, alert.target) if metric else ""
        return say("alert.part_of", language, part=part) if part else ""

    def _unit_of(self, rule: str) -> str:
        when = self._rules[rule].when if rule in self._rules else None
        metric = BY_NAME.get(getattr(when, "metric", ""))
        is_ratio = metric is None or getattr(when, "over", None) is not None
        return "ratio" if is_ratio or metric is None else metric.unit

    def _unit(self, alert: Alert, language: Language) -> str:
        """Name the responsible unit: the target's own, or that of the nearest place above it."""
        inventory = self._inventory
        link = inventory.links.get(alert.labels.get("link", ""))
        service = inventory.services.get(alert.labels.get("service", ""))
        name = link.unit if link else service.unit if service else None
        site = inventory.sites.get(alert.labels.get("site", ""))
        while name is None and site is not None:
            name = site.unit
            site = inventory.sites.get(site.parent) if site.parent else None
        unit = inventory.units.get(name) if name else None
        if unit is None:
            return ""
        return say("alert.unit", language, unit=f"{unit.title} {unit.phone}".strip())


def news(alert: Alert) -> str:
    """Return the reason of an alert where it is worth telling although the alert fires already."""
    return alert.reason if alert.reason in _NEWS else ""


def _urgency(alert: Alert) -> int:
    return -1 if alert.phase is Phase.RESOLVED else SEVERITIES.index(alert.severity)


def _affected(alert: Alert, language: Language) -> str:
    if not alert.outage or alert.target.startswith("service:"):
        return ""  # nobody's place hangs on a service
    counts = [
        say(f"alert.{'level' if count == 1 else 'levels'}.{level}", language, count=count)
        for level in LEVELS
        if (count := alert.affected.get(level, 0))
    ]
    if not counts:
        return "" if alert.services else say("alert.affected_nobody", language)
    return say("alert.affected", language, counts=say("alert.comma", language).join(counts))


def _reason(alert: Alert, language: Language) -> str:
    # What a check of a service says has words of its own, as the wire's reasons have.
    for code in (f"alert.reason.{alert.reason}", f"wire.reason.{alert.reason}"):
        if code in catalogue():
            return say("alert.reason", language, reason=say(code, language))
    return ""


def _planned(alert: Alert, language: Language) -> str:
    work = alert.labels.get("planned_work")
    return say("alert.planned", language, work=work) if work else ""


def _clock(seconds: int, at: int) -> str:
    moment, now = datetime.fromtimestamp(seconds, ZONE), datetime.fromtimestamp(at, ZONE)
    return moment.strftime("%H:%M:%S" if moment.date() == now.date() else "%Y-%m-%d %H:%M:%S")


def _duration(seconds: int, language: Language) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    code = "days" if days else "hours" if hours else "minutes" if minutes else "seconds"
    return say(f"alert.{code}", language, days=days, hours=hours, minutes=minutes, seconds=rest)


_LONG: Final = 10.0
"""Seconds from which a time is no round trip, but an age or a time of running."""


def _long(seconds: float) -> str:
    """Write an age in the unit that suits it, by its symbol (SI brochure, table 8)."""
    for symbol, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if abs(seconds) >= 2 * size:
            return f"{seconds / size:.3g} {symbol}"
    return f"{seconds:.3g} s"


_SIGNS: Final = {"celsius": "°C", "dbm": "dBm", "amperes": "A", "load": ""}


def _number(value: float, unit: str) -> str:
    """Write a value as people read it."""
    if unit == "ratio":
        return f"{value * 100:.4g} %"
    if unit == "seconds":
        return f"{value * 1000:.4g} ms" if abs(value) < _LONG else _long(value)
    if unit == "bits_per_second":
        return f"{value / 1e6:.4g} Mbit/s"
    return f"{value:.6g} {_SIGNS.get(unit, unit)}".strip()
