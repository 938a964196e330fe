"""A token bucket: so many at once, so many per second after that. Time is an argument."""

from __future__ import annotations


class Bucket:
    """Full at first. `rate` per second, `burst` at most; times in seconds that never go back."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._at = 0.0

    def take(self, now: float, cost: int = 1) -> bool:
        """Take so many, where there are as many; what costs more than the burst takes all of it."""
        if now > self._at:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            self._at = now
        cost = min(cost, self._burst)
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True
