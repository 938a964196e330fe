"""Calendar periods as half-open windows of integer UTC seconds (methodology 1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

_FORM = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])|Q([1-4]))?")
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
    """Parse `2026`, `2026-11` or `2026Q4` in local time of `zone`.

    Raises PeriodError: `period_form` for anything else, `period_future` for what has not begun.
    """
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
    start = _month_start(year, first, zone)
    end = _month_start(year, first + months, zone)
    if start >= now:
        raise PeriodError("period_future", period)
    return Window(period, start, min(end, now), provisional=end > now)


def _month_start(year: int, month: int, zone: str) -> int:
    years, index = divmod(month - 1, 12)
    return int(datetime(year + years, index + 1, 1, tzinfo=ZoneInfo(zone)).timestamp())
