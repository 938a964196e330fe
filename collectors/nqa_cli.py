"""How meetings fare on a path, as a router's own test tells at its command line.

Where `nqa` (SNMP) cannot be: the same values, limits and ratings (see `nqa.py`). All tests of the
router are read by one command and the one that was asked for is picked out, so that nothing is put
into a command. How old a result is the command lines do not say in a form that could be relied on;
a test that was stopped is told by its flag where there is one.

Success as in `nqa.py`. Reasons beside ANSWERED: `nqa_failed`, `path_loss`, `path_jitter`,
`path_delay`. Reasons of SKIPPED, for a router that does not answer says nothing about the path:
`nqa_missing`, `nqa_stopped`, `nqa_no_result`, `cli_refused`, `cli_unread`, those of the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Final

from collectors import _command_line
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._service import service_of, service_probe
from collectors._stream import GRADES, Limits
from collectors.commands._form import Test
from collectors.nqa import METRICS, answer_of
from collectors.path import Class, Least, limits_of
from inventory.edge import Duration, Id, Percent, Text
from inventory.model import Inventory, ProbeSpec, TargetId, device_target
from inventory.strict import Strict
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 60.0
VITAL: Final = True
ASIDE: Final = True

_NOTHING: Final[tuple[Value, ...]] = (None,) * (2 + len(METRICS))
_DEADLINE: Final = 60.0


class Options(Strict):
    """Whose test, and which: its owner and its name on the router."""

    device: Id
    owner: Text
    name: Text
    class_: Class = "video"
    loss: Percent | None = None
    jitter: Duration | None = None
    delay: Duration | None = None
    least: Least = "C"


@dataclass(frozen=True, slots=True)
class _Question:
    way: _command_line.Way
    owner: str
    name: str
    limits: Limits
    least: int


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to read the test of a router that has a login and a command for its tests."""
    service = service_of(target, inventory)
    if service is None:
        return None
    options = Options.model_validate(dict(spec.options))
    deadline = spec.deadline or _DEADLINE
    found = _command_line.way_to(device_target(options.device), inventory, ("tests",), deadline)
    if found is None:
        return None
    device, way = found
    question = _Question(
        way, options.owner, options.name, limits_of(options), GRADES[options.least]
    )
    return service_probe(
        spec, service, inventory, METRICS, question, deadline=deadline, device=device.id
    )


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
    """Read the last result of the test."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    began = monotonic()
    (found,) = await _command_line.ask(probe.id, question.way, ("tests",), wires, memory)
    if found.readings is None:
        return _unknown(found.reason)
    tests: tuple[Test, ...] = found.readings
    wanted = (question.owner.casefold(), question.name.casefold())  # Comware knows no capitals
    mine = [one for one in tests if (one.owner.casefold(), one.name.casefold()) == wanted]
    if not mine:
        return _unknown("nqa_missing")
    if mine[0].stopped:
        return _unknown("nqa_stopped")
    if mine[0].result is None:
        return _unknown("nqa_no_result")
    return answer_of(mine[0].result, question.limits, question.least, monotonic() - began)


def _unknown(reason: str) -> Answer:
    return Answer(Outcome.SKIPPED, reason, _NOTHING)
