"""Values as agents give them to values as we keep them. None = there is no value."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from math import isfinite, log10
from typing import Final

_FULL: Final = 100
_COLDEST: Final = -60
_HOTTEST: Final = 250
_DARKEST: Final = -60.0
_BRIGHTEST: Final = 20.0
"""dBm. No receiver hears less than -60 dBm, and no pluggable module sends 100 mW."""
_HIGHEST_SUPPLY: Final = 10
_WIDEST_SCALE: Final = 36
"""Of a sensor: yocto with 9 decimals, yotta with -8."""


def percent(value: float) -> float | None:
    """Make a ratio of 0..100; anything else is no percentage."""
    return value / _FULL if 0 <= value <= _FULL else None


def used_part(used: int, total: int) -> float | None:
    """Return the used part of something, 0-1; None where the two do not fit together."""
    return used / total if 0 <= used <= total and total > 0 else None


def unwrapped(value: int) -> int:
    """Undo the wrap of an Integer32 that counts beyond 2^31 - 1; what is below -2^31 is 0."""
    return value if value >= 0 else max(value + 2**32, 0) if value >= -(2**31) else 0


def celsius(value: float) -> float | None:
    """Return a temperature that a box can have; sentinels (65535, 2^31-1, -255) are none."""
    return float(value) if _COLDEST < value < _HOTTEST else None


def amperes(value: float) -> float | None:
    """Return a bias current that a laser can have."""
    return value if 0 < value <= 1 else None


def volts(value: float) -> float | None:
    """Return a supply voltage that an optical module can have."""
    return value if 0 < value <= _HIGHEST_SUPPLY else None


def scaled(value: int, scale: int, precision: int) -> float | None:
    """Return value * 10^(3 (scale - 9) - precision) of a sensor (RFC 3433); None for nonsense."""
    power = 3 * (scale - 9) - precision
    return value * 10.0**power if abs(power) <= _WIDEST_SCALE and abs(value) < 2**64 else None


def dbm_from_hundredths(value: int) -> float | None:
    """Make dBm of hundredths of a dBm."""
    return dbm(value / 100)


def dbm(value: float) -> float | None:
    """Return a power that an optical module can have."""
    return value if isfinite(value) and _DARKEST <= value <= _BRIGHTEST else None


def dbm_from_microwatts(value: float) -> float | None:
    """Make dBm of microwatts: 1,000 uW = 0 dBm."""
    return dbm(10 * log10(value / 1000)) if value > 0 else None


def numbers_in(text: str) -> list[float | None]:
    """Read `-2.1,-2.3,,-40`: numbers between commas, None where there is none."""
    return [_number(part) for part in text.split(",")]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def address_in(arcs: Iterable[str]) -> str | None:
    """Make an IP address of the octets in an index: 4 or 16 arcs."""
    try:
        return str(ip_address(bytes(map(int, arcs))))
    except ValueError:
        return None
