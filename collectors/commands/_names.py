"""Ports by the names that command lines, ifName and inventories give them.

`GigabitEthernet 0/1`, `GigabitEthernet0/1`, `GE0/1` and `Gi0/1` are one port of a box.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_TYPES: Final = {
    "fastethernet": "fa",
    "fe": "fa",
    "gigabitethernet": "gi",
    "ge": "gi",
    "tengigabitethernet": "te",
    "tengige": "te",
    "xgigabitethernet": "te",
    "xge": "te",
    "10ge": "te",
    "twentyfivegigabitethernet": "25ge",
    "twentyfivegige": "25ge",
    "fortygigabitethernet": "40ge",
    "fortygige": "40ge",
    "fge": "40ge",
    "hundredgigabitethernet": "100ge",
    "hundredgige": "100ge",
    "hge": "100ge",
}
_NAME: Final = re.compile(r"((?:\d+)?[a-z-]*[a-z])[ _]?([\d/.:]+)")


@lru_cache(4096)
def port(name: str) -> str:
    """Return what is the same for all names of a port."""
    lower = name.strip().lower()
    found = _NAME.fullmatch(lower)
    if found is None:
        return lower
    kind = found[1].replace("-", "")
    return f"{_TYPES.get(kind, kind)}{found[2]}"
