"""What a service achieved for its users in a window (methodology 1.8).

The same engine as for links, with one difference: seconds in the shadow of an outage are down.
Users do not care whose fault it is; whose it was stands beside the figure, by cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from inventory.model import PlannedWork, Service, TargetId, service_target
from sla._evidence import Evidence, runs_of, spans_of, work_of
from sla._overlays import Class, Overlays
from sla.assess import AssessedOutage, with_live
from sla.calculator import Achieved, Band, Terms, compute
from sla.periods import Window
from sla.states import Blind, State, Transition
from sla.timeline import Step, steps


@dataclass(frozen=True, slots=True)
class ServiceAssessment:
    """What a service achieved against what was promised, if anything was.

    `causes`: seconds of DOWN by the outage in whose shadow they lay, "" = its own; they add up to
    the seconds of DOWN.
    """

    service: Service
    window: Window
    evidence: Evidence
    terms: Terms
    achieved: Achieved
    outages: tuple[AssessedOutage, ...]
    causes: Mapping[str, int]

    @property
    def within_resolution(self) -> bool:
        """Whether timing errors of one slot per outage could flip the verdict."""
        settled, promised = self.achieved.a_settle, self.service.promise
        if settled is None or promised is None:
            return False
        away = abs(settled - promised) * self.achieved.evaluated
        return away <= self.achieved.started * self.service.profile.slot


def assess_service(
    service: Service,
    window: Window,
    transitions: Iterable[Transition],
    blinds: Iterable[Blind],
    planned_work: Iterable[PlannedWork],
    first_heartbeat: int | None,
    recorded_until: int | None = None,
) -> ServiceAssessment:
    """Assess one service. `recorded_until` None = the end of the window.

    Announced work counts where it names the service: work on a link that it needs is no excuse
    towards its users.
    """
    evidence = Evidence(first_heartbeat, window.end if recorded_until is None else recorded_until)
    live = steps(transitions, blinds)
    terms = terms_of_service(service)
    works = [work for work in planned_work if service.id in work.services]
    achieved = compute(
        (window.start, window.end),
        runs_of(live, window, evidence),
        terms,
        Overlays(
            service=spans_of(service.in_service),
            owner_work=[work_of(work) for work in works if work.party == "owner"],
            carrier_work=[work_of(work) for work in works if work.party == "carrier"],
        ),
        evidence_ends=evidence.recorded_until,
    )
    return ServiceAssessment(
        service=service,
        window=window,
        evidence=evidence,
        terms=terms,
        achieved=achieved,
        outages=with_live(service_target(service.id), live, achieved.outages, evidence),
        causes=_causes(live, achieved),
    )


def terms_of_service(service: Service) -> Terms:
    """Return what the engine needs; without a promise nothing depends on the figure."""
    profile, promise = service.profile, service.promise
    bands = () if promise is None else (Band(promise, 0), Band(Fraction(0), 1))
    return Terms(profile.d_min, profile.merge_gap, profile.bridge, bands=bands)


def outage_target(outage: str) -> TargetId:
    """Return the target of an outage, by its id (`sla.states.outage_id`)."""
    return TargetId(outage.rpartition("@")[0])


def _causes(live: Sequence[Step], achieved: Achieved) -> dict[str, int]:
    """Add up by cause the seconds that count as DOWN; what the engine bridged is its own."""
    found: dict[str, int] = {}
    hidden = [step for step in live if step.state is State.SHADOW]
    for segment in achieved.segments:
        start, end = max(segment.start, achieved.start), min(segment.end, achieved.end)
        if segment.kind is not Class.DOWN or start >= end:
            continue
        own = end - start
        for step in hidden:
            upto = end if step.end is None else min(step.end, end)
            seconds = upto - max(step.start, start)
            if seconds > 0:
                found[step.cause] = found.get(step.cause, 0) + seconds
                own -= seconds
        if own:
            found[""] = found.get("", 0) + own
    return found
