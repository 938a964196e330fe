"""What is due back for missed availability (methodology 1.12), in whole fen.

Half up for each line, then added; nothing is rounded before that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from sla.calculator import Band
from sla.ruleset import HoursClause

_HOUR: Final = 3600


def fen(amount: Fraction) -> int:
    """Return an amount in whole fen, half up."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def band_percent(settled: Fraction, bands: Sequence[Band]) -> int:
    """Return the percentage of the month's fee that is due back (highest floor first).

    What lies below every floor is in the last band: over a fixed 43 200 minutes a circuit that is
    down for all of a month of 31 days comes to less than nothing.
    """
    last = bands[-1].credit if bands else 0
    return next((band.credit for band in bands if settled >= band.floor), last)


def hours_percent(down: int, clause: HoursClause) -> int:
    """Return the same by the hours clause, from a month's seconds of downtime.

    Each hour that has begun counts as one.
    """
    if down >= clause.whole_from:
        return clause.most
    beyond = max(0, down - clause.free)
    return min(clause.most, clause.percent * -(-beyond // _HOUR))


def due(lines: Iterable[int], cap: int | None) -> int:
    """Return what is due of a quarter's lines (fen): their sum, or the cap where that is less."""
    total = sum(lines)
    return total if cap is None else min(total, cap)
