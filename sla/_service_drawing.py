"""Draw the services into the judge's network: their checks, what they need, who needs what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from inventory.model import Inventory, Service, TargetId, service_target
from metrics.families.services import PROBE_SUCCESS
from metrics.observation import Probe
from sla._network import Check, Network, Route, ServiceNode, SiteNode, Upper
from sla._services import SLOW_MS

_SERVICE = "service:"


def draw_services(
    network: Network, inventory: Inventory, probes: Iterable[Probe], confirm: int
) -> None:
    """Add a node for every service, after what it needs, and a route for each of its checks."""
    asked: dict[TargetId, list[Probe]] = {}
    for probe in probes:
        if probe.target.startswith(_SERVICE) and _is_check(probe):
            asked.setdefault(probe.target, []).append(probe)
    known: dict[TargetId, Upper] = {node.target: node for node in network.upper()}
    needed_by: dict[TargetId, list[ServiceNode]] = {}
    for service in _needs_first(inventory.services):
        target = service_target(service.id)
        found = asked.get(target, [])
        node = ServiceNode(
            target,
            checks=tuple(_check(probe, confirm) for probe in found),
            # A place that is not connected yet is judged by nobody: what needs it is not known.
            needs=tuple(
                tuple(known.get(need) or SiteNode(need) for need in group)
                for group in service.needs
            ),
        )
        network.services[service.id] = known[target] = node
        for need in dict.fromkeys(need for group in service.needs for need in group):
            needed_by.setdefault(need, []).append(node)
        for probe, check in zip(found, node.checks, strict=True):
            network.routes[probe.id] = Route(service=node, check=check)
    network.needed_by = {target: tuple(nodes) for target, nodes in needed_by.items()}


def _is_check(probe: Probe) -> bool:
    return bool(probe.series) and probe.series[0].metric is PROBE_SUCCESS


def _check(probe: Probe, confirm: int) -> Check:
    return Check(
        probe.id,
        every=probe.every_ms,
        confirm=1 if probe.every_ms > SLOW_MS else confirm,
        vital=probe.vital,
    )


def _needs_first(services: Mapping[str, Service]) -> Iterator[Service]:
    """Yield every service behind those it needs; the inventory has no circles."""
    done: set[str] = set()
    for name in services:
        waiting = [name]
        while waiting:
            here = waiting[-1]
            before = [] if here in done else _before(services[here], services, done)
            if before:
                waiting += before
                continue
            waiting.pop()
            if here not in done:
                done.add(here)
                yield services[here]


def _before(service: Service, services: Mapping[str, Service], done: set[str]) -> list[str]:
    names = (need.removeprefix(_SERVICE) for group in service.needs for need in group)
    return [name for name in names if name in services and name not in done]
