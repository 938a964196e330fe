"""Who hangs on what: which services the loss of a link, a site, a device or a service takes away.

Made once per inventory; what is asked of it costs as much as there is behind what was lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from inventory.model import (
    Inventory,
    TargetId,
    device_target,
    link_target,
    service_target,
    site_target,
)

IsGone = Callable[[TargetId], bool]
"""Whether nothing passes through a target already, whatever else is lost."""


class Dependence:
    """Looks up services by what they stand on."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._needed_by: dict[TargetId, list[str]] = {}
        self._at_site: dict[str, list[str]] = {}
        self._order = {name: place for place, name in enumerate(inventory.services)}
        for service in inventory.services.values():
            if service.site is not None:
                self._at_site.setdefault(service.site, []).append(service.id)
            for need in dict.fromkeys(need for group in service.needs for need in group):
                self._needed_by.setdefault(need, []).append(service.id)

    def needing(self, target: TargetId) -> tuple[str, ...]:
        """Return the services that name a target among their needs."""
        return tuple(self._needed_by.get(target, ()))

    def lacks(self, service: str, is_gone: IsGone) -> bool:
        """Whether something that a service needs is gone, with every alternative to it."""
        found = self._inventory.services.get(service)
        return found is not None and any(all(map(is_gone, group)) for group in found.needs)

    def cut_sites(self, target: TargetId, is_gone: IsGone) -> list[str]:
        """Return the sites that the loss of a link or a site cuts off.

        A site is cut off when each of its uplinks is gone or comes from a site that is.
        """
        kind, _, name = target.partition(":")
        links, topology = self._inventory.links, self._inventory.topology
        if kind == "link" and name in links:
            gone, start = {name}, links[name].b.site
        elif kind == "site":
            gone, start = set(topology.uplinks.get(name, ())), name
        else:
            return []
        cut: dict[str, None] = {}
        queue = [start]
        for site in queue:
            if site not in cut and all(
                link in gone or links[link].a.site in cut or is_gone(link_target(link))
                for link in topology.uplinks.get(site, ())
            ):
                cut[site] = None
                queue += (links[link].b.site for link in topology.downlinks.get(site, ()))
        return list(cut)

    def services_behind(self, target: TargetId, sites: Iterable[str], is_gone: IsGone) -> list[str]:
        """Return the services that are lost with `target` and the `sites` that it cuts off.

        Those that stand at such a site, those of which a need is gone with every alternative, and
        whatever needs them in turn; in the order of the inventory.
        """
        cut = list(sites)
        lost = {target, *self._at(cut)}
        found = {name for site in cut for name in self._at_site.get(site, ())}
        queue = [*lost, *map(service_target, found)]
        lost |= set(queue)
        for here in queue:
            for name in self._needed_by.get(here, ()):
                if name in found or service_target(name) in lost:
                    continue
                if self.lacks(name, lambda need: need in lost or is_gone(need)):
                    found.add(name)
                    lost.add(service_target(name))
                    queue.append(service_target(name))
        return sorted(found, key=self._order.__getitem__)

    def _at(self, sites: Iterable[str]) -> Iterator[TargetId]:
        """Yield what is lost with a site: itself, its devices, the links to and from it."""
        topology = self._inventory.topology
        for site in sites:
            yield site_target(site)
            yield from map(device_target, topology.devices.get(site, ()))
            yield from map(link_target, topology.uplinks.get(site, ()))
            yield from map(link_target, topology.downlinks.get(site, ()))
