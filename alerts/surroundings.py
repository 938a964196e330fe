"""What the inventory says about a target of an alert: labels, what is above and behind, work.

Computed once per inventory; nothing here scans all targets for one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote

from alerts.model import DOWN, SHADOW, UNKNOWN, Alert
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
)
from metrics.catalogue import OPER_STATUS
from metrics.observation import Probe

GONE: Final = frozenset({DOWN, SHADOW})
"""States in which nothing passes."""

_JUDGED: Final = frozenset({"link", "site", "device"})
_ASSUMED_MS: Final = 60_000
"""The interval assumed for what has no probe of its own."""


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
        self._work: dict[str, list[PlannedWork]] = {}
        for work in inventory.planned_work.values():
            for link in work.links:
                self._work.setdefault(link, []).append(work)

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
        if kind == "link" and name in self.inventory.links:
            return target in self._every or self._is_seen_from_its_ends(self.inventory.links[name])
        return kind != "device" or target in self._every

    def is_judged(self, target: TargetId) -> bool:
        """Whether a target has a state, or will have one soon."""
        return target.partition(":")[0] in _JUDGED and self.is_asked(target)

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
        return name if kind == "site" and name in self.inventory.sites else None

    def level(self, target: TargetId) -> Level | None:
        """Return the level of the target's place."""
        site = self.site(target)
        return None if site is None else self.inventory.sites[site].level

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

    def above(self, target: TargetId) -> tuple[tuple[str, ...], ...]:
        """Return groups of links; a target is out of sight when all links of each are gone."""
        kind, _, name = target.partition(":")
        links = self.inventory.links
        if kind == "site":
            return tuple(self.uplinks(links[link].a.site) for link in self.uplinks(name))
        near = links[name].a.site if kind == "link" and name in links else self.site(target)
        return () if near is None else (self.uplinks(near),)

    def cut_off(self, target: TargetId, states: Mapping[TargetId, int]) -> dict[str, int]:
        """Count by level the sites that the loss of a link or a site cuts off.

        A site is cut off when each of its uplinks is gone or comes from a site that is.
        """
        kind, _, name = target.partition(":")
        links, topology = self.inventory.links, self.inventory.topology
        if kind == "link" and name in links:
            gone, start = {name}, links[name].b.site
        elif kind == "site":
            gone, start = set(self.uplinks(name)), name
        else:
            return {}
        cut: set[str] = set()
        queue = [start]
        for site in queue:
            uplinks = self.uplinks(site)
            if site not in cut and all(
                link in gone or links[link].a.site in cut or states.get(link_target(link)) in GONE
                for link in uplinks
            ):
                cut.add(site)
                queue += (links[link].b.site for link in topology.downlinks.get(site, ()))
        counts = Counter(self.inventory.sites[site].level for site in cut)
        return {level: counts[level] for level in LEVELS if counts[level]}

    def work(
        self, target: TargetId, now: int, states: Mapping[TargetId, int]
    ) -> PlannedWork | None:
        """Return planned work that covers the target at `now`.

        A site is covered when each of its uplinks that is down is; where none is known to be, each
        of which nothing is known, as after a restart.
        """
        kind, _, name = target.partition(":")
        if kind == "link":
            return self._work_on(name, now)
        if kind != "site":
            return None
        known = {link: states.get(link_target(link), UNKNOWN) for link in self.uplinks(name)}
        down = [link for link, state in known.items() if state == DOWN]
        unknown = [link for link, state in known.items() if state == UNKNOWN]
        found = [self._work_on(link, now) for link in down or unknown]
        return found[0] if found and all(found) else None

    def over(self, alert: Alert, now: int) -> int:
        """Return when to look again at an alert of announced work, which may have been changed."""
        work = self.inventory.planned_work.get(alert.labels.get("planned_work", ""))
        is_ended = work is not None and work.end <= now
        return max(now, work.end + self.grace(alert.target)) if work and is_ended else now

    def _work_on(self, link: str, now: int) -> PlannedWork | None:
        covering = [work for work in self._work.get(link, ()) if work.start <= now < work.end]
        return max(covering, key=lambda work: work.end, default=None)
