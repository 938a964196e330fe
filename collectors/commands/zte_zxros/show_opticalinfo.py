"""The optical module of one port of ZXR10, where the box has no `show opticalinfo brief`."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, must, rows
from collectors.commands._optics import lanes
from collectors.vendors._form import Optics

TEMPLATE: Final = r"""Value Required INTERFACE ([a-z]+[-_]\S+)
Value RX ([-+.\d]+|N/A)
Value TX ([-+.\d]+|N/A)
Value BIAS ([-+.\d]+)
Value CELSIUS ([-+.\d]+)
Value VOLTS ([.\d]+)

Start
  ^\s*(Interface\s*:?\s*)?${INTERFACE}\s*:?$$
  ^\s*Measured\s+R[Xx]\s+Input\s+Power\s*:\s*${RX}
  ^\s*Measured\s+T[Xx]\s+Output\s+Power\s*:\s*${TX}
  ^\s*Measured\s+T[Xx]\s+Bias(\s+Current)?\s*:\s*${BIAS}
  ^\s*Measured\s+Temperature\s*:\s*${CELSIUS}
  ^\s*Measured\s+(Supply\s+)?Voltage\s*:\s*${VOLTS}
"""


def read(text: str) -> tuple[Optics, ...]:
    """Read the values of the port. Raises Unread."""
    must(text, r"optical module is|Measured +RX +Input +Power")
    return tuple(
        lane
        for row in rows(TEMPLATE, text)
        if row["RX"]
        for lane in lanes(
            row["INTERFACE"], [row["RX"]], [row["TX"]], [row["BIAS"]], row["CELSIUS"], row["VOLTS"]
        )
    )


COMMAND: Final[Command[Optics]] = Command("optics", "show opticalinfo {}", read, "documentation")
