"""Percentages for display: half to even, once, and never a limit they miss."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.rounding import percent, percent_beside


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1), "100.0000"),
        (Fraction(0), "0.0000"),
        (Fraction(11149, 11160), "99.9014"),
        (Fraction(9_999_985, 10_000_000), "99.9998"),
        (Fraction(9_999_995, 10_000_000), "100.0000"),
        (Fraction(1, 2_000_000), "0.0000"),
        (Fraction(3, 2_000_000), "0.0002"),
        (Fraction(-1, 100), "-1.0000"),
    ],
)
def test_halves_go_to_the_even_digit(value: Fraction, text: str) -> None:
    assert percent(value) == text


@given(st.integers(0, 10**9), st.integers(0, 8))
def test_it_agrees_with_decimal_arithmetic(part: int, digits: int) -> None:
    exact = Decimal(part) / Decimal(10**7)
    expected = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
    assert percent(Fraction(part, 10**9), digits) == f"{expected:f}"


def test_what_misses_a_limit_never_prints_as_the_limit() -> None:
    assert percent_beside(Fraction(2589407, 2592000), Fraction(999, 1000)) == "99.89996"


def test_what_meets_a_limit_prints_as_usual() -> None:
    assert percent_beside(Fraction(999, 1000), Fraction(999, 1000)) == "99.9000"
