"""`extranet discover ADDRESS[:PORT]`: read a device, print what it shows and a stanza to review.

Nothing is written anywhere: the stanza is for a person to look at and put into the inventory.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic_core import PydanticCustomError

from collectors._contract import SnmpReply
from collectors._inspection import Inspection, inspect
from collectors._memory import DeviceMemory
from collectors._recognition import vendor_of
from collectors.wires.snmp import open_snmp
from inventory.edge import endpoint
from inventory.load import load
from inventory.model import Credential, Endpoint, Secret, SnmpVersion
from metrics.observation import Outcome
from runtime.check import render
from texts.say import Language, say

_LISTS: Final = (
    "interfaces", "cpu", "memory", "temperature", "fans", "power", "optics", "bgp_peers",
    "ospf_neighbours", "lldp",
)  # fmt: skip
_DECIMALS: Final = 6
_PORTS: Final = frozenset({"ethernetCsmacd", "gigabitEthernet", "fastEther", "sonet", "pos", "e1"})
"""Kinds of interfaces on which a leased circuit ends."""


def run(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Read and print. 0 = read, 1 = not asked for a mistake in words or files, 2 = no answer."""
    try:
        where = endpoint(options.address)
    except PydanticCustomError:
        return _refuse(say("discover.bad_address", language, address=options.address))
    credentials = _credentials(options, environ, language)
    if not credentials:
        return 1
    seen = asyncio.run(_read(where, credentials, options))
    if isinstance(seen, SnmpReply):
        why = say(f"wire.reason.{seen.reason}", language)
        named = say("discover.no_answer", language, address=where, outcome=seen.outcome.name)
        print(f"{named} {why}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(document(seen), ensure_ascii=False, indent=2))
        return 0
    print("\n".join(_shown(seen, language)))
    print()
    print(say("discover.stanza", language))
    print(stanza(seen, where, options.credential))
    return 0


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _credentials(
    options: Namespace, environ: Mapping[str, str], language: Language
) -> list[Credential]:
    """Return how to try to be let in: the community given, or a credential of the inventory.

    With a community SNMPv2c is tried and then SNMPv1, which some old boxes have alone.
    """
    if options.community is not None:
        given = sys.stdin.readline().rstrip("\n") if options.community == "-" else options.community
        versions: tuple[SnmpVersion, ...] = (options.snmp,) if options.snmp else ("2c", "1")
        return [Credential("command-line", one, community=Secret(given)) for one in versions]
    if options.credential is None:
        _refuse(say("discover.no_credential", language))
        return []
    path: Path = options.inventory or Path("inventory.yaml")
    inventory, problems, _ = load(path, environ)
    if inventory is None:
        _refuse(render(problems, language))
        return []
    found = inventory.credentials.get(options.credential)
    if found is None:
        known = ", ".join(sorted(inventory.credentials)) or "-"
        _refuse(say("discover.unknown_credential", language, name=options.credential, known=known))
        return []
    return [found]


async def _read(
    where: Endpoint, credentials: Iterable[Credential], options: Namespace
) -> Inspection | SnmpReply:
    """Read with the first credential that is not met with silence."""
    wire = open_snmp(options.engine)
    first: SnmpReply | None = None
    try:
        for credential in credentials:
            seen = await inspect(
                wire, where, credential, DeviceMemory(), timeout=options.timeout, retries=1
            )
            if not isinstance(seen, SnmpReply):
                return seen
            first = first or seen
            if seen.outcome is not Outcome.SILENT:
                break
    finally:
        await wire.close()
    assert first is not None
    return first


def document(seen: Inspection) -> dict[str, Any]:
    """Return what `--json` prints: what is absent is absent, units are in the names."""
    head = {
        "platform": seen.platform,
        "model": seen.model or None,
        "version": seen.version or None,
        "serial": seen.serial or None,
        "sys_object_id": seen.sys_object_id or None,
        "sys_name": seen.sys_name or None,
        "uptime_seconds": seen.uptime_seconds,
        "config_changed_seconds": seen.config_changed_seconds,
    }
    lists = {name: [_row(row) for row in getattr(seen, name)] for name in _LISTS}
    found = {**{key: value for key, value in head.items() if value is not None}, **lists}
    if seen.missing:
        found["missing"] = [_row(row) for row in seen.missing]
    return found


def _row(row: object) -> dict[str, Any]:
    assert is_dataclass(row)
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return {
        name: round(value, _DECIMALS) if isinstance(value, float) else value
        for name, value in values.items()
        if value is not None
    }


def stanza(seen: Inspection, where: Endpoint, credential: str | None) -> str:
    """Return the YAML of a device, to be reviewed: its ports that are up, and its platform."""
    first_word = vendor_of(seen.platform).quirks.name_is_first_word
    ports = [
        port.name.partition(" ")[0] if first_word else port.name
        for port in seen.interfaces
        if port.type in _PORTS and port.oper == "up" and port.name
    ]
    device: dict[str, Any] = {
        "title": seen.sys_name or seen.model or str(where),
        "site": "SITE",
        "platform": seen.platform,
        "address": str(where),
        "credential": credential or "CREDENTIAL",
        "interfaces": ports,
    }
    if seen.interfaces and all(port.alias is None for port in seen.interfaces):
        # No ifXTable, so no 64-bit counters (RFC 2863): the polls would hear no octets.
        device["probes"] = [{"kind": "interfaces", "counters": 32}]
    return yaml.safe_dump(
        {"devices": {_id(seen, where): device}}, allow_unicode=True, sort_keys=False
    ).rstrip()


def _id(seen: Inspection, where: Endpoint) -> str:
    """Make an id of the device's own name: ASCII, lower case; else of its address."""
    name = re.sub(r"[^a-z0-9.]+", "-", seen.sys_name.lower()).strip("-.")
    return name or "device-" + re.sub(r"[^a-z0-9]+", "-", where.host.lower()).strip("-")


def _shown(seen: Inspection, language: Language) -> list[str]:
    """Return the readings in lines, a table for each list that has something."""
    lines = [
        f"{say(f'discover.{key}', language):<14} {value}"
        for key, value in document(seen).items()
        if key not in _LISTS and key != "missing"
    ]
    for name in _LISTS:
        rows = [_row(row) for row in getattr(seen, name)]
        lines += ["", f"{say(f'discover.{name}', language)}: {len(rows)}"]
        lines += _table(rows)
    if seen.missing:
        lines += ["", say("discover.missing", language)]
        for gap in seen.missing:
            lines.append(f"  {gap.column}: {say(f'wire.reason.{gap.reason}', language)}")
    return lines


def _table(rows: list[dict[str, Any]]) -> Iterable[str]:
    if not rows:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([str(row.get(name, "-")) for name in names] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(names))]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield f"  {'  '.join(padded)}".rstrip()
