"""OSPF neighbours of Comware."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, must, rows
from collectors.commands._routing import ospf, unconfigured
from collectors.vendors._form import OspfNeighbour

TEMPLATE: Final = r"""Value Required ROUTER (\d+\.\d+\.\d+\.\d+)
Value ADDRESS (\d+\.\d+\.\d+\.\d+)
Value STATE ([\w-]+(?:/ ?\S+)?)

Start
  ^\s*Router\s+ID\s+Address\s+Pri\s+Dead-Time\s+(State\s+Interface|Interface\s+State) -> Continue
  ^\s*Router\s+ID\s+Address\s+Pri\s+Dead-Time\s+State\s+Interface -> StateFirst
  ^\s*Router\s+ID\s+Address\s+Pri\s+Dead-Time\s+Interface\s+State -> InterfaceFirst

StateFirst
  ^\s*${ROUTER}\s+${ADDRESS}\s+\d+\s+\S+\s+${STATE}\s+\S+\s*$$ -> Record
  ^\s*Router\s+ID\s+Address\s+Pri\s+Dead-Time\s+Interface\s+State -> InterfaceFirst
  ^\s*\d+\.\d+\.\d+\.\d+\s -> Error

InterfaceFirst
  ^\s*${ROUTER}\s+${ADDRESS}\s+\d+\s+\S+\s+\S+\s+${STATE}\s*$$ -> Record
  ^\s*Router\s+ID\s+Address\s+Pri\s+Dead-Time\s+State\s+Interface -> StateFirst
  ^\s*\d+\.\d+\.\d+\.\d+\s -> Error
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
