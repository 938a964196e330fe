"""Results of all NQA tests of VRP: of each the last that was finished.

Tests of ICMP and of jitter have other names for the same things; capitals and blanks differ between
versions. Times are milliseconds, of jitter tests maybe microseconds (`TimeStamp unit`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from collectors.commands._form import Command, Test, must, number, rows
from collectors.commands._tests import latest, milliseconds, result

TEMPLATE: Final = r"""Value Filldown,Required OWNER (.*?)
Value Filldown NAME (.*?)
Value Filldown FLAG (active|inactive)
Value NUMBER (\d+)
Value STATE (\w+)
Value COMPLETION (\w+( result)?)
Value SENT (\d+)
Value BACK (\d+)
Value RTT_MAX (\d+)
Value RTT_MEAN (\d+)
Value LOSS ([.\d]+)
Value JITTER ([.\d]+)
Value THERE ([.\d]+)
Value HOME ([.\d]+)
Value MOS ([.\d]+)
Value UNIT (\w+)

Start
  ^(?i:\s*NQA\s+entry\s*\() -> Continue.Record
  ^(?i:\s*NQA\s+entry\s*\(.*) -> Continue.Clearall
  ^(?i:\s*NQA\s+entry\s*\(\s*)${OWNER}\s*,\s*${NAME}\s*\)(?i:\s*:\s*test\s+flag\s+is\s+)${FLAG}
  ^(?i:\s*NQA\s+entry\s*\(\s*)${OWNER}\s*,\s*${NAME}\s*\)
  ^(?i:\s*\d+\s*\.\s*Test\s+\d+\s+result) -> Continue.Record
  ^\s*${NUMBER}\s*\.\s*(?i:Test\s+\d+\s+result\s+The\s+test\s+is\s+)${STATE}
  ^(?i:.*\bCompletion\s*:\s*)${COMPLETION}(\s\s|\s*$$) -> Continue
  ^(?i:\s*Send\s*Probe\s*:\s*)${SENT}(?i:\s+Response\s*Probe\s*:\s*)${BACK}
  ^(?i:\s*Send\s+operation\s+times\s*:\s*)${SENT}(?i:\s+Receive\s+response\s+times\s*:\s*)${BACK}
  ^(?i:\s*Min/Max/Avg/Sum\s+RTT\s*:\s*)\d+/${RTT_MAX}/${RTT_MEAN}/
  ^(?i:\s*Min/Max/Average\s+completion\s+time\s*:\s*)\d+/${RTT_MAX}/${RTT_MEAN}
  ^(?i:.*\bAverage\s+of\s+jitter\s*:\s*)${JITTER}
  ^(?i:\s*Avg\s+delay\s+SD\s*:\s*)${THERE}(?i:\s+Avg\s+delay\s+DS\s*:\s*)${HOME}
  ^(?i:.*\bPacket\s+loss\s+ratio\s*:\s*)${LOSS}
  ^(?i:.*\bLost\s+packet\s+ratio\s*:\s*)${LOSS}
  ^(?i:.*\bMOS-CQ\s+value\s*:\s*)${MOS}
  ^(?i:\s*TimeStamp\s+unit\s*:\s*)${UNIT}
"""
_MICRO: Final = "us"


def read(text: str) -> tuple[Test, ...]:
    """Read the results of all tests. Raises Unread."""
    must(text, r"^\s*NQA +entry *\(|no nqa|nqa[^\n]{0,40} not exist")
    return latest(_tests(text))


def _tests(text: str) -> Iterator[Test]:
    for row in rows(TEMPLATE, text):
        said, stopped = row["COMPLETION"].lower(), row["FLAG"] == "inactive"
        if not row["SENT"] or row["STATE"].lower() != "finished" or said == "no result":
            yield Test(row["OWNER"], row["NAME"], None, stopped)
            continue
        unit = 1e-6 if row["UNIT"].lower() == _MICRO else 1e-3
        jitter = number(row["JITTER"])
        yield Test(
            row["OWNER"],
            row["NAME"],
            result(
                row,
                completed=said == "success",
                there=milliseconds(row["THERE"], unit),
                back=milliseconds(row["HOME"], unit),
                jitter=None if jitter is None else jitter * unit,
                unit=unit,
            ),
            stopped,
        )


COMMAND: Final[Command[Test]] = Command("tests", "display nqa results", read, "documentation")
