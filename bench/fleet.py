"""The devices that are asked: simulated routers of villages, and the probes that ask them."""

from __future__ import annotations

import resource
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from alerts.model import OnMetric, Rule
from collectors import echo, interfaces
from inventory.model import Inventory, ProbeSpec, device_target, link_target
from metrics.catalogue import (
    IN_ERRORS,
    IN_RATE,
    OPER_STATUS,
    OUT_DISCARDS,
    OUT_RATE,
    UPTIME_TICKS,
)
from metrics.observation import Probe
from runtime.check import check

FIFTEEN: Final[Mapping[str, Any]] = {"columns": ["octets", "errors", "discards", "oper_status"]}
"""Two ports give 14 of these, sysUpTime is the fifteenth."""
_SPARE_DESCRIPTORS: Final = 256


@dataclass(frozen=True, slots=True)
class Fleet:
    """Devices with two ports each; nothing hangs below them."""

    inventory: Inventory
    devices: tuple[str, ...]
    sessions: int
    """How many of them may keep their socket."""

    def polls(self, every: float, options: Mapping[str, Any]) -> tuple[Probe, ...]:
        """Plan a poll of each device."""
        spec = ProbeSpec("interfaces", every, options=options)
        planned = (
            interfaces.plan(spec, device_target(device), self.inventory) for device in self.devices
        )
        return tuple(probe for probe in planned if probe is not None)

    def echoes(self, every: float, count: int) -> tuple[Probe, ...]:
        """Plan echoes to the far end of the link of each device."""
        spec = ProbeSpec("echo", every, options={"wire": "udp", "count": count})
        asked = set(self.devices)
        planned = (
            echo.plan(spec, link_target(link.id), self.inventory)
            for link in self.inventory.links.values()
            if link.b.device in asked
        )
        return tuple(probe for probe in planned if probe is not None)


def muster(folder: Path, wanted: int) -> Fleet:
    """Choose devices of the province in `folder`: as many as `wanted`, or as may be connected."""
    checked = check(folder / "inventory.yaml", folder / "monitor.yaml", {})
    inventory = checked.inventory
    if inventory is None:
        raise ValueError(f"the simulated province cannot be read: {checked.problems}")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    leaves = (
        device
        for device in inventory.devices.values()
        if not inventory.topology.downlinks.get(device.site)
        and len(device.interfaces) >= 2
        and device.address is not None
        and device.address.family == 4
    )
    chosen = {
        device.id: replace(device, interfaces=device.interfaces[:2])
        for device in islice(leaves, min(wanted, hard - _SPARE_DESCRIPTORS))
    }
    inventory = replace(inventory, devices={**inventory.devices, **chosen})
    return Fleet(inventory, tuple(chosen), hard - _SPARE_DESCRIPTORS)


def rules() -> Iterable[Rule]:
    """Make six rules that watch values of the poll, none of which is ever beyond its limit."""
    limits = (
        (IN_RATE, True, 1e12),
        (OUT_RATE, True, 1e12),
        (OPER_STATUS, True, 100.0),
        (IN_ERRORS, True, 1e15),
        (OUT_DISCARDS, True, 1e15),
        (UPTIME_TICKS, False, -1.0),
    )
    for metric, is_above, limit in limits:
        yield Rule(f"bench-{metric.field}", OnMetric(metric.name, is_above, limit), "warning", 60)
