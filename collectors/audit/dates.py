"""Dates as Chinese pages write them: 2026-11-03, 2026年11月3日, [2026/11/03], 2026.11.3, 11-03.

A day without a year is of this year, or of the last one where it would lie ahead. What lies more
than a day ahead is no date of publication (a deadline, a plan) and is not one here; nor is the
calendar in a page's head (今天是2026年11月26日 星期四), by which every page would be of today.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

_FULL: Final = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)"
)
_SHORT: Final = re.compile(
    r"(?<![\d./年:-])(\d{1,2})"
    r"(?:[-/](\d{1,2})(?![\d/:%％月日号年岁级期-]|小时)|月\s?(\d{1,2})\s?日)"
)
"""11-03 and 11月3日; not 1-9月, 8:10-11:30, 11-15岁, 7/24小时."""
_APART: Final = re.compile(
    r"(?<![\d.-])(\d{1,2})\s+((?:19|20)\d{2})[-/.](\d{1,2})(?![\d/.-])"
    r"|(?<![\d.-])((?:19|20)\d{2})[-/.](\d{1,2})\s+(\d{1,2})(?![\d:/.-])"
)
"""The day in large letters and the month beside it: <b>03</b><i>2026-11</i>, or the other way."""
_CALENDAR: Final = re.compile(
    r"(?:今天|今日|现在|当前|北京时间)(?:是|为|日期|时间)?[\s:：]{0,3}"
    r"(?:(?:19|20)\d{2}\s?[-/.年]\s?)?\d{1,2}\s?[-/.月]\s?\d{1,2}"
)
_WEEKDAY: Final = re.compile(r"\s?日?[\s,，(（]{0,3}(?:星期|周)[一二三四五六日天]")
_IN_URL: Final = re.compile(
    r"(?:/t|[/_])((?:19|20)\d{2})(?:/|-)?(\d{1,2})(?:/|-)?(\d{1,2})(?=[/_.]|\d{0,9}\.)"
)
_COMPACT: Final = re.compile(r"(?:/t|[/_])((?:19|20)\d{2})(\d{2})(\d{2})[_./]")
_EARLIEST: Final = date(1995, 1, 1)
_LONGEST: Final = 2_000


def dates_in(text: str, today: date) -> Iterator[date]:
    """Yield every date that a text names, as far as it may be one of publication."""
    text = _CALENDAR.sub(" ", text[:_LONGEST])
    found = False
    for match in _FULL.finditer(text):
        if (day := _day(int(match[1]), int(match[2]), int(match[3]), today)) is not None:
            if day == today and _WEEKDAY.match(text, match.end()):
                continue
            found = True
            yield day
    if found:
        return
    for match in _APART.finditer(text):
        year, month, number = (int(part) for part in _order(match))
        if (day := _day(year, month, number, today)) is not None:
            found = True
            yield day
    if found:
        return
    for match in _SHORT.finditer(text):
        month, number = int(match[1]), int(match[2] or match[3])
        day = _day(today.year, month, number, today) or _day(today.year - 1, month, number, today)
        if day is not None and not (day == today and _WEEKDAY.match(text, match.end())):
            yield day


def _order(match: re.Match[str]) -> tuple[str, str, str]:
    """Return year, month and day as they are found apart."""
    return (match[2], match[3], match[1]) if match[1] else (match[4], match[5], match[6])


def date_in_url(path: str, today: date) -> date | None:
    """Return the day that the path of an article names: `t20261103_1.html`, `/2026/11/3/`."""
    for expression in (_COMPACT, _IN_URL):
        for match in expression.finditer(path):
            if (day := _day(int(match[1]), int(match[2]), int(match[3]), today)) is not None:
                return day
    return None


def _day(year: int, month: int, day: int, today: date) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if _EARLIEST <= found <= today + timedelta(days=1) else None
