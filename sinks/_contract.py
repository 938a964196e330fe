"""What a sink is: a module with these names, found by its file name.

    Options                               pydantic model of the sink's section in monitor.yaml
    def encoder(probes, options) -> Encoder
    def sender(options, http) -> Sender

An encoder turns a reading into bytes appended to a buffer, from templates made once; it builds no
object per value. A sender takes one batch and says what became of it. Buffering, batching,
retrying, order and the disk belong to `_outbox.py`. What encoders append can be concatenated, and
cut again by the sender's `split`.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol

import msgspec

from metrics.observation import Probe, Reading


class Fate(Enum):
    """What the destination made of a batch."""

    TAKEN = "taken"
    RETRY = "retry"
    """Temporary: keep it and its order, try again (5xx, 429, no connection, time-out)."""
    REFUSED = "refused"
    """Permanent: set it aside in the dead-letter file, count it, go on (4xx)."""
    PARTIAL = "partial"
    """Some points were dropped by the destination: count, set aside, do not send again."""
    SPLIT = "split"
    """Too large, or nothing of it was taken because of a part of it: send its halves."""


class Result(msgspec.Struct, frozen=True):
    """The fate of one batch, why (`code: detail`, no secret in it), when to try again (seconds)."""

    fate: Fate
    reason: str = ""
    retry_after: float | None = None
    dropped: int = 0
    """Points the destination says it dropped."""


class Encoder(Protocol):
    """Appends one reading to a buffer."""

    omitted: int
    """Values that this format cannot carry and that were left out."""

    def __call__(self, reading: Reading, buffer: bytearray) -> int:
        """Append; return how many points were written."""

    def retire(self, probe: Probe, at_ms: int, buffer: bytearray) -> int:
        """Append what tells the destination that a probe ended (if anything), and forget it."""


class Sender(Protocol):
    """Carries one batch (the bytes an encoder wrote) to its destination."""

    async def send(self, batch: bytes) -> Result:
        """Send once. Never raises for what the destination does."""

    def split(self, batch: bytes) -> tuple[bytes, bytes] | None:
        """Cut a batch between two points, near its middle; None = there is nothing to cut."""

    def count(self, batch: bytes) -> int:
        """Count the points of a batch."""

    async def close(self) -> None:
        """Release what was opened."""
