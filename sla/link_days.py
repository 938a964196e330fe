"""What history says of one circuit by local day: shown beside its report, not a part of it."""

from __future__ import annotations

import msgspec


class LinkDay(msgspec.Struct, frozen=True):
    """A local day that begins at `start` (UTC seconds). Microseconds and bit/s; None = unknown.

    `latency`, `latency_p95`: of the slots' medians, by ascending rank. `load_in`, `load_out`: the
    95th percentile of the slots' rates; `peak_in`, `peak_out`: the highest of them.
    """

    start: int
    sent: int
    lost: int
    latency: int | None
    latency_p95: int | None
    load_in: int | None
    load_out: int | None
    peak_in: int | None
    peak_out: int | None
