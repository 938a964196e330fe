"""When each device is read whole: once in a period, spread by its name, the first time soon.

From period to period a device's instant walks through the day: who is connected in the morning only
is seen on some days, whatever the device is called.
"""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Collection, Iterator
from typing import Final

SOON: Final = 3600
"""Seconds from the start within which a device is read that was not read for a period."""

_WALK: Final = 7 * 3600
"""Seconds by which an instant is later from period to period: in 24 days it meets each hour."""


class SurveyPlan:
    """A calendar of devices. Times are whole UTC seconds, `every` is in seconds."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._at: dict[str, int] = {}
        self._queue: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._at)

    def keep(self, devices: Collection[str]) -> None:
        """Drop all others."""
        self._at = {device: at for device, at in self._at.items() if device in devices}

    def enter(self, device: str, now: int, seen_at: int | None) -> None:
        """Plan a device that is not planned yet: soon, or when its period is over."""
        if device in self._at:
            return
        due = None if seen_at is None else self._following(device, seen_at)
        if seen_at is not None and due is not None and seen_at <= now < due:
            self._put(device, due)
        else:
            self._put(device, now + self._within_an_hour(device))

    def soon(self, device: str, now: int) -> None:
        """Plan a device anew, as if it had never been read."""
        if device in self._at:
            self._put(device, now + self._within_an_hour(device))

    def done(self, device: str, now: int) -> None:
        """Plan a device that was read: at its next instant, a quarter of a period off at least."""
        if device in self._at:
            self._put(device, self._following(device, now))

    def postpone(self, device: str, until: int) -> None:
        """Plan a device that could not be read."""
        if device in self._at:
            self._put(device, until)

    def due(self, now: int, most: int) -> Iterator[str]:
        """Yield devices that are due, longest overdue first; each is planned again by the caller.

        At most `most` are looked at.
        """
        for _ in range(most):
            if not self._queue or self._queue[0][0] > now:
                return
            at, device = heapq.heappop(self._queue)
            if self._at.get(device) == at:
                yield device

    def _put(self, device: str, at: int) -> None:
        self._at[device] = at
        heapq.heappush(self._queue, (at, device))

    def _within_an_hour(self, device: str) -> int:
        return _phase(device) % min(SOON, self._every)

    def _following(self, device: str, at: int) -> int:
        earliest = at + self._every // 4
        period = earliest // self._every
        while (instant := self._instant(device, period)) < earliest:
            period += 1
        return instant

    def _instant(self, device: str, period: int) -> int:
        return period * self._every + (_phase(device) + _WALK * period) % self._every


def _phase(device: str) -> int:
    return zlib.crc32(device.encode())
