"""BGP sessions of RGOS, which shows them as Cisco does."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, community, must, rows
from collectors.commands._routing import bgp, every, unconfigured
from collectors.vendors._form import BgpPeer

TEMPLATE: Final = community("cisco_ios_show_ip_bgp_summary")

_HEAD: Final = r"^Neighbor +V +AS "


def read(text: str) -> tuple[BgpPeer, ...]:
    """Read the table of peers. Raises Unread."""
    if unconfigured(text):
        return ()
    must(text, _HEAD)
    found = rows(TEMPLATE, text)
    peers = tuple(bgp(found, "BGP_NEIGHBOR", "NEIGHBOR_AS", "STATE_OR_PREFIXES_RECEIVED"))
    return every(text, _HEAD, peers)


COMMAND: Final[Command[BgpPeer]] = Command(
    "bgp_peers", "show ip bgp summary", read, "documentation"
)
