"""When each probe is due: a fixed grid, spread out by a phase that comes from the probe's name.

Probes of one interval share a wheel: sorted by phase, turned by a pointer. What is due is found
without a heap and without looking at what is not due, so 60,000 probes cost what 60 do. A restart
gives every probe the same phase again, and a reload moves none that stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from zlib import crc32

from metrics.observation import Probe


def phase_ms(probe_id: str, every_ms: int) -> int:
    """Return the phase of a probe in its interval, spread evenly by its name."""
    return crc32(probe_id.encode()) % every_ms


class _Wheel:
    """All probes of one interval."""

    __slots__ = ("_index", "_phases", "_probes", "_turn", "every_ms")

    def __init__(self, every_ms: int, probes: Iterable[Probe], now_ms: int) -> None:
        self.every_ms = every_ms
        pairs = sorted((phase_ms(probe.id, every_ms), probe.id, probe) for probe in probes)
        self._phases = [phase for phase, _, _ in pairs]
        self._probes = [probe for _, _, probe in pairs]
        self.go_on_from(now_ms)

    def go_on_from(self, now_ms: int) -> None:
        """Turn to `now_ms`: what lies before it is not given any more."""
        self._turn = now_ms // self.every_ms * self.every_ms
        self._index = bisect_right(self._phases, now_ms - self._turn)

    def due(self, now_ms: int) -> Iterator[tuple[Probe, int]]:
        """Yield each probe whose instant has come, with that instant, in order."""
        phases, probes, count = self._phases, self._probes, len(self._probes)
        if not count:
            return
        while True:
            if self._index >= count:
                self._index = 0
                self._turn += self.every_ms
            slot_ms = self._turn + phases[self._index]
            if slot_ms > now_ms:
                return
            probe = probes[self._index]
            self._index += 1
            yield probe, slot_ms

    def behind(self, now_ms: int) -> int:
        """Count the instants up to `now_ms` that were not given yet."""
        count = len(self._probes)
        turns, phase = divmod(now_ms - self._turn, self.every_ms)
        return max(0, turns * count + bisect_right(self._phases, phase) - self._index)


class Schedule:
    """The grid of all probes."""

    def __init__(self, probes: Iterable[Probe], now_ms: int) -> None:
        by_interval: dict[int, list[Probe]] = {}
        for probe in probes:
            by_interval.setdefault(probe.every_ms, []).append(probe)
        self._wheels = [_Wheel(every, some, now_ms) for every, some in sorted(by_interval.items())]

    def go_on_from(self, now_ms: int) -> None:
        """Turn the grid to `now_ms`: what lies before it is not given any more."""
        for wheel in self._wheels:
            wheel.go_on_from(now_ms)

    def behind(self, now_ms: int) -> int:
        """Count the instants up to `now_ms` that were not given yet."""
        return sum(wheel.behind(now_ms) for wheel in self._wheels)

    def due(self, now_ms: int) -> Iterator[tuple[Probe, int]]:
        """Yield (probe, slot_ms) of everything whose instant has come and was not yet given.

        Instants that were missed are given too, one by one: the runner counts them as skipped.
        """
        for wheel in self._wheels:
            yield from wheel.due(now_ms)
