"""What one scope may see of one inventory, in the order of the files, ready to be walked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from api.ports import Person
from api.refusal import Refusal
from api.scope import sees
from inventory.model import Inventory, Link, Site, TargetId, link_target, site_target

WALK: Final = 1_000
"""Objects looked at before the loop gets its turn: about 0.2 ms."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Visible sites and links with what every walk needs beside them, by position."""

    inventory: Inventory
    sites: tuple[Site, ...]
    site_targets: tuple[TargetId, ...]
    site_areas: tuple[str, ...]
    links: tuple[Link, ...]
    link_targets: tuple[TargetId, ...]
    link_areas: tuple[str, ...]


async def make_listing(inventory: Inventory, person: Person) -> Listing:
    """Collect what `person` may see, giving way between slices."""
    sites: list[Site] = []
    site_targets: list[TargetId] = []
    for count, site in enumerate(inventory.sites.values()):
        if count % WALK == 0:
            await asyncio.sleep(0)
        target = site_target(site.id)
        if sees(person, inventory, target):
            sites.append(site)
            site_targets.append(target)
    links: list[Link] = []
    link_targets: list[TargetId] = []
    for count, link in enumerate(inventory.links.values()):
        if count % WALK == 0:
            await asyncio.sleep(0)
        target = link_target(link.id)
        if sees(person, inventory, target):
            links.append(link)
            link_targets.append(target)
    areas = inventory.topology.areas
    return Listing(
        inventory=inventory,
        sites=tuple(sites),
        site_targets=tuple(site_targets),
        site_areas=tuple(areas.get(site.id, site.id) for site in sites),
        links=tuple(links),
        link_targets=tuple(link_targets),
        link_areas=tuple(areas.get(link.b.site, link.b.site) for link in links),
    )


async def find(
    targets: Sequence[TargetId],
    after: TargetId | None,
    limit: int,
    keep: Callable[[int], bool],
) -> tuple[list[int], bool]:
    """Return positions behind `after` that `keep` wants, at most `limit`, and whether more follow.

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
        for position in range(base, min(base + WALK, len(targets))):
            if keep(position):
                if len(found) == limit:
                    return found, True
                found.append(position)
    return found, False
