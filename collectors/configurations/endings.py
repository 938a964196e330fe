"""How a running configuration that is whole ends, by platform.

As netmiko's drivers and oxidized's models show them; where nobody has read a real box (the second
ending of ZTE, Maipu) that is a guess. A platform that is not here is not asked: a text of which
nobody knows how it ends may be half of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_RETURN: Final = re.compile(r"return", re.IGNORECASE)
_END: Final = re.compile(r"end", re.IGNORECASE)

ENDINGS: Final[Mapping[str, re.Pattern[str]]] = {
    "huawei_vrp": _RETURN,
    "h3c_comware": _RETURN,
    "zte_zxros": re.compile(r"end|!</[\w-]+>", re.IGNORECASE),
    "ruijie_rgos": _END,
    "maipu_mypower": re.compile(r"!?end", re.IGNORECASE),
    "cisco_ios": _END,
}
"""Matches the whole of the last line."""
