"""The repair clock (methodology 1.9)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.repair import Fault, Repaired, overlap, repaired
from sla.timeline import Span

HOUR = 3600


def test_both_clocks_of_a_fault() -> None:
    """Availability runs from the first bad slot, the repair limit from notification."""
    got = repaired(Fault(0, 600, 5 * HOUR, ((HOUR, 2 * HOUR),)), 4 * HOUR)

    assert got == Repaired(5 * HOUR, 600, HOUR, 5 * HOUR - 600 - HOUR, in_time=True)


def test_stop_clocks_that_overlap_count_once() -> None:
    stops = ((HOUR, 2 * HOUR), (HOUR + 1800, 3 * HOUR))

    assert repaired(Fault(0, 0, 5 * HOUR, stops), HOUR).stopped == 2 * HOUR


def test_stop_clocks_count_between_notification_and_restoration_only() -> None:
    stops = ((0, HOUR), (4 * HOUR, 9 * HOUR))

    assert repaired(Fault(0, 1800, 5 * HOUR, stops), HOUR).stopped == 1800 + HOUR


@pytest.mark.parametrize(("limit", "in_time"), [(HOUR, True), (Fraction(7199, 2), False)])
def test_overdue_is_above_the_limit_unrounded(*, limit: Fraction | int, in_time: bool) -> None:
    assert repaired(Fault(0, 0, HOUR), limit).in_time is in_time


def test_what_is_not_restored_has_no_repair_time() -> None:
    assert repaired(Fault(0, 60, None), HOUR) == Repaired(None, 60, None, None, None)


def test_what_was_restored_before_anybody_was_told_took_no_repair() -> None:
    assert repaired(Fault(0, 900, 600, ((0, 900),)), HOUR).seconds == 0


_SPANS = st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=6)


@given(_SPANS, st.integers(0, 80), st.integers(0, 80))
def test_an_overlap_is_the_seconds_that_any_span_covers(
    spans: list[Span], start: int, end: int
) -> None:
    covered = {second for a, b in spans for second in range(a, b)}

    assert overlap(spans, start, end) == len(covered & set(range(start, end)))
