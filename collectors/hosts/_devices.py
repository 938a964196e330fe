"""Which disks and ports of a host count in its totals: by name, so that both sources agree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from collectors.hosts._reading import Disk, Port

ALL: Final = "all"
"""The name of the total."""
_WHOLE_DISK: Final = re.compile(
    r"sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+|dasd[a-z]+|cciss!c\d+d\d+|pmem\d+"
)
"""Disks as the kernel names them; no partitions, and nothing that lies on others (dm, md)."""
_VIRTUAL_PORT: Final = re.compile(
    r"lo|veth.*|cali.*|tap.*|tun.*|vnet.*|docker\d*|br-.*|virbr.*|cni.*|flannel.*|kube.*|dummy\d*"
    r"|ifb\d+|bond\d+|team\d+|br\d+|.*\.\d+|vxlan.*|ovs.*|sit\d+|gre.*|erspan\d+|ip6.*|ip_vti\d+"
    r"|nlmon\d+|teql\d+|wg\d+"
)
"""Ports whose octets pass another one too, or no wire."""


def total_disk(disks: Sequence[Disk]) -> Disk | None:
    """Add up the whole disks; where none has such a name, all there are."""
    chosen = [one for one in disks if _WHOLE_DISK.fullmatch(one.name)] or list(disks)
    if not chosen:
        return None
    return Disk(
        ALL,
        sum(one.read_bytes for one in chosen),
        sum(one.written_bytes for one in chosen),
        sum(one.reads for one in chosen),
        sum(one.writes for one in chosen),
        sum(one.busy_seconds for one in chosen),
    )


def total_port(ports: Sequence[Port]) -> Port | None:
    """Add up the ports with a wire; where none has such a name, all but the loopback."""
    chosen = [one for one in ports if not _VIRTUAL_PORT.fullmatch(one.name)]
    chosen = chosen or [one for one in ports if one.name != "lo"]
    if not chosen:
        return None
    return Port(
        ALL,
        sum(one.in_bytes for one in chosen),
        sum(one.out_bytes for one in chosen),
        sum(one.in_errors for one in chosen),
        sum(one.out_errors for one in chosen),
        sum(one.in_drops for one in chosen),
        sum(one.out_drops for one in chosen),
    )
