"""Blocks of `name : value` per module, as VRP shows them under several commands.

With several lanes a value is `0.89|1.90 (Lane0|Lane1)` and goes on in the next line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from collectors.commands._form import must, rows
from collectors.commands._optics import lanes
from collectors.vendors._form import Optics

TEMPLATE: Final = r"""Value Required INTERFACE (\S+)
Value List RX ([-+.|\d]+|N/A|-)
Value List TX ([-+.|\d]+|N/A|-)
Value List BIAS ([-+.|\d]+|N/A|-)
Value CELSIUS ([-+.\d]+)
Value VOLTS ([.\d]+)

Start
  ^\s?\S+\s+[Tt]ransceiver\s+[Ii]nformation -> Continue.Record
  ^\s?${INTERFACE}\s+[Tt]ransceiver\s+[Ii]nformation -> Start
  ^\s*[Tt]emperature\s*\([^)]*\)\s*:\s*${CELSIUS} -> Start
  ^\s*[Vv]oltage\s*\(V\)\s*:\s*${VOLTS} -> Start
  ^\s*[Bb]ias\s+[Cc]urrent\s*\(mA\)\s*:\s*${BIAS} -> Bias
  ^\s*([Cc]urrent\s+)?(RX|Rx)\s*[Pp]ower\s*\(dB[Mm]\)\s*:\s*${RX} -> Rx
  ^\s*([Cc]urrent\s+)?(TX|Tx)\s*[Pp]ower\s*\(dB[Mm]\)\s*:\s*${TX} -> Tx

Bias
  ^\s+${BIAS}\s*\( -> Bias
  ^\s?\S+\s+[Tt]ransceiver\s+[Ii]nformation -> Continue.Record
  ^\s?${INTERFACE}\s+[Tt]ransceiver\s+[Ii]nformation -> Start
  ^\s*[Tt]emperature\s*\([^)]*\)\s*:\s*${CELSIUS} -> Start
  ^\s*[Vv]oltage\s*\(V\)\s*:\s*${VOLTS} -> Start
  ^\s*([Cc]urrent\s+)?(RX|Rx)\s*[Pp]ower\s*\(dB[Mm]\)\s*:\s*${RX} -> Rx
  ^\s*([Cc]urrent\s+)?(TX|Tx)\s*[Pp]ower\s*\(dB[Mm]\)\s*:\s*${TX} -> Tx
  ^. -> Start

Rx
  ^\s+${RX}\s*\( -> Rx
  ^\s?\S+\s+[Tt]ransceiver\s+[Ii]nformation -> Continue.Record
  ^\s?${INTERFACE}\s+[Tt]ransceiver\s+[Ii]nformation -> Start
  ^\s*[Bb]ias\s+[Cc]urrent\s*\(mA\)\s*:\s*${BIAS} -> Bias
  ^\s*([Cc]urrent\s+)?(TX|Tx)\s*[Pp]ower\s*\(dB[Mm]\)\s*:\s*${TX} -> Tx
  ^. -> Start

Tx
  ^\s+${TX}\s*\( -> Tx
  ^\s?\S+\s+[Tt]ransceiver\s+[Ii]nformation -> Continue.Record
  ^\s?${INTERFACE}\s+[Tt]ransceiver\s+[Ii]nformation -> Start
  ^\s*[Bb]ias\s+[Cc]urrent\s*\(mA\)\s*:\s*${BIAS} -> Bias
  ^\s*([Cc]urrent\s+)?(RX|Rx)\s*[Pp]ower\s*\(dB[Mm]\)\s*:\s*${RX} -> Rx
  ^. -> Start
"""


def read(text: str) -> Iterator[Optics]:
    """Yield the lanes of all modules that tell of their light. Raises Unread."""
    must(text, r"^ ?\S+ +transceiver +information|no transceiver")
    for row in rows(TEMPLATE, text):
        rx, tx, bias = (
            [part for value in row[name] for part in re.split(r"\|", value)]
            for name in ("RX", "TX", "BIAS")
        )
        if rx or tx:
            yield from lanes(row["INTERFACE"], rx, tx, bias, row["CELSIUS"], row["VOLTS"])
