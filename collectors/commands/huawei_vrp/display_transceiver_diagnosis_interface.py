"""Optical modules of S series switches, as a table for each port; lanes are lines of their own."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, must, rows
from collectors.commands._optics import lanes
from collectors.vendors._form import Optics

TEMPLATE: Final = r"""Value Required INTERFACE (\S+)
Value List TX ([-+.\d]+)
Value List RX ([-+.\d]+)
Value List BIAS ([-+.\d]+)
Value CELSIUS ([-+.\d]+)
Value VOLTS ([.\d]+)

Start
  ^\s*Port\s+\S+\s+transceiver\s+diagnostic\s+information -> Continue.Record
  ^\s*Port\s+${INTERFACE}\s+transceiver\s+diagnostic\s+information -> Start
  ^\s*TxPower\(dBm\)\s+${TX}\s*\(?.* -> Tx
  ^\s*RxPower\(dBm\)\s+${RX}\s*\(?.* -> Rx
  ^\s*Current\(mA\)\s+${BIAS}\s*\(?.* -> Bias
  ^\s*Temp\.?\([^)]*\)\s+${CELSIUS}\s -> Start
  ^\s*Voltage\(V\)\s+${VOLTS}\s -> Start

Tx
  ^\s+${TX}\s*\([Ll]ane -> Tx
  ^\s*RxPower\(dBm\)\s+${RX}\s*\(?.* -> Rx
  ^\s*Current\(mA\)\s+${BIAS}\s*\(?.* -> Bias
  ^\s*Port\s+\S+\s+transceiver\s+diagnostic\s+information -> Continue.Record
  ^\s*Port\s+${INTERFACE}\s+transceiver\s+diagnostic\s+information -> Start
  ^. -> Start

Rx
  ^\s+${RX}\s*\([Ll]ane -> Rx
  ^\s*TxPower\(dBm\)\s+${TX}\s*\(?.* -> Tx
  ^\s*Current\(mA\)\s+${BIAS}\s*\(?.* -> Bias
  ^\s*Port\s+\S+\s+transceiver\s+diagnostic\s+information -> Continue.Record
  ^\s*Port\s+${INTERFACE}\s+transceiver\s+diagnostic\s+information -> Start
  ^. -> Start

Bias
  ^\s+${BIAS}\s*\([Ll]ane -> Bias
  ^\s*TxPower\(dBm\)\s+${TX}\s*\(?.* -> Tx
  ^\s*RxPower\(dBm\)\s+${RX}\s*\(?.* -> Rx
  ^\s*Temp\.?\([^)]*\)\s+${CELSIUS}\s -> Start
  ^\s*Voltage\(V\)\s+${VOLTS}\s -> Start
  ^\s*Port\s+\S+\s+transceiver\s+diagnostic\s+information -> Continue.Record
  ^\s*Port\s+${INTERFACE}\s+transceiver\s+diagnostic\s+information -> Start
  ^. -> Start
"""


def read(text: str) -> tuple[Optics, ...]:
    """Read the table of each port. Raises Unread."""
    must(text, r"^ *Port +\S+ +transceiver +diagnostic +information")
    return tuple(
        lane
        for row in rows(TEMPLATE, text)
        if row["RX"] or row["TX"]
        for lane in lanes(
            row["INTERFACE"], row["RX"], row["TX"], row["BIAS"], row["CELSIUS"], row["VOLTS"]
        )
    )


COMMAND: Final[Command[Optics]] = Command(
    "optics", "display transceiver diagnosis interface", read, "synthetic"
)
