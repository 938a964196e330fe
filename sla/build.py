"""From inputs to a carrier's report: one pure function (methodology, section 1).

`prepare` gives every second its class; `counted_spans` says over which of them latency, loss and
jitter are to be added up, and `report` makes the document of both. The same inputs give the same
bytes, whoever calls and whenever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeVar

import msgspec

from sla import _build_overlays as overlays
from sla import _build_score as score
from sla import register as registers
from sla import report as document
from sla._build_causes import Causes, causes_of
from sla._build_links import Circuit, circuit, exact, outage, ratio, row, unscored
from sla._evidence import Evidence
from sla._overlays import Class
from sla.assess import CarrierAssessment, carrier_of, status_of
from sla.inputs import Inputs
from sla.timeline import Span

T = TypeVar("T")
_TOLD_EVERY: Final = 100


def _nobody(done: int) -> None:
    """Tell nobody."""


def _told(items: Sequence[T], tell: Callable[[int], None]) -> Iterator[T]:
    for done, item in enumerate(items):
        if done % _TOLD_EVERY == 0:
            tell(done)
        yield item


@dataclass(frozen=True, slots=True)
class Prepared:
    """Inputs with every second of every circuit in its class."""

    inputs: Inputs
    laid: Mapping[str, overlays.Laid]
    causes: Causes
    circuits: tuple[Circuit, ...]


def prepare(inputs: Inputs, tell: Callable[[int], None] = _nobody) -> Prepared:
    """Give every second its class. Of `inputs`, `sums` are not looked at.

    `tell`: is told how many circuits are done.
    """
    causes = causes_of(inputs)
    laid = overlays.laid(inputs, causes)
    return Prepared(
        inputs,
        laid,
        causes,
        tuple(
            circuit(
                inputs,
                link,
                laid[link.id].overlays if link.id in laid else overlays.NONE,
                causes.live(link.id, inputs),
            )
            for link in _told(inputs.register.links, tell)
        ),
    )


def counted_spans(inputs: Inputs) -> Mapping[str, Sequence[Span]]:
    """Return for each circuit the stretches classed UP or DEGRADED: what `Inputs.sums` is over."""
    return counted(prepare(inputs))


def counted(prepared: Prepared) -> Mapping[str, Sequence[Span]]:
    """Return the same of what is prepared."""
    return {one.link.id: one.available() for one in prepared.circuits}


def carrier(prepared: Prepared) -> CarrierAssessment:
    """Return the figures of all circuits together, as they are looked at."""
    inputs = prepared.inputs
    rules = inputs.rules
    return carrier_of(
        inputs.register.carrier,
        inputs.window,
        Evidence(inputs.first_heartbeat, inputs.recorded_until),
        [one.assessed for one in prepared.circuits],
        {level: rule.weight for level, rule in rules.levels.items()},
        score.WEIGHTS[rules.circuit_weight],
    )


def exclusions(prepared: Prepared, one: Circuit) -> tuple[document.Exclusion, ...]:
    """Return what was filed about a circuit: what of it counted, and why the rest did not."""
    return overlays.exclusions(prepared.laid.get(one.link.id), one, prepared.inputs)


def report(
    inputs: Inputs, prepared: Prepared | None = None, tell: Callable[[int], None] = _nobody
) -> document.Report:
    """Make the report. `prepared`: what `prepare` made of the same inputs but for `sums`.

    `tell`: is told how many circuits are done.
    """
    ready = prepare(inputs) if prepared is None else prepared
    circuits = ready.circuits
    money = score.credits_of(inputs, circuits)
    rows = tuple(_row(inputs, ready, one, money) for one in _told(circuits, tell))
    points = score.score_of(inputs, circuits, rows)
    by_class = {kind.value: sum(one.achieved.by_class[kind] for one in circuits) for kind in Class}
    evaluated = sum(one.achieved.evaluated for one in circuits)
    measured = sum(one.achieved.up + one.achieved.down for one in circuits)
    return document.Report(
        schema=document.SCHEMA,
        carrier=inputs.register.carrier.id,
        title=inputs.register.carrier.title,
        period=inputs.window.period,
        start=inputs.window.start,
        end=inputs.window.end,
        zone=inputs.rules.zone,
        tzdata=inputs.tzdata,
        provisional=inputs.window.provisional,
        revision=inputs.revision,
        previous=inputs.previous,
        rules=inputs.rules.id,
        rules_sha256=inputs.rules.sha256,
        register_sha256=registers.digest(inputs.register),
        first_heartbeat=inputs.first_heartbeat,
        recorded_until=inputs.recorded_until,
        clock="verified" if inputs.clock_verified else "not verified",
        tree_size=inputs.log.size,
        tree_sha256=inputs.log.sha256,
        tree_sm3=inputs.log.sm3,
        status=status_of(one.assessed.status for one in circuits).value,
        seconds=by_class,
        availability=points.availability,
        coverage=ratio(Fraction(measured, evaluated)) if evaluated else None,
        levels=points.levels,
        items=points.items,
        score=points.score,
        deductions=points.deductions,
        final=points.final,
        grade=points.grade,
        credits=msgspec.structs.replace(
            money.credits, payment_share=None if points.share is None else exact(points.share)
        ),
        events=ready.causes.events(rows),
        not_scored=tuple(one.link.id for one in circuits if unscored(one)),
        links=rows,
        left_out=inputs.left_out,
    )


def _row(inputs: Inputs, ready: Prepared, one: Circuit, money: score.Money) -> document.Link:
    target = f"link:{one.link.id}"
    found = tuple(
        ready.causes.beside(outage(item, target, inputs.log), one, inputs)
        for item in one.assessed.outages
    )
    made = row(one, found, exclusions(ready, one))
    sums = inputs.sums.get(one.link.id)
    due = money.of.get(one.link.id)
    return msgspec.structs.replace(
        made,
        fee_fen=score.fen(one.fee_fen),
        credit_percent=None if due is None else due.percent,
        credit_fen=None if due is None else due.fen,
        latency=None if sums is None else score.latency(sums),
        loss=None if sums is None else score.loss(sums),
        jitter=None if sums is None else score.jitter(sums),
    )
