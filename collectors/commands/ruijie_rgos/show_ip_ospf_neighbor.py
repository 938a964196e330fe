"""OSPF neighbours of RGOS; newer ones have a column for BFD."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, must, rows
from collectors.commands._routing import every, ospf, unconfigured
from collectors.vendors._form import OspfNeighbour

TEMPLATE: Final = r"""Value Required ROUTER (\d+\.\d+\.\d+\.\d+)
Value STATE ([\w-]+(?:/\s*\S+)?)
Value ADDRESS (\d+\.\d+\.\d+\.\d+)

Start
  ^${ROUTER}\s+\d+\s+${STATE}\s+(\S+\s+)?\d+:\d+:\d+\s+${ADDRESS}\s+\S+ -> Record
  ^\d+\.\d+\.\d+\.\d+\s -> Error
"""

_HEAD: Final = r"^Neighbor ID +Pri +State"


def read(text: str) -> tuple[OspfNeighbour, ...]:
    """Read the table of neighbours. Raises Unread."""
    if unconfigured(text):
        return ()
    must(text, r"OSPF process \d+|" + _HEAD)
    found = tuple(ospf(rows(TEMPLATE, text), "ROUTER", "ADDRESS", "STATE"))
    return every(text, _HEAD, found)


COMMAND: Final[Command[OspfNeighbour]] = Command(
    "ospf_neighbours", "show ip ospf neighbor", read, "documentation"
)
