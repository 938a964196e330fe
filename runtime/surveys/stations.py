"""Who is connected where nobody but registered devices should be: pure.

An access port is one on which no declared link ends and no declared device is heard by LLDP. What
was learnt behind one is compared with the register; what was learnt behind others is on its way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from ipaddress import ip_address
from typing import Final

from collectors._inspection import Inspection
from collectors.vendors._tables import Station
from inventory.model import AccessDevice, Inventory, interface_target
from runtime.surveys.drift import Declared, Names, Register, short_names
from runtime.surveys.findings import Found

MOST_OF_A_PORT: Final = 20
"""Unregistered addresses of a port that are named one by one; more are counted in one finding."""
_AGGREGATE: Final = "ieee8023adLag"
"""No office PC has one: behind it is a switch or a server, and its links end at its members."""
_NEEDED: Final = frozenset({"interfaces", "lldp", "stations"})
_NO_DEVICE: Final = ("00:00:5e:00:01:", "00:00:5e:00:02:")
"""Virtual routers (VRRP, RFC 5798 7.3)."""


def register_of(inventory: Inventory) -> Register | None:
    """Return the register and where it holds; None where it is empty.

    It holds at the sites of the devices and of the units it names, and below them.
    """
    entries = inventory.access_devices.values()
    if not entries:
        return None
    units = {one.unit for one in entries if one.unit is not None}
    devices = (inventory.devices.get(one.device) for one in entries if one.device is not None)
    sites = {device.site for device in devices if device is not None}
    sites |= {site.id for site in inventory.sites.values() if site.unit in units}
    queue = list(sites)
    for site in queue:
        below = [one for one in inventory.topology.children.get(site, ()) if one not in sites]
        sites.update(below)
        queue += below
    return Register({one.mac: one for one in entries}, frozenset(sites), _addresses(inventory))


def _addresses(inventory: Inventory) -> frozenset[str]:
    boxes = [device.address for device in inventory.devices.values()]
    ends = [end.address for link in inventory.links.values() for end in (link.a, link.b)]
    return frozenset(ip_address(one.host).compressed for one in (*boxes, *ends) if one is not None)


def at_home(declared: Declared, seen: Inspection) -> frozenset[str]:
    """Return the registered addresses that were seen where they belong."""
    register, short = declared.register, short_names(seen)
    if register is None:
        return frozenset()
    return frozenset(
        one.mac
        for one in seen.stations
        if (entry := register.by_mac.get(one.mac)) is not None
        and entry.device == declared.device.id
        and entry.interface in {None, one.interface, short(one.interface)}
    )


def compare_stations(
    declared: Declared, seen: Inspection, names: Names, is_home: Callable[[str], bool]
) -> list[Found]:
    """Return who is connected without being registered, or elsewhere than registered.

    `is_home`: whether an address was seen where it belongs, by whatever device is there.
    """
    register = declared.register
    if register is None or _NEEDED & {one.section for one in seen.missing}:
        return []
    by_port: dict[str, dict[str, Station]] = {}
    short = short_names(seen)
    ends = {part for name in declared.ends for part in (name, _whole(name))}
    uplinks = {
        short(one.local) for one in seen.lldp if one.remote_name and names.is_ours(one.remote_name)
    }
    uplinks |= {short(port.name) for port in seen.interfaces if port.type == _AGGREGATE}
    for learnt in seen.stations:
        port = short(learnt.interface)
        station = Station(port, learnt.mac, learnt.ip)
        if station.mac.startswith(_NO_DEVICE) or _is_end(ends, port) or port in uplinks:
            continue
        if seen.stations_resolved and station.ip in register.addresses:
            continue  # routers resolve each other; behind a port, an address is only a claim
        stations = by_port.setdefault(port, {})
        if station.ip or station.mac not in stations:
            stations[station.mac] = station
    found: list[Found] = []
    for port, stations in by_port.items():
        found += _strangers(declared, port, stations, register)
        for station in () if seen.stations_resolved else stations.values():
            entry = register.by_mac.get(station.mac)
            if entry is not None and not is_home(entry.mac):
                found += _moved(declared, station, entry)
    return found


def _is_end(ends: Collection[str], port: str) -> bool:
    """Tell whether a link ends at a port, at a part of it, or at the one of which it is a part."""
    return port in ends or _whole(port) in ends


def _whole(port: str) -> str:
    """Return the port of which one is a part (`GE0/0/1` of `GE0/0/1.100`), else itself."""
    whole, _, number = port.rpartition(".")
    return whole if whole and number.isdecimal() else port


def _strangers(
    declared: Declared, port: str, stations: dict[str, Station], register: Register
) -> Iterator[Found]:
    target = interface_target(declared.device.id, port)
    strangers = [one for one in stations.values() if one.mac not in register.by_mac]
    if len(strangers) > MOST_OF_A_PORT:
        parameters: dict[str, str | int] = {"interface": port, "count": len(strangers)}
        yield Found("stations_unregistered", target, "", parameters)
        return
    for one in strangers:
        parameters = {"interface": port, "mac": one.mac, "ip": one.ip}
        yield Found("station_unregistered", target, one.mac, parameters)


def _moved(declared: Declared, station: Station, entry: AccessDevice) -> Iterator[Found]:
    here = declared.device.id
    if entry.device is None:
        return
    if entry.device == here and entry.interface in {None, station.interface}:
        return
    registered = entry.device if entry.interface is None else f"{entry.device} {entry.interface}"
    yield Found(
        "station_moved",
        interface_target(here, station.interface),
        station.mac,
        {
            "interface": station.interface, "mac": station.mac, "ip": station.ip,
            "title": entry.title, "registered": registered,
        },
    )  # fmt: skip
