"""BGP sessions of Comware 7, IPv4 unicast of the public instance."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, community, must, rows
from collectors.commands._routing import bgp, joined, told, unconfigured
from collectors.vendors._form import BgpPeer

TEMPLATE: Final = community("hp_comware_display_bgp_peer_ipv4")


def read(text: str) -> tuple[BgpPeer, ...]:
    """Read the table of peers. Raises Unread."""
    if unconfigured(text):
        return ()
    must(text, r"^ *Total number of peers")
    return told(text, tuple(bgp(rows(TEMPLATE, joined(text)), "PEER", "REMOTE_ASN", "STATE")))


COMMAND: Final[Command[BgpPeer]] = Command("bgp_peers", "display bgp peer ipv4", read, "synthetic")
