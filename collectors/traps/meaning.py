"""What a notification is about: an event code, and the port it speaks of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from collectors.traps.form import Notification
from collectors.vendors._form import Vendor
from inventory.model import Device, TargetId, device_target, interface_target

STANDARD: Final[Mapping[str, str]] = {
    "1.3.6.1.6.3.1.1.5.1": "cold_start",  # SNMPv2-MIB
    "1.3.6.1.6.3.1.1.5.2": "warm_start",
    "1.3.6.1.6.3.1.1.5.3": "link.down",  # IF-MIB
    "1.3.6.1.6.3.1.1.5.4": "link.up",
    "1.3.6.1.6.3.1.1.5.5": "authentication_failure",
    "1.3.6.1.6.3.1.1.5.6": "egp.lost",  # RFC 1215
    "1.3.6.1.2.1.15.0.1": "bgp.up",  # BGP4-MIB, RFC 4273
    "1.3.6.1.2.1.15.0.2": "bgp.down",
    "1.3.6.1.2.1.15.7.1": "bgp.up",  # RFC 1657, as most boxes still send it
    "1.3.6.1.2.1.15.7.2": "bgp.down",
    "1.3.6.1.2.1.14.16.2.1": "ospf.changed",  # OSPF-TRAP-MIB: virtual interface
    "1.3.6.1.2.1.14.16.2.2": "ospf.changed",  # neighbour
    "1.3.6.1.2.1.14.16.2.3": "ospf.changed",  # virtual neighbour
    "1.3.6.1.2.1.14.16.2.16": "ospf.changed",  # interface
    "1.0.8802.1.1.2.0.0.1": "lldp.changed",  # LLDP-MIB lldpRemTablesChange
    "1.3.6.1.2.1.33.2.1": "ups.on_battery",  # UPS-MIB upsTrapOnBattery, RFC 1628
    "1.3.6.1.2.1.47.2.0.1": "hardware.changed",  # ENTITY-MIB entConfigChange
}
"""Notification -> event code, of the standard MIBs."""
OTHER: Final = "other"
"""The code of a notification that nobody has named."""
_IF_INDEX: Final = "1.3.6.1.2.1.2.2.1.1."
_IF_NAME: Final = "1.3.6.1.2.1.31.1.1.1.1."
_BY_INDEX: Final = (
    _IF_INDEX, "1.3.6.1.2.1.2.2.1.2.", "1.3.6.1.2.1.2.2.1.7.", "1.3.6.1.2.1.2.2.1.8.",
    _IF_NAME, "1.3.6.1.2.1.31.1.1.1.18.",
)  # fmt: skip
"""ifIndex, ifDescr, ifAdminStatus, ifOperStatus, ifName, ifAlias."""
_NAMES: Final = (_IF_NAME, "1.3.6.1.2.1.2.2.1.2.")


class Codes:
    """Event codes by notification, with each platform's own."""

    def __init__(self, vendors: Iterable[Vendor]) -> None:
        self._own = {vendor.platform: vendor.traps for vendor in vendors}

    def code(self, oid: str, platform: str) -> str:
        """Return the event code of a notification of a platform.

        RFC 3584 3.1 puts a 0 before the last number of a v1 trap, which some MIBs do not have; so
        both spellings are known.
        """
        own = self._own.get(platform, {})
        for name in (oid, _without_zero(oid)):
            if code := own.get(name) or STANDARD.get(name):
                return code
        return OTHER


def _without_zero(oid: str) -> str:
    prefix, _, last = oid.rpartition(".")
    return f"{prefix.removesuffix('.0')}.{last}"


def subject(notification: Notification, device: Device, if_index: Mapping[str, int]) -> TargetId:
    """Name the port a notification speaks of, else the device.

    By its name where the device has a declared port of that name, else by its ifIndex as it was
    learnt at the last poll, unless the notification gives that index another ifName.
    """
    index = 0
    for oid, value in notification.values:
        if oid.startswith(_NAMES) and value in device.interfaces:
            return interface_target(device.id, str(value))
        if oid.startswith(_IF_NAME):
            return device_target(device.id)
        if not index and oid.startswith(_BY_INDEX):
            last = oid.rpartition(".")[2]
            own = oid.startswith(_IF_INDEX) and isinstance(value, int)
            index = int(value) if own else int(last) if last.isdecimal() else 0
    if index:
        for name, learnt in if_index.items():
            if learnt == index:
                return interface_target(device.id, name)
    return device_target(device.id)
