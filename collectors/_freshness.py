"""Whether backups are fresh and large enough: pure, over what was found of them.

Of several sets the newest that is finished counts: one that was written to within `settle` seconds
may still grow, and is passed over where there is another. Instants are UTC seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

AHEAD: Final = 300.0
"""Seconds by which two clocks may differ before one of them is wrong."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup: when it was written last, and its bytes where they are known."""

    at: float
    size: int | None


@dataclass(frozen=True, slots=True)
class Demand:
    """What backups must be: seconds, bytes, and the least part of the one before, 0-1."""

    rpo: float
    smallest: int = 0
    shrink: float = 0.0
    settle: float = 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong ("" = nothing), and the figures: age in seconds, bytes, number of sets.

    `age` None: a clock is wrong, and nobody knows it.
    """

    reason: str
    age: float | None = None
    size: int | None = None
    count: int = 0


def judge(backups: Sequence[Backup], now: float, demand: Demand) -> Judged:
    """Hold what was found to what is demanded; the worst is named: nothing, old, small, shrunk."""
    if not backups:
        return Judged("backup_missing")
    ordered = sorted(backups, key=lambda one: -one.at)
    finished = [one for one in ordered if one.at <= now - demand.settle] or ordered
    newest = finished[0]
    age = now - newest.at
    if now - ordered[0].at < -AHEAD:
        # Also where an older set is there: with a clock that is wrong its age is as wrong.
        return Judged("clock_ahead", None, newest.size, len(backups))
    before = next((one.size for one in finished[1:] if one.size is not None), None)
    return Judged(_trouble(newest, age, before, demand), max(0.0, age), newest.size, len(backups))


def _trouble(newest: Backup, age: float, before: int | None, demand: Demand) -> str:
    if age > demand.rpo:
        return "backup_too_old"
    if newest.size is not None and newest.size < demand.smallest:
        return "backup_too_small"
    if newest.size is not None and before is not None and newest.size < demand.shrink * before:
        return "backup_shrunk"
    return ""
