"""What is declared against what a device showed: pure, one device at a time.

A table that could not be read is not an empty one: nothing is concluded from it, and that is a
finding itself. What has no declared value (an alias, a serial number, a neighbour) is compared
with what was normal when it was seen first, until somebody accepts another normal.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from collectors._inspection import Inspection
from collectors._recognition import vendor_of, vendors
from collectors.vendors._tables import Interface
from inventory.model import (
    AccessDevice,
    Device,
    Inventory,
    TargetId,
    device_target,
    interface_target,
)
from runtime.surveys.findings import Found, State

_HAS_SPEED: Final = frozenset({
    "ethernetCsmacd", "iso88023Csmacd", "fastEther", "fastEtherFX", "gigabitEthernet",
    "ieee8023adLag", "sonet", "pos", "ds1", "e1", "ds3",
})  # fmt: skip
"""Ports that have a speed of their own; that of a tunnel or a VLAN is a word in its configuration
(IANAifType)."""
_MOST_HEARD: Final = 20
"""Neighbours of one port that are remembered and named, declared devices first."""


@dataclass(frozen=True, slots=True)
class End:
    """The end of a link at a port: what was contracted (bit/s), and the device at its far end."""

    link: str
    bandwidth_bps: int | None
    far: str


@dataclass(frozen=True, slots=True)
class Register:
    """The access devices, and the sites at which what is seen is compared with them.

    `addresses`: IP addresses of declared devices and of the ends of links.
    """

    by_mac: Mapping[str, AccessDevice]
    sites: Collection[str]
    addresses: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Declared:
    """What the inventory says of a device."""

    device: Device
    ends: Mapping[str, tuple[End, ...]]
    """ifName -> the links that end there."""
    register: Register | None = None
    """None: what is behind its ports is nobody's question."""


@dataclass(slots=True)
class Names:
    """What devices call themselves (sysName), as far as they were read; read in another thread.

    A name that changed counts beside the new one until the device was read again: its neighbours
    heard the old one.
    """

    by_device: dict[str, str] = field(default_factory=dict)
    _former: dict[str, str] = field(default_factory=dict)
    _devices: dict[str, frozenset[str]] = field(default_factory=dict)

    def learn(self, device: str, name: str) -> bool:
        """Take over a name; tell whether it is news."""
        name = name if _folded(name) else ""
        before, former = self.called(device), self._former.pop(device, "")
        if before != name:
            if before:
                self._former[device] = before
            self.by_device[device] = name  # overwritten, never absent for a moment
            if name:
                self._devices[_folded(name)] = self.owners(name) | {device}
        self._release(device, former)
        return before != name

    def forget(self, device: str) -> None:
        """Drop what a device called itself."""
        for known in (self.by_device, self._former):
            self._release(device, known.pop(device, ""))

    def _release(self, device: str, name: str) -> None:
        if not name or self.is_of(name, device):
            return
        left = self.owners(name) - {device}
        if left:
            self._devices[_folded(name)] = left
        else:
            self._devices.pop(_folded(name), None)

    def called(self, device: str) -> str:
        """Return what a device calls itself; "" = not known."""
        return self.by_device.get(device, "")

    def owners(self, name: str) -> frozenset[str]:
        """Return the declared devices that call themselves so, or did until a while ago."""
        return self._devices.get(_folded(name), frozenset())

    def is_ours(self, name: str) -> bool:
        """Tell whether a declared device calls itself so."""
        return bool(self.owners(name))

    def is_of(self, name: str, device: str) -> bool:
        """Tell whether a device calls itself so, or did until a while ago."""
        known = (self.called(device), self._former.get(device, ""))
        return bool(_folded(name)) and _folded(name) in map(_folded, known)


def _folded(name: str) -> str:
    return name.strip().rstrip(".").casefold()


def ends_of(inventory: Inventory) -> dict[str, dict[str, tuple[End, ...]]]:
    """Return the links that end at each port, by device and ifName."""
    found: dict[str, dict[str, tuple[End, ...]]] = {}
    for link in inventory.links.values():
        for here, there in ((link.a, link.b), (link.b, link.a)):
            if here.interface is not None:
                ports = found.setdefault(here.device, {})
                end = End(link.id, link.bandwidth_bps, there.device)
                ports[here.interface] = (*ports.get(here.interface, ()), end)
    return found


def linked(inventory: Inventory) -> dict[str, frozenset[str]]:
    """Return the devices at the other ends of a device's links."""
    found: dict[str, set[str]] = {}
    for link in inventory.links.values():
        found.setdefault(link.a.device, set()).add(link.b.device)
        found.setdefault(link.b.device, set()).add(link.a.device)
    return {device: frozenset(others) for device, others in found.items()}


def compare(
    declared: Declared, seen: Inspection, names: Names, state: State
) -> tuple[list[Found], State]:
    """Return what differs at the ports of a device and at itself, and what is normal now.

    Stations are compared by `runtime.surveys.stations`.
    """
    ports, heard = named(seen), heard_by(seen)
    missing = {one.section for one in seen.missing}
    normal = dict(state.normal)
    found = [*_box(declared.device, seen, missing, normal)]
    for name in declared.device.interfaces:
        port, ends = ports.get(name), declared.ends.get(name, ())
        target = interface_target(declared.device.id, name)
        links = tuple(end.link for end in ends)
        if port is None:
            if "interfaces" not in missing:
                found.append(_absent(name, target, links, declared, ports, normal))
            continue
        found += _port(name, port, target, ends, normal)
        if "interfaces" not in missing:  # of half a table, a speed may be another column's
            found += _marks(name, port, target, ends, normal)
        if not missing & {"lldp", "interfaces"}:
            found += _neighbour(name, heard.get(name, set()), target, ends, names, normal)
    found += _unreadable(declared.device, seen)
    return found, msgspec.structs.replace(state, normal=normal)


def short_names(seen: Inspection) -> Callable[[str], str]:
    """Return what makes the name of a port one that does not change with its description."""
    first_word = vendor_of(seen.platform).quirks.name_is_first_word
    return (lambda name: name.split(" ", 1)[0]) if first_word else str


def named(seen: Inspection) -> dict[str, Interface]:
    """Return the ports of a device by the names an inventory may give them."""
    short = short_names(seen)
    found: dict[str, Interface] = {}
    for port in seen.interfaces:
        found.setdefault(port.name, port)
    for port in seen.interfaces:
        found.setdefault(short(port.name), port)
    return found


def heard_by(seen: Inspection) -> dict[str, set[str]]:
    """Return who is heard by LLDP, by port."""
    short = short_names(seen)
    found: dict[str, set[str]] = {}
    for one in seen.lldp:
        if one.remote_name:
            for name in {one.local, short(one.local)}:
                found.setdefault(name, set()).add(one.remote_name)
    return found


def _box(
    device: Device, seen: Inspection, missing: Collection[str], normal: dict[str, str]
) -> Iterator[Found]:
    target = device_target(device.id)
    if (
        device.platform != "generic"
        and device.platform in vendors()
        and seen.platform not in {"generic", device.platform}
    ):
        parameters = {"declared": device.platform, "seen": seen.platform}
        yield Found("platform_differs", target, seen.platform, parameters)
    now = {part for one in seen.serials or (seen.serial,) for part in one.split("\n") if part}
    if now and "identity" not in missing:
        written = "\n".join(sorted(now))
        was = set(normal.setdefault("serial", written).split("\n"))
        if was.isdisjoint(now):  # of a stack one box may be exchanged, or away
            parameters = {"was": ", ".join(sorted(was)), "now": ", ".join(sorted(now))}
            yield Found("serial_changed", target, written, parameters, (), ("serial", written))
        else:
            normal["serial"] = written


def _port(
    name: str,
    port: Interface,
    target: TargetId,
    ends: tuple[End, ...],
    normal: dict[str, str],
) -> Iterator[Found]:
    links = tuple(end.link for end in ends)
    normal[f"index/{name}"] = str(port.index)
    if port.descr:
        normal[f"descr/{name}"] = port.descr
    if port.admin == "down":
        yield Found("interface_down_by_admin", target, "down", {"interface": name}, links)


def _marks(
    name: str,
    port: Interface,
    target: TargetId,
    ends: tuple[End, ...],
    normal: dict[str, str],
) -> Iterator[Found]:
    """Judge the speed of a port against its contracts, and its description."""
    told: dict[str, str | int]
    for end in ends:
        speed = port.speed_bps if port.type in _HAS_SPEED else None
        contract = end.bandwidth_bps
        if port.oper == "up" and speed and contract and speed < contract:
            told = {
                "interface": name, "link": end.link, "speed_bps": speed, "contract_bps": contract,
            }  # fmt: skip
            value = f"{end.link} {speed} {contract}"
            yield Found("speed_below_contract", target, value, told, (end.link,))
    if port.alias is not None:
        key = f"alias/{name}"
        was = normal.setdefault(key, port.alias)
        if was != port.alias:
            told = {"interface": name, "was": was, "now": port.alias}
            links = tuple(end.link for end in ends)
            becomes = (key, port.alias)
            yield Found("alias_changed", target, port.alias, told, links, becomes)


def _absent(
    name: str,
    target: TargetId,
    links: tuple[str, ...],
    declared: Declared,
    ports: Mapping[str, Interface],
    normal: Mapping[str, str],
) -> Found:
    """Say that a declared port is gone, and which one seems to be in its place."""
    others = {
        id(port): port for label, port in ports.items() if label not in declared.device.interfaces
    }
    for mark in ("alias", "descr", "index"):
        wanted = normal.get(f"{mark}/{name}")
        like = [port for port in others.values() if wanted and str(getattr(port, mark)) == wanted]
        if mark == "index":  # a number alone says little: cards are exchanged, numbers given anew
            like = [port for port in like if not _contradicts(name, port, normal)]
        if len(like) == 1:
            now = like[0].name
            parameters = {"interface": name, "now": now, "by": mark}
            return Found("interface_renamed", target, now, parameters, links)
    return Found("interface_missing", target, "", {"interface": name}, links)


def _contradicts(name: str, port: Interface, normal: Mapping[str, str]) -> bool:
    """Tell whether a port has another description than the lost one had."""
    pairs = (("alias", port.alias), ("descr", port.descr))
    return any(now and (was := normal.get(f"{mark}/{name}")) and was != now for mark, now in pairs)


def _neighbour(
    name: str,
    all_heard: Collection[str],
    target: TargetId,
    ends: tuple[End, ...],
    names: Names,
    normal: dict[str, str],
) -> Iterator[Found]:
    """Judge who is heard on a port; silence proves nothing, LLDP may not pass the circuit."""
    if not all_heard:
        return
    ours_first = sorted(all_heard, key=lambda one: (not names.is_ours(one), one))
    heard = sorted(ours_first[:_MOST_HEARD])  # the order of the names must not change its name
    key, now = f"neighbour/{name}", "\n".join(heard)
    links = tuple(end.link for end in ends)
    expected = [(end.far, names.called(end.far)) for end in ends]
    if ends and all(name for _, name in expected):
        if any(names.is_of(one, far) for one in all_heard for far, _ in expected):
            normal[key] = now
            return
        parameters = {
            "interface": name, "heard": ", ".join(heard),
            "expected": ", ".join(name for _, name in expected),
        }  # fmt: skip
        yield Found("neighbour_unexpected", target, now, parameters, links)
        return
    was = normal.setdefault(key, now)
    known = [one for one in was.split("\n") if names.is_ours(one)]
    if known and not _who(known, names) & _who(all_heard, names):
        parameters = {"interface": name, "heard": ", ".join(heard), "expected": ", ".join(known)}
        yield Found("neighbour_unexpected", target, now, parameters, links, (key, now))
        return
    normal[key] = now


def _who(heard: Collection[str], names: Names) -> set[str]:
    """Return boxes as they call themselves, and declared devices by their own id."""
    return {_folded(one) for one in heard}.union(*(names.owners(one) for one in heard))


def _unreadable(device: Device, seen: Inspection) -> Iterator[Found]:
    """Name what could not be read, section by section."""
    sections: dict[str, dict[str, str]] = {}
    for one in seen.missing:
        sections.setdefault(one.section, {})[one.column] = one.reason
    for section, columns in sections.items():
        reason = next(iter(columns.values()))
        parameters = {"section": section, "columns": ", ".join(columns), "reason": reason}
        target = device_target(device.id)
        yield Found("not_readable", target, f"{section} {reason}", parameters)
