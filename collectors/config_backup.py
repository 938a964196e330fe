"""Is the copy of the running configuration still the configuration: asked often, fetched seldom.

Each run asks by SNMP, where the platform tells and the device has a credential, when the
configuration was last changed: one GET. It is fetched by SSH where it was changed since it was last
read, where the device said so in a trap, and once in `whole` (a day) whatever is said; twice within
five minutes never. Days begin at a different hour at each device. What was fetched is kept where it
was fetched (`runtime/configurations/job.py`); here come only its lines by number.

Reasons beside those of SNMP, of SSH and of keeping:

    config_not_due      nothing to be done, and the platform has nothing that could be asked
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final
from zlib import crc32

from pydantic import Field

from collectors._columns import UPTIME_OID
from collectors._contract import Answer, Heard, Wires
from collectors._device import device_probe
from collectors._memory import DeviceMemory
from collectors._recognition import vendor_of
from collectors._series import device_series
from collectors._ssh import Access, Kept, access_of
from collectors.configurations.endings import ENDINGS
from inventory.edge import Duration
from inventory.model import Credential, Endpoint, Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.families.configurations import CONFIGURATION_AGE, LINES_ADDED, LINES_REMOVED
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 300.0
ASIDE: Final = True

_METRICS: Final = (CONFIGURATION_AGE, LINES_ADDED, LINES_REMOVED)
_DEADLINE: Final = 180.0
_BETWEEN: Final = 300.0
"""Seconds between two readings of one device."""
_READING: Final = 5.0
"""Seconds a reading takes: a change in them may or may not be in it."""
_TICKS: Final = 100
_WRAPS: Final = 1 << 32
_SPREAD: Final = 0.25
"""The share of `whole` by which periods differ, so that devices do not meet at one hour."""


class Options(Strict):
    """How to ask. `timeout` in seconds, per try of SNMP; `whole`: fetched at least so often."""

    timeout: float = Field(default=3.0, gt=0, le=30)
    retries: int = Field(default=1, ge=0, le=5)
    whole: Annotated[Duration, Field(ge=3600, le=30 * 86_400)] = 86_400.0


@dataclass(frozen=True, slots=True)
class _Question:
    access: Access
    platform: str
    whole: float
    """Seconds after which this device is read whatever it says."""
    seconds: float
    """Of a reading."""
    endpoint: Endpoint
    credential: Credential | None
    oid: str
    """sysUpTime at the last change; "" = the platform has no such object."""
    timeout: float
    retries: int
    name: str = field(repr=False)


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask network gear that has an address and a login."""
    kind, _, name = target.partition(":")
    device = inventory.devices.get(name) if kind == "device" else None
    if device is None or device.address is None or device.platform not in ENDINGS:
        return None
    access = access_of(device, inventory)
    if access is None:
        return None
    options = Options.model_validate(dict(spec.options))
    column = vendor_of(device.platform).config_changed
    credential = None if device.credential is None else inventory.credentials[device.credential]
    deadline = spec.deadline or min(spec.every * 0.9, _DEADLINE)
    series = device_series(_METRICS, device, inventory)
    question = _Question(
        access,
        device.platform,
        options.whole * (1 - _SPREAD * crc32(name.encode()) / _WRAPS),
        deadline * 0.9 - options.timeout * (1 + options.retries),
        device.address,
        credential,
        "" if column is None or credential is None else f"{column.oid}.0",
        options.timeout,
        options.retries,
        name,
    )
    return device_probe(spec, device, inventory, series, question, deadline=deadline)


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
    """Ask once."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    age = wires.configurations.age(question.name)
    old: tuple[Value, ...] = (age, None, None)
    if age is None:
        return await _keep(question, wires, "first", None, old)
    if age < _BETWEEN:
        return Answer(Outcome.SKIPPED, "config_not_due", old)
    modified: float | None = None
    asked: tuple[Outcome, str] = (Outcome.SKIPPED, "config_not_due")
    if question.oid and question.credential is not None:
        reply = await wires.snmp.get(
            question.endpoint, question.credential, (UPTIME_OID, question.oid), memory,
            timeout=question.timeout, retries=question.retries,
        )  # fmt: skip
        asked = (reply.outcome, reply.reason)
        modified = _ago(reply.values.get(UPTIME_OID), reply.values.get(question.oid))
    why = _why(question, age, modified, is_wanted=wires.configurations.is_wanted(question.name))
    if not why:
        return Answer(*asked, old)
    return await _keep(question, wires, why, modified, old)


def _why(question: _Question, age: float, modified: float | None, *, is_wanted: bool) -> str:
    """Say why the configuration is fetched now (a code), or "" where it is not."""
    if modified is not None and modified < age + _READING:
        return "changed"
    if is_wanted:
        return "trap"
    return "whole" if age >= question.whole else ""


async def _keep(
    question: _Question, wires: Wires, why: str, modified: float | None, old: tuple[Value, ...]
) -> Answer:
    kept: Kept = await wires.configurations.keep(
        question.access, question.platform, timeout=question.seconds, why=why, modified=modified
    )
    if kept.outcome is not Outcome.ANSWERED:
        return Answer(kept.outcome, kept.reason, old)
    return Answer(Outcome.ANSWERED, "", (0.0, kept.added, kept.removed))


def _ago(uptime: Heard | None, changed: Heard | None) -> float | None:
    """Return how many seconds ago it was changed: two sysUpTimes, of 32 bits (RFC 3418)."""
    if not isinstance(uptime, int) or not isinstance(changed, int):
        return None
    return (uptime - changed) % _WRAPS / _TICKS
