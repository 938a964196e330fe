"""What the round trips of a slot come to, in whole microseconds (methodology 1.8)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil


def quantiles(rtts: Sequence[float | None], lost: int) -> tuple[int | None, int | None]:
    """Return median and 95th percentile of round trips in seconds, None = no reply.

    Ascending rank ceil(q N); the `lost` ones count as infinite, None = the rank falls on one.
    """
    heard = sorted(rtt for rtt in rtts if rtt is not None)
    count = len(heard) + lost
    return _ranked(heard, ceil(count / 2)), _ranked(heard, ceil(count * 95 / 100))


def jitter(rtts: Sequence[float | None]) -> int | None:
    """Return the mean difference of round trips in seconds, in the order of sending.

    Of two echoes sent one after the other both of which came back; None = there are no such two.
    """
    steps = [
        abs(after - before)
        for before, after in pairwise(rtts)
        if before is not None and after is not None
    ]
    return round(sum(steps) / len(steps) * 1e6) if steps else None


def _ranked(heard: list[float], rank: int) -> int | None:
    return round(heard[rank - 1] * 1e6) if 0 < rank <= len(heard) else None
