"""Results of worked cases, with the keys of the methodology's worked cases."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from sla._overlays import Class
from sla.calculator import Achieved, SlaOutage, Status
from sla.repair import Repaired
from sla.rounding import percent
from sla.slots import Window


def timeline(got: Achieved, rejected: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Arrange the figures of a window. `rejected`: how what was rejected stood in the case."""
    found: dict[str, Any] = {
        "T_W": got.seconds,
        "T_out": got.by_class[Class.OUT],
        "T_excluded": got.excluded,
        "by_class": {kind.value: seconds for kind, seconds in got.by_class.items()},
        "T_U": got.up,
        "T_D": got.down,
        "T_K": got.unknown,
        "T_e": got.evaluated,
        "outages_started": got.started,
        "outages_carried_in": got.carried_in,
        "outages_closed": got.closed,
        "outages_open_at_end": got.open_at_end,
        "flashes": got.flashes,
        "longest_outage_s": got.longest,
        "detail": [_outage(outage) for outage in got.outages],
        "overlays_rejected": [
            [one.kind, *written, one.reason]
            for one, written in zip(got.rejected, rejected, strict=True)
        ],
        "mttr_s": number(got.mttr),
        "mtbf_s": number(got.mtbf),
        "status": got.status.value,
        "A_opt": ratio(got.a_opt),
        "A_pess": ratio(got.a_pess),
        "A_meas": ratio(got.a_meas),
        "A_settle": ratio(got.a_settle),
        "coverage": ratio(got.coverage),
        "band": {"opt": got.credit_opt, "pess": got.credit_pess, "settle": got.credit_settle},
    }
    if got.status is not Status.NOT_APPLICABLE:
        found["A_fixed43200"] = ratio(got.a_fixed)
    return found


def _outage(outage: SlaOutage) -> dict[str, Any]:
    return {
        "start": outage.start,
        "end": outage.end,
        "attributable_s": outage.attributable,
        "in_window_s": outage.in_window,
        "span_s": outage.span,
        "runs": outage.runs,
        "started": outage.started,
        "closed": outage.closed,
        "start_censored": outage.start_censored,
        "end_censored": outage.end_censored,
    }


def slots(got: Window) -> dict[str, Any]:
    """Arrange the states of slots; availability is of slots, since all are equally long."""
    up, down, unknown = got.available, got.unavailable, got.undetermined
    return {
        "indicators": "".join(got.indicators),
        "available": up,
        "unavailable": down,
        "undetermined": unknown,
        "hli": got.hli,
        "chli": got.chli,
        "A_meas": ratio(_share(up, up + down)),
        "A_opt": ratio(_share(up + unknown, up + down + unknown)),
        "A_pess": ratio(_share(up, up + down + unknown)),
    }


def repair(got: Repaired) -> dict[str, Any]:
    """Arrange both clocks of a fault, seconds."""
    return {
        "availability_downtime_s": got.downtime,
        "notify_delay_s": got.notify_delay,
        "stop_clock_s": got.stopped,
        "repair_s": got.seconds,
        "within_limit": got.in_time,
    }


def ratio(value: Fraction | None) -> dict[str, Any] | None:
    """Write a ratio: exactly, and as a percentage with four and eight decimals."""
    if value is None:
        return None
    return {
        "num": value.numerator,
        "den": value.denominator,
        "percent_4dp": percent(value, 4),
        "percent_8dp": percent(value, 8),
    }


def number(value: Fraction | None) -> dict[str, Any] | None:
    """Write a number that is no percentage: exactly, and as it is nearly."""
    if value is None:
        return None
    return {"num": value.numerator, "den": value.denominator, "value": float(value)}


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
