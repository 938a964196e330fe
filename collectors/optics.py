"""Light in the fibre: received and sent power and bias current of each declared interface's module.

From the tables of the device's platform (`collectors/vendors`). dBm and amperes; of a module with
several lanes the weakest power and the highest current. None = no module, or it does not tell: a
copper port is nothing to worry about.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pydantic import Field

from collectors import _recipe
from collectors._contract import Answer, Wires
from collectors._interfaces import whom
from collectors._memory import DeviceMemory
from collectors._recognition import vendor_of
from collectors._series import area_of, interface_series
from collectors.vendors._form import Optics
from inventory.model import Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.catalogue import OPTICAL_BIAS, OPTICAL_RX, OPTICAL_TX
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 60.0
ASIDE: Final = True

_METRICS: Final = (OPTICAL_RX, OPTICAL_TX, OPTICAL_BIAS)


class Options(Strict):
    """How to ask. `timeout` in seconds, per try; at least the platform's own counts."""

    timeout: float = Field(default=3.0, gt=0, le=30)
    retries: int = Field(default=1, ge=0, le=5)


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask a device with interfaces whose platform tells of its optics."""
    found = whom(target, inventory)
    if found is None:
        return None
    device, endpoint, credential = found
    vendor = vendor_of(device.platform)
    if not vendor.optics or not device.interfaces:
        return None
    options = Options.model_validate(dict(spec.options))
    series = tuple(
        series
        for name in device.interfaces
        for series in interface_series(_METRICS, device, name, inventory)
    )
    return Probe(
        id=f"optics@{target}",
        kind="optics",
        target=target,
        device=device.id,
        area=area_of(inventory, device.site),
        every_ms=round(spec.every * 1000),
        deadline=spec.deadline or min(spec.every * 0.9, 120.0),
        series=series,
        raw=len(series),
        rates=(),
        question=_recipe.Question(
            endpoint,
            credential,
            vendor,
            ("optics",),
            frozenset(),
            device.interfaces,
            max(options.timeout, vendor.quirks.timeout),
            options.retries,
            (None,) * len(series),
        ),
    )


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
    """Ask once."""
    question: _recipe.Question = probe.question  # type: ignore[assignment]  # plan() put it there
    reply, found = await _recipe.read(probe.id, question, wires, memory)
    if reply.outcome is not Outcome.ANSWERED:
        return Answer(reply.outcome, reply.reason, question.nothing)
    first_word = question.vendor.quirks.name_is_first_word
    modules: dict[str, list[Optics]] = {}
    for lane in found.get("optics", ()):
        name = lane.interface.partition(" ")[0] if first_word else lane.interface
        modules.setdefault(name, []).append(lane)
    values = tuple(value for name in question.names for value in _of(modules.get(name, ())))
    return Answer(Outcome.ANSWERED, reply.reason, values)


def _of(lanes: Iterable[Optics]) -> tuple[Value, Value, Value]:
    each = tuple(lanes)
    return (
        min((lane.rx_dbm for lane in each if lane.rx_dbm is not None), default=None),
        min((lane.tx_dbm for lane in each if lane.tx_dbm is not None), default=None),
        max((lane.bias_amperes for lane in each if lane.bias_amperes is not None), default=None),
    )
