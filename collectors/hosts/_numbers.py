"""Numbers as hosts write them: whole and finite, or none at all."""

from __future__ import annotations

import math
import re
from typing import Final

_LARGEST: Final = 2**64 - 1
_DIGITS: Final = 20
_DECIMAL: Final = re.compile(r"[+-]?\d{1,18}(?:\.\d{0,18})?(?:[eE][+-]?\d{1,2})?", re.ASCII)


def whole(text: str) -> int | None:
    """Read a number of ASCII digits that fits 64 bits; anything else is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        return None
    number = int(text)
    return number if number <= _LARGEST else None


def decimal(text: str) -> float | None:
    """Read a decimal number; no infinity, no NaN, no underscores."""
    if _DECIMAL.fullmatch(text) is None:
        return None
    number = float(text)
    return number if math.isfinite(number) else None
