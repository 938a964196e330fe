"""Ask once for all who ask at the same time, and remember for a while. Bounded."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """Answers kept for `ttl` seconds, at most `size`; a failure is not kept."""

    __slots__ = ("_kept", "_size", "_ttl")

    def __init__(self, size: int, ttl: int) -> None:
        self._kept: OrderedDict[Hashable, tuple[int, asyncio.Future[T]]] = OrderedDict()
        self._size = size
        self._ttl = ttl

    async def get(self, key: Hashable, now: int, make: Callable[[], Awaitable[T]]) -> T:
        """Return the answer for `key`, made by `make` if none is younger than `ttl` at `now`.

        A caller who goes away does not stop the making for the others.
        """
        made_at, future = self._kept.get(key, (0, None))
        if future is None or not 0 <= now - made_at < self._ttl:
            future = asyncio.ensure_future(make())
            future.add_done_callback(lambda done: self._settle(key, done))
            self.forget(key)
            self._kept[key] = (now, future)
            self._drop_old(now)
        return await asyncio.shield(future)

    def forget(self, key: Hashable) -> None:
        """Drop one answer."""
        self._kept.pop(key, None)

    def __len__(self) -> int:
        return len(self._kept)

    def _drop_old(self, now: int) -> None:
        while len(self._kept) > self._size or self._oldest() <= now - self._ttl:
            self._kept.popitem(last=False)

    def _oldest(self) -> int:
        return next(iter(self._kept.values()))[0]

    def _settle(self, key: Hashable, done: asyncio.Future[T]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed and key in self._kept and self._kept[key][1] is done:
            del self._kept[key]
