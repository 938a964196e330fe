"""When each device is read: within an hour of the start, then once a period, spread by name."""

from __future__ import annotations

import copy
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runtime.surveys.plan import SOON, SurveyPlan

NOW = 1_795_500_000
DAY = 86_400
WALK = 7 * 3600
NAMES = st.text("abcdefgh0123456789-", min_size=1, max_size=12)


def plan(device: str, seen_at: int | None = None, every: int = DAY) -> SurveyPlan:
    made = SurveyPlan(every)
    made.enter(device, NOW, seen_at)
    return made


def first(made: SurveyPlan) -> int:
    """The second at which the only device is due; it is due no more then."""
    low, high = NOW - 9 * DAY, NOW + 99 * DAY
    while low < high:
        middle = (low + high) // 2
        if list(copy.deepcopy(made).due(middle, 99)):
            high = middle
        else:
            low = middle + 1
    assert list(made.due(low, 99))
    return low


@given(NAMES)
def test_a_device_that_was_never_read_is_read_within_an_hour(device: str) -> None:
    assert NOW <= first(plan(device)) < NOW + SOON


@given(NAMES, st.integers(2 * DAY, 10 * DAY))
def test_one_that_is_overdue_is_read_within_an_hour_too(device: str, age: int) -> None:
    assert first(plan(device, NOW - age)) < NOW + SOON


@given(NAMES, st.integers(0, DAY - 1))
def test_one_that_was_read_before_a_restart_is_not_read_again_at_once(
    device: str, age: int
) -> None:
    assert first(plan(device, NOW - age)) >= NOW - age + DAY // 4


@given(NAMES, st.integers(0, 30 * DAY))
def test_one_that_was_read_is_read_again_in_this_period_or_the_next(
    device: str, later: int
) -> None:
    made = plan(device)
    first(made)
    made.done(device, NOW + later)
    assert DAY // 4 <= first(made) - (NOW + later) <= DAY // 4 + DAY + WALK


def turns(device: str, count: int) -> list[int]:
    """The instants of a device that is always read at once."""
    made = plan(device)
    found = [first(made)]
    for _ in range(count):
        made.done(device, found[-1] + 2)
        found.append(first(made))
    return found[1:]


@given(NAMES)
def test_each_period_has_one_turn(device: str) -> None:
    days = [at // DAY for at in turns(device, 9)]
    assert [later - sooner for sooner, later in pairwise(days)] == [1] * 8


@given(NAMES)
def test_a_turn_is_seven_hours_later_in_each_period(device: str) -> None:
    assert {(later - sooner) % DAY for sooner, later in pairwise(turns(device, 9))} == {WALK}


@given(NAMES, st.integers(0, DAY))
def test_a_restart_changes_no_turn(device: str, age: int) -> None:
    made = plan(device)
    first(made)
    made.done(device, NOW - age)
    due = first(made)
    assert due <= NOW or first(plan(device, NOW - age)) == due


def test_who_is_not_due_is_not_named() -> None:
    made = plan("a")
    assert list(made.due(first(plan("a")) - 1, 9)) == []


def test_the_longest_overdue_come_first_and_no_more_than_wanted() -> None:
    made = SurveyPlan(DAY)
    for device in ("a", "b", "c"):
        made.enter(device, NOW, None)
        made.postpone(device, NOW + ord(device))
    assert list(made.due(NOW + 2 * SOON, 6))[:2] == ["a", "b"]


def test_who_left_is_not_due() -> None:
    made = plan("a")
    made.keep({"b"})
    assert list(made.due(NOW + DAY, 9)) == []


def test_the_hour_after_the_start_is_used_evenly() -> None:
    made = SurveyPlan(DAY)
    for number in range(3600):
        made.enter(f"device-{number}", NOW, None)
    quarters = [len(list(made.due(NOW + 900 * (part + 1), 3600))) for part in range(4)]
    assert min(quarters) > 700
