"""Optical modules of RGOS: values with what is thought of them, `-4.68(OK)[AP]`.

"This module doesn't support DDM!" and "absent" stand in the values' place.
"""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, must, rows
from collectors.commands._optics import lanes
from collectors.vendors._form import Optics

TEMPLATE: Final = r"""Value Required INTERFACE ([A-Za-z]+ ?\d[^\s=]*)
Value CELSIUS ([-+.\d]+|N/A)
Value VOLTS ([.\d]+|N/A)
Value BIAS ([-+.\d]+|N/A)
Value RX ([-+.\d]+|N/A)
Value TX ([-+.\d]+|N/A)

Start
  ^\s*=+\s*Interface\s+.*=+ -> Continue.Record
  ^\s*=+\s*Interface\s+${INTERFACE}\s*=+ -> Start
  ^\s*Temp\S*\s+Voltage\(V\)\s+Bias\(mA\)\s+RX\s+power\(dBm\)\s+TX\s+power\(dBm\) -> Values

Values
  ^\s*${CELSIUS}\S*\s+${VOLTS}\S*\s+${BIAS}\S*\s+${RX}\S*\s+${TX} -> Start
  ^. -> Start
"""


def read(text: str) -> tuple[Optics, ...]:
    """Read the values of each port. Raises Unread."""
    must(text, r"^ *=+ *Interface +\S+")
    return tuple(
        lane
        for row in rows(TEMPLATE, text)
        if row["RX"]
        for lane in lanes(
            row["INTERFACE"],
            [row["RX"]],
            [row["TX"]],
            [row["BIAS"]],
            row["CELSIUS"],
            row["VOLTS"],
        )
    )


COMMAND: Final[Command[Optics]] = Command(
    "optics", "show interfaces transceiver diagnosis", read, "synthetic"
)
