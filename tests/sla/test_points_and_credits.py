"""Points and credits; the worked case is TV13 of the methodology."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla import composite
from sla import credits as money
from sla.calculator import Band
from sla.ruleset import Grade, HoursClause, ScoreRule

F = Fraction
_BANDS = [
    Band(F("0.999"), 0), Band(F("0.995"), 5), Band(F("0.99"), 10), Band(F("0.95"), 25),
    Band(F(0), 50),
]  # fmt: skip
_LEVELS = [
    (F("0.30"), F("0.9995"), F("0.995"), 15_548_400, 3_600),
    (F("0.25"), F("0.999"), F("0.99"), 77_706_000, 54_000),
    (F("0.20"), F("0.999"), F("0.99"), 232_930_000, 350_000),
    (F("0.15"), F("0.995"), F("0.98"), 0, 0),
    (F("0.10"), F("0.99"), F("0.95"), 765_936_000, 11_664_000),
]
"""λ, target, floor, seconds up, seconds down."""
_ITEMS = [
    (40, F(433_751, 446_148)), (20, F(1, 2)), (10, F(56, 71)), (8, F(7, 8)), (8, F(1, 2)),
    (4, None), (5, F(19, 20)), (5, F(4, 5)),
]  # fmt: skip
_GRADES = [
    Grade(F(90), "合格", F(1)),
    Grade(F(80), "一般", F("0.95")),
    Grade(F(0), "不合格", F("0.9")),
]


def _reached() -> list[Fraction | None]:
    return [composite.pooled([(F(1), up + down, down)]) for _, _, _, up, down in _LEVELS]


def _scores() -> list[Fraction | None]:
    return [
        None if reached is None else composite.scored(ScoreRule(floor, target), reached)
        for (_, target, floor, _, _), reached in zip(_LEVELS, _reached(), strict=True)
    ]


def test_each_level_reached_what_its_seconds_say() -> None:
    assert _reached() == [F(4319, 4320), F(1439, 1440), F(23_293, 23_328), None, F(197, 200)]


def test_each_level_is_scored_between_floor_and_target() -> None:
    assert _scores() == [F(1), F(1), F(24_785, 26_244), None, F(7, 8)]


def test_the_weight_of_a_missing_level_is_spread_over_the_others() -> None:
    weights = [level[0] for level in _LEVELS]

    assert composite.weighted(zip(weights, _scores(), strict=True)) == F(433_751, 446_148)
    assert composite.weighted(zip(weights, _reached(), strict=True)) == F(9_890_569, 9_914_400)


def test_the_composite_score_is_exact() -> None:
    assert composite.composite(_ITEMS, 60) == F(60_601_795_825, 760_236_192)


def test_with_too_little_weight_there_is_no_score() -> None:
    assert composite.composite(_ITEMS, 96) is not None
    assert composite.composite(_ITEMS, 97) is None


@pytest.mark.parametrize(
    ("points", "name"),
    [(F(90), "合格"), (F("89.999999"), "一般"), (F(80), "一般"), (F("79.71"), "不合格")],
)
def test_a_grade_is_compared_unrounded(points: Fraction, name: str) -> None:
    grade = composite.grade_of(points, _GRADES)

    assert grade is not None
    assert grade.name == name


@pytest.mark.parametrize(
    ("hundredths", "left"), [([], F(80)), ([500, 250], F("72.5")), ([1000, 1000], F(65))]
)
def test_deductions_take_no_more_than_their_cap(hundredths: list[int], left: Fraction) -> None:
    assert composite.deducted(F(80), hundredths, 15) == left


def test_deductions_never_take_what_is_not_there() -> None:
    assert composite.deducted(F(3), [500], 15) == 0


def test_a_rule_may_fall() -> None:
    """Fewer outages are better: none scores 1, a half per circuit and month nothing."""
    rule = ScoreRule(F(1, 2), F(0))

    assert [composite.scored(rule, F(n, 4)) for n in (0, 1, 2, 3)] == [1, F(1, 2), 0, 0]


@given(st.lists(st.tuples(st.integers(1, 100), st.none() | st.fractions(0, 1)), max_size=8))
def test_a_score_lies_within_those_it_is_made_of(
    items: list[tuple[int, Fraction | None]],
) -> None:
    scores = [score for _, score in items if score is not None]
    found = composite.composite(items, 0)

    assert found is None if not scores else min(scores) <= (found or 0) / 100 <= max(scores)


@pytest.mark.parametrize(
    ("fee", "settled", "fen"),
    [
        (300_000, "0.9992", 0),
        (120_000, "0.9949", 12_000),
        (80_000, "0.9400", 40_000),
        (33_335, "0.9950", 1_667),  # 16.6675 yuan
    ],
)
def test_a_credit_is_rounded_half_up_to_fen(fee: int, settled: str, fen: int) -> None:
    percent = money.band_percent(F(settled), _BANDS)

    assert money.fen(F(fee * percent, 100)) == fen


@pytest.mark.parametrize(("amount", "fen"), [("1.5", 2), ("2.5", 3), ("2.4999", 2), ("0", 0)])
def test_halves_go_up_and_not_to_even(amount: str, fen: int) -> None:
    assert money.fen(F(amount)) == fen


def test_a_quarter_gives_back_no_more_than_its_cap() -> None:
    lines, cap = [0, 12_000, 40_000, 1_667], money.fen(F(533_335, 5))

    assert (money.due(lines, cap), cap) == (53_667, 106_667)
    assert money.due([*lines, 60_000], cap) == cap
    assert money.due([*lines, 60_000], None) == 113_667


@pytest.mark.parametrize(
    ("hours", "percent"),
    [
        ("3.99", 0), ("4", 0), ("4.01", 2), ("5", 2), ("6.5", 6), ("24.99", 42), ("25", 50),
        ("30", 50),
    ],
)  # fmt: skip
def test_by_hours_each_that_has_begun_counts(hours: str, percent: int) -> None:
    clause = HoursClause(free=4 * 3600, percent=2, whole_from=25 * 3600, most=50)

    assert money.hours_percent(int(F(hours) * 3600), clause) == percent
