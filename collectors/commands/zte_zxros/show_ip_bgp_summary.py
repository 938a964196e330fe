"""BGP sessions of ZXROS; a long address stands in a line of its own."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command, must, rows
from collectors.commands._routing import bgp, every, unconfigured
from collectors.vendors._form import BgpPeer

TEMPLATE: Final = r"""Value Required PEER ([0-9A-Fa-f.:]+)
Value ASN (\d+(\.\d+)?)
Value STATE (\S+(\s*\(\w+\))?)

Start
  ^Neighbor\s+Ver\s+As\s+MsgRcvd\s+MsgSend\s+Up/Down\s+State/PfxRcd -> Peers

Peers
  ^${PEER}\s+\d+\s+${ASN}\s+\d+\s+\d+\s+\S+\s+${STATE}\s*$$ -> Record
  ^${PEER}\s*$$ -> Wrapped
  ^Neighbor\s+Ver\s+As -> Peers
  ^[0-9A-Fa-f.:]+\s -> Error

Wrapped
  ^\s+\d+\s+${ASN}\s+\d+\s+\d+\s+\S+\s+${STATE}\s*$$ -> Record Peers
  ^. -> Error
"""

_HEAD: Final = r"^Neighbor +Ver +As "


def read(text: str) -> tuple[BgpPeer, ...]:
    """Read the table of peers. Raises Unread."""
    if unconfigured(text):
        return ()
    must(text, _HEAD)
    return every(text, _HEAD, tuple(bgp(rows(TEMPLATE, text), "PEER", "ASN", "STATE")))


COMMAND: Final[Command[BgpPeer]] = Command("bgp_peers", "show ip bgp summary", read, "synthetic")
