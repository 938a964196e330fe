"""What waits for one reader of events: the latest word about each thing, and only so many.

Events wait as they came: what is said of a thing is looked up when its reader takes it, once,
however often the thing changed meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from api.ports import Event

SIZE: Final = 1_000
_RESYNC: Final = Event("resync", {})


class Mailbox:
    """Keeps one event per key; when there are too many, all of them become one `resync`."""

    __slots__ = ("_ready", "_size", "_waiting", "closed")

    def __init__(self, size: int = SIZE) -> None:
        self._waiting: dict[str, Event] = {}
        self._ready = asyncio.Event()
        self._size = size
        self.closed = False

    def __contains__(self, key: str) -> bool:
        return key in self._waiting

    def put(self, key: str, event: Event) -> bool:
        """Leave an event, in place of an older one of the same key; True = it became a resync."""
        self._waiting.pop(key, None)
        self._waiting[key] = event
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
        """Wait for an event; False = there was none, or none will come."""
        if not self._waiting and not self.closed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._ready.wait()
        return bool(self._waiting)

    def take(self) -> list[Event]:
        """Take everything that waits."""
        events = list(self._waiting.values())
        self._waiting.clear()
        if not self.closed:
            self._ready.clear()
        return events
