"""Where each link of an inventory is heard of: by an echo, by its port, by the device behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from inventory.model import (
    Inventory,
    Link,
    ProbeSpec,
    TargetId,
    device_target,
    interface_target,
    link_target,
)

_JUDGING: Final = frozenset({"echo", "interfaces"})


class LinkSources(NamedTuple):
    """Where an inventory's links are heard of."""

    seconds: Mapping[TargetId, int]
    """Of their accounting slots."""
    near: Mapping[TargetId, Sequence[str]]
    """Port -> the links that leave through it."""
    judging: Mapping[TargetId, str]
    """Device -> the kind of probe that tells whether it is there."""
    by_far: Mapping[TargetId, Sequence[str]]
    """Device -> the links without an echo that it stands for."""
    by_port: AbstractSet[str]
    """Links without an echo that nothing but their near port stands for."""


def link_sources(inventory: Inventory) -> LinkSources:
    """Find out where each link is heard of; changes nothing."""
    near: dict[TargetId, list[str]] = {}
    for link in inventory.links.values():
        if link.a.interface is not None:
            port = interface_target(link.a.device, link.a.interface)
            near.setdefault(port, []).append(link.id)
    judged_by = {
        device_target(device.id): spec.kind
        for device in inventory.devices.values()
        if device.address is not None and (spec := judging(device.probes)) is not None
    }
    by_far: dict[TargetId, list[str]] = {}
    by_port: set[str] = set()
    for link in inventory.links.values():
        if _has_echo(link):
            continue
        far, ways = device_target(link.b.device), inventory.topology.uplinks
        if far in judged_by and len(ways.get(link.b.site, ())) == 1:
            by_far.setdefault(far, []).append(link.id)
        else:
            by_port.add(link.id)
    seconds = {link_target(link.id): link.profile.slot for link in inventory.links.values()}
    return LinkSources(seconds, near, judged_by, by_far, by_port)


def _has_echo(link: Link) -> bool:
    """Whether a link is echoed: that needs an address at its far end."""
    return link.b.address is not None and any(spec.kind == "echo" for spec in link.probes)


def judging(probes: Iterable[ProbeSpec]) -> ProbeSpec | None:
    """Return the question whose runs judge its target: what is asked beside it may be slow."""
    return min(probes, key=lambda spec: (spec.kind not in _JUDGING, spec.every), default=None)
