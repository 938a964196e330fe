"""Traffic as a function of time: nothing is counted tick by tick, everything is integrated.

Time is an integer: ticks of 1/100 s since the province came into being, as sysUpTime counts.
"""

from __future__ import annotations

import math
from typing import Final

_DAY: Final = 2 * math.pi / 86_400
_SWING: Final = 0.35


class Load:
    """Octets in both directions of a circuit or a port towards users.

    `down` is away from the province. A mean changes at instants only: what flowed before is kept
    in `_down` and `_up`, so that the counters never step.
    """

    __slots__ = (
        "_down",
        "_drops",
        "_since",
        "_since_shape",
        "_up",
        "drop_rate",
        "flow",
        "mean_down",
        "mean_up",
        "phase",
        "swing",
    )

    def __init__(self, mean_down: float, mean_up: float, phase: float) -> None:
        """`mean_*`: octets per second, above 1,000 so that rounding stays below one tick."""
        self.mean_down = mean_down
        self.mean_up = mean_up
        self.phase = phase
        self.swing = _SWING
        self.flow = 1.0
        self.drop_rate = 0.0
        self._down = self._up = self._drops = 0
        self._since = 0
        self._since_shape = self._shape(0)

    def down(self, ticks: int) -> int:
        """Octets that went down until then."""
        return self._down + int(self.mean_down * self._flowed(ticks))

    def up(self, ticks: int) -> int:
        """Octets that went up until then."""
        return self._up + int(self.mean_up * self._flowed(ticks))

    def drops(self, ticks: int) -> int:
        """Packets dropped in front of the circuit until then."""
        return self._drops + int(self.drop_rate * (ticks - self._since) / 100)

    def change(
        self, ticks: int, *, flow: float, drop_rate: float = 0.0, steady: bool = False
    ) -> None:
        """From now on let `flow` times the mean pass, without the swing of the day if `steady`."""
        self._down, self._up, self._drops = self.down(ticks), self.up(ticks), self.drops(ticks)
        self._since = ticks
        self.flow, self.drop_rate, self.swing = flow, drop_rate, 0.0 if steady else _SWING
        self._since_shape = self._shape(ticks)

    def _flowed(self, ticks: int) -> float:
        if not self.flow:
            return 0.0
        return self.flow * (self._shape(ticks) - self._since_shape)

    def _shape(self, ticks: int) -> float:
        """Integrate 1 + swing * sin(day): seconds, weighted by the hour."""
        seconds = ticks / 100
        if not self.swing:
            return seconds
        return seconds - self.swing / _DAY * math.cos(_DAY * seconds + self.phase)
