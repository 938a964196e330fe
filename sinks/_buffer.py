"""The memory side of an outbox: the open buffer, and sealed batches that wait.

Bounded: beyond `memory_bytes` the oldest batch goes and its points are counted as dropped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sinks._segments import Batch


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds.

    `batch_bytes`, `batch_points`, `batch_age`: a batch is sent when it reaches one of them.
    `patience`: a send that takes longer lets what waits in memory go to disk.
    `retry_first`, `retry_max`: the pause after the first failure and the longest one; doubled
    between, and shortened at random by up to a half. `retry_after_max`: longest pause a
    destination may ask for.
    """

    batch_bytes: int = 1_000_000
    batch_points: int = 5_000
    batch_age: float = 1.0
    memory_bytes: int = 64_000_000
    disk_bytes: int = 4_000_000_000
    segment_bytes: int = 16_000_000
    refused_bytes: int = 64_000_000
    patience: float = 5.0
    retry_first: float = 0.5
    retry_max: float = 30.0
    retry_after_max: float = 300.0


class Buffer:
    """Fills batches and keeps them, oldest first. `on_batch` is told of each new one."""

    def __init__(
        self, limits: Limits, now: Callable[[], float], on_batch: Callable[[], None]
    ) -> None:
        self._limits = limits
        self._now = now
        self._on_batch = on_batch
        self._batches: deque[Batch] = deque()
        self._open_points = 0
        self._open_since = 0.0
        self.batch_bytes = limits.batch_bytes
        self.open = bytearray()
        """What encoders append to."""
        self.bytes = 0
        """Bytes of sealed batches."""
        self.points = 0
        """Points taken since the start."""
        self.dropped = 0

    def add(self, points: int) -> None:
        """Note that points were appended to `open`; seal it when it is full."""
        if not self._open_points:
            self._open_since = self._now()
        self._open_points += points
        self.points += points
        if len(self.open) >= self.batch_bytes or self._open_points >= self._limits.batch_points:
            self.seal()

    def seal(self) -> None:
        """Make a batch of what is open."""
        if self._open_points:
            self.put_back([Batch(bytes(self.open), self._open_points, self._open_since)], last=True)
            self.open.clear()
            self._open_points = 0
            self._on_batch()

    def seal_old(self) -> None:
        """Make a batch of what has been open long enough."""
        age = self._now() - self._open_since
        # Below zero: the clock was set back, and the age says nothing.
        if self._open_points and (age >= self._limits.batch_age or age < 0):
            self.seal()

    def take(self) -> Batch | None:
        """Take the oldest batch."""
        if not self._batches:
            return None
        batch = self._batches.popleft()
        self.bytes -= len(batch.data)
        return batch

    def take_all(self) -> list[Batch]:
        """Take all batches, oldest first."""
        taken = list(self._batches)
        self._batches.clear()
        self.bytes = 0
        return taken

    def put_back(self, batches: Sequence[Batch], *, last: bool = False) -> None:
        """Put batches in front of the others (or behind them); the oldest go for space."""
        if last:
            self._batches.extend(batches)
        else:
            self._batches.extendleft(reversed(batches))
        self.bytes += sum(len(batch.data) for batch in batches)
        while self.bytes > self._limits.memory_bytes and (oldest := self.take()):
            self.dropped += oldest.points

    @property
    def waiting(self) -> int:
        """Points that wait here."""
        return self._open_points + sum(batch.points for batch in self._batches)

    @property
    def oldest(self) -> float | None:
        """When the oldest reading came that waits here."""
        if self._batches:
            return self._batches[0].since
        return self._open_since if self._open_points else None
