"""Figures of a period: worked out once for all who ask, refused where there is no such period."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable

from api.memo import Memo
from api.ports import UnknownPeriodError
from api.refusal import Refusal


async def figure(
    kept: Memo[bytes], key: Hashable, period: str, now: int, make: Callable[[], Awaitable[bytes]]
) -> bytes:
    """Return the figure kept under `key`, else made by `make`. Raises Refusal."""
    try:
        return await kept.get(key, now, make)
    except UnknownPeriodError:
        raise Refusal(422, "unknown_period", period=period) from None
