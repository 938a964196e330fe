"""Synthetic recordings: names of objects and values, written as `.snmprec` and read back.

    table("ifName ifOperStatus", {1: ("GigabitEthernet0/0/1", 1)})

A string goes out as UTF-8, bytes as they are; an index is a number or dotted arcs; None = the agent
has no such cell. A scalar is a table with the index 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from collectors._contract import Heard
from collectors.vendors._form import Sight
from tests.devices.mib import INTEGER, IP_ADDRESS, OBJECT_ID, OBJECTS, TEXT

Value = int | str | bytes | None
Rows = dict[str, tuple[int, Value]]
"""OID -> BER tag and value."""


@dataclass(frozen=True)
class Device:
    """What an agent has, and what is to be read from it: the keys of `extranet discover --json`."""

    rows: Rows
    expected: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def table(names: str, rows: Mapping[Any, tuple[Value, ...] | Value]) -> Rows:
    """Write the columns of a table, one tuple of values for each index (number or arcs)."""
    columns = names.split()
    found: Rows = {}
    for index, cells in rows.items():
        values = cells if isinstance(cells, tuple) else (cells,)
        for name, value in zip(columns, values, strict=True):
            tag, oid = OBJECTS[name]
            if value is not None:
                found[f"{oid}.{index}"] = (tag, value)
    return found


def scalars(**values: Value) -> Rows:
    """Write objects with the index 0."""
    return {oid: row for name, one in values.items() for oid, row in table(name, {0: one}).items()}


def agent(*parts: Rows) -> Rows:
    """Put parts together; an OID that stands twice is a mistake of the recording."""
    found: Rows = {}
    for part in parts:
        twice = found.keys() & part.keys()
        assert not twice, twice
        found |= part
    return found


def system(
    described: str, object_id: str, *, uptime: int, engine: int | None = None, name: str = "agent"
) -> Rows:
    """Write the system group; `uptime` in seconds, which sysUpTime wraps after 497 days."""
    return scalars(
        sysDescr=described,
        sysObjectID=object_id,
        sysUpTime=uptime * 100 % 2**32,
        sysName=name,
        snmpEngineTime=engine,
    )


def ports(rows: Mapping[Any, tuple[Value, ...]]) -> Rows:
    """Write ifTable and ifXTable: name, description, alias, type, Mbit/s, admin, oper."""
    found: Rows = {}
    for index, (name, descr, alias, kind, speed, admin, oper) in rows.items():
        low = speed if isinstance(speed, int) else 0
        found |= table(
            "ifName ifDescr ifAlias ifType ifHighSpeed ifSpeed ifAdminStatus ifOperStatus",
            {index: (name, descr, alias, kind, low, min(low * 10**6, 2**32 - 1), admin, oper)},
        )
    return found


def octets(address: str) -> str:
    """Write an address as the arcs of an index: `10.0.0.1` or `2001:db8::1`."""
    return ".".join(map(str, ip_address(address).packed))


def snmprec(rows: Rows) -> str:
    """Write `OID|type|value` in the order of a walk; text that is no ASCII line in hexadecimal."""
    lines = []
    for oid in sorted(rows, key=lambda one: [int(arc) for arc in one.split(".")]):
        tag, value = rows[oid]
        if tag == TEXT and not isinstance(value, int):
            raw = value if isinstance(value, bytes) else str(value).encode()
            plain = raw.isascii() and raw.decode("ascii").isprintable()
            lines.append(f"{oid}|4|{raw.decode()}" if plain else f"{oid}|4x|{raw.hex()}")
        else:
            lines.append(f"{oid}|{tag}|{value!s}")
    return "".join(f"{line}\n" for line in lines)


def heard(path: Path) -> dict[str, Heard]:
    """Read a recording as the wires give values: numbers, octets, addresses and OIDs as text."""
    found: dict[str, Heard] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        oid, _, rest = line.partition("|")
        kind, _, value = rest.partition("|")
        if not kind.removesuffix("x").isdecimal() or oid in found:
            continue
        tag = int(kind.removesuffix("x"))
        if kind.endswith("x"):
            raw = bytes.fromhex(value)
            found[oid] = raw if tag == TEXT else int.from_bytes(raw, "big", signed=True)
        elif tag == TEXT:
            found[oid] = value.encode()
        elif tag in {OBJECT_ID, IP_ADDRESS}:
            found[oid] = value
        elif tag >= INTEGER:
            found[oid] = int(value)
    return found


def sight_of(values: Mapping[str, Heard], columns: Iterable[str]) -> Sight:
    """Show the columns that a reader would have walked."""
    return Sight(
        {
            column: {
                oid.removeprefix(f"{column}."): value
                for oid, value in values.items()
                if oid.startswith(f"{column}.")
            }
            for column in columns
        }
    )
