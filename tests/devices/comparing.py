"""What was to be read against what was read.

An expectation names what it is sure of: each key must be equal, keys it does not name are free. A
list is compared as a set: as many things, each with one that has all it names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

ABOUT: Final = frozenset({"synthetic", "about", "recorded"})
"""Keys of an expectation that speak of the recording itself."""


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return a line for each key that is not as expected."""
    return [
        f"{key}: expected {value!r}, found {found.get(key)!r}"
        for key, value in expected.items()
        if key not in ABOUT and not _equal(value, found.get(key))
    ]


def _equal(expected: object, found: object) -> bool:
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(
            _equal(value, found.get(key)) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return isinstance(found, Sequence) and _same_things(expected, found)
    if isinstance(expected, float) and isinstance(found, int | float):
        return math.isclose(expected, found, abs_tol=5e-4)
    return expected == found


def _same_things(expected: list[Any], found: Sequence[Any]) -> bool:
    left = list(found)
    for thing in expected:
        match = next((place for place, one in enumerate(left) if _equal(thing, one)), None)
        if match is None:
            return False
        del left[match]
    return not left
