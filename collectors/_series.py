"""Series and their labels, in the order of the catalogue; made once per probe.

A province has over a million series, and those of one target say the same about it: they share its
name and its labels, and labels of different targets share what is equal in them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Final, TypeVar, cast

from inventory.model import (
    Device,
    Inventory,
    Link,
    Service,
    TargetId,
    device_target,
    interface_target,
    link_target,
    service_target,
)
from metrics.catalogue import DEVICE, INTERFACE, LINK, Measurement, Metric
from metrics.families.services import PROBE, SERVICE, SERVICE_STATE
from metrics.observation import Series

T = TypeVar("T", bound=Hashable)


NONE: Final = "none"
"""What a label says of a thing that has no such place: InfluxDB refuses an empty tag."""


def area_of(inventory: Inventory, site: str) -> str:
    """Return the city-level site above `site`: its bulkhead and its `area` label."""
    return inventory.topology.areas.get(site, site)


def device_series(
    metrics: Iterable[Metric], device: Device, inventory: Inventory
) -> tuple[Series, ...]:
    """Make series of a device."""
    return _series(
        metrics,
        DEVICE,
        device_target(device.id),
        area=area_of(inventory, device.site),
        device=device.id,
        level=inventory.sites[device.site].level,
        platform=device.platform,
        site=device.site,
    )


def interface_series(
    metrics: Iterable[Metric], device: Device, if_name: str, inventory: Inventory
) -> tuple[Series, ...]:
    """Make series of an interface."""
    return _series(
        metrics,
        INTERFACE,
        interface_target(device.id, if_name),
        area=area_of(inventory, device.site),
        device=device.id,
        interface=if_name,
        level=inventory.sites[device.site].level,
        site=device.site,
    )


def link_series(metrics: Iterable[Metric], link: Link, inventory: Inventory) -> tuple[Series, ...]:
    """Make series of a link; its place is the far end's, because that is who loses it."""
    return _series(
        metrics,
        LINK,
        link_target(link.id),
        area=area_of(inventory, link.b.site),
        carrier=link.carrier,
        contract=link.contract,
        level=inventory.sites[link.b.site].level,
        link=link.id,
        site=link.b.site,
    )


def service_series(
    metrics: Iterable[Metric], check: str, service: Service, inventory: Inventory
) -> tuple[Series, ...]:
    """Make series of a check (a kind of probe) of a service."""
    return _series(
        metrics,
        PROBE,
        service_target(service.id),
        area=_area_of_service(service, inventory),
        check=check,
        group=service.group or NONE,
        service=service.id,
        site=service.site or NONE,
    )


def state_series(service: Service, inventory: Inventory) -> tuple[Series, ...]:
    """Make the series of a service's state."""
    return _series(
        (SERVICE_STATE,),
        SERVICE,
        service_target(service.id),
        area=_area_of_service(service, inventory),
        group=service.group or NONE,
        service=service.id,
        site=service.site or NONE,
    )


def _area_of_service(service: Service, inventory: Inventory) -> str:
    return NONE if service.site is None else area_of(inventory, service.site)


def _series(
    metrics: Iterable[Metric], measurement: Measurement, target: TargetId, **labels: str
) -> tuple[Series, ...]:
    ordered = shared(tuple(shared((name, labels[name])) for name in measurement.labels))
    name = shared(target)
    return tuple(Series(metric, name, ordered) for metric in metrics)


def shared(thing: T) -> T:
    """Return the equal thing that was made a moment ago, else this one.

    For texts and tuples that probes of one device, or of neighbours, have in common.
    """
    return cast("T", _shared(thing))


@lru_cache(4096)
def _shared(thing: Hashable) -> Hashable:
    return thing
