"""OSPF neighbours of VRP, a block for each."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, must, rows
from collectors.commands._routing import ospf, unconfigured
from collectors.vendors._form import OspfNeighbour

TEMPLATE: Final = r"""Value Required ROUTER (\d+\.\d+\.\d+\.\d+)
Value ADDRESS (\d+\.\d+\.\d+\.\d+)
Value STATE ([\w-]+)

Start
  ^\s*Router\s+ID\s*:\s*\S+\s+Address\s*:\s*\S+ -> Continue.Record
  ^\s*Router\s+ID\s*:\s*${ROUTER}\s+Address\s*:\s*${ADDRESS}
  ^\s*State\s*:\s*${STATE}\s
"""


def read(text: str) -> tuple[OspfNeighbour, ...]:
    """Read the table of neighbours. Raises Unread."""
    if unconfigured(text):
        return ()
    must(text, r"OSPF Process \d+ with Router ID")
    return tuple(ospf(rows(TEMPLATE, text), "ROUTER", "ADDRESS", "STATE"))


COMMAND: Final[Command[OspfNeighbour]] = Command(
    "ospf_neighbours", "display ospf peer", read, "documentation"
)
