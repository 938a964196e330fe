"""OSPF neighbours of IOS; the answer is empty where there are none."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, community, must, rows
from collectors.commands._routing import every, ospf, unconfigured
from collectors.vendors._form import OspfNeighbour

TEMPLATE: Final = community("cisco_ios_show_ip_ospf_neighbor")

_HEAD: Final = r"^Neighbor ID +Pri +State"


def read(text: str) -> tuple[OspfNeighbour, ...]:
    """Read the table of neighbours. Raises Unread."""
    if unconfigured(text):
        return ()
    must(text, _HEAD)
    found = tuple(ospf(rows(TEMPLATE, text), "NEIGHBOR_ID", "IP_ADDRESS", "STATE"))
    return every(text, _HEAD, found)


COMMAND: Final[Command[OspfNeighbour]] = Command(
    "ospf_neighbours", "show ip ospf neighbor", read, "documentation"
)
