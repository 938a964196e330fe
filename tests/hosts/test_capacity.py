"""When something is full is said where days show it, and never otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.capacity import FULL, LEAST_DAYS, Amount, Daily, add_up, slopes, trend
from store.capacity import open_capacity

TODAY = 20_800
RATIOS = st.floats(0, 1)


def days_of(*ratios: float, total: float = 100.0, until: int = TODAY) -> dict[int, Amount]:
    """Return what was used on the days before `until`, the last one yesterday."""
    first = until - len(ratios)
    return {first + place: Amount(total, total * ratio) for place, ratio in enumerate(ratios)}


def rising(count: int, slope: float, start: float = 0.4) -> list[float]:
    return [start + slope * place for place in range(count)]


@given(st.integers(2, 60), st.floats(-0.01, 0.01), st.floats(0, 1))
def test_a_line_is_found_as_it_is(count: int, slope: float, start: float) -> None:
    found, low, high = slopes(range(count), [start + slope * day for day in range(count)])
    assert found == pytest.approx(slope, abs=1e-9)
    assert low <= found + 1e-12
    assert found <= high + 1e-12


@given(
    st.lists(RATIOS, min_size=8, max_size=8), st.sets(st.integers(0, 39), min_size=8, max_size=8)
)
def test_a_fifth_of_wild_days_does_not_turn_it(wild: list[float], places: set[int]) -> None:
    values = rising(40, 0.005)
    for place, value in zip(sorted(places), wild, strict=True):
        values[place] = value
    assert slopes(range(40), values)[0] > 0


@given(st.lists(RATIOS, max_size=LEAST_DAYS - 1))
def test_few_days_give_no_date(ratios: list[float]) -> None:
    found = trend(days_of(*ratios), TODAY)
    assert found.remark in {"too_short", "full"}
    assert found.earliest is None
    assert found.latest is None


@given(st.lists(RATIOS, max_size=130))
def test_dates_stand_in_order_and_in_reach(ratios: list[float]) -> None:
    found = trend(days_of(*ratios), TODAY)
    if found.remark not in {"good", "fair"}:
        assert found.earliest is None
        return
    assert found.full_on is not None
    assert found.earliest is not None
    assert found.latest is not None
    assert TODAY <= found.earliest <= found.full_on <= found.latest
    assert found.full_on - TODAY <= 3 * found.days + 1


def test_what_rises_evenly_is_full_on_the_day_it_says() -> None:
    found = trend(days_of(*rising(60, 0.004)), TODAY)
    assert found.remark == "good"
    assert found.per_day == pytest.approx(0.004)
    left = (FULL - (0.4 + 0.004 * 60)) / 0.004
    assert found.full_on == pytest.approx(TODAY + left, abs=1)


def test_what_does_not_rise_beyond_doubt_has_no_date() -> None:
    weekly = [0.5 + 0.05 * (day % 7) for day in range(60)]
    assert trend(days_of(*weekly), TODAY).remark == "steady"
    assert trend(days_of(*rising(60, -0.004, 0.8)), TODAY).remark == "falling"


def test_a_date_years_ahead_is_not_given() -> None:
    assert trend(days_of(*rising(30, 0.0005)), TODAY).remark == "far"


def test_what_is_full_is_called_so_from_the_first_day() -> None:
    assert trend(days_of(0.95), TODAY).remark == "full"


def test_days_before_more_was_bought_say_nothing() -> None:
    before = days_of(*rising(40, 0.01), until=TODAY - 20)
    after = days_of(*rising(20, 0.004, 0.3), total=300.0)
    found = trend(before | after, TODAY)
    assert found.days == 20
    assert found.per_day == pytest.approx(0.004)


def test_today_is_not_over_and_does_not_count() -> None:
    assert trend(days_of(*rising(60, 0.004)) | {TODAY: Amount(100, 0)}, TODAY).days == 60


def test_what_is_full_today_is_called_so_today() -> None:
    found = trend(days_of(*rising(60, 0.004)), TODAY, Amount(100.0, 95.0))
    assert (found.remark, found.full_on, found.earliest) == ("full", TODAY, None)


def test_what_was_cleared_away_today_is_not_full_any_more() -> None:
    found = trend(days_of(*rising(60, 0.004, 0.7)), TODAY, Amount(100.0, 50.0))
    assert found.remark == "good"
    assert found.full_on == pytest.approx(TODAY + (FULL - 0.5) / 0.004, abs=1)


def test_from_the_day_on_which_more_is_there_the_days_before_say_nothing() -> None:
    found = trend(days_of(*rising(60, 0.004, 0.7)), TODAY, Amount(200.0, 95.0))
    assert (found.remark, found.days) == ("too_short", 0)


def test_a_single_sudden_day_gives_no_date() -> None:
    assert trend(days_of(*[0.3] * 40, 0.8), TODAY).remark == "steady"


def day(number: int, device: str = "db1", **told: float | None) -> Daily:
    values: dict[str, float | None] = {
        "cpus": 4, "busy": 0.5, "memory": 100, "memory_used": 60.0, "storage": 1000,
        "storage_used": 700.0,
    }  # fmt: skip
    return Daily(number, device, "xg", "dmz", **(values | told))  # type: ignore[arg-type]


def test_hosts_are_added_up_and_the_unheard_left_out() -> None:
    rows = [day(1), day(1, "db2", busy=0.1, memory=None), day(9, storage_used=None)]
    assert add_up(rows, "cpu") == {1: Amount(8, 2.4), 9: Amount(4, 2)}
    assert add_up(rows, "memory") == {1: Amount(100, 60), 9: Amount(100, 60)}
    assert add_up(rows, "storage") == {1: Amount(2000, 1400)}


def test_a_host_that_is_silent_for_some_days_does_not_make_the_group_smaller() -> None:
    rows = [day(number, name) for number in range(1, 20) for name in ("db1", "db2")]
    gaps = [row for row in rows if row.device == "db1" or row.day not in {7, 8, 9, 10}]
    assert add_up(gaps, "storage") == add_up(rows, "storage")


def test_a_day_without_one_of_ten_hosts_does_not_begin_the_trend_anew() -> None:
    rows = [
        day(TODAY - 60 + number, f"h{host}", storage_used=400.0 + 4 * number)
        for number in range(60)
        for host in range(10)
        if (number, host) != (55, 3)
    ]
    found = trend(add_up(rows, "storage"), TODAY)
    assert (found.days, found.remark) == (60, "good")


def test_a_host_that_was_taken_away_counts_for_three_days_and_then_no_more() -> None:
    rows = [day(number) for number in range(1, 9)] + [day(2, "gone")]
    totals = {number: amount.total for number, amount in add_up(rows, "storage").items()}
    assert totals == {1: 1000, 2: 2000, 3: 2000, 4: 2000, **dict.fromkeys(range(5, 9), 1000)}


@settings(max_examples=15)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 100)), min_size=1, max_size=30))
def test_samples_of_a_day_become_its_mean(
    tmp_path_factory: pytest.TempPathFactory, samples: list[tuple[float, float]]
) -> None:
    kept = open_capacity(tmp_path_factory.mktemp("capacity"), 0)
    try:
        for busy, used in samples:
            kept.keep([day(1, busy=busy, memory_used=used, storage_used=used)])
        [row] = kept.between(0, 99_999)
    finally:
        kept.close()
    assert row.samples == len(samples)
    assert row.busy == pytest.approx(sum(busy for busy, _ in samples) / len(samples))
    assert row.memory_used == pytest.approx(sum(used for _, used in samples) / len(samples))
    assert row.storage_used == samples[-1][1]


def test_what_was_not_heard_later_stays(tmp_path: Path) -> None:
    kept = open_capacity(tmp_path, 0)
    kept.keep([day(1, busy=None)])
    kept.keep([day(1, busy=0.4)])
    kept.keep([day(1, cpus=None, memory=None, storage_used=None)])
    [row] = kept.between(0, 99_999)
    assert (row.cpus, row.memory, row.storage_used) == (4, 100, 700.0)
    assert row.busy is not None
    kept.close()


def test_rows_outlive_a_restart_and_old_ones_go(tmp_path: Path) -> None:
    kept = open_capacity(tmp_path, 0)
    kept.keep([day(1), day(2), day(2, "db2")])
    kept.close()
    kept = open_capacity(tmp_path, 0)
    kept.forget(1)
    assert [(row.day, row.device) for row in kept.between(0, 99_999)] == [(2, "db1"), (2, "db2")]
    kept.close()


def test_a_day_of_a_clock_that_was_wrong_by_years_empties_nothing(tmp_path: Path) -> None:
    kept = open_capacity(tmp_path, 0)
    kept.keep([day(TODAY - 1), day(TODAY), day(TODAY + 30_000, storage_used=1.0)])
    kept.forget(800)
    assert [row.day for row in kept.between(TODAY - 130, TODAY)] == [TODAY - 1, TODAY]
    kept.close()


def test_a_damaged_file_is_set_aside_and_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "capacity.sqlite").write_bytes(b"no database" * 1000)
    kept = open_capacity(tmp_path, 17)
    assert kept.between(0, 99_999) == []
    assert kept.aside == tmp_path / "capacity-corrupt-17.sqlite"
    kept.close()
