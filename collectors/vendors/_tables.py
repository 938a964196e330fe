"""What every agent tells in the same way: interfaces, LLDP neighbours, MAC and ARP entries.

IF-MIB (RFC 2863), LLDP-MIB (IEEE 802.1AB-2005), BRIDGE-MIB (RFC 4188), Q-BRIDGE-MIB (RFC 4363),
IP-MIB (RFC 4293).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from collectors._text import decode
from collectors.vendors._form import Column, Sight, Source
from collectors.vendors._if_types import IF_TYPES
from collectors.vendors._units import address_in

_IF: Final = "1.3.6.1.2.1.2.2.1"
_IF_X: Final = "1.3.6.1.2.1.31.1.1.1"
IF_DESCR: Final = Column("ifDescr", f"{_IF}.2")
IF_TYPE: Final = Column("ifType", f"{_IF}.3")
IF_SPEED: Final = Column("ifSpeed", f"{_IF}.5", "bit/s")
IF_ADDRESS: Final = Column("ifPhysAddress", f"{_IF}.6")
IF_ADMIN: Final = Column("ifAdminStatus", f"{_IF}.7")
IF_OPER: Final = Column("ifOperStatus", f"{_IF}.8")
IF_NAME: Final = Column("ifName", f"{_IF_X}.1")
IF_HIGH_SPEED: Final = Column("ifHighSpeed", f"{_IF_X}.15", "Mbit/s")
IF_ALIAS: Final = Column("ifAlias", f"{_IF_X}.18")
_ADMIN: Final = ("up", "down", "testing")
_OPER: Final = ("up", "down", "testing", "unknown", "dormant", "notPresent", "lowerLayerDown")
_SATURATED: Final = 2**32 - 1
_EXACT_BELOW: Final = 1_000
"""Mbit/s."""

_LLDP: Final = "1.0.8802.1.1.2.1"
LOCAL_PORT_SUBTYPE: Final = Column("lldpLocPortIdSubtype", f"{_LLDP}.3.7.1.2")
LOCAL_PORT: Final = Column("lldpLocPortId", f"{_LLDP}.3.7.1.3")
LOCAL_PORT_DESCR: Final = Column("lldpLocPortDesc", f"{_LLDP}.3.7.1.4")
REMOTE_CHASSIS_SUBTYPE: Final = Column("lldpRemChassisIdSubtype", f"{_LLDP}.4.1.1.4")
REMOTE_CHASSIS: Final = Column("lldpRemChassisId", f"{_LLDP}.4.1.1.5")
REMOTE_PORT_SUBTYPE: Final = Column("lldpRemPortIdSubtype", f"{_LLDP}.4.1.1.6")
REMOTE_PORT: Final = Column("lldpRemPortId", f"{_LLDP}.4.1.1.7")
REMOTE_PORT_DESCR: Final = Column("lldpRemPortDesc", f"{_LLDP}.4.1.1.8")
REMOTE_NAME: Final = Column("lldpRemSysName", f"{_LLDP}.4.1.1.9")
_BY_MAC: Final = 3
_BY_ADDRESS: Final = 4
_CHASSIS_BY_MAC: Final = 4
_CHASSIS_BY_ADDRESS: Final = 5
_BY_LOCAL: Final = 7
_MAC_OCTETS: Final = 6

BRIDGE_PORT: Final = Column("dot1dBasePortIfIndex", "1.3.6.1.2.1.17.1.4.1.2")
FDB_PORT: Final = Column("dot1dTpFdbPort", "1.3.6.1.2.1.17.4.3.1.2")
FDB_STATUS: Final = Column("dot1dTpFdbStatus", "1.3.6.1.2.1.17.4.3.1.3")
VLAN_FDB_PORT: Final = Column("dot1qTpFdbPort", "1.3.6.1.2.1.17.7.1.2.2.1.2")
VLAN_FDB_STATUS: Final = Column("dot1qTpFdbStatus", "1.3.6.1.2.1.17.7.1.2.2.1.3")
_LEARNED: Final = 3
"""Not other(1), invalid(2), self(4), mgmt(5): the box's own, aged out, or written by hand."""
_GROUP_BIT: Final = 0x01
ARP: Final = Column("ipNetToMediaPhysAddress", "1.3.6.1.2.1.4.22.1.2")
NEIGHBOURS: Final = Column("ipNetToPhysicalPhysAddress", "1.3.6.1.2.1.4.35.1.4")


@dataclass(frozen=True, slots=True)
class Interface:
    """A row of ifTable. None = the agent does not have it; an alias that is not set is "".

    `name`: ifName, or ifDescr where there is no ifName. `type`, `admin` and `oper` in the MIB's
    words. `speed_bps`: None where neither ifHighSpeed nor ifSpeed knows it.
    """

    index: int
    name: str
    alias: str | None
    descr: str | None
    type: str | None
    admin: str | None
    oper: str | None
    speed_bps: int | None


@dataclass(frozen=True, slots=True)
class LldpNeighbour:
    """Who is heard on a port; None = the table does not say.

    `remote_name`: lldpRemSysName; `remote_chassis`: lldpRemChassisId, as text where
    it is a MAC address or an IP address. A box may tell only the latter.
    """

    local: str
    remote_name: str | None
    remote_port: str | None
    remote_chassis: str | None = None


@dataclass(frozen=True, slots=True)
class Station:
    """A MAC address learnt behind a port, or resolved for an IP address; `ip` "" = not resolved."""

    interface: str
    mac: str
    ip: str = ""


def interface_names(sight: Sight) -> dict[str, str]:
    """Return ifName by ifIndex, ifDescr where there is no ifName."""
    return sight.texts(IF_DESCR) | sight.texts(IF_NAME)


def _interfaces(sight: Sight) -> Iterator[Interface]:
    names, descrs = interface_names(sight), sight.texts(IF_DESCR)
    aliases = dict.fromkeys(sight.column(IF_ALIAS), "") | sight.texts(IF_ALIAS)
    kinds, admin, oper = sight.numbers(IF_TYPE), sight.numbers(IF_ADMIN), sight.numbers(IF_OPER)
    low, high = sight.numbers(IF_SPEED), sight.numbers(IF_HIGH_SPEED)
    indexes = names.keys() | kinds.keys() | oper.keys()
    for index in sorted((i for i in indexes if i.isdecimal()), key=int):
        kind = kinds.get(index, 0)
        yield Interface(
            int(index),
            names.get(index, ""),
            aliases.get(index),
            descrs.get(index),
            IF_TYPES.get(kind, str(kind)) if kind else None,
            _word(_ADMIN, admin.get(index)),
            _word(_OPER, oper.get(index)),
            speed(high.get(index, 0), low.get(index, 0)),
        )


def _word(words: tuple[str, ...], number: int | None) -> str | None:
    if number is None:
        return None
    return words[number - 1] if 1 <= number <= len(words) else str(number)


def speed(high: int, low: int) -> int | None:
    """Return bit/s: ifSpeed where it is not saturated, else ifHighSpeed, which is rounded.

    An E1 of 2,048,000 bit/s has an ifHighSpeed of 2. From 1 Gbit/s on ifHighSpeed counts: there
    some agents let ifSpeed wrap.
    """
    if 0 < low < _SATURATED and high < _EXACT_BELOW:
        return low
    return high * 1_000_000 if high > 0 else None


def _lldp(sight: Sight) -> Iterator[LldpNeighbour]:
    """Read neighbours; the index is time mark.local port number.number of the neighbour."""
    names, ports = sight.texts(REMOTE_NAME), sight.column(REMOTE_PORT)
    kinds, chassis = sight.numbers(REMOTE_PORT_SUBTYPE), sight.column(REMOTE_CHASSIS)
    chassis_kinds = sight.numbers(REMOTE_CHASSIS_SUBTYPE)
    descrs = sight.texts(REMOTE_PORT_DESCR)
    local = _local_ports(sight)
    for index in {**chassis_kinds, **chassis, **ports, **names}:
        arcs = index.split(".")
        if len(arcs) != 3:
            continue
        kind = kinds.get(index)
        port = _identifier(ports.get(index), mac=kind == _BY_MAC, address=kind == _BY_ADDRESS)
        if kind in {_BY_MAC, _BY_LOCAL} and index in descrs:
            port = descrs[index]
        which = chassis_kinds.get(index)
        box = _identifier(
            chassis.get(index),
            mac=which == _CHASSIS_BY_MAC,
            address=which == _CHASSIS_BY_ADDRESS,
        )
        yield LldpNeighbour(
            local.get(arcs[1], arcs[1]), names.get(index) or None, port or None, box or None
        )


def _local_ports(sight: Sight) -> dict[str, str]:
    """Return the name of each LLDP port number, as `interfaces` has it.

    It is the port whose name, description or (subtype local(7) often holds one) index the port's id
    is; else the one that its description names; else the interface of that number.
    """
    interfaces = interface_names(sight)
    named = {
        descr: interfaces[index]
        for index, descr in sight.texts(IF_DESCR).items()
        if index in interfaces
    } | {name: name for name in interfaces.values()}
    kinds, descrs = sight.numbers(LOCAL_PORT_SUBTYPE), sight.texts(LOCAL_PORT_DESCR)
    found = {}
    for number in {**sight.column(LOCAL_PORT), **descrs}:
        kind = kinds.get(number)
        raw = sight.column(LOCAL_PORT).get(number)
        name = _identifier(raw, mac=kind == _BY_MAC, address=kind == _BY_ADDRESS)
        descr = descrs.get(number, "")
        places = (named.get(name), named.get(descr), interfaces.get(name), interfaces.get(number))
        found[number] = next((place for place in places if place), name or number)
    return found


def _identifier(raw: float | bytes | str | None, *, mac: bool, address: bool) -> str:
    """Make text of a chassis or port id by its subtype; a network address has its family first."""
    if raw is None:
        return ""
    if isinstance(raw, bytes):
        if mac and len(raw) == _MAC_OCTETS:
            return mac_address(raw)
        if address and len(raw) in {5, 17}:
            return address_in(map(str, raw[1:])) or raw.hex()
    return decode(raw).strip()


def mac_address(raw: bytes) -> str:
    """Write six octets as `00:e0:fc:12:34:56`."""
    return raw.hex(":")


def _stations(sight: Sight) -> Iterator[Station]:
    """MAC addresses behind bridge ports; the last six arcs of the index are the address."""
    names = interface_names(sight)
    if_index = {port: str(index) for port, index in sight.numbers(BRIDGE_PORT).items()}
    addresses = _addresses(sight)
    seen, own = set(), _own(sight)
    for column, status in ((VLAN_FDB_PORT, VLAN_FDB_STATUS), (FDB_PORT, FDB_STATUS)):
        how = sight.numbers(status)
        for index, port in sight.numbers(column).items():
            if how.get(index, _LEARNED) != _LEARNED:
                continue
            mac = _mac_in(index.split(".")[-_MAC_OCTETS:])
            where = if_index.get(str(port))
            if mac in own or port <= 0 or where is None:
                continue
            if mac and (mac, where) not in seen:
                seen.add((mac, where))
                yield Station(names.get(where, where), mac, addresses.get(mac, ""))


def _mac_in(arcs: list[str]) -> str:
    try:
        octets = bytes(map(int, arcs))
    except ValueError:
        return ""
    return mac_address(octets) if _is_of_a_device(octets) else ""


def _is_of_a_device(octets: bytes) -> bool:
    """Tell whether octets are an address of one device: no group's (IEEE 802), not nobody's."""
    return len(octets) == _MAC_OCTETS and any(octets) and not octets[0] & _GROUP_BIT


def _own(sight: Sight) -> frozenset[str]:
    """Return the box's own addresses: some agents have them among those that were learnt."""
    addresses = sight.column(IF_ADDRESS).values()
    return frozenset(mac_address(one) for one in addresses if isinstance(one, bytes))


def _addresses(sight: Sight) -> Mapping[str, str]:
    """Return the IP address of each MAC address that the box itself has resolved."""
    found: dict[str, str] = {}
    for column, skip in ((NEIGHBOURS, 3), (ARP, 1)):
        for index, raw in sight.column(column).items():
            address = address_in(index.split(".")[skip:])
            if isinstance(raw, bytes) and len(raw) == _MAC_OCTETS and address is not None:
                found[mac_address(raw)] = address
    return found


def _resolved(sight: Sight) -> Iterator[Station]:
    """ARP and neighbour entries; the first arc of the index is the interface."""
    names = interface_names(sight)
    seen, own = set(), _own(sight)
    for column, skip in ((NEIGHBOURS, 3), (ARP, 1)):
        for index, raw in sight.column(column).items():
            arcs = index.split(".")
            address = address_in(arcs[skip:])
            if not isinstance(raw, bytes) or not _is_of_a_device(raw) or address is None:
                continue
            station = Station(names.get(arcs[0], arcs[0]), mac_address(raw), address)
            if station.mac not in own and station not in seen:
                seen.add(station)
                yield station


INTERFACES: Final = Source(
    (IF_DESCR, IF_TYPE, IF_SPEED, IF_ADMIN, IF_OPER, IF_NAME, IF_HIGH_SPEED, IF_ALIAS),
    _interfaces,
    "recorded",
)
LLDP: Final = Source(
    (
        LOCAL_PORT_SUBTYPE, LOCAL_PORT, LOCAL_PORT_DESCR, REMOTE_CHASSIS_SUBTYPE, REMOTE_CHASSIS,
        REMOTE_PORT_SUBTYPE, REMOTE_PORT, REMOTE_PORT_DESCR, REMOTE_NAME, IF_NAME, IF_DESCR,
    ),
    _lldp,
    "recorded",
)  # fmt: skip
STATIONS: Final = Source(
    (
        BRIDGE_PORT, VLAN_FDB_PORT, VLAN_FDB_STATUS, FDB_PORT, FDB_STATUS, ARP, NEIGHBOURS,
        IF_ADDRESS, IF_NAME, IF_DESCR,
    ),
    _stations,
)  # fmt: skip
RESOLVED: Final = Source((ARP, NEIGHBOURS, IF_ADDRESS, IF_NAME, IF_DESCR), _resolved)
