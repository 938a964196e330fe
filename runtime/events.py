"""What the page is told as it happens: one bounded queue per reader.

A reader that falls behind loses its queue and is told to `resync`, so that it never believes an
old picture; the monitor never waits for a reader.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from api.ports import Event

_RESYNC: Final = Event("resync", {})
_AT_ONCE: Final = 100
"""Events that one reader gets before the loop has its turn."""


class _Reader:
    __slots__ = ("queue", "ready")

    def __init__(self) -> None:
        self.queue: deque[Event] = deque()
        self.ready = asyncio.Event()


class Hub:
    """Hands each event to every reader."""

    def __init__(self, size: int = 2_000) -> None:
        self._size = size
        self._readers: set[_Reader] = set()
        self._closed = False
        self.resyncs = 0

    @property
    def readers(self) -> int:
        """How many listen now."""
        return len(self._readers)

    def publish(self, event: Event) -> None:
        """Hand `event` to every reader; one that is full is told to resync instead."""
        for reader in self._readers:
            if len(reader.queue) >= self._size:
                reader.queue.clear()
                reader.queue.append(_RESYNC)
                self.resyncs += 1
            else:
                reader.queue.append(event)
            reader.ready.set()

    async def subscribe(self) -> AsyncIterator[Event]:
        """Yield events from now on, until the hub closes; give way within a long queue."""
        reader = _Reader()
        self._readers.add(reader)
        taken = 0
        try:
            while True:
                while reader.queue:
                    yield reader.queue.popleft()
                    taken += 1
                    if taken % _AT_ONCE == 0:
                        await asyncio.sleep(0)
                if self._closed:
                    return
                reader.ready.clear()
                await reader.ready.wait()
        finally:
            self._readers.discard(reader)

    def close(self) -> None:
        """End every subscription once its reader has had what is queued."""
        self._closed = True
        for reader in self._readers:
            reader.ready.set()
