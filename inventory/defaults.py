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

LINK_PROBES: Final = (ProbeSpec("echo", 10, options={"wire": "icmp", "count": 2}),)
"""Of a link whose far end has an address."""

PROFILE_OPTIONS: Final[Mapping[tuple[str, str], Mapping[str, object]]] = {
    ("backbone", "echo"): {"count": 10},
}
"""(profile, kind) -> options that its slot needs; they go before what `defaults` says."""
