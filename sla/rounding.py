"""Rounding for display only: percent, half to even, once (GB/T 8170; methodology 1.13).

Comparisons use the exact value; these strings are for the reader.
"""

from __future__ import annotations

from fractions import Fraction

_MOST_DIGITS = 12


def percent(value: Fraction, digits: int = 4) -> str:
    """Print a ratio as a percentage: Fraction(11149, 11160) is `99.9014`."""
    whole, rest = divmod(abs(value.numerator) * 100 * 10**digits, value.denominator)
    whole += 2 * rest > value.denominator or (2 * rest == value.denominator and whole % 2)
    sign = "-" if value < 0 and whole else ""
    if digits == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


def percent_beside(value: Fraction, limit: Fraction, digits: int = 4) -> str:
    """Print a percentage with as many digits as it takes not to look like a limit it misses."""
    said = percent(value, digits)
    while digits < _MOST_DIGITS and said == percent(limit, digits) and value != limit:
        digits += 1
        said = percent(value, digits)
    return said
