"""The counts of the moment: how many of what are in which state, where, and behind which outage."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.listing import WALK, Listing
from api.ports import StateNow
from inventory.model import LEVELS, Inventory, TargetId
from sla.states import State

STATES: Final = (*(state.name.lower() for state in State), "unconnected")
"""How states are written, by number; a place that has no device or link yet is `unconnected`."""
_UNCONNECTED: Final = len(State)

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Board:
    """Counts by state; what is zero is left out."""

    inventory: Inventory
    """Of what the counts are."""
    sites: Mapping[str, Counts]
    """level -> state -> sites"""
    links: Counts
    carriers: Mapping[str, Counts]
    area_sites: Mapping[str, Mapping[str, Counts]]
    """area -> level -> state -> sites"""
    area_links: Mapping[str, Counts]
    affected: Mapping[str, Counts]
    """outage id -> level -> sites in its shadow"""
    services: Counts
    groups: Mapping[str, Counts]
    """group of services -> state -> services; "" = those of no group"""
    affected_services: Mapping[str, Counts]
    """outage id -> `group:` or `service:` -> services in its shadow"""


async def make_board(listing: Listing, states: Mapping[TargetId, StateNow]) -> Board:
    """Count, giving way between slices; one pass over the sites and one over the links."""
    area_sites: dict[str, dict[str, Counts]] = {}
    affected: dict[str, Counts] = {}
    for (area, level), counts in (
        await _count(listing.site_targets, listing.site_groups, states, affected)
    ).items():
        area_sites.setdefault(area, {})[level] = _named(counts)
    by_area: dict[str, Counts] = {}
    by_carrier: dict[str, Counts] = {}
    total: Counts = {}
    for (area, carrier), counts in (
        await _count(listing.link_targets, listing.link_groups, states, None)
    ).items():
        for sums in (by_area.setdefault(area, {}), by_carrier.setdefault(carrier, {}), total):
            _add(sums, _named(counts))
    by_level: dict[str, Counts] = {}
    for level in LEVELS:
        for levels in area_sites.values():
            if level in levels:
                _add(by_level.setdefault(level, {}), levels[level])
    groups, lost = _count_services(listing, states)
    return Board(
        listing.inventory,
        by_level,
        total,
        by_carrier,
        area_sites,
        by_area,
        affected,
        _summed(groups.values()),
        groups,
        lost,
    )


def _count_services(
    listing: Listing, states: Mapping[TargetId, StateNow]
) -> tuple[dict[str, Counts], dict[str, Counts]]:
    """Count services by group and state, and by the outage in whose shadow they are."""
    groups: dict[str, Counts] = {}
    lost: dict[str, Counts] = {}
    for target, service in zip(listing.service_targets, listing.services, strict=True):
        now = states.get(target)
        state = STATES[State.UNKNOWN if now is None else now.state]
        _add(groups.setdefault(service.group or "", {}), {state: 1})
        if now is not None and now.cause:
            name = target if service.group is None else f"group:{service.group}"
            _add(lost.setdefault(now.cause, {}), {name: 1})
    return groups, lost


def _summed(many: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for counts in many:
        _add(total, counts)
    return total


async def _count(
    targets: Sequence[TargetId],
    keys: Sequence[tuple[str, str]],
    states: Mapping[TargetId, StateNow],
    affected: dict[str, Counts] | None,
) -> dict[tuple[str, str], list[int]]:
    counted: dict[tuple[str, str], list[int]] = {}
    for start in range(0, len(targets), WALK):
        await asyncio.sleep(0)
        end = start + WALK
        for target, key in zip(targets[start:end], keys[start:end], strict=True):
            now = states.get(target)
            row = counted.get(key)
            if row is None:
                row = counted[key] = [0] * len(STATES)
            if now is None:
                row[_UNCONNECTED] += 1
                continue
            row[now.state] += 1
            if now.cause and affected is not None:
                levels = affected.setdefault(now.cause, {})
                levels[key[1]] = levels.get(key[1], 0) + 1
    return counted


def _named(counts: Sequence[int]) -> Counts:
    return {name: count for name, count in zip(STATES, counts, strict=True) if count}


def _add(sums: Counts, counts: Counts) -> None:
    for name, count in counts.items():
        sums[name] = sums.get(name, 0) + count
