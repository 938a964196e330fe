"""The engine gives the exact results of the methodology's worked cases."""

from __future__ import annotations

import json
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from sla._overlays import Class, Overlays, Work
from sla.calculator import Achieved, Band, Terms, compute
from sla.rounding import percent
from sla.timeline import Run

_VECTORS = Path(__file__).parents[3] / "shared" / "sla" / "vectors.json"


def _load() -> dict[str, Any]:
    if not _VECTORS.exists():
        return {"defaults": {}, "bands": [], "vectors": []}
    found: dict[str, Any] = json.loads(_VECTORS.read_text())
    return found


_DATA = _load()
_CASES = [vector for vector in _DATA["vectors"] if vector["kind"] == "timeline"]


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _terms(params: dict[str, Any]) -> Terms:
    merged = _DATA["defaults"] | params
    return Terms(
        d_min=merged["d_min"],
        merge_gap=merged["g_merge"],
        bridge=merged["k_bridge"],
        downtime_mode=merged["downtime_mode"],
        maintenance_mode=merged["maintenance_mode"],
        coverage_floor=Fraction(merged["kappa_min"]),
        notice=merged["notice_s"],
        quota=merged["quota_s"],
        bands=tuple(Band(Fraction(floor), credit) for floor, credit in _DATA["bands"]),
    )


def _overlays(given: dict[str, Any], service: list[list[str]] | None) -> Overlays:
    def spans(kind: str) -> list[tuple[int, int]]:
        return [(_seconds(item[0]), _seconds(item[1])) for item in given.get(kind, ())]

    def works(kind: str) -> list[Work]:
        return [Work(*(_seconds(part) for part in item)) for item in given.get(kind, ())]

    return Overlays(
        service=None if service is None else [(_seconds(a), _seconds(b)) for a, b in service],
        owner_work=works("M_o"),
        carrier_work=works("M_c"),
        force_majeure=spans("F"),
        power=spans("P"),
        upstream=spans("X"),
    )


def _ratio(value: Fraction | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        "num": value.numerator,
        "den": value.denominator,
        "percent_4dp": percent(value, 4),
        "percent_8dp": percent(value, 8),
    }


def _number(value: Fraction | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"num": value.numerator, "den": value.denominator, "value": float(value)}


def _as_expected(got: Achieved) -> dict[str, Any]:
    return {
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
        "detail": [
            {
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
            for outage in got.outages
        ],
        "overlays_rejected": [tuple(item) for item in got.rejected],
        "mttr_s": _number(got.mttr),
        "mtbf_s": _number(got.mtbf),
        "status": got.status.value,
        "A_opt": _ratio(got.a_opt),
        "A_pess": _ratio(got.a_pess),
        "A_meas": _ratio(got.a_meas),
        "A_settle": _ratio(got.a_settle),
        "coverage": _ratio(got.coverage),
        "A_fixed43200": _ratio(got.a_fixed),
        "band": {"opt": got.credit_opt, "pess": got.credit_pess, "settle": got.credit_settle},
    }


@pytest.mark.skipif(not _CASES, reason="the worked cases of the methodology are not here")
@pytest.mark.parametrize("case", _CASES, ids=lambda case: str(case["id"]))
def test_a_worked_case_comes_out_exactly(case: dict[str, Any]) -> None:
    window = (_seconds(case["window"][0]), _seconds(case["window"][1]))
    got = compute(
        window,
        [Run(state, _seconds(start), _seconds(end)) for state, start, end in case["raw"]],
        _terms(case.get("params", {})),
        _overlays(case.get("overlays", {}), case.get("in_service")),
    )
    expected = dict(case["expect"])
    expected["overlays_rejected"] = [
        (kind, _seconds(start), _seconds(end), reason)
        for kind, start, end, reason in expected["overlays_rejected"]
    ]
    assert _as_expected(got) == expected
