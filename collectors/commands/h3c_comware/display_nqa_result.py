"""Results of all NQA tests of Comware: of each the last. Times are milliseconds.

Jitter is the mean of all differences that are counted, of both ways and both signs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from collectors.commands._form import Command, Test, must, rows
from collectors.commands._tests import count, latest, mean, result

TEMPLATE: Final = r"""Value Filldown,Required OWNER (.*?)
Value Filldown NAME (.*?)
Value SENT (\d+)
Value BACK (\d+)
Value RTT_MAX (\d+)
Value RTT_MEAN (\d+)
Value LOSS ([.\d]+)
Value PSS (\d+)
Value PSN (\d+)
Value PDS (\d+)
Value PDN (\d+)
Value NSS (\d+)
Value NSN (\d+)
Value NDS (\d+)
Value NDN (\d+)
Value TS (\d+)
Value TN (\d+)
Value HS (\d+)
Value HN (\d+)
Value MOS ([.\d]+)

Start
  ^(?i:\s*NQA\s+entry\s*\() -> Continue.Record
  ^(?i:\s*NQA\s+entry\s*\(.*) -> Continue.Clearall
  ^(?i:\s*NQA\s+entry\s*\(\s*admin\s+)${OWNER}(?i:\s*,\s*tag\s+)${NAME}\s*\)
  ^(?i:\s*Send\s+operation\s+times\s*:\s*)${SENT}(?i:\s+Receive\s+response\s+times\s*:\s*)${BACK}
  ^(?i:\s*Min/Max/Average\s+round\s+trip\s+time\s*:\s*)\d+/${RTT_MAX}/${RTT_MEAN}
  ^(?i:\s*Packet\s+(loss\s+ratio|lost\s+in\s+test)\s*:\s*)${LOSS}
  ^(?i:\s*Positive\s+SD\s+number\s*:\s*)${PSN}(?i:\s+Positive\s+DS\s+number\s*:\s*)${PDN}
  ^(?i:\s*Positive\s+SD\s+sum\s*:\s*)${PSS}(?i:\s+Positive\s+DS\s+sum\s*:\s*)${PDS}
  ^(?i:\s*Negative\s+SD\s+number\s*:\s*)${NSN}(?i:\s+Negative\s+DS\s+number\s*:\s*)${NDN}
  ^(?i:\s*Negative\s+SD\s+sum\s*:\s*)${NSS}(?i:\s+Negative\s+DS\s+sum\s*:\s*)${NDS}
  ^(?i:\s*Number\s+of\s+SD\s+delay\s*:\s*)${TN}(?i:\s+Number\s+of\s+DS\s+delay\s*:\s*)${HN}
  ^(?i:\s*Sum\s+of\s+SD\s+delay\s*:\s*)${TS}(?i:\s+Sum\s+of\s+DS\s+delay\s*:\s*)${HS}
  ^(?i:.*\bMOS\s+value\s*:\s*)${MOS}
"""
_UNIT: Final = 1e-3


def read(text: str) -> tuple[Test, ...]:
    """Read the results of all tests. Raises Unread."""
    must(text, r"^\s*NQA +entry *\(|no nqa|nqa[^\n]{0,40} not exist")
    return latest(_tests(text))


def _tests(text: str) -> Iterator[Test]:
    for row in rows(TEMPLATE, text):
        if not count(row["SENT"]):
            yield Test(row["OWNER"], row["NAME"], None)
            continue
        pairs = (("PSS", "PSN"), ("PDS", "PDN"), ("NSS", "NSN"), ("NDS", "NDN"))
        jitter, there, back = mean(row, *pairs), mean(row, ("TS", "TN")), mean(row, ("HS", "HN"))
        yield Test(
            row["OWNER"],
            row["NAME"],
            result(
                row,
                completed=bool(count(row["BACK"])),
                there=None if there is None else there * _UNIT,
                back=None if back is None else back * _UNIT,
                jitter=None if jitter is None else jitter * _UNIT,
                unit=_UNIT,
            ),
        )


COMMAND: Final[Command[Test]] = Command("tests", "display nqa result", read, "documentation")
