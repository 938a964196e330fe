"""How well a device answers: what a person needs to find the one that is slow or lossy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collectors._memory import RING, DeviceMemory


@dataclass(frozen=True, slots=True)
class Quality:
    """Counts are since the device was first asked, or asked other things (a reload)."""

    polls: int
    """Questions: GETs, walks and tables."""
    answered: int
    late: int
    """Answers that came when nobody waited for them any more: the timeout is too short."""
    retries: int
    resyncs: int
    """Times an SNMPv3 agent said that our notion of its boots or time is wrong."""
    silent_runs: int
    """Questions in a row without an answer."""
    max_varbinds: int
    """Variables that one GET may ask for."""
    bulk_sizes: Mapping[str, int]
    """Rows that one answer may bear, of tables (OID of the entry) where it is fewer than usual."""
    p95_seconds: float | None
    """95th percentile of the time of the last answered runs; None = none yet."""


def quality(memory: DeviceMemory) -> Quality:
    """Sum up what is known of a device's answers."""
    return Quality(
        memory.polls,
        memory.answers,
        memory.late,
        memory.retries,
        memory.resyncs,
        memory.silent_runs,
        memory.max_varbinds,
        {table: bulk.size for table, bulk in memory.bulks.items()},
        _p95(memory),
    )


def _p95(memory: DeviceMemory) -> float | None:
    """Nearest rank: the smallest time that 95 % of the runs did not exceed."""
    count = min(memory.timed, RING)
    if not count:
        return None
    return sorted(memory.took[:count])[-(-count * 95 // 100) - 1]
