"""The simulator's own clock: a separate process that imports nothing of the product."""

from __future__ import annotations

import time


def wall() -> float:
    """UTC seconds since the epoch."""
    return time.time()
