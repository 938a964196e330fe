"""How much of the poller's time the reading of whole tables may take, over all devices.

A switch's tables cost tens of milliseconds of CPU; after a start every device has some to be read.
So only so many are read at once, the others come with their next run, and what is read is paced.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Final

_MOST: Final = 32
_PER_SECOND: Final = 4_000.0
"""Values; some 50 microseconds each, so a fifth of a core at most."""
_AHEAD: Final = 0.5
"""Seconds of it that may be spent at once."""


class Walks:
    """Shared by all runs of one event loop."""

    def __init__(self, most: int = _MOST, per_second: float = _PER_SECOND) -> None:
        self._most = most
        self._per_second = per_second
        self._under_way = 0
        self._spent_until = 0.0

    def enter(self) -> bool:
        """Begin to read a device's tables; False = too many are being read."""
        if self._under_way >= self._most:
            return False
        self._under_way += 1
        return True

    def leave(self) -> None:
        """End it."""
        self._under_way -= 1

    async def spend(self, values: int) -> None:
        """Account for `values` that were read, and wait where that was too much for now."""
        now = monotonic()
        self._spent_until = max(now, self._spent_until) + values / self._per_second
        ahead = self._spent_until - now - _AHEAD
        if ahead > 0:
            await asyncio.sleep(ahead)
