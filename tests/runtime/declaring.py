"""What tests of the drift declare and see: two routers, a link between them, a register."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from collectors._inspection import Inspection
from collectors.vendors._tables import Interface, LldpNeighbour, Station
from inventory.model import AccessDevice, Device, Inventory
from runtime.surveys.drift import Declared, Names, compare, ends_of
from runtime.surveys.findings import Found, State, settle
from runtime.surveys.stations import compare_stations, register_of
from tests.collectors.network import network

AT = 1_795_500_000
MAC = "00:e0:fc:12:34:56"


def province(*register: AccessDevice, **device: Any) -> Inventory:
    """The network of the collectors' tests with changes to its router and a register."""
    inventory = network()
    devices = dict(inventory.devices)
    devices["xg-r1"] = replace(devices["xg-r1"], **device)
    return replace(inventory, devices=devices, access_devices={one.id: one for one in register})


def declared(inventory: Inventory | None = None) -> Declared:
    """What is declared of the router: ge1 ends the link to xs-r1, ge2 is declared alone."""
    inventory = inventory or province()
    device: Device = inventory.devices["xg-r1"]
    return Declared(device, ends_of(inventory).get("xg-r1", {}), register_of(inventory))


def port(name: str, index: int = 1, **other: Any) -> Interface:
    """A port that is up, at 1 Gbit/s."""
    values: dict[str, Any] = {
        "alias": f"to {name}", "descr": f"descr of {name}", "type": "ethernetCsmacd", "admin": "up",
        "oper": "up", "speed_bps": 10**9,
    }  # fmt: skip
    return Interface(index, name, **{**values, **other})


PORTS = (port("ge1", 1), port("ge2", 2), port("ge3", 3))


def seen(**other: Any) -> Inspection:
    """What the router shows: three ports, nobody heard."""
    values: dict[str, Any] = {
        "platform": "h3c_comware", "sys_object_id": "", "sys_descr": "", "sys_name": "XG-R1",
        "serial": "S1", "interfaces": PORTS,
    }  # fmt: skip
    return Inspection(**{**values, **other})


def hears(port_name: str, *names: str | None) -> tuple[LldpNeighbour, ...]:
    """Boxes that are heard on a port."""
    return tuple(LldpNeighbour(port_name, name, "1", "00:e0:fc:aa:bb:cc") for name in names)


def learnt(port_name: str, mac: str = MAC, ip: str = "") -> Station:
    """An address learnt behind a port."""
    return Station(port_name, mac, ip)


def names(**devices: str) -> Names:
    """What devices call themselves: `xs_r1="XS-R1"`."""
    known = Names()
    for device, name in devices.items():
        known.learn(device.replace("_", "-"), name)
    return known


def differences(
    what: Inspection,
    *,
    of: Declared | None = None,
    known: Names | None = None,
    state: State | None = None,
    at: int = AT,
) -> tuple[list[Found], State]:
    """Compare as the survey does."""
    of, known = of or declared(), known or names()
    found, state = compare(of, what, known, state or State())
    found += compare_stations(of, what, known, lambda _: False)
    return settle(found, state, at, missing={one.section for one in what.missing})


def kinds(found: list[Found]) -> list[str]:
    """The kinds of findings with the port or device they are about."""
    return [f"{one.kind} {one.target.partition(':')[2].partition('/')[2]}".strip() for one in found]
