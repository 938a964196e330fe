"""What the rules at work on one inventory need to know of both: made once, and beside the loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from alerts.condition import Key
from alerts.limits import Plan, plans
from alerts.model import Rule
from alerts.surroundings import Surroundings
from alerts.watched import Watched, watched
from inventory.model import Inventory
from metrics.observation import Probe


class Drawn(NamedTuple):
    """Nothing in it changes."""

    rules: Mapping[str, Rule]
    around: Surroundings
    plans: Mapping[Probe, Plan]
    watched: Watched
    watching: Mapping[Key, Probe]
    """Rule and target -> the probe that brings its values."""


def draw(rules: Iterable[Rule], inventory: Inventory, probes: Iterable[Probe]) -> Drawn:
    """Find out which rule watches what; takes seconds for a province."""
    known, asked = {rule.id: rule for rule in rules}, tuple(probes)
    all_rules = tuple(known.values())
    planned = plans(all_rules, inventory, asked)
    watching = {
        (watch.rule.id, probe.series[watch.position].target): probe
        for probe, plan in planned.items()
        for watch in (*plan.plain, *plan.smooth)
    }
    around = Surroundings(inventory, asked)
    return Drawn(known, around, planned, watched(all_rules), watching)
