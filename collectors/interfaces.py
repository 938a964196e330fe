"""How much flows, what gets lost, and is the port up: one GET of exactly the declared interfaces.

Per interface IF-MIB ifHCIn/OutOctets, ifIn/OutErrors, ifIn/OutDiscards, ifOperStatus,
ifCounterDiscontinuityTime and ifLastChange; per device sysUpTime and snmpEngineTime. Rates in bit/s
come with each interface, and the utilisation of a link whose near end the interface is.

SNMPv1 has no Counter64 (RFC 2576) and its agents have neither ifXTable nor snmpEngineTime as a
rule: there, and where `counters: 32` says so, ifIn/OutOctets are asked, 32 bits wide.

Reasons beside an ANSWERED outcome, precedence from the top:

    renumbered    the agent restarted or its ifIndexes moved, which is looked at whenever
                  ifTableLastChange did: nothing by index is believed this once
    no_interface  the device has no interface of a declared name: its values are None
    bad_value     a value of a wrong type or sign: None
    no_value      the agent left something out: None
    skewed        part of the answer came much later than the time before: no octets of that part

An agent that answers and gives nothing at all, not even sysUpTime, is REFUSED (no_value).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Literal

from pydantic import Field

from collectors._columns import (
    ENGINE_TIME_OID,
    OCTETS,
    TABLE_CHANGE_OID,
    UPTIME_OID,
    Column,
    Layout,
    layout_of,
)
from collectors._contract import Answer, Heard, SnmpReply, Wires
from collectors._interfaces import learn, same_names, split, whom
from collectors._memory import NEVER_ASKED, DeviceMemory
from collectors._series import area_of, device_series, interface_series, link_series, shared
from inventory.model import (
    Credential,
    Device,
    Endpoint,
    Inventory,
    ProbeSpec,
    TargetId,
)
from inventory.strict import Strict
from metrics.catalogue import (
    DEVICE_STATE,
    IN_RATE,
    IN_UTILIZATION,
    OUT_RATE,
    OUT_UTILIZATION,
)
from metrics.observation import Outcome, Probe, RateSpec, Series, Value

FLOOR_SECONDS: Final = 5.0

_BITS: Final = 8.0
_ONLY_INT: Final = {int}
_TICKS: Final = 2**32
_LOOK_AGAIN: Final = 60
"""Runs after which a missing interface is looked for once more."""


class Options(Strict):
    """What to ask of each interface, and how. `timeout` in seconds, per try.

    `counters`: bits of the octets' counters; `auto` = 64. By SNMPv1 they have 32 always.
    """

    columns: tuple[Column, ...] = (
        "octets", "errors", "discards", "oper_status", "discontinuity", "last_change",
        "engine_time",
    )  # fmt: skip
    counters: Literal["auto", 32, 64] = "auto"
    timeout: float = Field(default=2.0, gt=0, le=30)
    retries: int = Field(default=1, ge=0, le=5)


@dataclass(frozen=True, slots=True)
class _Question:
    endpoint: Endpoint
    credential: Credential
    names: tuple[str, ...]
    scalars: tuple[str, ...]
    columns: tuple[str, ...]
    every: float
    timeout: float
    retries: int
    nothing: tuple[Value, ...] = field(repr=False)


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask a device that has an address and a credential."""
    found = whom(target, inventory)
    if found is None:
        return None
    device, endpoint, credential = found
    options = Options.model_validate(dict(spec.options))
    layout = layout_of(options.columns, options.counters, credential)
    *raw, state = device_series((*layout.metrics, DEVICE_STATE), device, inventory)
    derived: list[Series] = []
    rates: list[RateSpec] = []
    for name in device.interfaces:
        *row, in_rate, out_rate = interface_series(
            (*layout.row, IN_RATE, OUT_RATE), device, name, inventory
        )
        if layout.octets is not None:
            loads = _loads(device, name, inventory)
            for series, scale in (((in_rate, out_rate), _BITS), *loads):
                derived += series
                rates += _rates(layout, layout.octets, len(raw), scale, in_rate.target)
        raw += row
    return Probe(
        id=f"interfaces@{target}",
        kind="interfaces",
        target=state.target,
        device=device.id,
        area=area_of(inventory, device.site),
        every_ms=round(spec.every * 1000),
        deadline=spec.deadline or spec.every * 0.9,
        series=(*raw, *derived, state),
        raw=len(raw),
        rates=tuple(rates),
        question=_Question(
            endpoint,
            credential,
            device.interfaces,
            layout.scalars,
            layout.columns,
            spec.every,
            options.timeout,
            options.retries,
            shared((None,) * len(raw)),
        ),
    )


def _rates(
    layout: Layout, octets: tuple[int, int], row: int, scale: float, port: TargetId
) -> Iterator[RateSpec]:
    """Make the rates of octets in and out; the port's values begin at `row`."""
    moved = None if layout.discontinuity is None else row + layout.discontinuity
    return (
        RateSpec(row + counter, moved, 0, scale, port, width=layout.width, share=scale != _BITS)
        for counter in octets
    )


def _loads(
    device: Device, if_name: str, inventory: Inventory
) -> Iterator[tuple[tuple[Series, ...], float]]:
    """Yield the load of each link that starts at a port, with 8 bits over its bandwidth."""
    for link_id in inventory.topology.downlinks.get(device.site, ()):
        link = inventory.links[link_id]
        bandwidth = link.bandwidth_bps or inventory.contracts[link.contract].bandwidth_bps
        if link.a.device == device.id and link.a.interface == if_name and bandwidth:
            yield link_series((IN_UTILIZATION, OUT_UTILIZATION), link, inventory), _BITS / bandwidth


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
    """Ask once. Flat on purpose: this runs 3,000 times a second."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    parts = memory.questions.get(probe.id)
    reason = ""
    if parts is None or (not memory.if_index and question.names):
        failure, reason = await _prepare(probe, question, wires, memory)
        if failure is not None:
            return Answer(failure.outcome, failure.reason, question.nothing)
        parts = memory.questions[probe.id]
    if len(parts) == 2:
        reply = await wires.snmp.get(
            question.endpoint,
            question.credential,
            parts[1],
            memory,
            timeout=question.timeout,
            retries=question.retries,
        )
    else:
        reply, late = await _ask_in_parts(probe.id, question, parts, wires, memory)
        reason = reason or late
    if reply.outcome is not Outcome.ANSWERED:
        return Answer(reply.outcome, reply.reason, question.nothing)
    heard = reply.values
    if probe.id not in memory.questions:  # the wire had to ask in parts, one later than the other
        heard, reason = _without_octets(heard), "skewed"
    values: tuple[Value, ...] = tuple(map(heard.get, parts[0]))  # type: ignore[arg-type]
    if {*map(type, values)} != _ONLY_INT or min(values) < 0:  # type: ignore[type-var,operator]
        values, why = _clean(probe, question, parts[0], values, memory)
        reason = reason or why
        if not any(value is not None for value in values):
            memory.forget_interfaces()  # what was learnt from such an agent is worth nothing
            return Answer(Outcome.REFUSED, "no_value", question.nothing)
    if values[0] is not None and (_restarted(question, values, memory) or reason == "restarted"):
        memory.forget_interfaces()
        kept = len(question.scalars)
        return Answer(Outcome.ANSWERED, "renumbered", (*values[:kept], *question.nothing[kept:]))
    changed = heard.get(TABLE_CHANGE_OID)
    if changed != memory.table_changed and await _moved(probe, question, changed, wires, memory):
        memory.forget_interfaces()
        kept = len(question.scalars)
        return Answer(Outcome.ANSWERED, "renumbered", (*values[:kept], *question.nothing[kept:]))
    return Answer(Outcome.ANSWERED, reason, values)


async def _moved(
    probe: Probe,
    question: _Question,
    changed: Heard | None,
    wires: Wires,
    memory: DeviceMemory,
) -> bool:
    """Tell whether an index is another interface's, now that ifTableLastChange is not what it was.

    An agent that has no such object is asked for it once.
    """
    before = memory.table_changed
    if isinstance(changed, int):
        memory.table_changed = changed
        return (
            before is not None
            and before != NEVER_ASKED
            and not await same_names(
                wires.snmp,
                question.endpoint,
                question.credential,
                memory,
                timeout=question.timeout,
                retries=question.retries,
            )
        )
    if before == NEVER_ASKED and (parts := memory.questions.get(probe.id)):
        memory.table_changed = None
        without = (tuple(oid for oid in pdu if oid != TABLE_CHANGE_OID) for pdu in parts[1:])
        memory.questions[probe.id] = (parts[0], *map(shared, without))
    return False


def _restarted(question: _Question, values: tuple[Value, ...], memory: DeviceMemory) -> bool:
    """Remember the agent's clocks, and tell whether they say that it began anew meanwhile."""
    uptime = values[0]
    assert uptime is not None
    now = monotonic()
    before, silence = memory.uptime_ticks, now - memory.heard_at
    engine_before = memory.engine_time
    memory.uptime_ticks, memory.heard_at = int(uptime), now
    if question.scalars[-1] is ENGINE_TIME_OID:
        memory.engine_time = int(values[1] or 0)
    if before is None:
        return False
    if uptime < before:
        return not _wrapped(question, before, uptime, engine_before, memory.engine_time)
    return silence > question.every * 2 and _stood_still(uptime - before, silence)


def _stood_still(ticks: float, silence: float) -> bool:
    """Tell a restart behind a silence: the agent's clock went on for less than half of it.

    Agents' clocks are not that wrong; one that was down for most of a silence may be up for longer
    by now than it was when it was heard last.
    """
    return ticks / 100 < silence / 2


def _wrapped(
    question: _Question, before: int, now: float, engine_before: int, engine_now: int
) -> bool:
    """Tell a wrap of sysUpTime after 497 days from a restart.

    Only so much time may have passed: what snmpEngineTime says, which does not wrap, else 30
    intervals.
    """
    ahead = (now - before) % _TICKS / 100
    if engine_before and engine_now:
        return engine_now >= engine_before and ahead <= engine_now - engine_before + 60
    return ahead <= question.every * 30


async def _prepare(
    probe: Probe, question: _Question, wires: Wires, memory: DeviceMemory
) -> tuple[SnmpReply | None, str]:
    """Learn the indexes that are not known and write down the PDUs: all OIDs, then each PDU.

    Returns the reply that prevents it, and `renumbered` where a port moved since the last run.
    """
    before = dict(memory.if_index)
    if any(name not in before for name in question.names):
        failure = await learn(
            wires.snmp,
            question.endpoint,
            question.credential,
            question.names,
            memory,
            timeout=question.timeout,
            retries=question.retries,
        )
        if failure is not None:
            return failure, ""
    rows = [
        tuple(f"{column}.{index}" if index else "" for column in question.columns)
        for index in (memory.if_index[name] for name in question.names)
    ]
    asked = [row for row in rows if any(row)]
    scalars = question.scalars
    if memory.table_changed is not None and question.credential.version != "1":
        scalars = (*scalars, TABLE_CHANGE_OID)
    asked_before = probe.id in memory.questions
    memory.lags.pop(probe.id, None)
    memory.questions[probe.id] = (
        shared((*question.scalars, *(oid for row in rows for oid in row))),
        *map(shared, split(scalars, asked, question.credential, memory.max_varbinds)),
    )
    moved = (asked_before and not before) or any(
        index and memory.if_index.get(name) != index for name, index in before.items()
    )
    return None, "renumbered" if moved else ""


async def _ask_in_parts(
    probe: str,
    question: _Question,
    parts: tuple[tuple[str, ...], ...],
    wires: Wires,
    memory: DeviceMemory,
) -> tuple[SnmpReply, str]:
    """Ask PDU after PDU.

    Rates are counted by the uptime of the first. A part that is always late by as much is right by
    it too; one whose lag changed by more than a fiftieth of the interval says nothing of octets.
    """
    heard: Mapping[str, Heard] = {}
    first: object = None
    reason = ""
    before = memory.lags.get(probe, ())
    lags: list[int | None] = []
    for place, pdu in enumerate(parts[1:]):
        reply = await wires.snmp.get(
            question.endpoint,
            question.credential,
            pdu,
            memory,
            timeout=question.timeout,
            retries=question.retries,
        )
        if reply.outcome is not Outcome.ANSWERED:
            return reply, ""
        uptime = reply.values.get(UPTIME_OID)
        values = reply.values
        lag: int | None = None
        if isinstance(first, int) and isinstance(uptime, int):
            lag = (uptime - first) % _TICKS
            known = before[place] if place < len(before) else None
            if lag > _TICKS // 2:
                reason = "restarted"
            elif known is not None and abs(lag - known) > question.every * 2:  # in 1/100 s
                reason = reason or "skewed"
                values, lag = _without_octets(values), None
        else:
            first = uptime
        lags.append(lag)
        heard = {**values, **heard}
    memory.lags[probe] = tuple(lags)
    return SnmpReply(Outcome.ANSWERED, "", heard), reason


def _without_octets(values: Mapping[str, Heard]) -> Mapping[str, Heard]:
    return {oid: value for oid, value in values.items() if not oid.startswith(OCTETS)}


def _clean(
    probe: Probe,
    question: _Question,
    oids: tuple[str, ...],
    values: tuple[object, ...],
    memory: DeviceMemory,
) -> tuple[tuple[Value, ...], str]:
    """Make None of what is no count, and name the reason."""
    cleaned = tuple(v if isinstance(v, int) and v >= 0 else None for v in values)
    if "" in oids:
        memory.runs_without += 1
        if memory.runs_without >= _LOOK_AGAIN:
            memory.runs_without = 0
            for name in question.names:
                if not memory.if_index.get(name):
                    memory.if_index.pop(name, None)
            memory.questions.pop(probe.id, None)
        return cleaned, "no_interface"
    bad = any(v is not None and c is None for v, c in zip(values, cleaned, strict=True))
    return cleaned, "bad_value" if bad else "no_value"
