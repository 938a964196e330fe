"""BGP sessions of IOS."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, community, must, rows
from collectors.commands._routing import bgp, unconfigured
from collectors.vendors._form import BgpPeer

TEMPLATE: Final = community("cisco_ios_show_ip_bgp_summary")


def read(text: str) -> tuple[BgpPeer, ...]:
    """Read the table of peers. Raises Unread."""
    if unconfigured(text):
        return ()
    must(text, r"^Neighbor +V +AS ")
    return tuple(
        bgp(rows(TEMPLATE, text), "BGP_NEIGHBOR", "NEIGHBOR_AS", "STATE_OR_PREFIXES_RECEIVED")
    )


COMMAND: Final[Command[BgpPeer]] = Command(
    "bgp_peers", "show ip bgp summary", read, "documentation"
)
