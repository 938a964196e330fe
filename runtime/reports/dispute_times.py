"""Times and durations as people write them into a list. Nothing is guessed.

A function returns a number, or the code of what is wrong: `dispute.problem.<code>`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

UNITS: Final = {
    "秒": 1, "s": 1, "second": 1, "seconds": 1,
    "分": 60, "分钟": 60, "min": 60, "minute": 60, "minutes": 60,
    "小时": 3600, "时": 3600, "h": 3600, "hour": 3600, "hours": 3600,
    "天": 86_400, "日": 86_400, "d": 86_400, "day": 86_400, "days": 86_400,
}  # fmt: skip
"""Seconds of each unit, as it is written."""
_WHEN: Final = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})(?:\s*日[\sT]*|[\sT]+)"
    r"(?P<hour>\d{1,2})\s*[:时点]\s*(?P<minute>\d{1,2})\s*(?:[:分]\s*(?:(?P<second>\d{1,2})\s*秒?)?)?"
)
_PARTS: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(天|日|小时|时|分钟|分|秒|[a-z]+)")
_CLOCK: Final = re.compile(r"(\d{1,4}):(\d{2})(?::(\d{2}))?")
_NUMBER: Final = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


def moment(value: object, zone: ZoneInfo) -> int | str:
    """Return UTC seconds of a time that is local to `zone`; a fraction is rounded."""
    if isinstance(value, str):
        found = _WHEN.fullmatch(unicodedata.normalize("NFKC", value).strip())
        if found is None:
            return "not_a_time"
        parts = {name: int(text or 0) for name, text in found.groupdict().items()}
        try:
            value = datetime(**parts, tzinfo=zone)
        except ValueError:
            return "not_a_time"
    if isinstance(value, datetime):
        if not 1990 <= value.year <= 9000:
            return "not_a_time"
        whole = value.replace(microsecond=0) + timedelta(seconds=value.microsecond >= 500_000)
        return int(whole.replace(tzinfo=zone).timestamp())
    return "not_a_time"


def lasted(value: object, unit: int | None) -> int | str:
    """Return seconds; `unit`: what a bare number counts, None = nobody says."""
    if isinstance(value, timedelta):
        return round(value.total_seconds())
    if isinstance(value, time):
        return value.hour * 3600 + value.minute * 60 + value.second
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "no_unit" if unit is None else round(value * unit)
    if isinstance(value, str):
        return _in_words(unicodedata.normalize("NFKC", value).strip().lower(), unit)
    return "not_a_duration"


def _in_words(text: str, unit: int | None) -> int | str:
    clock = _CLOCK.fullmatch(text)
    if clock is not None and clock[3] is None and unit != UNITS["h"]:
        return "not_a_duration"  # hours and minutes, or minutes and seconds
    if clock is not None:
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    if _NUMBER.fullmatch(text):
        return "no_unit" if unit is None else round(float(text) * unit)
    parts = _PARTS.findall(text)
    if not parts or _PARTS.sub("", text).strip() or not all(name in UNITS for _, name in parts):
        return "not_a_duration"
    return round(sum(float(number) * UNITS[name] for number, name in parts))
