"""The newest finished backup counts; what is wrong with it is named, the worst first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._freshness import Backup, Demand, judge

NOW = 1_800_000_000.0
HOUR = 3_600.0
DEMAND = Demand(rpo=26 * HOUR, smallest=1_000, shrink=0.5, settle=600.0)


def sets(*ages_and_sizes: tuple[float, int | None]) -> list[Backup]:
    return [Backup(NOW - age, size) for age, size in ages_and_sizes]


def test_nothing_is_missing() -> None:
    assert judge([], NOW, DEMAND).reason == "backup_missing"


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (sets((HOUR, 5_000), (25 * HOUR, 5_000)), ""),
        (sets((27 * HOUR, 5_000)), "backup_too_old"),
        (sets((HOUR, 999)), "backup_too_small"),
        (sets((HOUR, 2_499), (25 * HOUR, 5_000)), "backup_shrunk"),
        (sets((HOUR, 2_500), (25 * HOUR, 5_000)), ""),
        (sets((HOUR, 2_000), (25 * HOUR, None), (49 * HOUR, 5_000)), "backup_shrunk"),
        (sets((27 * HOUR, 1), (50 * HOUR, 5_000)), "backup_too_old"),
        (sets((-HOUR, 5_000)), "clock_ahead"),
        (sets((-HOUR, 5_000), (23 * HOUR, 5_000)), "clock_ahead"),
        (sets((-60.0, 5_000)), ""),
        (sets((HOUR, None)), ""),
    ],
)
def test_what_is_wrong_is_named(found: list[Backup], reason: str) -> None:
    assert judge(found, NOW, DEMAND).reason == reason


def test_a_set_that_may_still_grow_is_passed_over() -> None:
    judged = judge(sets((30.0, 10), (24 * HOUR, 5_000)), NOW, DEMAND)
    assert (judged.reason, judged.age, judged.size, judged.count) == ("", 24 * HOUR, 5_000, 2)


def test_where_there_is_no_other_it_counts() -> None:
    assert judge(sets((30.0, 10)), NOW, DEMAND).reason == "backup_too_small"


backups = st.lists(
    st.builds(
        Backup, st.floats(NOW - 1e6, NOW + 1e4), st.none() | st.integers(0, 10**12)
    ),
    min_size=1, max_size=20,
)  # fmt: skip


@given(backups)
def test_age_is_that_of_one_of_them_and_never_below_zero(found: list[Backup]) -> None:
    judged = judge(found, NOW, DEMAND)
    assert judged.age in {None, *(max(0.0, NOW - one.at) for one in found)}
    assert (judged.age is None) == (judged.reason == "clock_ahead")
    assert judged.count == len(found)


@given(backups)
def test_their_order_does_not_matter(found: list[Backup]) -> None:
    mixed = sorted(found, key=lambda one: (one.size or 0, one.at))
    one, other = judge(found, NOW, DEMAND), judge(mixed, NOW, DEMAND)
    assert (one.age, one.count) == (other.age, other.count)


@given(backups, st.floats(0, 1e6))
def test_a_longer_rpo_never_makes_a_backup_old(found: list[Backup], more: float) -> None:
    if judge(found, NOW, DEMAND).reason != "backup_too_old":
        wider = Demand(DEMAND.rpo + more, DEMAND.smallest, DEMAND.shrink, DEMAND.settle)
        assert judge(found, NOW, wider).reason != "backup_too_old"
