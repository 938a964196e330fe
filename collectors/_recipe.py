"""Vendors' tables asked cheaply: walked whole now and then, in between only the rows that count.

A switch has a row in its tables for each port and slot, and a processor on one of them. The walk
finds out which rows give readings; from then on one GET asks for those. After a restart, when a row
is gone, and every three to six hours all is walked again: a board may have been put in. How often
comes from the probe's name, so that a province that was walked in ten minutes is not again. Some
boxes take a third of a second for each sensor that is asked by GET, and give the whole table as
fast: where the GET took longer than the walk had, the tables are walked each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from zlib import crc32

from pydantic import Field

from collectors._contract import Heard, SnmpReply, Wires
from collectors._device import device_probe
from collectors._inspection import UPTIME, Reader
from collectors._interfaces import split
from collectors._memory import BREAKER_AFTER, DeviceMemory
from collectors._recognition import vendor_of
from collectors._series import shared
from collectors.vendors._form import Column, Sight, Source, Vendor
from inventory.model import (
    Credential,
    Device,
    Endpoint,
    Inventory,
    ProbeSpec,
)
from inventory.strict import Strict
from metrics.observation import Outcome, Probe, Series, Value

_DEADLINE: Final = 120.0
"""Seconds that the tables of a large box may take."""
_WALK_AGAIN: Final = 6 * 3600.0
"""Seconds at most; half of it at least."""
_YOUNG: Final = 600 * 100
_SOON: Final = 600.0
"""An agent that is up for less than ten minutes (hundredths of a second) may not tell all of itself
yet: net-snmp has no load in its first minute. It is walked again after as long."""
_HELLO: Final = 2.0
"""Seconds a box has to say its uptime."""
_QUICK: Final = 1.0
"""Seconds that a GET may take whatever the walk took."""
_AT_ONCE: Final = 32
"""Rows looked at before others have their turn."""
_TEXT: Final = 32
"""Octets of text allowed for in each row's answer: names of parts."""

Readings = Mapping[str, tuple[Any, ...]]
"""Section of a vendor -> its readings; one that could not be read whole is not in it."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to ask for which sections of a vendor; `nothing` is the answer of one who is silent."""

    endpoint: Endpoint
    credential: Credential
    vendor: Vendor
    sections: tuple[str, ...]
    lively: frozenset[str]
    """Those of them in which rows come and go: walked each time, where there are any."""
    names: tuple[str, ...]
    timeout: float
    retries: int
    nothing: tuple[Value, ...] = field(repr=False)


class Options(Strict):
    """How to ask. `timeout` in seconds, per try; at least the platform's own counts."""

    timeout: float = Field(default=3.0, gt=0, le=30)
    retries: int = Field(default=1, ge=0, le=5)


def probe(
    spec: ProbeSpec,
    device: Device,
    inventory: Inventory,
    series: tuple[Series, ...],
    *,
    sections: tuple[str, ...],
    lively: frozenset[str] = frozenset(),
    names: tuple[str, ...] = (),
) -> Probe:
    """Prepare to read sections of the device's platform; the device has address and credential."""
    assert device.address is not None
    assert device.credential is not None
    options = Options.model_validate(dict(spec.options))
    vendor = vendor_of(device.platform)
    question = Question(
        device.address,
        inventory.credentials[device.credential],
        vendor,
        sections,
        lively,
        names,
        max(options.timeout, vendor.quirks.timeout),
        options.retries,
        shared((None,) * len(series)),
    )
    deadline = spec.deadline or min(spec.every * 0.9, _DEADLINE)
    return device_probe(spec, device, inventory, series, question, deadline=deadline)


def whole(probe: Probe, memory: DeviceMemory) -> bool:
    """Tell whether the next run reads tables; of a box that fell silent it asks one value."""
    if memory.silent_runs >= BREAKER_AFTER:
        return False
    return probe.id not in memory.questions or _is_due(probe.id, memory, monotonic())


def _is_due(probe: str, memory: DeviceMemory, now: float) -> bool:
    """Tell whether what was learnt of the tables is not to be used any more."""
    return probe in memory.dear or now - memory.walked_at[probe] >= _lasts(probe)


def _lasts(probe: str) -> float:
    """Return for how many seconds a walk holds."""
    return _WALK_AGAIN * (0.5 + crc32(probe.encode()) / 2**33)


async def read(
    probe: str, question: Question, wires: Wires, memory: DeviceMemory
) -> tuple[SnmpReply, Readings]:
    """Read the sections; ANSWERED with a reason where a part of them could not be read."""
    known = memory.questions.get(probe)
    began, retries = monotonic(), memory.retries
    if known is None or _is_due(probe, memory, began):
        return await _walk(probe, question, wires, memory)
    heard: dict[str, Heard] = {}
    patience = min(question.timeout, _HELLO) if memory.silent_runs else question.timeout
    for pdu in known[1:]:
        reply = await wires.snmp.get(
            question.endpoint,
            question.credential,
            pdu,
            memory,
            timeout=patience,
            retries=question.retries,
        )
        if reply.outcome is not Outcome.ANSWERED:
            return reply, {}
        heard |= reply.values
    if memory.retries == retries and monotonic() - began > memory.walked_in[probe]:
        memory.dear |= {probe}
    if any(oid not in heard for oid in known[0]):
        memory.questions.pop(probe, None)
    sight = _sight(question, heard, (memory.names or {}).get(probe, {}))
    found = {section: _first(question, section, sight) for section in question.sections}
    reader = _reader(question, wires, memory)
    for section in memory.lively.get(probe, ()):
        found[section] = await reader.read(section, getattr(question.vendor, section))
    return _whole(reader, heard, found)


def _reader(question: Question, wires: Wires, memory: DeviceMemory) -> Reader:
    return Reader(
        wires.snmp,
        question.endpoint,
        question.credential,
        memory,
        timeout=question.timeout,
        retries=question.retries,
        walks=wires.walks,
    )


def _whole(
    reader: Reader, heard: Mapping[str, Heard], found: dict[str, tuple[Any, ...]]
) -> tuple[SnmpReply, Readings]:
    """Leave out what was read in part: the failed fan may be the one that is missing."""
    for section in reader.broken:
        del found[section]
    return SnmpReply(Outcome.ANSWERED, "incomplete" if reader.broken else "", heard), found


async def _walk(
    probe: str, question: Question, wires: Wires, memory: DeviceMemory
) -> tuple[SnmpReply, Readings]:
    reader = _reader(question, wires, memory)
    reader.timeout = min(question.timeout, _HELLO)
    memory.first_bulk = question.vendor.quirks.bulk_size
    began = monotonic()
    hello = await reader.scalars((UPTIME,))  # a box that is not there costs no table's patience
    if hello.outcome is not Outcome.ANSWERED:
        return hello, {}
    reader.timeout = question.timeout
    if wires.walks.has(probe):
        return await _tables(probe, question, reader, memory, began)
    # Nobody expected it to read tables: it was silent, or its time came since it began. A district
    # that is back reads no more at once than others; who finds no room has a turn in its next run.
    if not wires.walks.enter(probe):
        return SnmpReply(Outcome.SKIPPED, "walks_full", {}), {}
    try:
        return await _tables(probe, question, reader, memory, began)
    finally:
        wires.walks.leave(probe)


async def _tables(
    probe: str, question: Question, reader: Reader, memory: DeviceMemory, began: float
) -> tuple[SnmpReply, Readings]:
    """Read all of them, and learn which rows to ask for from now on."""
    found: dict[str, tuple[Any, ...]] = {}
    rows: dict[tuple[str, ...], None] = {}
    names: dict[str, Mapping[str, Heard]] = {}
    for section in question.sections:
        sources: tuple[Source[Any], ...] = getattr(question.vendor, section)
        chosen, found[section] = await reader.first(section, sources)
        if chosen is not None and section not in question.lively:
            rows |= dict.fromkeys(await _rows(chosen, reader.sight))
            names |= {column.oid: reader.sight.column(column) for column in chosen.names}
    if reader.broken:
        return _whole(reader, {}, found)
    memory.lively[probe] = tuple(s for s in question.sections if s in question.lively and found[s])
    asked = (f"{UPTIME.oid}.0", *dict.fromkeys(oid for row in rows for oid in row))
    pdus = split(asked[:1], list(rows), question.credential, memory.max_varbinds, _TEXT)
    memory.questions[probe] = (asked, *pdus)
    memory.walked_at[probe] = monotonic()
    memory.walked_in[probe] = max(monotonic() - began, _QUICK)
    if names:
        memory.names = {**(memory.names or {}), probe: names}
    if (reader.sight.number(UPTIME) or 0) < _YOUNG:
        memory.walked_at[probe] -= _lasts(probe) - _SOON
    return SnmpReply(Outcome.ANSWERED, "", {}), found


async def _rows(source: Source[Any], sight: Sight) -> list[tuple[str, ...]]:
    """Return the OIDs of each row that gives a reading by itself, but for what names it."""
    named = {column.oid for column in source.names}
    columns = {one.oid: sight.column(one) for one in source.columns if one.oid not in named}
    found = []
    for number, alone in enumerate(_by_index(columns).values()):
        if number % _AT_ONCE == _AT_ONCE - 1:
            await asyncio.sleep(0)  # a stack of switches has thousands of rows
        row = {oid: alone.get(oid, {}) for oid in columns}
        if tuple(source.read(Sight(row, sight))):
            found.append(tuple(f"{oid}.{at}" for oid, values in alone.items() for at in values))
    return found


def _by_index(
    columns: Mapping[str, Mapping[str, Heard]],
) -> dict[str, dict[str, dict[str, Heard]]]:
    """Put together what is of one index, and what lies below it (the lanes of a port)."""
    found: dict[str, dict[str, dict[str, Heard]]] = {
        index: {} for column in columns.values() for index in column
    }
    for oid, column in columns.items():
        for at, value in column.items():
            index = at
            while index:
                if index in found:
                    found[index].setdefault(oid, {})[at] = value
                index = index.rpartition(".")[0]
    return found


def _sight(
    question: Question, heard: Mapping[str, Heard], names: Mapping[str, Mapping[str, Heard]]
) -> Sight:
    columns: dict[str, Mapping[str, Heard]] = {}
    for column in _columns(question.vendor, question.sections):
        start = f"{column.oid}."
        columns[column.oid] = {
            oid[len(start) :]: value for oid, value in heard.items() if oid.startswith(start)
        }
    return Sight({**columns, **names})


def _columns(vendor: Vendor, sections: Iterable[str]) -> dict[Column, None]:
    return dict.fromkeys(
        column
        for section in sections
        for source in getattr(vendor, section)
        for column in source.columns
    )


def _first(question: Question, section: str, sight: Sight) -> tuple[Any, ...]:
    for source in getattr(question.vendor, section):
        found = tuple(source.read(sight))
        if found:
            return found
    return ()
