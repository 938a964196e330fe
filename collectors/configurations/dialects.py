"""What each platform is asked for its configuration, and how one that is whole ends.

Commands and endings are those that netmiko's drivers and oxidized's models use; where nobody has
read a real box (ZTE's second ending, Maipu) either ending counts. A platform that is not here is
not asked: a text of which nobody knows how it ends may be half of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_RETURN: Final = re.compile(r"return", re.IGNORECASE)
_END: Final = re.compile(r"end", re.IGNORECASE)
_END_OR_SECTION: Final = re.compile(r"end|!</[\w-]+>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`command`: prints the running configuration. `ending`: matches the whole of its last line."""

    command: str
    ending: re.Pattern[str]


DIALECTS: Final[Mapping[str, Dialect]] = {
    "huawei_vrp": Dialect("display current-configuration", _RETURN),
    "h3c_comware": Dialect("display current-configuration", _RETURN),
    "zte_zxros": Dialect("show running-config", _END_OR_SECTION),
    "ruijie_rgos": Dialect("show running-config", _END),
    "maipu_mypower": Dialect("show running-config", _END),
    "cisco_ios": Dialect("show running-config", _END),
}
"""By platform, as the inventory names it."""
