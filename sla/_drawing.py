"""Draw the judge's network from the inventory and the probes that are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from inventory.model import (
    Device,
    Inventory,
    Link,
    TargetId,
    device_target,
    interface_target,
    link_target,
    site_target,
)
from metrics.catalogue import (
    CANARY_SENT,
    ECHO_LOST,
    ECHO_RTT,
    ECHO_SENT,
    OPER_STATUS,
    UPTIME_TICKS,
    Metric,
)
from metrics.observation import Probe
from sla._network import NEVER, Canary, Mark, Network, Node, Route, SiteNode
from sla._service_drawing import draw_services

_CANARY = "canary:"
_NearPorts = Mapping[TargetId, Sequence[Node]]
"""near port -> the links that leave through it (several on sub-interfaces)."""


def draw(inventory: Inventory, probes: Iterable[Probe], confirm: int) -> Network:
    """Make a node for every link, device, connected site and service, a route for every probe."""
    asked = _Asked(probes)
    devices = {name: Node(device_target(name)) for name in inventory.devices}
    links = {name: Node(link_target(name)) for name in inventory.links}
    sites = _draw_sites(inventory, links, devices)
    pace = _Pace(inventory, asked)
    for name, node in devices.items():
        _place_device(name, node, inventory, sites, asked, pace)
    for link in inventory.links.values():
        _place_link(link, inventory, links, devices, sites, asked, pace)
    network = Network(
        links=links,
        devices=devices,
        sites=sites,
        routes={},
        canaries={},
        starting=_by_device((link.a.device, links[link.id]) for link in inventory.links.values()),
        ending=_by_device((link.b.device, links[link.id]) for link in inventory.links.values()),
    )
    near_ports = _near_ports(inventory, links)
    for probe in asked.probes:
        route = _route(probe, inventory, network, asked, near_ports)
        if route is not None:
            network.routes[probe.id] = route
    draw_services(network, inventory, asked.probes, confirm)
    return network


class _Asked:
    """The probes, found by what they are about."""

    def __init__(self, probes: Iterable[Probe]) -> None:
        self.probes = tuple(probes)
        self.echo: dict[TargetId, Probe] = {}
        self.device: dict[TargetId, list[Probe]] = {}
        for probe in self.probes:
            if probe.target.startswith("link:") and probe.kind == "echo":
                self.echo[probe.target] = probe
            elif probe.target.startswith("device:"):
                self.device.setdefault(probe.target, []).append(probe)
        for found in self.device.values():
            found.sort(key=_most_telling)
        self.ports = frozenset(
            series.target
            for probe in self.probes
            for series in probe.series[: probe.raw]
            if series.metric is OPER_STATUS
        )

    def primary(self, device: str) -> Probe | None:
        """Return the probe whose runs judge a device."""
        found = self.device.get(device_target(device))
        return found[0] if found else None


def _most_telling(probe: Probe) -> tuple[bool, int, str]:
    asks_snmp = any(
        series.metric is UPTIME_TICKS or series.metric is OPER_STATUS
        for series in probe.series[: probe.raw]
    )
    return (not asks_snmp, probe.every_ms, probe.id)


class _Pace:
    """How soon a place can be proven to be reached: the shortest interval of what proves it."""

    def __init__(self, inventory: Inventory, asked: _Asked) -> None:
        self._device: dict[str, int] = {}
        self._site: dict[str, int] = {}
        for name in inventory.devices:
            for probe in asked.device.get(device_target(name), ()):
                self._note(self._device, name, probe.every_ms)
        for link in inventory.links.values():
            probe_ = asked.echo.get(link_target(link.id))
            if probe_ is not None:
                self._note(self._device, link.b.device, probe_.every_ms)
        for name, every in self._device.items():
            self._note(self._site, inventory.devices[name].site, every)

    @staticmethod
    def _note(paces: dict[str, int], name: str, every: int) -> None:
        paces[name] = min(paces.get(name, every), every)

    def device(self, name: str) -> int | None:
        """Return milliseconds; None = nothing proves this device by itself."""
        return self._device.get(name)

    def site(self, name: str) -> int:
        """Return milliseconds; 0 = nothing proves this site."""
        return self._site.get(name, 0)


def _draw_sites(
    inventory: Inventory, links: Mapping[str, Node], devices: Mapping[str, Node]
) -> dict[str, SiteNode]:
    topology = inventory.topology
    sites = {}
    for name in inventory.sites:
        uplinks = topology.uplinks.get(name, ())
        downlinks = topology.downlinks.get(name, ())
        boxes = topology.devices.get(name, ())
        if uplinks or downlinks or boxes:
            sites[name] = SiteNode(
                site_target(name),
                mark=Mark(root=not uplinks),
                uplinks=tuple(links[link] for link in uplinks),
                devices=tuple(devices[box] for box in boxes),
                downlinks=tuple(links[link] for link in downlinks),
            )
    return sites


def _place_device(
    name: str,
    node: Node,
    inventory: Inventory,
    sites: Mapping[str, SiteNode],
    asked: _Asked,
    pace: _Pace,
) -> None:
    place = inventory.devices[name].site
    site, judging = sites[place], asked.primary(name)
    node.site, node.near, node.above = site, site.mark, (site,)
    node.asked = judging is not None
    node.every = node.every if judging is None else judging.every_ms
    node.patience = max(node.every, pace.site(place))


def _place_link(
    link: Link,
    inventory: Inventory,
    links: Mapping[str, Node],
    devices: Mapping[str, Node],
    sites: Mapping[str, SiteNode],
    asked: _Asked,
    pace: _Pace,
) -> None:
    node, near, far = links[link.id], devices[link.a.device], devices[link.b.device]
    near_site = sites[link.a.site]
    contract = inventory.contracts[link.contract]
    echo = asked.echo.get(node.target)
    near_pace = pace.device(link.a.device)
    node.near = near_site.mark if near_pace is None else near.own
    node.above = (near_site, near)
    node.site, node.far_device = sites[link.b.site], far
    node.loss_threshold = float(link.profile.loss_threshold)
    node.loss_limit, node.rtt_limit = contract.loss_ratio, contract.rtt_seconds
    node.echo = echo is not None
    only_way = len(inventory.topology.uplinks.get(link.b.site, ())) == 1
    far_probe = asked.primary(link.b.device)
    if echo is None and only_way and far_probe is not None:
        node.by_far_snmp, node.own = True, far.own
    node.port_only = (
        not node.echo
        and not node.by_far_snmp
        and link.a.interface is not None
        and interface_target(link.a.device, link.a.interface) in asked.ports
    )
    node.asked = node.echo or node.by_far_snmp or node.port_only
    judging = echo or (asked.primary(link.a.device) if node.port_only else far_probe)
    node.every = judging.every_ms if judging is not None else node.every
    node.patience = max(node.every, near_pace or pace.site(link.a.site))


def _by_device(pairs: Iterable[tuple[str, Node]]) -> dict[TargetId, tuple[Node, ...]]:
    found: dict[TargetId, list[Node]] = {}
    for device, node in pairs:
        found.setdefault(device_target(device), []).append(node)
    return {target: tuple(nodes) for target, nodes in found.items()}


def _near_ports(inventory: Inventory, links: Mapping[str, Node]) -> _NearPorts:
    found: dict[TargetId, list[Node]] = {}
    for link in inventory.links.values():
        if link.a.interface is not None:
            port = interface_target(link.a.device, link.a.interface)
            found.setdefault(port, []).append(links[link.id])
    return found


def _position(probe: Probe, metric: Metric) -> int:
    for position, series in enumerate(probe.series[: probe.raw]):
        if series.metric is metric:
            return position
    return NEVER


def _route(
    probe: Probe, inventory: Inventory, network: Network, asked: _Asked, near_ports: _NearPorts
) -> Route | None:
    kind, _, name = probe.target.partition(":")
    if probe.target.startswith(_CANARY) and probe.kind == "echo":
        canary = network.canaries.setdefault(probe.target, Canary())
        return Route(canary=canary, sent=_position(probe, CANARY_SENT))
    if kind == "link" and probe.kind == "echo" and name in network.links:
        return _echo_route(probe, inventory.links[name], network)
    if kind == "device" and name in network.devices:
        return _device_route(probe, inventory.devices[name], network, asked, near_ports)
    return None


def _echo_route(probe: Probe, link: Link, network: Network) -> Route:
    return Route(
        node=network.links[link.id],
        marks=(
            network.sites[link.a.site].mark,
            network.sites[link.b.site].mark,
            network.devices[link.a.device].own,
            network.devices[link.b.device].own,
        ),
        sent=_position(probe, ECHO_SENT),
        lost=_position(probe, ECHO_LOST),
        rtt=_position(probe, ECHO_RTT),
    )


def _device_route(
    probe: Probe, box: Device, network: Network, asked: _Asked, near_ports: _NearPorts
) -> Route:
    device = network.devices[box.id]
    primary = asked.primary(box.id) is probe
    far_of = tuple(node for node in network.ending.get(device.target, ()) if node.by_far_snmp)
    return Route(
        node=device,
        primary=primary,
        marks=(device.own, network.sites[box.site].mark),
        ports=tuple(
            (position, node)
            for position, series in enumerate(probe.series[: probe.raw])
            if series.metric is OPER_STATUS
            for node in near_ports.get(series.target, ())
        ),
        far_of=far_of if primary else (),
    )
