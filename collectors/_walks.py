"""How much of the poller's time the reading of whole tables may take, over all devices.

A switch's tables cost tens of milliseconds of CPU; after a start every device has some to be read.
So only so many are read at once, and not faster than the polls can bear. Who begins is the runner's
to decide: it lets runs wait for their turn, in the order in which they came due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

_MOST: Final = 128
"""Small boxes that answer after 50 ms are read in some seconds each: so a hundred a second."""
_PER_SECOND: Final = 4_000.0
"""Values; some 60 microseconds each, so a quarter of a core at most."""
_AHEAD: Final = 0.5
"""Seconds of it that may be spent at once."""


class Walks:
    """Shared by all runs of one event loop."""

    def __init__(
        self,
        most: int = _MOST,
        per_second: float = _PER_SECOND,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._most = most
        self._per_second = per_second
        self._now = now
        self._under_way: set[str] = set()
        self._spent_until = 0.0

    def enter(self, probe: str) -> bool:
        """Begin to read the tables of a probe; False = not now.

        That is when so many are being read, or when those few are so large that they wait for each
        other: one more would only make all of them outlive their deadlines.
        """
        if len(self._under_way) >= self._most or self._spent_until - self._now() > _AHEAD:
            return False
        self._under_way.add(probe)
        return True

    def has(self, probe: str) -> bool:
        """Tell whether it is the turn of a probe."""
        return probe in self._under_way

    def leave(self, probe: str) -> None:
        """End its turn, where it has one."""
        self._under_way.discard(probe)

    async def spend(self, values: int) -> None:
        """Account for `values` that were read, and wait where that was too much for now."""
        ahead = self.account(values)
        if ahead > 0:
            await asyncio.sleep(ahead)

    def account(self, values: int) -> float:
        """Account for `values`; return the seconds after which more may be read, 0 = now."""
        now = self._now()
        self._spent_until = max(now, self._spent_until) + values / self._per_second
        return max(0.0, self._spent_until - now - _AHEAD)
