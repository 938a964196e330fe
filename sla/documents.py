"""Assessments as JSON-ready documents: exact ratios, seconds per class, and what they came from.

A ratio is `{"num", "den", "percent"}`: the exact value and a text rounded half to even, once, with
as many digits as it takes not to look like a promised value that it misses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from inventory.model import Link
from sla._overlays import Class
from sla.assess import (
    AssessedOutage,
    CarrierAssessment,
    Evidence,
    LevelFigure,
    LinkAssessment,
    SiteAssessment,
)
from sla.assess_service import ServiceAssessment, outage_target
from sla.calculator import Achieved, Terms
from sla.periods import Window
from sla.report import Exclusion
from sla.rounding import percent, percent_beside

ENGINE = "episode"


def link_document(assessment: LinkAssessment, filed: Sequence[Exclusion] = ()) -> dict[str, Any]:
    """Return everything about one link's assessment. `filed`: the overlays that touch the window.

    `rejected_overlays` are those of them that did not count, or not wholly, with the reason.
    """
    link, contract, achieved = assessment.link, assessment.contract, assessment.achieved
    return {
        **_link_row(assessment),
        **_window(assessment.window),
        "engine": ENGINE,
        "denominator": contract.denominator,
        "A_fixed43200": ratio(achieved.a_fixed, contract.availability),
        "rules": _rules(assessment.terms) | {"profile": link.profile.name},
        "rejected_overlays": [
            {
                "overlay": one.overlay,
                "kind": one.kind,
                "start": one.start,
                "end": one.end,
                "seconds": one.seconds,
                "reason": one.reason,
            }
            for one in filed
            if one.reason
        ],
        "evidence": _evidence(assessment.evidence),
    }


def site_document(assessment: SiteAssessment) -> dict[str, Any]:
    """Return everything about one site's assessment."""
    achieved = assessment.achieved
    return {
        "site": assessment.site.id,
        "title": assessment.site.title,
        "level": assessment.site.level,
        "links": list(assessment.links),
        **_window(assessment.window),
        **_figures(achieved, None),
        "availability_percent": _text(achieved.a_settle, None),
        "single_leg_seconds": assessment.single_leg,
        "outages": [_outage(AssessedOutage(outage, (), ())) for outage in achieved.outages],
        "engine": ENGINE,
        "rules": _rules(assessment.terms),
        "evidence": _evidence(assessment.evidence),
    }


def service_document(assessment: ServiceAssessment, links: Mapping[str, Link]) -> dict[str, Any]:
    """Return everything about one service's assessment; `links`: whose outages it lay behind."""
    service, achieved = assessment.service, assessment.achieved
    promised, settled = service.promise, achieved.a_settle
    return {
        "service": service.id,
        "title": service.title,
        "kind": service.kind,
        "group": service.group,
        **_figures(achieved, promised),
        "availability_percent": _text(settled, promised),
        "promised": ratio(promised),
        "met": None if settled is None or promised is None else settled >= promised,
        "within_resolution": assessment.within_resolution,
        "outages": [_outage(outage) for outage in assessment.outages],
        "causes": [
            _cause(cause, seconds, links)
            for cause, seconds in sorted(assessment.causes.items(), key=lambda pair: -pair[1])
        ],
        **_window(assessment.window),
        "engine": ENGINE,
        "rules": _rules(assessment.terms) | {"profile": service.profile.name},
        "rejected_overlays": _rejected(achieved),
        "evidence": _evidence(assessment.evidence),
    }


def _cause(cause: str, seconds: int, links: Mapping[str, Link]) -> dict[str, Any]:
    """Describe seconds of DOWN: in the shadow of which outage, and whose; null = its own."""
    target = outage_target(cause) if cause else None
    link = None if target is None else links.get(target.removeprefix("link:"))
    return {
        "outage": cause or None,
        "target": target,
        "title": "" if link is None else link.title,
        "carrier": None if link is None else link.carrier,
        "seconds": seconds,
    }


def carrier_document(assessment: CarrierAssessment) -> dict[str, Any]:
    """Return a carrier's figure, its levels, every circuit, and those that were not scored."""
    return {
        "carrier": assessment.carrier.id,
        "title": assessment.carrier.title,
        **_window(assessment.window),
        "engine": ENGINE,
        "status": assessment.status.value,
        "availability": ratio(assessment.availability),
        "availability_percent": _text(assessment.availability, None),
        "coverage": ratio(assessment.coverage),
        "coverage_percent": _text(assessment.coverage, None),
        "seconds": _seconds(assessment.by_class),
        "levels": [_level(level) for level in assessment.levels],
        "links": [_link_row(link) for link in assessment.links],
        "not_scored": [
            {
                "link": link.link.id,
                "title": link.link.title,
                "status": link.achieved.status.value,
            }
            for link in assessment.not_scored
        ],
        "evidence": _evidence(assessment.evidence),
    }


def ratio(value: Fraction | None, beside: Fraction | None = None) -> dict[str, Any] | None:
    """Return an exact ratio with its percentage; `beside` is a limit it must not seem to meet."""
    if value is None:
        return None
    return {"num": value.numerator, "den": value.denominator, "percent": _text(value, beside)}


def _text(value: Fraction | None, beside: Fraction | None) -> str | None:
    if value is None:
        return None
    return percent(value) if beside is None else percent_beside(value, beside)


def _link_row(assessment: LinkAssessment) -> dict[str, Any]:
    link, promised = assessment.link, assessment.contract.availability
    settled = assessment.settled
    return {
        "link": link.id,
        "title": link.title,
        "circuit": link.circuit,
        "carrier": link.carrier,
        "contract": link.contract,
        "level": assessment.level,
        **_figures(assessment.achieved, promised),
        "status": assessment.status.value,
        "availability_percent": _text(settled, promised),
        "promised": ratio(promised),
        "met": None if settled is None else settled >= promised,
        "within_resolution": assessment.within_resolution,
        "outages": [_outage(outage) for outage in assessment.outages],
    }


def _figures(achieved: Achieved, promised: Fraction | None) -> dict[str, Any]:
    return {
        "status": achieved.status.value,
        "seconds": _seconds(achieved.by_class),
        "evaluated_seconds": achieved.evaluated,
        "A_opt": ratio(achieved.a_opt, promised),
        "A_meas": ratio(achieved.a_meas, promised),
        "A_pess": ratio(achieved.a_pess, promised),
        "A_settle": ratio(achieved.a_settle, promised),
        "coverage": ratio(achieved.coverage),
        "coverage_percent": _text(achieved.coverage, None),
        "counts": {
            "started": achieved.started,
            "carried_in": achieved.carried_in,
            "closed": achieved.closed,
            "open_at_end": achieved.open_at_end,
            "flashes": achieved.flashes,
        },
        "longest_seconds": achieved.longest,
        "mttr_seconds": _number(achieved.mttr),
        "mtbf_seconds": _number(achieved.mtbf),
    }


def _rejected(achieved: Achieved) -> list[dict[str, Any]]:
    return [
        {"kind": item.kind, "start": item.start, "end": item.end, "reason": item.reason}
        for item in achieved.rejected
    ]


def _outage(assessed: AssessedOutage) -> dict[str, Any]:
    outage = assessed.outage
    return {
        "start": outage.start,
        "end": None if outage.lasting else outage.end,
        "attributable_seconds": outage.attributable,
        "in_window_seconds": outage.in_window,
        "span_seconds": outage.span,
        "runs": outage.runs,
        "started": outage.started,
        "closed": outage.closed,
        "start_censored": outage.start_censored,
        "end_censored": outage.end_censored,
        "live_outages": list(assessed.live),
        "shadow_of": list(assessed.shadow_of),
    }


def _level(level: LevelFigure) -> dict[str, Any]:
    return {
        "level": level.level,
        "weight": _number(level.weight),
        "circuits": level.circuits,
        "scored": level.scored,
        "availability": ratio(level.availability),
    }


def _window(window: Window) -> dict[str, Any]:
    return {
        "period": window.period,
        "window": {"start": window.start, "end": window.end, "seconds": window.seconds},
        "provisional": window.provisional,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "first_heartbeat": evidence.first_heartbeat,
        "recorded_until": evidence.recorded_until,
        "clock": "not verified",
    }


def _rules(terms: Terms) -> dict[str, Any]:
    found = asdict(terms)
    found["coverage_floor"] = ratio(terms.coverage_floor)
    found["bands"] = [{"floor": ratio(band.floor), "credit": band.credit} for band in terms.bands]
    return found


def _seconds(by_class: Mapping[Class, int]) -> dict[str, int]:
    return {kind.value: by_class[kind] for kind in Class}


def _number(value: Fraction | None) -> dict[str, int] | None:
    return None if value is None else {"num": value.numerator, "den": value.denominator}
