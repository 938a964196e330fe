"""What changes seldom about an interface: its administrative state and its speed.

IF-MIB ifAdminStatus; ifSpeed in bit/s below 1 Gbit/s, where it is exact (an E1 has an ifHighSpeed
of 2), else ifHighSpeed (Mbit/s) as bit/s. ifName is read along: where an index has come to mean
another interface without a restart, all indexes are learnt anew. By SNMPv1 neither ifHighSpeed nor
ifName is asked: its agents seldom have an ifXTable, and one absent object costs the whole answer.

Its series end with the raw ones: the state of the device belongs to `interfaces`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pydantic import Field

from collectors._contract import Answer, Heard, Wires
from collectors._device import device_probe
from collectors._interfaces import IF_NAME, learn, split, whom
from collectors._memory import DeviceMemory
from collectors._series import interface_series, shared
from collectors._text import decode
from collectors.vendors._tables import speed
from inventory.model import Credential, Endpoint, Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.catalogue import ADMIN_STATUS, SPEED
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 30.0

_UPTIME: Final = "1.3.6.1.2.1.1.3.0"
_ADMIN: Final = "1.3.6.1.2.1.2.2.1.7"
_SPEED: Final = "1.3.6.1.2.1.2.2.1.5"
_HIGH_SPEED: Final = "1.3.6.1.2.1.31.1.1.1.15"
_COLUMNS: Final = (_ADMIN, _SPEED, _HIGH_SPEED, IF_NAME)


class Options(Strict):
    """How to ask. `timeout` in seconds, per try."""

    timeout: float = Field(default=2.0, gt=0, le=30)
    retries: int = Field(default=1, ge=0, le=5)


@dataclass(frozen=True, slots=True)
class _Question:
    endpoint: Endpoint
    credential: Credential
    names: tuple[str, ...]
    timeout: float
    retries: int
    nothing: tuple[Value, ...] = field(repr=False)


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask a device that has an address, a credential and interfaces."""
    found = whom(target, inventory)
    if found is None or not found[0].interfaces:
        return None
    device, endpoint, credential = found
    options = Options.model_validate(dict(spec.options))
    series = tuple(
        series
        for name in device.interfaces
        for series in interface_series((ADMIN_STATUS, SPEED), device, name, inventory)
    )
    question = _Question(
        endpoint,
        credential,
        device.interfaces,
        options.timeout,
        options.retries,
        shared((None,) * len(series)),
    )
    deadline = spec.deadline or min(spec.every * 0.9, 30.0)
    return device_probe(spec, device, inventory, series, question, deadline=deadline)


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
    """Ask once."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    if any(name not in memory.if_index for name in question.names):
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
            return Answer(failure.outcome, failure.reason, question.nothing)
    indexes = [memory.if_index[name] for name in question.names]
    columns = _COLUMNS[:2] if question.credential.version == "1" else _COLUMNS
    rows = [tuple(f"{column}.{index}" for column in columns) for index in indexes if index]
    heard: dict[str, Heard] = {}
    text = max(len(name.encode()) for name in question.names)
    for pdu in split((_UPTIME,), rows, question.credential, memory.max_varbinds, text):
        reply = await wires.snmp.get(
            question.endpoint,
            question.credential,
            pdu,
            memory,
            timeout=question.timeout,
            retries=question.retries,
        )
        if reply.outcome is not Outcome.ANSWERED:
            return Answer(reply.outcome, reply.reason, question.nothing)
        heard |= reply.values
    if _moved(question.names, indexes, heard):
        memory.if_index.clear()  # the next run of `interfaces` learns anew and says so
        return Answer(Outcome.ANSWERED, "renumbered", question.nothing)
    values: list[Value] = []
    for index in indexes:
        admin = heard.get(f"{_ADMIN}.{index}")
        values.append(admin if isinstance(admin, int) else None)
        values.append(_bits(heard.get(f"{_HIGH_SPEED}.{index}"), heard.get(f"{_SPEED}.{index}")))
    return Answer(Outcome.ANSWERED, "" if all(indexes) else "no_interface", tuple(values))


def _moved(names: tuple[str, ...], indexes: list[int], heard: dict[str, Heard]) -> bool:
    """Tell whether an index names another interface than when it was learnt."""
    for name, index in zip(names, indexes, strict=True):
        now = heard.get(f"{IF_NAME}.{index}")
        if index and isinstance(now, bytes) and now and decode(now) != name:
            return True
    return False


def _bits(high: Heard | None, low: Heard | None) -> Value:
    """Return bit/s where they are known: ifSpeed, which is exact, or ifHighSpeed in Mbit/s."""
    return speed(high if isinstance(high, int) else 0, low if isinstance(low, int) else 0)
