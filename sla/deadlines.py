"""When the evidence of a period freezes, and until when a carrier may object (methodology 1.14)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sla.periods import whole
from sla.ruleset import RuleSet

_SATURDAY = 5


def freezes(period: str, rules: RuleSet) -> int:
    """Return when the freeze begins: so many working days after the period, at their end. UTC s.

    Raises PeriodError.
    """
    return _end_of(_after(_last_day(period, rules), rules.freeze_days, rules), rules)


def appeal_until(period: str, rules: RuleSet) -> int:
    """Return until when the draft may be objected to: so many working days after the freeze."""
    days = rules.freeze_days + rules.appeal_days
    return _end_of(_after(_last_day(period, rules), days, rules), rules)


def _last_day(period: str, rules: RuleSet) -> date:
    end = whole(period, rules.zone).end
    return datetime.fromtimestamp(end - 1, ZoneInfo(rules.zone)).date()


def _after(day: date, days: int, rules: RuleSet) -> date:
    while days:
        day += timedelta(1)
        name = day.isoformat()
        free = day.weekday() >= _SATURDAY and name not in rules.workdays
        days -= not (free or name in rules.holidays)
    return day


def _end_of(day: date, rules: RuleSet) -> int:
    after = day + timedelta(1)
    return int(
        datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(rules.zone)).timestamp()
    )
