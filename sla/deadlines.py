"""When evidence freezes, until when a carrier may object (methodology 1.14) and claim (1.6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sla.periods import whole
from sla.ruleset import RuleSet
from sla.workdays import working_days_after


def freezes(period: str, rules: RuleSet) -> int:
    """Return when the freeze begins: so many working days after the period, at their end. UTC s.

    Raises PeriodError.
    """
    return _end_of(working_days_after(_last_day(period, rules), rules.freeze_days, rules), rules)


def appeal_until(period: str, rules: RuleSet) -> int:
    """Return until when the draft may be objected to: so many working days after the freeze."""
    days = rules.freeze_days + rules.appeal_days
    return _end_of(working_days_after(_last_day(period, rules), days, rules), rules)


def claim_until(end: int, rules: RuleSet) -> int:
    """Return until when force majeure that ended at `end` is claimed, in UTC seconds (1.6).

    So many working days after the day of its last second, at their end.
    """
    day = datetime.fromtimestamp(end - 1, ZoneInfo(rules.zone)).date()
    return _end_of(working_days_after(day, rules.claim_days, rules), rules)


def _last_day(period: str, rules: RuleSet) -> date:
    end = whole(period, rules.zone).end
    return datetime.fromtimestamp(end - 1, ZoneInfo(rules.zone)).date()


def _end_of(day: date, rules: RuleSet) -> int:
    after = day + timedelta(1)
    return int(
        datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(rules.zone)).timestamp()
    )
