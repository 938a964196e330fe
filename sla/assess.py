"""What a link, a site or a carrier achieved in a window (methodology 1.8, 1.10).

Pure: transitions, blinds and heartbeats come from the ledger. Give each target's transitions from
well before the window (its state at the start, and whatever may merge with an outage at the edge)
up to `recorded_until`, the last heartbeat: what lies beyond is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from inventory.model import (
    LEVELS,
    Carrier,
    Contract,
    Inventory,
    Level,
    Link,
    Profile,
    Site,
    TargetId,
    link_target,
    site_target,
)
from sla._evidence import Evidence as Evidence  # noqa: PLC0414  what assessments carry
from sla._evidence import runs_of, spans_of
from sla._overlays import Class, Overlays
from sla.calculator import FIXED_MONTH, Achieved, Band, SlaOutage, Status, Terms, compute
from sla.outages import outages_of
from sla.periods import Window
from sla.repair import overlap
from sla.states import APPROVED, Blind, State, Transition
from sla.timeline import Run, Span, Step, any_up, single_leg, steps

SCORED = (Status.OK, Status.AMBIGUOUS)
_STATUSES: Final = (Status.AMBIGUOUS, Status.OK, Status.INSUFFICIENT, Status.NO_DATA)


@dataclass(frozen=True, slots=True)
class AssessedOutage:
    """An SLA outage with what it was made from: ids of live outages.

    `live`: the target's own; `shadow_of`: those above it in whose shadow a part of it lay.
    """

    outage: SlaOutage
    live: tuple[str, ...]
    shadow_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkAssessment:
    """What a link achieved against its contract."""

    link: Link
    contract: Contract
    level: Level | None
    window: Window
    evidence: Evidence
    terms: Terms
    achieved: Achieved
    outages: tuple[AssessedOutage, ...]

    @property
    def status(self) -> Status:
        """Return the figure's status; ambiguous is what could flip over 43 200 minutes, too."""
        if self._fixed and self.settled is not None:
            promised = self.contract.availability
            least = self.settled - Fraction(self.achieved.unknown, FIXED_MONTH)
            if (self.settled >= promised) != (least >= promised):
                return Status.AMBIGUOUS
        return self.achieved.status

    @property
    def within_resolution(self) -> bool:
        """Whether timing errors of one slot per outage could flip the verdict."""
        if self.settled is None:
            return False
        of = FIXED_MONTH if self._fixed else self.achieved.evaluated
        away = abs(self.settled - self.contract.availability) * of
        return away <= self.achieved.started * self.link.profile.slot

    @property
    def settled(self) -> Fraction | None:
        """The settlement figure with the contract's denominator; None = not settled."""
        return self.achieved.a_fixed if self._fixed else self.achieved.a_settle

    @property
    def _fixed(self) -> bool:
        """Whether there is a settlement figure over 43 200 minutes, and the contract's is that."""
        agreed = self.contract.denominator == "fixed_43200"
        return agreed and self.achieved.a_settle is not None and self.achieved.a_fixed is not None


@dataclass(frozen=True, slots=True)
class SiteAssessment:
    """What a site got over all its legs; nothing is excluded but time out of service.

    `single_leg`: seconds in which one leg was up and all others were down, so that redundancy was
    lost; None = there is one leg at most.
    """

    site: Site
    links: tuple[str, ...]
    window: Window
    evidence: Evidence
    terms: Terms
    achieved: Achieved
    single_leg: int | None = None


@dataclass(frozen=True, slots=True)
class LevelFigure:
    """A carrier's circuits towards sites of one level; `availability` over the scored ones."""

    level: Level
    weight: Fraction
    circuits: int
    scored: int
    availability: Fraction | None


@dataclass(frozen=True, slots=True)
class CarrierAssessment:
    """What a carrier achieved. `coverage` is pooled over all its circuits in service."""

    carrier: Carrier
    window: Window
    evidence: Evidence
    links: tuple[LinkAssessment, ...]
    levels: tuple[LevelFigure, ...]
    availability: Fraction | None
    coverage: Fraction | None
    status: Status
    by_class: Mapping[Class, int]

    @property
    def not_scored(self) -> tuple[LinkAssessment, ...]:
        """Circuits whose figure cannot be settled: listed by name, never averaged in."""
        return tuple(link for link in self.links if link.achieved.status not in SCORED)


def assess_site(
    site: str,
    inventory: Inventory,
    window: Window,
    transitions_by_target: Mapping[TargetId, Sequence[Transition]],
    blinds: Sequence[Blind],
    first_heartbeat: int | None,
    recorded_until: int | None = None,
) -> SiteAssessment:
    """Assess a site: the OR of its legs in service; a site nothing leads to by its own state."""
    evidence = Evidence(first_heartbeat, window.end if recorded_until is None else recorded_until)
    links = [inventory.links[name] for name in inventory.topology.uplinks.get(site, ())]
    targets = [link_target(link.id) for link in links] or [site_target(site)]
    runs = [
        runs_of(steps(transitions_by_target.get(target, ()), blinds), window, evidence)
        for target in targets
    ]
    services: list[list[Span] | None] = [spans_of(link.in_service) for link in links]
    finest = min((link.profile for link in links), key=lambda profile: profile.slot, default=None)
    place = inventory.sites[site]
    terms = (
        Terms(180, 300, 120)
        if finest is None
        else Terms(finest.d_min, finest.merge_gap, finest.bridge)
    )
    legs = list(zip(runs, services or [None], strict=True))
    return SiteAssessment(
        site=place,
        links=tuple(link.id for link in links),
        window=window,
        evidence=evidence,
        terms=terms,
        achieved=compute(
            (window.start, window.end),
            any_up(legs),
            terms,
            Overlays(service=spans_of(place.in_service)),
            evidence_ends=evidence.recorded_until,
        ),
        single_leg=None if len(links) < 2 else _alone(legs, window, spans_of(place.in_service)),
    )


def _alone(
    legs: Sequence[tuple[Sequence[Run], Sequence[Span] | None]],
    window: Window,
    service: Sequence[Span],
) -> int:
    alone = single_leg(legs)
    return sum(
        overlap(alone, max(start, window.start), min(end, window.end)) for start, end in service
    )


def carrier_of(
    carrier: Carrier,
    window: Window,
    evidence: Evidence,
    links: Sequence[LinkAssessment],
    weights: Mapping[Level, Fraction],
    weigh: Callable[[Link], Fraction] = lambda _: Fraction(1),
) -> CarrierAssessment:
    """Add up a carrier's circuits; `weigh` (ω) says what a circuit counts in its level.

    `weights` (λ) by level, empty = all alike; a level that has none is shown and does not count.
    """
    levels = _levels(links, weights, weigh)
    present = [level for level in levels if level.availability is not None]
    total = sum((level.weight for level in present), Fraction(0))
    weighted = sum(
        (level.weight * level.availability for level in present if level.availability is not None),
        Fraction(0),
    )
    by_class = {kind: sum(link.achieved.by_class[kind] for link in links) for kind in Class}
    evaluated = sum(link.achieved.evaluated for link in links)
    measured = sum(link.achieved.up + link.achieved.down for link in links)
    return CarrierAssessment(
        carrier=carrier,
        window=window,
        evidence=evidence,
        links=tuple(links),
        levels=levels,
        availability=weighted / total if total else None,
        coverage=Fraction(measured, evaluated) if evaluated else None,
        status=status_of(link.status for link in links),
        by_class=by_class,
    )


def terms_of(profile: Profile, contract: Contract) -> Terms:
    """Return what the engine needs of a contract; its one threshold is the promised value."""
    return Terms(
        d_min=profile.d_min,
        merge_gap=profile.merge_gap,
        bridge=profile.bridge,
        downtime_mode=contract.downtime_mode,
        maintenance_mode=contract.maintenance_mode,
        coverage_floor=contract.coverage_floor,
        notice=contract.notice_seconds,
        bands=(Band(contract.availability, 0), Band(Fraction(0), 1)),
    )


def with_live(
    target: TargetId,
    live: Sequence[Step],
    outages: Iterable[SlaOutage],
    evidence: Evidence,
    seen: Sequence[Step] | None = None,
) -> tuple[AssessedOutage, ...]:
    """Say of each SLA outage which live outages it was made from.

    `seen`: the timeline before causes reworked it, None = the same. Its outages have their names
    whatever was made of their beginning; beside them are those that a cause made.
    """
    own = outages_of(target, live, evidence.recorded_until)
    if seen is not None and seen is not live:
        was = outages_of(target, seen, evidence.recorded_until)
        known = {one.id for one in was}
        own = [*was, *(one for one in own if one.reason == APPROVED and one.id not in known)]
    hidden = [step for step in live if step.state is State.SHADOW]
    found = []
    for outage in outages:
        first, last = outage.down[0][0], outage.end
        found.append(
            AssessedOutage(
                outage,
                tuple(o.id for o in own if o.start < last and (o.end is None or o.end > first)),
                tuple(
                    dict.fromkeys(
                        step.cause
                        for step in hidden
                        if step.start < last and (step.end is None or step.end > first)
                    )
                ),
            )
        )
    return tuple(found)


def _levels(
    links: Sequence[LinkAssessment],
    weights: Mapping[Level, Fraction],
    weigh: Callable[[Link], Fraction],
) -> tuple[LevelFigure, ...]:
    found = []
    for level in LEVELS:
        here = [link for link in links if link.level == level]
        if not here:
            continue
        scored = [link for link in here if link.achieved.status in SCORED]
        evaluated = sum((weigh(one.link) * one.achieved.evaluated for one in scored), Fraction(0))
        down = sum((weigh(one.link) * one.achieved.down for one in scored), Fraction(0))
        found.append(
            LevelFigure(
                level=level,
                weight=weights.get(level, Fraction(not weights)),
                circuits=len(here),
                scored=len(scored),
                availability=Fraction(evaluated - down, evaluated) if evaluated else None,
            )
        )
    return tuple(found)


def status_of(circuits: Iterable[Status]) -> Status:
    """Return the status of a carrier's figure: of the scored circuits, else why there are none."""
    found = set(circuits)
    return next((status for status in _STATUSES if status in found), Status.NOT_APPLICABLE)
