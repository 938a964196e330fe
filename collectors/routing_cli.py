"""BGP sessions and OSPF neighbours of boxes whose MIBs do not tell: by their command line.

The same values as `health` has of them, which leaves them to this where a device is asked both.
Commands and what they are checked against: `collectors/commands`, `docs/commands.md`. Reasons:
`incomplete` one of the two could not be read; see `collectors/_command_line.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Final

from collectors import _command_line
from collectors._contract import Answer, Wires
from collectors._device import device_probe
from collectors._memory import DeviceMemory
from collectors._series import device_series
from collectors._sessions import adjacencies, peers
from collectors.commands._form import Kind
from inventory.model import Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.catalogue import BGP_DOWN, BGP_PEERS, OSPF_DOWN, OSPF_NEIGHBOURS
from metrics.observation import Probe, Value

FLOOR_SECONDS: Final = 60.0
ASIDE: Final = True

_METRICS: Final = (BGP_PEERS, BGP_DOWN, OSPF_NEIGHBOURS, OSPF_DOWN)
_KINDS: Final[tuple[Kind, ...]] = ("bgp_peers", "ospf_neighbours")
_NOTHING: Final[tuple[Value, ...]] = (None,) * len(_METRICS)
_DEADLINE: Final = 60.0
_FORGET: Final = 6 * 3600.0
"""Seconds after which a neighbour that is gone is no neighbour any more, as with `health`."""


class Options(Strict):
    """Nothing can be chosen."""


@dataclass(frozen=True, slots=True)
class _Question:
    way: _command_line.Way


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask a device that has a login and commands for its routing sessions."""
    deadline = spec.deadline or _DEADLINE
    found = _command_line.way_to(target, inventory, _KINDS, deadline)
    if found is None:
        return None
    device, way = found
    series = device_series(_METRICS, device, inventory)
    return device_probe(spec, device, inventory, series, _Question(way), deadline=deadline)


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
    """Ask once."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    found = await _command_line.ask(probe.id, question.way, _KINDS, wires, memory)
    outcome, reason = _command_line.worst(found)
    now = monotonic()
    if now - memory.walked_at.get(probe.id, now - _FORGET) >= _FORGET:
        memory.walked_at[probe.id] = now
        memory.neighbours = frozenset()
    bgp, ospf = found
    values = (
        *(peers(bgp.readings) if bgp.readings is not None else (None, None)),
        *adjacencies(ospf.readings, memory),
    )
    return Answer(outcome, reason, values)
