"""Which questions are asked: every probe of the inventory and the canaries, planned once.

At a reload a probe that says the same as before stays the same object, so that everything that
hangs on it (rates, templates, learnt sizes, what is under way) is untouched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from types import ModuleType

from collectors.echo import plan_canary
from inventory.model import (
    Inventory,
    ProbeSpec,
    TargetId,
    device_target,
    link_target,
    service_target,
)
from metrics.observation import Probe
from runtime.config import CanaryConfig
from runtime.plugins import plugins


def plan(inventory: Inventory, canaries: Mapping[str, CanaryConfig]) -> tuple[Probe, ...]:
    """Plan every probe; a target without an address is not asked and has no probe."""
    collectors = plugins("collectors")
    targets = chain(
        ((device_target(name), device.probes) for name, device in inventory.devices.items()),
        ((link_target(name), link.probes) for name, link in inventory.links.items()),
        ((service_target(name), used.probes) for name, used in inventory.services.items()),
    )
    planned = [
        probe
        for target, specs in targets
        for spec in specs
        if (probe := _planned(collectors[spec.kind], spec, target, inventory)) is not None
    ]
    watched = (
        plan_canary(name, canary.address, canary.wire, canary.every)
        for name, canary in canaries.items()
    )
    return (*planned, *watched)


def _planned(
    collector: ModuleType, spec: ProbeSpec, target: TargetId, inventory: Inventory
) -> Probe | None:
    probe: Probe | None = collector.plan(spec, target, inventory)
    if probe is None or getattr(collector, "VITAL", True):
        return probe
    return replace(probe, vital=False)


def keep(before: Iterable[Probe], after: Iterable[Probe]) -> tuple[Probe, ...]:
    """Return `after` with the probes of `before` in place of equal ones."""
    known = {probe.id: probe for probe in before}
    return tuple(
        old if (old := known.get(new.id)) is not None and _same(old, new) else new for new in after
    )


def _same(one: Probe, other: Probe) -> bool:
    return (
        one.every_ms == other.every_ms
        and one.deadline == other.deadline
        and one.device == other.device
        and one.area == other.area
        and one.raw == other.raw
        and one.series == other.series
        and one.rates == other.rates
        and one.question == other.question
        and one.vital == other.vital
    )
