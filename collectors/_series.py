"""Series and their labels, in the order of the catalogue; made once per probe."""

from __future__ import annotations

from inventory.model import (
    Device,
    Inventory,
    Link,
    TargetId,
    device_target,
    interface_target,
    link_target,
)
from metrics.catalogue import Metric
from metrics.observation import Series


def area_of(inventory: Inventory, site: str) -> str:
    """Return the city-level site above `site`: its bulkhead and its `area` label."""
    return inventory.topology.areas.get(site, site)


def device_series(metric: Metric, device: Device, inventory: Inventory) -> Series:
    """Make a series of a device."""
    return _series(
        metric,
        device_target(device.id),
        area=area_of(inventory, device.site),
        device=device.id,
        level=inventory.sites[device.site].level,
        platform=device.platform,
        site=device.site,
    )


def interface_series(metric: Metric, device: Device, if_name: str, inventory: Inventory) -> Series:
    """Make a series of an interface."""
    return _series(
        metric,
        interface_target(device.id, if_name),
        area=area_of(inventory, device.site),
        device=device.id,
        interface=if_name,
        level=inventory.sites[device.site].level,
        site=device.site,
    )


def link_series(metric: Metric, link: Link, inventory: Inventory) -> Series:
    """Make a series of a link; its place is the far end's, because that is who loses it."""
    return _series(
        metric,
        link_target(link.id),
        area=area_of(inventory, link.b.site),
        carrier=link.carrier,
        contract=link.contract,
        level=inventory.sites[link.b.site].level,
        link=link.id,
        site=link.b.site,
    )


def _series(metric: Metric, target: str, **labels: str) -> Series:
    ordered = tuple((name, labels[name]) for name in metric.measurement.labels)
    return Series(metric, TargetId(target), ordered)
