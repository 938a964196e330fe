"""Files of rules of assessments: exact, checked, and every problem named with its line."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.yamlmarks import MOST_ALIASES
from runtime.assessments.rulesets import SHIPPED, RulesError, load, parse_text, read
from runtime.check import check
from sla.calculator import Band
from sla.ruleset import HoursClause, LevelRule, Night
from sla.workdays import is_working_day, working_days_after

TEXT = (
    SHIPPED.read_text("utf-8")
    .replace("\nmonth_quota: null\n", "\nmonth_quota: 4h\n")
    .replace("\nnight: null\n", '\nnight: {from: "00:00", to: "06:00"}\n')
)
"""The shipped rules with a quota and a night agreed."""
RULES = parse_text(TEXT)


def _changed(before: str, after: str) -> str:
    assert TEXT.count(before) == 1
    return TEXT.replace(before, after)


def _refused(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(RulesError) as refused:
        parse_text(text)
    return [(one.line, one.path, one.code) for one in refused.value.problems]


# The shipped example.


def test_ratios_are_exact() -> None:
    assert RULES.levels["province"] == LevelRule(
        weight=Fraction(3, 10), target=Fraction(9995, 10_000), floor=Fraction(995, 1000),
        repair=7200, rtt_us=20_000, jitter_us=5_000, loss=Fraction(1, 1000), outages=1,
    )  # fmt: skip
    assert RULES.bands[1] == Band(Fraction(199, 200), 5)


def test_the_weights_of_the_items_add_up_to_100() -> None:
    assert sum(RULES.items.values()) == 100


def test_the_night_is_in_seconds_of_the_day() -> None:
    assert (RULES.night, RULES.month_quota) == (Night(0, 6 * 3600), 4 * 3600)


def test_what_no_contract_says_is_not_agreed() -> None:
    assert (load().night, load().month_quota) == (None, None)


def test_the_digest_is_of_the_text_that_is_kept() -> None:
    assert hashlib.sha256(RULES.text.encode()).hexdigest() == RULES.sha256


def test_the_text_that_is_kept_gives_the_same_rules() -> None:
    assert parse_text(RULES.text) == RULES


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())

    assert load(file) == RULES


def test_credits_may_be_by_hours() -> None:
    rules = parse_text(_changed("# hours: {", "hours: {"))

    assert rules.hours == HoursClause(4 * 3600, 2, 25 * 3600, 50)


def test_work_may_be_without_a_quota_and_at_any_hour() -> None:
    text = _changed("month_quota: 4h", "month_quota: null")
    rules = parse_text(text.replace('night: {from: "00:00", to: "06:00"}', "night: null"))

    assert (rules.month_quota, rules.night) == (None, None)


# Problems.


def _line(of: str) -> int:
    return next(n for n, line in enumerate(TEXT.splitlines(), 1) if line.strip().startswith(of))


@pytest.mark.parametrize(
    ("before", "after", "path", "code"),
    [
        ("zone: Asia/Shanghai", "zone: Asia/Peking", "zone", "rules_zone"),
        ("zone: Asia/Shanghai", "zone: ../etc/localtime", "zone", "rules_zone"),
        ("weight: 40}", "weight: 41}", "items", "rules_weights"),
        ("{weight: 0.30,", "{weight: 0,", "levels.province.weight", "rules_weight_zero"),
        ("{weight: 0.30,", "{weight: -1,", "levels.province.weight", "rules_ratio"),
        ("floor: 99.5%, repair", "floor: 99.95%, repair", "levels.province.floor", "rules_floor"),
        ("zero: 0.80, one: 1}", "zero: 1, one: 1}", "items.repair_in_time", "rules_zero_one"),
        ("zero: 0.80, one: 1}", "one: 1}", "items.repair_in_time", "rules_zero_one"),
        ("99.5%, credit: 5", "99.9%, credit: 5", "bands[1].floor", "rules_order"),
        ("99.5%, credit: 5", "99.5%, credit: 11", "bands[2].credit", "rules_credits"),
        ("floor: 0%, credit", "floor: 1%, credit", "bands[4].floor", "rules_last_floor"),
        ("floor: 80, name", "floor: 90, name", "grades[1].floor", "rules_order"),
        ('to: "06:00"', 'to: "24:00"', "night.to", "rules_time_of_day"),
        ('to: "06:00"', 'to: "00:00"', "night", "rules_night_empty"),
        ("notice: 72h", "notice: 500ms", "notice", "rules_whole_seconds"),
        ("notice: 72h", "notice: 72", "notice", "bad_duration"),
        ("claim_days: 5", "claim_days: -5", "claim_days", "too_small"),
        ("claim_days: 5", "claim_day: 5", "claim_day", "unknown_key"),
        ("2026-01-01..2026-01-03: 元旦", "2026-1-1: 元旦", "holidays.2026-1-1", "rules_day"),
        ("2027-04-05: 清明节", "2027-02-30: 清明节", "holidays.2027-02-30", "rules_day"),
        ("2026-01-04: 元旦", "2026-01-05: 元旦", "workdays.2026-01-05", "rules_not_weekend"),
        ("2026-01-04: 元旦", "2026-01-03: 元旦", "workdays.2026-01-03", "rules_day_both"),
        ("  county: {", "  country: {", "levels.country", "one_of"),
    ],
)
def test_what_is_wrong_is_named(before: str, after: str, path: str, code: str) -> None:
    problems = _refused(_changed(before, after))

    assert (path, code) in [(where, what) for _, where, what in problems]


def test_a_day_that_is_named_twice_is_named_where_it_comes_again() -> None:
    text = _changed("2027-04-05: 清明节", "2027-02-10: 清明节")

    assert _refused(text) == [(_line("2027-04-05"), "holidays.2027-02-10", "rules_day_twice")]


def test_a_problem_has_its_line() -> None:
    text = _changed("99.5%, credit: 5", "99.9%, credit: 5")

    assert _refused(text)[0][0] == _line("- {floor: 99.5%, credit: 5}")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    rules, [problem] = read(tmp_path / "none.yaml")

    assert (rules, problem.code) == (None, "file_missing")


def test_a_holiday_of_years_is_refused() -> None:
    """Or one line would make a million of days."""
    text = _changed("2026-01-01..2026-01-03", "0001-01-01..9999-12-31")

    assert _refused(text)[0][2] == "rules_day"


def test_a_file_that_unfolds_is_refused() -> None:
    text = TEXT + "x: [&a 1" + ", *a" * (MOST_ALIASES + 1) + "]\n"

    assert [code for _, _, code in _refused(text)] == ["too_many_aliases"]


def test_check_reads_the_rules_that_the_configuration_names(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(_changed("weight: 40}", "weight: 41}"), "utf-8")
    config = tmp_path / "monitor.yaml"
    config.write_text("assessment:\n  rules: own.yaml\n", "utf-8")

    found = check(None, config, {}).problems

    assert [one.file for one in found if one.code == "rules_weights"] == [
        str(tmp_path / "own.yaml")
    ]


# Working days.


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-09-30", True),
        ("2026-10-01", False),  # a holiday
        ("2026-10-09", True),
        ("2026-10-10", True),  # a Saturday that is made up for
        ("2026-10-11", False),
        ("2031-10-01", True),  # of a year that is not in the file, a Wednesday
    ],
)
def test_the_calendar_says_which_days_are_worked(day: str, *, worked: bool) -> None:
    assert is_working_day(date.fromisoformat(day), RULES) is worked


def test_working_days_pass_over_holidays_and_weekends() -> None:
    """8, 9 and Saturday 10 October 2026 are worked; 1 to 7 are free."""
    assert working_days_after(date(2026, 9, 30), 3, RULES) == date(2026, 10, 10)
    assert working_days_after(date(2026, 9, 30), 4, RULES) == date(2026, 10, 12)


def test_no_working_day_after_is_the_day_itself() -> None:
    assert working_days_after(date(2026, 10, 1), 0, RULES) == date(2026, 10, 1)


def test_working_days_do_not_go_back() -> None:
    with pytest.raises(ValueError, match="-1 working days"):
        working_days_after(date(2026, 10, 1), -1, RULES)


@given(st.dates(date(2024, 12, 1), date(2028, 1, 31)), st.integers(1, 40))
def test_the_last_of_so_many_working_days_is_worked_and_the_last_one(day: date, count: int) -> None:
    last = working_days_after(day, count, RULES)

    assert is_working_day(last, RULES)
    passed = [day + timedelta(n) for n in range(1, (last - day).days + 1)]
    assert sum(is_working_day(one, RULES) for one in passed) == count
