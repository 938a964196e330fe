"""What waits for one reader of events: the latest word about each thing, and only so many."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

SIZE: Final = 1_000
_RESYNC: Final = b"event: resync\ndata: {}\n\n"


class Mailbox:
    """Keeps one message per key; when there are too many, all of them become one `resync`."""

    __slots__ = ("_ready", "_size", "_waiting", "closed")

    def __init__(self, size: int = SIZE) -> None:
        self._waiting: dict[str, bytes] = {}
        self._ready = asyncio.Event()
        self._size = size
        self.closed = False

    def put(self, key: str, message: bytes) -> bool:
        """Leave a message, in place of an older one of the same key; True = it became a resync."""
        self._waiting.pop(key, None)
        self._waiting[key] = message
        overflow = len(self._waiting) > self._size
        if overflow:
            self.start_over()
        self._ready.set()
        return overflow

    def start_over(self) -> None:
        """Tell the reader to fetch everything again instead of all that waits."""
        self._waiting.clear()
        self._waiting["resync"] = _RESYNC
        self._ready.set()

    def close(self) -> None:
        """Say that nothing more will come."""
        self.closed = True
        self._ready.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for a message; False = there was none, or none will come."""
        if not self._waiting and not self.closed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._ready.wait()
        return bool(self._waiting)

    def take(self) -> bytes:
        """Take everything that waits, in one piece."""
        piece = b"".join(self._waiting.values())
        self._waiting.clear()
        if not self.closed:
            self._ready.clear()
        return piece
