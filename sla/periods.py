"""Calendar periods as half-open windows of integer UTC seconds (methodology 1.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

_FORM = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])|Q([1-4]))?")
_RANGE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})")
_FIRST_YEAR, _LAST_YEAR = 1970, 9998


class PeriodError(ValueError):
    """A period that cannot be assessed; `code` says why, `period` what was asked."""

    def __init__(self, code: Literal["period_form", "period_future"], period: str) -> None:
        super().__init__(f"{code}: {period!r}")
        self.code = code
        self.period = period


@dataclass(frozen=True, slots=True)
class Window:
    """[start, end) in UTC seconds. `provisional`: the period is not over, so it ends now."""

    period: str
    start: int
    end: int
    provisional: bool = False

    @property
    def seconds(self) -> int:
        """Length of the window."""
        return self.end - self.start


def parse(period: str, now: int, zone: str = "Asia/Shanghai") -> Window:
    """Parse `2026`, `2026-11`, `2026Q4` or `2026-10-01..2026-11-15` in local time of `zone`.

    The last day of a range is in it. Raises PeriodError: `period_form` for anything else (a range
    that ends before it begins too), `period_future` for what has not begun.
    """
    start, end = _bounds(period, zone)
    if start >= now:
        raise PeriodError("period_future", period)
    return Window(period, start, min(end, now), provisional=end > now)


def whole(period: str, zone: str = "Asia/Shanghai") -> Window:
    """Return a period to its end, whether that has come or not. Raises PeriodError."""
    return Window(period, *_bounds(period, zone))


def before(period: str) -> str | None:
    """Name the period of the same kind before; None = a range of days has none. PeriodError."""
    whole(period)
    found = _FORM.fullmatch(period)
    if found is None:
        return None
    year = int(found[1])
    if found[2]:
        last, month = divmod(year * 12 + int(found[2]) - 2, 12)
        return f"{last}-{month + 1:02}"
    if found[3]:
        last, quarter = divmod(year * 4 + int(found[3]) - 2, 4)
        return f"{last}Q{quarter + 1}"
    return str(year - 1)


@lru_cache(256)
def months_of(start: int, end: int, zone: str = "Asia/Shanghai") -> Sequence[tuple[str, int, int]]:
    """Cut [start, end) at the local beginnings of months: name, start, end of each piece."""
    found = []
    while start < end:
        local = datetime.fromtimestamp(start, ZoneInfo(zone))
        upto = min(end, _month_start(local.year, local.month + 1, zone))
        found.append((f"{local:%Y-%m}", start, upto))
        start = upto
    return found


def _bounds(period: str, zone: str) -> tuple[int, int]:
    if pair := _RANGE.fullmatch(period):
        return _days(period, pair[1], pair[2], zone)
    found = _FORM.fullmatch(period)
    if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        raise PeriodError("period_form", period)
    year = int(found[1])
    if found[2]:
        first, months = int(found[2]), 1
    elif found[3]:
        first, months = 3 * int(found[3]) - 2, 3
    else:
        first, months = 1, 12
    return _month_start(year, first, zone), _month_start(year, first + months, zone)


def _days(period: str, first: str, last: str, zone: str) -> tuple[int, int]:
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise PeriodError("period_form", period) from None
    if not _FIRST_YEAR <= begin.year <= end.year <= _LAST_YEAR or end < begin:
        raise PeriodError("period_form", period)
    return _day_start(begin, zone), _day_start(end + timedelta(1), zone)


def _day_start(day: date, zone: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())


@lru_cache(4096)
def _month_start(year: int, month: int, zone: str) -> int:
    years, index = divmod(month - 1, 12)
    return int(datetime(year + years, index + 1, 1, tzinfo=ZoneInfo(zone)).timestamp())
