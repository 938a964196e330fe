"""How the box itself is: processor, memory, temperature, fans, power supplies, routing sessions.

From the tables of the device's platform (`collectors/vendors`), as totals that every platform has:
the busiest processor, the fullest memory, the hottest place, how many parts are fitted and how many
of them fail. Which part it is stands in `extranet discover`. None = the platform does not tell.
Routing sessions are left to `routing_cli` where a device is asked that.

Reasons: `incomplete` a table could not be read; `no_value` nothing of all this is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from collectors import _recipe
from collectors._contract import Answer, Wires
from collectors._interfaces import whom
from collectors._memory import DeviceMemory
from collectors._series import device_series
from collectors._sessions import adjacencies, count, peers
from inventory.model import Inventory, ProbeSpec, TargetId
from metrics.catalogue import (
    BGP_DOWN,
    BGP_PEERS,
    CPU,
    FANS,
    FANS_FAILED,
    MEMORY,
    OSPF_DOWN,
    OSPF_NEIGHBOURS,
    POWER_FAILED,
    POWER_SUPPLIES,
    TEMPERATURE,
    Metric,
)
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 60.0
ASIDE: Final = True
whole = _recipe.whole

_SECTIONS: Final[tuple[str, ...]] = (
    "cpu", "memory", "temperature", "fans", "power", "bgp_peers", "ospf_neighbours",
)  # fmt: skip
_LIVELY: Final = frozenset({"bgp_peers", "ospf_neighbours"})
_METRICS: Final[tuple[Metric, ...]] = (
    CPU, MEMORY, TEMPERATURE, FANS, FANS_FAILED, POWER_SUPPLIES, POWER_FAILED, BGP_PEERS, BGP_DOWN,
    OSPF_NEIGHBOURS, OSPF_DOWN,
)  # fmt: skip
_SESSIONS: Final = 4
"""How many of the metrics, the last ones, are about routing sessions."""

Options = _recipe.Options


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask a device that has an address and a credential."""
    found = whom(target, inventory)
    if found is None:
        return None
    device = found[0]
    metrics, sections = _METRICS, _SECTIONS
    if any(probe.kind == "routing_cli" for probe in device.probes):
        metrics = metrics[:-_SESSIONS]
        sections = tuple(section for section in sections if section not in _LIVELY)
    series = device_series(metrics, device, inventory)
    return _recipe.probe(spec, device, inventory, series, sections=sections, lively=_LIVELY)


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
    """Ask once."""
    question: _recipe.Question = probe.question  # type: ignore[assignment]  # plan() put it there
    walked_at = memory.walked_at.get(probe.id)
    reply, found = await _recipe.read(probe.id, question, wires, memory)
    if reply.outcome is not Outcome.ANSWERED:
        return Answer(reply.outcome, reply.reason, question.nothing)
    if memory.walked_at.get(probe.id) != walked_at:
        memory.neighbours = frozenset()
    values: tuple[Value, ...] = (
        _most(row.ratio for row in found.get("cpu", ())),
        _most(row.used_ratio for row in found.get("memory", ())),
        _most(row.celsius for row in found.get("temperature", ())),
        *count(not row.ok for row in found.get("fans", ())),
        *count(not row.ok for row in found.get("power", ())),
    )
    if len(values) < len(question.nothing):
        sessions = peers(found.get("bgp_peers", ()))
        values = (*values, *sessions, *adjacencies(found.get("ospf_neighbours"), memory))
    silent = all(value is None for value in values)
    return Answer(Outcome.ANSWERED, reply.reason or ("no_value" if silent else ""), values)


def _most(values: Iterable[float]) -> Value:
    return max(values, default=None)
