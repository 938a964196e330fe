"""Optical modules of ZXR10: a line for each port, lines without a name for further lanes.

`-6.0/[-20.0,-3.0]` is the power and the range it may have. Of several lanes the last line, without
ranges, is the sum of all: it is no lane. `offline` has no module; `N/A` is no light.
"""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, must, rows
from collectors.commands._optics import lanes
from collectors.vendors._form import Optics

TEMPLATE: Final = r"""Value Required INTERFACE (\S+)
Value List RX ([-+.\d]+|N/A)
Value List TX ([-+.\d]+|N/A)

Start
  ^Interface\s+Type\s+Wavelength\s+RxPower\(dBm\)\s+TxPower\(dBm\) -> Ports

Ports
  ^\S -> Continue.Record
  ^${INTERFACE}\s+offline -> Ports
  ^${INTERFACE}\s+.*\d+nm\s+${RX}/\[\S+\]\s+${TX}/\[\S+\] -> Ports
  ^${INTERFACE}\s+\S -> Ports
  ^\s+${RX}/\[\S+\]\s+${TX}/\[\S+\] -> Ports
"""


def read(text: str) -> tuple[Optics, ...]:
    """Read the line of each port. Raises Unread."""
    must(text, r"^Interface +Type +Wavelength +RxPower\(dBm\) +TxPower\(dBm\)")
    return tuple(
        lane
        for row in rows(TEMPLATE, text)
        if row["RX"]
        for lane in lanes(row["INTERFACE"], row["RX"], row["TX"])
    )


COMMAND: Final[Command[Optics]] = Command("optics", "show opticalinfo brief", read, "synthetic")
