"""What hangs on what, computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inventory.model import Device, Link, Site, Topology


def topology(
    sites: Mapping[str, Site], devices: Mapping[str, Device], links: Mapping[str, Link]
) -> Topology:
    """Compute the topology in one pass over each mapping."""
    return Topology(
        children=_group((site.parent, name) for name, site in sites.items()),
        uplinks=_group((link.b.site, name) for name, link in links.items()),
        downlinks=_group((link.a.site, name) for name, link in links.items()),
        devices=_group((device.site, name) for name, device in devices.items()),
        areas=_areas(sites),
    )


def _group(pairs: Iterable[tuple[str | None, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for key, name in pairs:
        if key is not None:
            groups.setdefault(key, []).append(name)
    return {key: tuple(names) for key, names in groups.items()}


def _areas(sites: Mapping[str, Site]) -> dict[str, str]:
    """Return for each site the city above it, or itself; parents form no circle by now."""
    areas = {}
    for name, site in sites.items():
        here: Site | None = site
        while here is not None and here.level != "city":
            here = sites.get(here.parent) if here.parent is not None else None
        areas[name] = here.id if here is not None else name
    return areas
