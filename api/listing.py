"""What one scope may see of one inventory, in the order of the files, ready to be walked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.ports import Person, StateNow
from api.refusal import Refusal
from api.scope import sees
from inventory.dependence import Dependence
from inventory.model import (
    Inventory,
    Link,
    Service,
    Site,
    TargetId,
    link_target,
    service_target,
    site_target,
)
from sla.states import State

WALK: Final = 1_000
"""Objects looked at before the loop gets its turn: about 0.2 ms."""


Sieve = Callable[[range], Sequence[int]]
"""Given positions, returns those that are wanted, in order."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Visible sites, links and services with what every walk needs beside them, by position."""

    inventory: Inventory
    sites: tuple[Site, ...]
    site_targets: tuple[TargetId, ...]
    site_groups: tuple[tuple[str, str], ...]
    """(area, level)"""
    links: tuple[Link, ...]
    link_targets: tuple[TargetId, ...]
    link_groups: tuple[tuple[str, str], ...]
    """(area of the far end, carrier)"""
    services: tuple[Service, ...]
    service_targets: tuple[TargetId, ...]
    dependence: Dependence
    """Of the whole inventory: what comes out of it is to be looked up in the scope."""


async def make_listing(inventory: Inventory, person: Person) -> Listing:
    """Collect what `person` may see, giving way between slices."""
    areas = inventory.topology.areas
    sites, site_targets = list[Site](), list[TargetId]()
    site_groups, link_groups = list[tuple[str, str]](), list[tuple[str, str]]()
    links, link_targets = list[Link](), list[TargetId]()
    for count, site in enumerate(inventory.sites.values()):
        if count % WALK == 0:
            await asyncio.sleep(0)
        target = site_target(site.id)
        if sees(person, inventory, target):
            sites.append(site)
            site_targets.append(target)
            site_groups.append((areas.get(site.id, site.id), site.level))
    for count, link in enumerate(inventory.links.values()):
        if count % WALK == 0:
            await asyncio.sleep(0)
        target = link_target(link.id)
        if sees(person, inventory, target):
            links.append(link)
            link_targets.append(target)
            link_groups.append((areas.get(link.b.site, link.b.site), link.carrier))
    services = [
        service
        for service in inventory.services.values()
        if sees(person, inventory, service_target(service.id))
    ]
    return Listing(
        inventory,
        tuple(sites),
        tuple(site_targets),
        tuple(site_groups),
        tuple(links),
        tuple(link_targets),
        tuple(link_groups),
        tuple(services),
        tuple(service_target(service.id) for service in services),
        Dependence(inventory),
    )


async def find(
    targets: Sequence[str], after: str | None, limit: int, sieve: Sieve
) -> tuple[list[int], bool]:
    """Return positions behind `after` that `sieve` lets through, at most `limit`, and if more do.

    Raises Refusal when `after` is no longer there.
    """
    start = 0
    if after is not None:
        try:
            start = targets.index(after) + 1
        except ValueError:
            raise Refusal(422, "stale_cursor") from None
    found: list[int] = []
    for base in range(start, len(targets), WALK):
        if base > start:
            await asyncio.sleep(0)
        found += sieve(range(base, min(base + WALK, len(targets))))
        if len(found) > limit:
            return found[:limit], True
    return found, False


def in_state(
    targets: Sequence[TargetId],
    states: Mapping[TargetId, StateNow],
    wanted: frozenset[State | None] | None,
) -> Sieve:
    """Let through what is in one of the wanted states; None among them = not connected."""
    if wanted is None:
        return lambda positions: positions
    get = states.get
    return lambda positions: [
        position
        for position in positions
        if (None if (now := get(targets[position])) is None else now.state) in wanted
    ]
