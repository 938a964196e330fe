"""A report whose rules give back by hours down and not by bands (methodology 1.12)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runtime.assessments.rulesets import load
from sla import build
from sla.report import Credits
from sla.ruleset import HoursClause
from sla.states import State
from sla.timeline import Step
from tests.sla import built
from tests.sla.built import at, inputs, link, timeline

_RULES = replace(built.RULES, hours=HoursClause(4 * 3600, 2, 25 * 3600, 50))
_FEE = 260_000


def _credits(*live: Step) -> Credits:
    reg = built.register(link("a", fee=_FEE))
    return build.report(inputs(reg, {"a": live}, "2026-10", rules=_RULES)).credits


@pytest.mark.parametrize(
    ("until", "percent"),
    [("12:00", 0), ("12:01", 2), ("14:30", 6)],
)
def test_each_hour_that_has_begun_after_the_free_ones_costs(until: str, percent: int) -> None:
    got = _credits(*timeline((at("2026-10-05 08:00"), at(f"2026-10-05 {until}"))))

    assert got.sum_fen == _FEE * percent // 100


def test_what_is_unknown_is_named_where_it_could_cost() -> None:
    """Three hours down and two unknown: if those were down, one hour would be paid for."""
    down, unknown = at("2026-10-05 08:00"), at("2026-10-05 11:00")
    *before, last = timeline((down, unknown))
    lived_again = at("2026-10-05 13:00")

    got = _credits(
        *before,
        Step(State.UNKNOWN, unknown, lived_again, unknown, "not_asked", ""),
        last._replace(start=lived_again, seen_at=lived_again),
    )

    assert (got.sum_fen, got.review) == (0, (("a", "2026-10", "AMBIGUOUS"),))


def test_what_is_unknown_is_not_named_where_it_costs_nothing() -> None:
    """By bands an hour of it could; by hours the four free ones are not used up."""
    start, end = at("2026-10-05 08:00"), at("2026-10-05 09:00")
    first = timeline()[0]

    got = _credits(
        first._replace(end=start),
        Step(State.UNKNOWN, start, end, start, "not_asked", ""),
        first._replace(start=end, seen_at=end),
    )

    assert (got.sum_fen, got.review) == (0, ())


def test_the_shipped_rules_make_a_report() -> None:
    reg = built.register(link("a"))
    down = (at("2026-10-05 08:00"), at("2026-10-05 14:00"))

    got = build.report(inputs(reg, {"a": timeline(down)}, "2026-10", rules=load()))

    assert [(line.percent, line.fen) for line in got.credits.lines] == [(10, 26_000)]
