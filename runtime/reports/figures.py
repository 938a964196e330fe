"""The figures that are looked at: the same seconds as the report's, without its proof.

One way of adding up: a link on the page, a carrier's month and the settled report come from the
same inputs by the same function, filed overlays, approved causes and quotas included.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from inventory.model import Inventory
from runtime.reports.inputs import gather
from sla.assess import CarrierAssessment, LinkAssessment
from sla.build import Prepared, carrier, exclusions, prepare
from sla.periods import Window
from sla.register import register_of
from sla.report import Exclusion
from sla.ruleset import RuleSet


def carrier_figure(
    store: Path, inventory: Inventory, rules: RuleSet, name: str, window: Window
) -> CarrierAssessment:
    """Assess a carrier. Raises StoreError, RulesError."""
    return carrier(_prepared(store, inventory, rules, name, window, None))


def link_figure(
    store: Path, inventory: Inventory, rules: RuleSet, name: str, window: Window
) -> tuple[LinkAssessment, tuple[Exclusion, ...]]:
    """Assess one link, and say what was filed about it. Raises StoreError, RulesError."""
    whose = inventory.links[name].carrier
    prepared = _prepared(store, inventory, rules, whose, window, {name})
    (only,) = prepared.circuits
    return only.assessed, exclusions(prepared, only)


def hurt_figures(
    store: Path, inventory: Inventory, rules: RuleSet, names: Collection[str], window: Window
) -> list[LinkAssessment]:
    """Assess some links. Raises StoreError, RulesError."""
    by_carrier: dict[str, set[str]] = {}
    for name in names:
        by_carrier.setdefault(inventory.links[name].carrier, set()).add(name)
    return [
        circuit.assessed
        for whose, links in by_carrier.items()
        for circuit in _prepared(store, inventory, rules, whose, window, links).circuits
    ]


def _prepared(
    store: Path,
    inventory: Inventory,
    rules: RuleSet,
    name: str,
    window: Window,
    links: Collection[str] | None,
) -> Prepared:
    register = register_of(inventory, name)
    if links is not None:
        register = replace(
            register, links=tuple(link for link in register.links if link.id in links)
        )
    return prepare(gather(store, register, window, rules, proof=False))
