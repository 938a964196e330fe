"""Make leaves of the evidence log from hours of evidence.

An hour costs a hash of each of its lines with both algorithms, so it belongs into a worker process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from sla.canonical import HourLeaf, encode
from sla.proof.merkle import root
from store.errors import StoreError
from store.evidence import carriers_of, read_hour, read_monitor


class HourLeaves(msgspec.Struct, frozen=True):
    """Leaves of an hour of evidence, or why there are none (words of the store)."""

    hour: int
    leaves: list[bytes]
    failure: str = ""


def hour_leaf(carrier: str, hour: int, lines: Iterable[bytes]) -> bytes:
    """Return the leaf of a carrier's hour; `lines` in the order of their bytes."""
    found = list(lines)
    sha256, sm3 = root(found, "sha256").hex(), root(found, "sm3").hex()
    return encode(HourLeaf(carrier, hour, len(found), sha256, sm3))


def leaves_of(folder: Path, hour: int) -> list[bytes]:
    """Return the leaves of an hour that was kept: carriers in order, then the monitor.

    Raises StoreError when a file of it cannot be read.
    """
    leaves = [
        hour_leaf(carrier, hour, read_hour(folder, hour, carrier))
        for carrier in carriers_of(folder, hour)
    ]
    return [*leaves, encode(read_monitor(folder, hour))]


def leaves_of_hours(folder: Path, hours: Sequence[int]) -> list[HourLeaves]:
    """Do so for several; an hour that cannot be read keeps no other from its leaves."""
    found = []
    for hour in hours:
        try:
            found.append(HourLeaves(hour, leaves_of(folder, hour)))
        except StoreError as error:
            found.append(HourLeaves(hour, [], str(error)))
    return found
