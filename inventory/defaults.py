"""Which questions are asked where nothing is said: data only, this folder knows no protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from inventory.model import ProbeSpec

DEVICE_PROBES: Final = (
    ProbeSpec("interfaces", 10),
    ProbeSpec("interface_settings", 300),
    ProbeSpec("health", 300),
    ProbeSpec("optics", 300),
)
"""Of a device that has an address and a credential. Intervals in seconds."""

DEVICE_DEFAULTS: Final[Mapping[str, float]] = {
    "optics_cli": 300,
    "routing_cli": 300,
    "node_exporter": 60,
}
"""Kinds of questions that only those devices are asked that name them, and their intervals."""

REPLACES: Final[Mapping[str, str]] = {"optics_cli": "optics", "node_exporter": "host"}
"""Kind -> the kind of the table that gives the same values, and is not asked beside it."""

HOST_PLATFORM: Final = "linux"
HOST_PROBES: Final = (ProbeSpec("host", 60),)
"""Of a server (platform `linux`) that has an address and a login."""

GEAR_PROBES: Final = (ProbeSpec("config_backup", 600),)
"""Of network gear (any other platform) that has an address and a login."""

SERVICE_DEFAULTS: Final[Mapping[str, float]] = {
    "http": 60,
    "tls": 3600,
    "dns": 60,
    "tcp": 60,
    "website": 86_400,
    "path": 60,
    "nqa": 60,
    "nqa_cli": 300,
    "backup_set": 900,
    "heartbeat": 60,
    "replication": 60,
}
"""Kinds of questions about services and their intervals; a service names those it is asked."""

LINK_PROBES: Final = (ProbeSpec("echo", 10, options={"wire": "icmp", "count": 2}),)
"""Of a link whose far end has an address."""

PROFILE_OPTIONS: Final[Mapping[tuple[str, str], Mapping[str, object]]] = {
    ("backbone", "echo"): {"count": 10},
}
"""(profile, kind) -> options that its slot needs; they go before what `defaults` says."""
