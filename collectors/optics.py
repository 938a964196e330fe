"""Light in the fibre: received and sent power and bias current of each declared interface's module.

From the tables of the device's platform (`collectors/vendors`). dBm and amperes; of a module with
several lanes the weakest power and the highest current. None = no module, or it does not tell: a
copper port is nothing to worry about.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from collectors import _recipe
from collectors._contract import Answer, Wires
from collectors._interfaces import whom
from collectors._memory import DeviceMemory
from collectors._recognition import vendor_of
from collectors._series import interface_series
from collectors.vendors._form import Optics
from inventory.model import Inventory, ProbeSpec, TargetId
from metrics.catalogue import OPTICAL_BIAS, OPTICAL_RX, OPTICAL_TX
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 60.0
ASIDE: Final = True
whole = _recipe.whole

_METRICS: Final = (OPTICAL_RX, OPTICAL_TX, OPTICAL_BIAS)


Options = _recipe.Options


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask a device with interfaces whose platform tells of its optics."""
    found = whom(target, inventory)
    if found is None:
        return None
    device = found[0]
    if not vendor_of(device.platform).optics or not device.interfaces:
        return None
    series = tuple(
        series
        for name in device.interfaces
        for series in interface_series(_METRICS, device, name, inventory)
    )
    return _recipe.probe(
        spec, device, inventory, series, sections=("optics",), names=device.interfaces
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
    values = tuple(value for name in question.names for value in darkest(modules.get(name, ())))
    return Answer(Outcome.ANSWERED, reply.reason, values)


def darkest(lanes: Iterable[Optics]) -> tuple[Value, Value, Value]:
    """Return received and sent dBm of the darkest lane, amperes of the one that is driven most."""
    each = tuple(lanes)
    return (
        min((lane.rx_dbm for lane in each if lane.rx_dbm is not None), default=None),
        min((lane.tx_dbm for lane in each if lane.tx_dbm is not None), default=None),
        max((lane.bias_amperes for lane in each if lane.bias_amperes is not None), default=None),
    )
