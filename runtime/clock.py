"""The one place that asks what time it is.

Two questions only: the wall clock (what a slot is named by) and the monotonic clock (how long
something takes). `Steady` joins them: it runs with the monotonic clock and follows the wall clock
only slowly, so that a step of the wall clock is seen and named, and bends no schedule.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

_SLEW_MS: Final = 500
"""A difference up to this is taken over silently (NTP slews); more is a step."""


def wall() -> float:
    """UTC seconds since the epoch."""
    return time.time()


def monotonic() -> float:
    """Seconds that never go backwards; only differences mean something."""
    return time.monotonic()


def cpu() -> float:
    """CPU seconds this process has used."""
    return time.process_time()


class Steady:
    """UTC milliseconds that advance with the monotonic clock and never go backwards.

    A step forward is taken over at once. A step backward is not: an instant that was judged must
    not come again; time advances a little slower until the wall clock has caught up.
    """

    __slots__ = ("_is_ahead", "_monotonic", "_offset_ms", "_wall", "steps")

    def __init__(
        self, wall: Callable[[], float] = wall, monotonic: Callable[[], float] = monotonic
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._offset_ms = (wall() - monotonic()) * 1000
        self._is_ahead = False
        self.steps = 0

    def now_ms(self) -> int:
        """Return UTC milliseconds."""
        return int(self._monotonic() * 1000 + self._offset_ms)

    def now(self) -> int:
        """Return whole UTC seconds."""
        return self.now_ms() // 1000

    def follow(self) -> float:
        """Take over what the wall clock says; return a step in seconds, once, else 0.0.

        Called every ten seconds, so a step backward is made up at one part in twenty.
        """
        difference = (self._wall() - self._monotonic()) * 1000 - self._offset_ms
        self._offset_ms += max(difference, -_SLEW_MS)
        was_ahead, self._is_ahead = self._is_ahead, difference < -_SLEW_MS
        if abs(difference) <= _SLEW_MS or (was_ahead and self._is_ahead):
            return 0.0
        self.steps += 1
        return difference / 1000
