"""Working days by the calendar of the rules (claims, freezes, objections; methodology 1.14)."""

from __future__ import annotations

from datetime import date, timedelta

from sla.ruleset import RuleSet

_SATURDAY = 5


def is_working_day(day: date, rules: RuleSet) -> bool:
    """Tell whether a local day is worked: no weekend and no holiday, or a weekend made up for."""
    name = day.isoformat()
    if name in rules.holidays:
        return False
    return day.weekday() < _SATURDAY or name in rules.workdays


def working_days_after(day: date, count: int, rules: RuleSet) -> date:
    """Return the day on which that many working days are over; the day itself is not counted.

    0 gives the day itself, worked or not. Raises ValueError for a count below 0.
    """
    if count < 0:
        raise ValueError(f"{count} working days")
    while count:
        day += timedelta(1)
        count -= is_working_day(day, rules)
    return day
