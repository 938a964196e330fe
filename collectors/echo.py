"""Is the far end of this circuit there, and how far away: echoes, evenly spread over the interval.

Asks the far end's address on *this* circuit (`link.b.address`), never a loopback that would answer
over another leg. A link whose far end has no address there cannot be asked.

Outcomes: ANSWERED when any echo came back; REFUSED when none did but the address itself said
unreachable (it lives, there is no echo service); SILENT when none came back; SKIPPED when none
could be sent. Echoes that were refused or not sent are neither sent nor lost in the values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final, Literal

from pydantic import Field

from collectors._contract import Answer, EchoReply, Wires
from collectors._memory import DeviceMemory
from collectors._series import area_of, link_series
from inventory.model import Endpoint, Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.catalogue import (
    CANARY_JITTER,
    CANARY_LOST,
    CANARY_RTT,
    CANARY_RTT_MAX,
    CANARY_SENT,
    CANARY_STATE,
    ECHO_JITTER,
    ECHO_LOST,
    ECHO_RTT,
    ECHO_RTT_MAX,
    ECHO_SENT,
    LINK_STATE,
)
from metrics.observation import Outcome, Probe, Series, Value

FLOOR_SECONDS: Final = 1.0
_METRICS: Final = (ECHO_SENT, ECHO_LOST, ECHO_RTT, ECHO_RTT_MAX, ECHO_JITTER, LINK_STATE)
_CANARY_METRICS: Final = (
    CANARY_SENT, CANARY_LOST, CANARY_RTT, CANARY_RTT_MAX, CANARY_JITTER, CANARY_STATE,
)  # fmt: skip
_RAW: Final = 5
_NOTHING: Final[tuple[Value, ...]] = (None,) * _RAW


class Options(Strict):
    """How to ask. `timeout` in seconds; methodology 1.3: a reply later than 2 s is lost."""

    wire: Literal["icmp", "udp"] = "icmp"
    count: int = Field(default=2, ge=1, le=100)
    timeout: float = Field(default=2.0, gt=0, le=10)


@dataclass(frozen=True, slots=True)
class _Question:
    wire: Literal["icmp", "udp"]
    endpoint: Endpoint
    count: int
    gap: float
    timeout: float


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask the far end of a link."""
    kind, _, name = target.partition(":")
    link = inventory.links.get(name) if kind == "link" else None
    if link is None or link.b.address is None:
        return None
    return _probe(
        target,
        link.b.address,
        Options.model_validate(dict(spec.options)),
        spec,
        area_of(inventory, link.b.site),
        link_series(_METRICS, link, inventory),
    )


def plan_canary(
    canary_id: str, endpoint: Endpoint, wire: Literal["icmp", "udp"], every: float
) -> Probe:
    """Prepare to ask one of the monitor's own canaries, whose silence makes the monitor blind."""
    target = TargetId(f"canary:{canary_id}")
    series = tuple(Series(metric, target, (("canary", canary_id),)) for metric in _CANARY_METRICS)
    return _probe(target, endpoint, Options(wire=wire), ProbeSpec("echo", every), "", series)


def _probe(
    target: TargetId,
    endpoint: Endpoint,
    options: Options,
    spec: ProbeSpec,
    area: str,
    series: tuple[Series, ...],
) -> Probe:
    gap = spec.every / options.count
    return Probe(
        id=f"echo@{target}",
        kind="echo",
        target=target,
        device=None,
        area=area,
        every_ms=round(spec.every * 1000),
        deadline=spec.deadline or spec.every + options.timeout + 1,
        series=series,
        raw=_RAW,
        rates=(),
        question=_Question(options.wire, endpoint, options.count, gap, options.timeout),
    )


def begin(probe: Probe, wires: Wires, done: Callable[[Answer], None]) -> None:
    """Send one run of echoes; the last may still be on its way when the next run begins."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    wire = wires.icmp if question.wire == "icmp" else wires.udp
    wire.send(
        question.endpoint,
        count=question.count,
        gap=question.gap,
        timeout=question.timeout,
        done=partial(_hand_on, done),
    )


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:  # noqa: ARG001 - contract
    """Send one run of echoes and sum it up."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    wire = wires.icmp if question.wire == "icmp" else wires.udp
    return _answer(
        await wire.echo(
            question.endpoint, count=question.count, gap=question.gap, timeout=question.timeout
        )
    )


def _hand_on(done: Callable[[Answer], None], reply: EchoReply) -> None:
    done(_answer(reply))


def _answer(reply: EchoReply) -> Answer:
    rtts = reply.rtts
    received = [rtt for rtt in rtts if rtt is not None]
    if received:
        return Answer(Outcome.ANSWERED, reply.reason, _values(len(rtts), received), rtts)
    if reply.refused:
        return Answer(Outcome.REFUSED, "unreachable", _NOTHING)
    if rtts:
        lost = len(rtts)
        return Answer(Outcome.SILENT, reply.reason, (lost, lost, None, None, None), rtts)
    return Answer(Outcome.SKIPPED, reply.reason or "not_sent", _NOTHING)


def _values(sent: int, received: list[float]) -> tuple[Value, ...]:
    """Sum up. Median: ascending rank ceil(N/2); jitter: mean difference of consecutive replies."""
    ordered = sorted(received)
    steps = [abs(after - before) for before, after in pairwise(received)]
    return (
        sent,
        sent - len(received),
        ordered[(len(ordered) - 1) // 2],
        ordered[-1],
        sum(steps) / len(steps) if steps else None,
    )
