"""Routing sessions and adjacencies, counted: how many there are and how many of them are down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from collectors._memory import DeviceMemory
from collectors.vendors._form import BgpPeer, OspfNeighbour
from metrics.observation import Value

_ADJACENT: Final = frozenset({"full", "twoWay"})
"""Neighbours on a network with a designated router stay two-way with most others."""


def peers(rows: Iterable[BgpPeer]) -> tuple[Value, Value]:
    """Count BGP sessions but for those that somebody shut down."""
    return count(row.state != "established" for row in rows if not row.stopped)


def adjacencies(rows: Iterable[OspfNeighbour] | None, memory: DeviceMemory) -> tuple[Value, Value]:
    """Count neighbours and those that are lost: most agents drop the row of one that is gone."""
    return count(_lost(rows, memory))


def _lost(rows: Iterable[OspfNeighbour] | None, memory: DeviceMemory) -> Iterator[bool]:
    if rows is None:
        return
    present = {row.address: row.state for row in rows}
    gone = memory.neighbours - present.keys()
    memory.neighbours |= present.keys()
    yield from (state not in _ADJACENT for state in present.values())
    yield from (True for _ in gone)


def count(bad: Iterable[bool]) -> tuple[Value, Value]:
    """Return how many there are and how many of them are bad; None where there are none at all."""
    each = tuple(bad)
    return (len(each), sum(each)) if each else (None, None)
