"""Who hangs on what: which services the loss of a link, a site, a device or a service takes away.

Made once per inventory; what is asked of it costs as much as there is behind what was lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from inventory.model import Inventory, TargetId, link_target, service_target

IsGone = Callable[[TargetId], bool]
"""Whether nothing passes through a target already, whatever else is lost."""


class Dependence:
    """Looks up services by what they stand on."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._needed_by: dict[TargetId, list[str]] = {}
        self._touched: dict[str, list[str]] = {}
        """site -> services that stand there, or need something that is lost with it."""
        self._order = {name: place for place, name in enumerate(inventory.services)}
        for service in inventory.services.values():
            needs = [need for group in service.needs for need in group]
            for need in dict.fromkeys(needs):
                self._needed_by.setdefault(need, []).append(service.id)
            places = [service.site, *(site for need in needs for site in self._places(need))]
            for site in dict.fromkeys(filter(None, places)):
                self._touched.setdefault(site, []).append(service.id)

    def lacks(self, service: str, is_gone: IsGone) -> bool:
        """Whether something that a service needs is gone, with every alternative to it."""
        found = self._inventory.services.get(service)
        return found is not None and any(all(map(is_gone, group)) for group in found.needs)

    def cut_sites(self, target: TargetId, is_gone: IsGone) -> list[str]:
        """Return the sites that the loss of a link or a site cuts off.

        A site is cut off when each of its uplinks is gone or comes from a site that is. Behind a
        site without uplinks lies everything: it is named alone.
        """
        kind, _, name = target.partition(":")
        links, topology = self._inventory.links, self._inventory.topology
        if kind == "link" and name in links:
            gone, start = {name}, links[name].b.site
        elif kind == "site":
            gone, start = set(topology.uplinks.get(name, ())), name
            if not gone:
                return [name]
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
        cut, found = set(sites), set[str]()

        def is_lost(need: TargetId) -> bool:
            if need == target or need.removeprefix("service:") in found:
                return True
            return is_gone(need) or any(site in cut for site in self._places(need))

        queue = [name for site in self._touched.keys() & cut for name in self._touched[site]]
        queue += self._needed_by.get(target, ())
        for name in queue:
            stands_there = self._inventory.services[name].site in cut
            if name not in found and (stands_there or self.lacks(name, is_lost)):
                found.add(name)
                queue += self._needed_by.get(service_target(name), ())
        return sorted(found, key=self._order.__getitem__)

    def _places(self, need: TargetId) -> tuple[str, ...]:
        """Return the sites with any of which a need is lost."""
        kind, _, name = need.partition(":")
        if kind == "link":
            link = self._inventory.links[name]
            return link.a.site, link.b.site
        if kind == "device":
            return (self._inventory.devices[name].site,)
        return (name,) if kind == "site" else ()
