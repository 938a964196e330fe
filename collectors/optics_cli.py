"""How much light comes and goes, of boxes whose MIB does not tell: by their command line.

The same values as `optics` gives, which is not asked beside it. Commands and what they are checked
against: `collectors/commands`, `docs/commands.md`. Of a module with several lanes the darkest
counts. Reasons: see `collectors/_command_line.py` and `collectors/wires/_ssh_dialogue.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from collectors import _command_line
from collectors._contract import Answer, Wires
from collectors._device import device_probe
from collectors._memory import DeviceMemory
from collectors._series import interface_series
from collectors.commands._names import port
from collectors.optics import darkest
from collectors.vendors._form import Optics
from inventory.model import Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.catalogue import OPTICAL_BIAS, OPTICAL_RX, OPTICAL_TX
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 60.0
ASIDE: Final = True

_METRICS: Final = (OPTICAL_RX, OPTICAL_TX, OPTICAL_BIAS)
_DEADLINE: Final = 60.0


class Options(Strict):
    """Nothing can be chosen."""


@dataclass(frozen=True, slots=True)
class _Question:
    way: _command_line.Way
    names: tuple[str, ...]
    nothing: tuple[Value, ...] = field(repr=False)


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask a device with interfaces that has a login and a command for its optics."""
    deadline = spec.deadline or _DEADLINE
    found = _command_line.way_to(target, inventory, ("optics",), deadline)
    if found is None or not found[0].interfaces:
        return None
    device, way = found
    series = tuple(
        series
        for name in device.interfaces
        for series in interface_series(_METRICS, device, name, inventory)
    )
    question = _Question(way, device.interfaces, (None,) * len(series))
    return device_probe(spec, device, inventory, series, question, deadline=deadline)


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
    """Ask once."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    (found,) = await _command_line.ask(
        probe.id, question.way, ("optics",), wires, memory, question.names
    )
    if found.readings is None:
        return Answer(found.outcome, found.reason, question.nothing)
    modules: dict[str, list[Optics]] = {}
    for lane in found.readings:
        modules.setdefault(port(lane.interface), []).append(lane)
    values = tuple(v for name in question.names for v in darkest(modules.get(port(name), ())))
    return Answer(Outcome.ANSWERED, "", values)
