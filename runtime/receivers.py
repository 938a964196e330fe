"""Receivers and routes as the configuration has them, for the dispatcher.

A route that matches nothing tells nobody and looks like silence, so what it names must exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

from alerts.dispatch import Channel, Notifier, Receiver, Route
from alerts.model import Rule
from inventory.model import Inventory
from inventory.problem import Problem, Problems
from runtime.config import Config
from runtime.plugins import plugins

_FREE: Final = frozenset({"target", "interface", "kind", "level", "severity"})
"""Labels whose values are open, or were checked with the configuration itself."""


def receivers(config: Config) -> list[Receiver]:
    """Make the receivers; a channel is called by its kind, and by its place where kinds repeat."""
    known = plugins("alerts.notifiers")
    found = []
    for name, channels in config.receivers.items():
        kinds = [plugin.kind for plugin in channels]
        named = [
            Channel(
                kind if kinds.count(kind) == 1 else f"{kind}-{place + 1}",
                cast("Notifier", known[kind]),
                plugin.options,
            )
            for place, (kind, plugin) in enumerate(zip(kinds, channels, strict=True))
        ]
        found.append(Receiver(name, tuple(named), config.language))
    return found


def routes(config: Config) -> list[Route]:
    """Make the routes; without any, every receiver gets every alert."""
    if not config.routes:
        return [Route(name) for name in config.receivers]
    return [Route(route.receiver, dict(route.match)) for route in config.routes]


def check_routes(
    config: Config, inventory: Inventory, rules: Sequence[Rule] | None
) -> list[Problem]:
    """Check labels and values of all routes; `rules` None = they could not be read."""
    problems = Problems(config.marks)
    known = _known(inventory, rules or ())
    for place, route in enumerate(config.routes):
        for label, values in route.match.items():
            at = ("routes", place, "match", label)
            if label in _FREE or (rules is None and (label == "rule" or label not in known)):
                continue
            if label not in known:
                close = problems.suggest(label, sorted({*known, *_FREE}))
                problems.add(at, "unknown_key", suggestion=close)
                continue
            for value in values:
                if value not in known[label]:
                    close = problems.suggest(value, sorted(known[label]))
                    problems.add(at, "unknown_reference", suggestion=close, kind=label, name=value)
    return problems.found


def _known(inventory: Inventory, rules: Sequence[Rule]) -> dict[str, set[str]]:
    """Return the values that an alert's labels may have, by label."""
    registers: Mapping[str, Iterable[str]] = {
        "rule": (rule.id for rule in rules),
        "carrier": inventory.carriers,
        "contract": inventory.contracts,
        "area": inventory.topology.areas.values(),
        "site": inventory.sites,
        "device": inventory.devices,
        "link": inventory.links,
        "planned_work": inventory.planned_work,
    }
    known = {label: set(values) for label, values in registers.items()}
    for rule in rules:
        for label, value in rule.labels.items():
            known.setdefault(label, set()).add(value)
    return known
