"""What jobs have reported by themselves (heartbeats), as a collector may ask for it.

All times are seconds before now, by the monitor's clock; None = not told, or never.
"""

from __future__ import annotations

from typing import Protocol

import msgspec


class Beat(msgspec.Struct, frozen=True):
    """The last report of the job of a service."""

    known: float
    """Since when the monitor waits for it: since the service first was in the inventory.

    Where the last report lies ahead of the clock: since that was noticed.
    """
    age: float | None = None
    """When it was; None = the job never reported, or nobody knows when."""
    is_ahead: bool = False
    """The last report lies ahead of the clock, which has gone back since: its age is unknown."""
    good: bool = True
    """What the job said of itself."""
    took: float | None = None
    """How long it ran, as it says, seconds."""
    size: int | None = None
    """Bytes it wrote, as it says."""
    lag: float | None = None
    """How far a replica lags behind, as it says, seconds."""
    before: int | None = None
    """Bytes of the good report before this one."""
    away: tuple[tuple[float, float], ...] = ()
    """From when to when the monitor did not run of late: a report may have come to nobody."""


class Beats(Protocol):
    """Reports of jobs."""

    def heard(self, service: str) -> Beat | None:
        """Return the last report for a service; None = reports are not taken for it."""


class NoBeats:
    """The wire of a monitor that takes no reports."""

    def heard(self, *_asked: object, **_how: object) -> Beat | None:
        """Answer that nothing is known."""
        return None
