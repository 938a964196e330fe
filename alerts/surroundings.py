"""What the inventory says about a target of an alert: labels, what is above and behind, work.

Computed once per inventory; nothing here scans all targets for one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote

from alerts.model import DOWN, SHADOW, UNKNOWN, Alert
from inventory.dependence import Dependence, IsGone
from inventory.model import (
    LEVELS,
    Inventory,
    Level,
    Link,
    PlannedWork,
    TargetId,
    device_target,
    interface_target,
    link_target,
    service_target,
)
from metrics.catalogue import OPER_STATUS
from metrics.observation import Probe

GONE: Final = frozenset({DOWN, SHADOW})
"""States in which nothing passes."""

GROUP: Final = "group:"
"""What targets of groups of services begin with."""

_JUDGED: Final = frozenset({"link", "site", "device", "service"})
_ASSUMED_MS: Final = 60_000
"""The interval assumed for what has no probe of its own."""
_SERVICE_WAIT: Final = 300
"""Seconds that an alert on a service waits at most for the others of its group."""
_NAMED: Final = 20
"""Services and groups that an alert names; of the rest it has the number."""


class Surroundings:
    """Looks things up in one inventory."""

    def __init__(self, inventory: Inventory, probes: Iterable[Probe]) -> None:
        self.inventory = inventory
        self._every: dict[TargetId, int] = {}
        self._ports: set[TargetId] = set()
        for probe in probes:
            known = self._every.get(probe.target, probe.every_ms)
            self._every[probe.target] = min(known, probe.every_ms)
            self._ports |= {one.target for one in probe.series if one.metric is OPER_STATUS}
        self._waits: dict[str, int] = {}
        self._service_waits: dict[str, int] = {}
        self._asked_services: dict[str, bool] = {}
        self._dependence = Dependence(inventory)
        self._work: dict[TargetId, list[PlannedWork]] = {}
        for work in inventory.planned_work.values():
            for worked_on in (*map(link_target, work.links), *map(service_target, work.services)):
                self._work.setdefault(worked_on, []).append(work)
        self._groups: dict[str, list[TargetId]] = {}
        for service in inventory.services.values():
            if service.group is not None:
                self._groups.setdefault(service.group, []).append(service_target(service.id))

    def knows(self, target: TargetId) -> bool:
        """Whether the inventory has the target; what is the monitor's own is always known."""
        kind, _, name = target.partition(":")
        if kind == "interface":
            name, _, port = name.partition("/")
            device = self.inventory.devices.get(name)
            return device is not None and unquote(port) in device.interfaces
        register: Mapping[str, object] | None = {
            "link": self.inventory.links,
            "device": self.inventory.devices,
            "site": self.inventory.sites,
            "service": self.inventory.services,
            "group": self.inventory.service_groups,
        }.get(kind)
        return register is None or name in register

    def is_asked(self, target: TargetId) -> bool:
        """Whether any probe can tell the state of a target; the monitor's own needs none.

        A link without an echo is judged by its near port, or by the device at its far end where no
        other way leads there.
        """
        kind, _, name = target.partition(":")
        if kind == "site":
            devices = self.inventory.topology.devices.get(name, ())
            legs = [*map(link_target, self.uplinks(name))] or [*map(device_target, devices)]
            return any(map(self.is_asked, legs))
        if kind == "service" and target not in self._every and name in self.inventory.services:
            return self._is_asked_by_needs(name)
        if kind == "link" and name in self.inventory.links:
            return target in self._every or self._is_seen_from_its_ends(self.inventory.links[name])
        return kind not in {"device", "service"} or target in self._every

    def is_judged(self, target: TargetId) -> bool:
        """Whether a target has a state, or will have one soon."""
        return target.partition(":")[0] in _JUDGED and self.is_asked(target)

    def _is_asked_by_needs(self, service: str) -> bool:
        known = self._asked_services.get(service)
        if known is None:
            needs = self.inventory.services[service].needs
            known = any(self.is_asked(need) for group in needs for need in group)
            self._asked_services[service] = known
        return known

    def _is_seen_from_its_ends(self, link: Link) -> bool:
        near, far = link.a, link.b
        if near.interface and interface_target(near.device, near.interface) in self._ports:
            return True
        return device_target(far.device) in self._every and len(self.uplinks(far.site)) == 1

    def site(self, target: TargetId) -> str | None:
        """Return the place of a target: of a link its far end."""
        kind, _, name = target.partition(":")
        if kind == "link" and name in self.inventory.links:
            return self.inventory.links[name].b.site
        if kind in {"device", "interface"}:
            device = self.inventory.devices.get(name.partition("/")[0])
            return device.site if device else None
        if kind == "service":
            service = self.inventory.services.get(name)
            return service.site if service else None
        return name if kind == "site" and name in self.inventory.sites else None

    def level(self, target: TargetId) -> Level | None:
        """Return the level of the target's place."""
        site = self.site(target)
        return None if site is None else self.inventory.sites[site].level

    def ranks(self, target: TargetId) -> tuple[str, ...]:
        """Return by what a rule's severity may be told: the kind of a service, then the level."""
        service = self.inventory.services.get(target.removeprefix("service:"))
        kind = "" if service is None or not target.startswith("service:") else service.kind
        return tuple(filter(None, (kind, self.level(target))))

    def labels(self, target: TargetId) -> dict[str, str]:
        """Return what routes and receivers tell targets apart by: identity only, no values."""
        labels = {}
        site = self.site(target)
        if site is not None:
            place = self.inventory.sites[site]
            area = self.inventory.topology.areas.get(site, site)
            labels = {"site": site, "level": str(place.level), "area": area}
        kind, _, name = target.partition(":")
        if kind == "link" and name in self.inventory.links:
            link = self.inventory.links[name]
            labels |= {"link": name, "carrier": link.carrier, "contract": link.contract}
        elif kind == "device":
            labels["device"] = name
        elif kind == "interface":
            device, _, port = name.partition("/")
            labels |= {"device": device, "interface": unquote(port)}
        elif kind == "service" and name in self.inventory.services:
            service = self.inventory.services[name]
            labels |= {"service": name, "service_kind": service.kind, "group": service.group or ""}
        elif kind == "group":
            labels["group"] = name
        return labels

    def uplinks(self, site: str) -> tuple[str, ...]:
        """Return the links by which a site is reached."""
        return self.inventory.topology.uplinks.get(site, ())

    def is_multi_homed(self, site: str | None) -> bool:
        """Whether a site has more than one uplink."""
        return site is not None and len(self.uplinks(site)) > 1

    def wait(self, target: TargetId) -> int:
        """Return how long an alert waits, in seconds: one interval longer than its upstream's.

        So the parent is judged first; and the canaries, which are upstream of everything, before
        all others.
        """
        kind, _, name = target.partition(":")
        if kind == "link":
            return self._wait(name)
        if kind == "service" and name in self.inventory.services:
            return self._service_wait(name)
        site = self.site(target)
        above = max(map(self._wait, self.uplinks(site)), default=0) if site else 0
        return above if kind == "site" and above else above + self._interval(target)

    def grace(self, target: TargetId) -> int:
        """Return how long after its end, in seconds, work may still look undone.

        A recovery is confirmed by three equal runs; one more is allowed for.
        """
        return 4 * self._interval(target)

    def _interval(self, target: TargetId) -> int:
        return -(-self._every.get(target, _ASSUMED_MS) // 1000)

    def _wait(self, link: str) -> int:
        known = self._waits.get(link)
        if known is None:
            own = self._waits[link] = self._interval(link_target(link))  # ends a ring
            above = self.uplinks(self.inventory.links[link].a.site)
            known = self._waits[link] = own + max(map(self._wait, above), default=0)
        return known

    def _service_wait(self, service: str) -> int:
        """Return the wait of a service, worked out once: what is needed twice is no second way.

        No circles and no endless chains: both are refused with the inventory.
        """
        known = self._service_waits.get(service)
        if known is None:
            needs = self.inventory.services[service].needs
            above = max((self.wait(need) for group in needs for need in group), default=0)
            own = min(self._interval(service_target(service)), _SERVICE_WAIT)
            known = self._service_waits[service] = above + own
        return known

    def above(self, target: TargetId) -> tuple[tuple[str, ...], ...]:
        """Return groups of links; a target is out of sight when all links of each are gone."""
        kind, _, name = target.partition(":")
        links = self.inventory.links
        if kind == "service":
            needs = self.inventory.services[name].needs if name in self.inventory.services else ()
            return tuple(
                tuple(one.removeprefix("link:") for one in group if one.startswith("link:"))
                for group in needs
            )
        if kind == "site":
            return tuple(self.uplinks(links[link].a.site) for link in self.uplinks(name))
        near = links[name].a.site if kind == "link" and name in links else self.site(target)
        return () if near is None else (self.uplinks(near),)

    def cut_off(self, target: TargetId, states: Mapping[TargetId, int]) -> dict[str, int]:
        """Count by level the sites that the loss of a link or a site cuts off."""
        cut = self._dependence.cut_sites(target, _is_gone(states))
        counts = Counter(self.inventory.sites[site].level for site in cut)
        return {level: counts[level] for level in LEVELS if counts[level]}

    def services(self, target: TargetId, states: Mapping[TargetId, int]) -> dict[str, int]:
        """Count the services that are lost with a target, by group (`group:`) or by `service:`.

        Of a group those that are down now. What is too much to be named is counted under "".
        """
        is_gone = _is_gone(states)
        if target.startswith(GROUP):
            members = self.members(target)
            return {target: sum(states.get(one) == DOWN for one in members)} if members else {}
        cut = self._dependence.cut_sites(target, is_gone)
        lost = self._dependence.services_behind(target, cut, is_gone)
        return self._summed(name for name in lost if service_target(name) != target)

    def _summed(self, services: Iterable[str]) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for name in services:
            group = self.inventory.services[name].group
            counts[service_target(name) if group is None else f"{GROUP}{group}"] += 1
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        named, rest = dict(ordered[:_NAMED]), sum(count for _, count in ordered[_NAMED:])
        return named | {"": rest} if rest else named

    def group_of(self, target: TargetId) -> TargetId | None:
        """Return the group of a service."""
        service = self.inventory.services.get(target.removeprefix("service:"))
        return None if service is None or not service.group else TargetId(GROUP + service.group)

    def groups(self) -> Iterable[TargetId]:
        """Return all groups that have services."""
        return [TargetId(GROUP + name) for name in self._groups]

    def members(self, group: TargetId) -> list[TargetId]:
        """Return the services of a group."""
        return self._groups.get(group.removeprefix(GROUP), [])

    def lacks(self, service: TargetId, states: Mapping[TargetId, int]) -> bool:
        """Whether something that a service needs is gone, with every alternative to it."""
        name = service.removeprefix("service:")
        return self._dependence.lacks(name, _is_gone(states))

    def work(
        self, target: TargetId, now: int, states: Mapping[TargetId, int]
    ) -> PlannedWork | None:
        """Return planned work that covers the target at `now`.

        A site is covered when each of its uplinks that is down is; where none is known to be, each
        of which nothing is known, as after a restart.
        """
        kind, _, name = target.partition(":")
        if kind in {"link", "service"}:
            return self._work_on(target, now)
        if kind != "site":
            return None
        known = {link: states.get(link_target(link), UNKNOWN) for link in self.uplinks(name)}
        down = [link for link, state in known.items() if state == DOWN]
        unknown = [link for link, state in known.items() if state == UNKNOWN]
        found = [self._work_on(link_target(link), now) for link in down or unknown]
        return found[0] if found and all(found) else None

    def over(self, alert: Alert, now: int) -> int:
        """Return when to look again at an alert of announced work, which may have been changed."""
        work = self.inventory.planned_work.get(alert.labels.get("planned_work", ""))
        is_ended = work is not None and work.end <= now
        return max(now, work.end + self.grace(alert.target)) if work and is_ended else now

    def _work_on(self, target: TargetId, now: int) -> PlannedWork | None:
        covering = [work for work in self._work.get(target, ()) if work.start <= now < work.end]
        return max(covering, key=lambda work: work.end, default=None)


def _is_gone(states: Mapping[TargetId, int]) -> IsGone:
    return lambda one: states.get(one) in GONE
