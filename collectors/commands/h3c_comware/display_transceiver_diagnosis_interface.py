"""Optical modules of Comware 5 and 7: a head and a line of values for each port.

Modules of four lanes have a line for each, with the lane's number before the values.
"""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, must, rows
from collectors.commands._optics import lanes
from collectors.vendors._form import Optics

TEMPLATE: Final = r"""Value Required INTERFACE (\S+)
Value List CELSIUS ([-+.\d]+|N/A|-)
Value List VOLTS ([.\d]+|N/A|-)
Value List BIAS ([-+.\d]+|N/A|-)
Value List RX ([-+.\d]+|N/A|-)
Value List TX ([-+.\d]+|N/A|-)

Start
  ^\s*\S+\s+transceiver\s+diagnostic\s+information -> Continue.Record
  ^\s*${INTERFACE}\s+transceiver\s+diagnostic\s+information -> Module

Module
  ^\s*\S+\s+transceiver\s+diagnostic\s+information -> Continue.Record
  ^\s*${INTERFACE}\s+transceiver\s+diagnostic\s+information -> Module
  ^\s*(Alarm|Warning)\s+thresholds -> Start
  ^\s*(\[module\])?\s*Temp\S*\s+Voltage\(V\)\s+Bias\(mA\)\s+RX\s+power\S+\s+TX\s+power -> Values

Values
  ^\s*${CELSIUS}\s+${VOLTS}\s+${BIAS}\s+${RX}\s+${TX}\s*$$ -> Values
  ^\s*\S+\s+transceiver\s+diagnostic\s+information -> Continue.Record
  ^\s*${INTERFACE}\s+transceiver\s+diagnostic\s+information -> Module
  ^\s*(Alarm|Warning)\s+thresholds -> Start
"""


def read(text: str) -> tuple[Optics, ...]:
    """Read the line of each port. Raises Unread."""
    must(text, r"^ *\S+ +transceiver +diagnostic +information")
    return tuple(
        lane
        for row in rows(TEMPLATE, text)
        if row["RX"]
        for lane in lanes(
            row["INTERFACE"], row["RX"], row["TX"], row["BIAS"], row["CELSIUS"][0], row["VOLTS"][0]
        )
    )


COMMAND: Final[Command[Optics]] = Command(
    "optics", "display transceiver diagnosis interface", read, "documentation"
)
