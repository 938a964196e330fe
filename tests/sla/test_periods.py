"""Periods become half-open windows of the calendar of the province."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.periods import PeriodError, Window, months_of, parse

LATER = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())


def _utc(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_a_month_begins_and_ends_at_local_midnight() -> None:
    assert parse("2026-11", LATER) == Window(
        "2026-11", _utc("2026-11-01T00:00:00+08:00"), _utc("2026-12-01T00:00:00+08:00")
    )


def test_december_ends_with_the_year() -> None:
    assert parse("2026-12", LATER).end == _utc("2027-01-01T00:00:00+08:00")


def test_a_leap_february_has_29_days() -> None:
    assert parse("2028-02", LATER).seconds == 29 * 86_400


@pytest.mark.parametrize("quarter", [1, 2, 3, 4])
def test_a_quarter_is_its_three_months(quarter: int) -> None:
    whole = parse(f"2026Q{quarter}", LATER)
    months = [parse(f"2026-{month:02}", LATER) for month in range(3 * quarter - 2, 3 * quarter + 1)]
    assert (whole.start, whole.end) == (months[0].start, months[-1].end)
    assert whole.seconds == sum(month.seconds for month in months)


def test_a_year_is_its_four_quarters() -> None:
    year = parse("2026", LATER)
    assert year.seconds == sum(parse(f"2026Q{n}", LATER).seconds for n in (1, 2, 3, 4))


def test_a_period_that_is_not_over_ends_now_and_is_provisional() -> None:
    now = _utc("2026-11-15T12:00:00+08:00")
    window = parse("2026-11", now)
    assert (window.end, window.provisional) == (now, True)


def test_a_period_that_ends_this_second_is_over() -> None:
    window = parse("2026-10", _utc("2026-11-01T00:00:00+08:00"))
    assert not window.provisional


def test_a_period_that_has_not_begun_is_refused_by_code() -> None:
    with pytest.raises(PeriodError) as caught:
        parse("2026-12", _utc("2026-12-01T00:00:00+08:00"))
    assert (caught.value.code, caught.value.period) == ("period_future", "2026-12")


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-13", "2026-00", "2026-1", "2026Q0", "2026Q5", "2026q1", "2026-Q1", "2026 ",
     "2026-11-01", "0000", "9999", "1969", "２０２６", "2026-11\n", "-2026"],
)  # fmt: skip
def test_what_is_no_period_is_refused_by_code(text: str) -> None:
    with pytest.raises(PeriodError) as caught:
        parse(text, LATER)
    assert caught.value.code == "period_form"


@given(st.text(max_size=10))
def test_any_text_is_a_window_or_a_refusal(text: str) -> None:
    try:
        window = parse(text, LATER)
    except PeriodError:
        return
    assert window.start < window.end <= LATER


def test_summer_time_of_the_past_is_the_tz_databases() -> None:
    """China had summer time from 1986 to 1991: April 1988 is an hour short."""
    assert parse("1988-04", LATER).seconds == 30 * 86_400 - 3600


def test_another_zone_has_its_own_midnight() -> None:
    assert parse("2026-01", LATER, "UTC").start == _utc("2026-01-01T00:00:00+00:00")


def test_a_range_of_days_has_its_last_day_in_it() -> None:
    assert parse("2026-10-01..2026-11-15", LATER) == Window(
        "2026-10-01..2026-11-15",
        _utc("2026-10-01T00:00:00+08:00"),
        _utc("2026-11-16T00:00:00+08:00"),
    )


@pytest.mark.parametrize(
    "text",
    ["2026-10-02..2026-10-01", "2026-02-30..2026-03-01", "2026-10-01..", "2026-10..2026-11",
     "2026-10-01...2026-10-02", "1969-12-31..1970-01-01"],
)  # fmt: skip
def test_a_range_that_is_none_is_refused_by_code(text: str) -> None:
    with pytest.raises(PeriodError) as caught:
        parse(text, LATER)
    assert caught.value.code == "period_form"


def test_a_range_is_cut_where_its_months_begin() -> None:
    days = parse("2026-10-20..2026-12-03", LATER)
    november, december = parse("2026-11", LATER), parse("2026-12", LATER)

    assert months_of(days.start, days.end) == [
        ("2026-10", days.start, november.start),
        ("2026-11", november.start, november.end),
        ("2026-12", december.start, days.end),
    ]
