"""A destination that does as it is told, and a clock that is set."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from metrics.observation import Probe, Reading
from sinks._buffer import Limits
from sinks._contract import Fate, Result
from sinks._line_protocol import count_lines, split_lines
from sinks._outbox import Outbox

QUICK = Limits(
    batch_bytes=1_000,
    batch_points=4,
    batch_age=0.002,
    memory_bytes=100_000,
    disk_bytes=1_000_000,
    segment_bytes=200,
    patience=0.01,
    retry_first=0.001,
    retry_max=0.002,
    retry_after_max=0.002,
)


class NumberEncoder:
    """Writes the slot of a reading as one line: small, ordered, easy to check."""

    omitted = 0

    def __call__(self, reading: Reading, buffer: bytearray) -> int:
        buffer += b"%d\n" % reading.observation.slot_ms
        return 1

    def retire(self, probe: Probe, at_ms: int, buffer: bytearray) -> int:
        del probe, at_ms, buffer
        return 0


class Script:
    """A destination that answers what it is told, then takes everything."""

    def __init__(self, results: Iterable[Result | float] = ()) -> None:
        self.results = list(results)
        self.taken: list[int] = []
        self.refused: list[int] = []
        self.sends = 0
        self.closed = False

    async def send(self, batch: bytes) -> Result:
        self.sends += 1
        result = self.results.pop(0) if self.results else Result(Fate.TAKEN)
        if isinstance(result, float):
            await asyncio.sleep(result)
            result = Result(Fate.TAKEN)
        numbers = [int(line) for line in batch.splitlines()]
        if result.fate is Fate.TAKEN:
            self.taken += numbers
        elif result.fate is Fate.PARTIAL:
            self.refused += numbers[: result.dropped]
            self.taken += numbers[result.dropped :]
        elif result.fate is Fate.REFUSED:
            self.refused += numbers
        return result

    def split(self, batch: bytes) -> tuple[bytes, bytes] | None:
        return split_lines(batch)

    def count(self, batch: bytes) -> int:
        return count_lines(batch)

    async def close(self) -> None:
        self.closed = True


class Time:
    """UTC seconds that stand still until moved."""

    def __init__(self, now: float = 1_795_492_800.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def outbox_of(sender: Script, directory: Path, limits: Limits = QUICK) -> Outbox:
    return Outbox(
        "test", NumberEncoder(), sender, directory, limits, asyncio.get_running_loop().time
    )
