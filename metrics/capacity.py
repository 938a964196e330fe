"""What there is, what is used, and when it will be full: arithmetic over days, nothing else.

A day's value of a group of hosts is the used part of what they have. Through the days since what
they have last changed goes the line of Theil and Sen (H. Theil 1950; P. K. Sen 1968): the median of
the slopes between all pairs, which a quarter of wild days does not move. Its confidence interval is
Sen's, from Kendall's statistic. A date is given only where the whole interval rises, from two weeks
of days on, and never farther ahead than three times as long as was looked back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal

Resource = Literal["cpu", "memory", "storage"]
RESOURCES: Final[tuple[Resource, ...]] = ("cpu", "memory", "storage")

FULL: Final = 0.9
"""The used part at which something counts as full: what is ordered then takes time to come."""
LEAST_DAYS: Final = 14
SILENT_DAYS: Final = 3
"""Days, the last heard one among them, after which a silent host may have been taken away."""
_MOST_DAYS: Final = 120
_AHEAD: Final = 3
"""A date lies at most this many times as far ahead as the days that were looked at reach back."""
_CHANGED: Final = 0.05
"""A change of what there is from which the days before say nothing about the ones to come."""
_Z: Final = 1.96
"""Of the normal distribution, for 95 %."""
_GOOD_DAYS: Final = 30
_SURE: Final = 2.0
"""The latest date is at most this many times as far as the earliest."""

Remark = Literal["good", "fair", "too_short", "steady", "falling", "far", "full"]


@dataclass(frozen=True, slots=True)
class Daily:
    """One host on one day. Bytes, processors, ratios; None = not heard.

    `day`: whole days since 1970-01-01 by the clock of China. `busy` and `memory_used`: mean over
    the day's `samples`; `storage_used`: at the last one.
    """

    day: int
    device: str
    site: str
    zone: str
    cpus: int | None
    busy: float | None
    memory: int | None
    memory_used: float | None
    storage: int | None
    storage_used: float | None
    samples: int = 1

    def of(self, resource: Resource) -> Amount | None:
        """Return what the host has and uses of a resource, where both are known."""
        if resource == "cpu":
            used = None if self.cpus is None or self.busy is None else self.cpus * self.busy
            whole: float | None = self.cpus
        elif resource == "memory":
            whole, used = self.memory, self.memory_used
        else:
            whole, used = self.storage, self.storage_used
        return None if not whole or used is None else Amount(float(whole), float(used))


@dataclass(frozen=True, slots=True)
class Amount:
    """How much there is and how much of it is used: processors or bytes."""

    total: float
    used: float

    @property
    def free(self) -> float:
        """What is left; never less than nothing."""
        return max(0.0, self.total - self.used)

    @property
    def ratio(self) -> float:
        """The used part."""
        return min(1.0, self.used / self.total)

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.total + other.total, self.used + other.used)


@dataclass(frozen=True, slots=True)
class Trend:
    """Where it goes. Dates are days since 1970-01-01; `per_day` a ratio a day.

    `remark`: `good` the dates lie close together, `fair` they do not; without a date: `too_short`
    there are too few days, `steady` nothing rises beyond doubt, `falling` it gets less, `far` it
    lies too far ahead, `full` it is full already.
    """

    days: int
    per_day: float | None
    full_on: int | None
    earliest: int | None
    latest: int | None
    remark: Remark


def add_up(rows: Iterable[Daily], resource: Resource) -> dict[int, Amount]:
    """Return by day what a group of hosts has and uses, on days on which any of them was heard.

    A host that was silent between two days, or for the last `SILENT_DAYS`, counts with what it said
    before: it was there, and without it there would seem to be less. Else it is left out.
    """
    by_device: dict[str, dict[int, Amount]] = {}
    for row in rows:
        amount = row.of(resource)
        if amount is not None:
            by_device.setdefault(row.device, {})[row.day] = amount
    days = sorted({day for heard in by_device.values() for day in heard})
    found: dict[int, Amount] = {}
    for heard in by_device.values():
        last, until = None, max(heard) + SILENT_DAYS
        for day in days:
            last = heard.get(day, last)
            if last is not None and day < until:
                found[day] = found[day] + last if day in found else last
    return {day: found[day] for day in days}


def trend(by_day: Mapping[int, Amount], today: int, present: Amount | None = None) -> Trend:
    """Say where the used part goes, from whole days before today.

    `present`: how it is now. It says whether it is full; and where there is more or less than
    yesterday, the days before say nothing.
    """
    days = _since_change(by_day, today)
    if present is not None and days and _is_another(present.total, by_day[days[-1]].total):
        days = []
    was_full = bool(days) and by_day[days[-1]].ratio >= FULL
    if was_full if present is None else present.ratio >= FULL:
        return Trend(len(days), None, days[-1] if was_full else today, None, None, "full")
    if len(days) < LEAST_DAYS:
        return Trend(len(days), None, None, None, None, "too_short")
    values = [by_day[day].ratio for day in days]
    slope, low, high = slopes(days, values)
    if high < 0:
        return Trend(len(days), slope, None, None, None, "falling")
    if low <= 0:
        return Trend(len(days), slope, None, None, None, "steady")
    now = median(value + slope * (today - day) for day, value in zip(days, values, strict=True))
    if was_full and present is not None:
        now = present.ratio  # something was cleared away since: the line does not know it yet
    left = max(0.0, FULL - now)
    if left / slope > _AHEAD * (days[-1] - days[0]):
        return Trend(len(days), slope, None, None, None, "far")
    first, last = left / high, left / low
    sure = len(days) >= _GOOD_DAYS and last <= _SURE * first
    return Trend(
        len(days),
        slope,
        today + math.ceil(left / slope),
        today + math.floor(first),
        today + math.ceil(min(last, 3650.0)),
        "good" if sure else "fair",
    )


def _since_change(by_day: Mapping[int, Amount], today: int) -> list[int]:
    """Return the last days on which there was as much as on the last one."""
    days = sorted(day for day in by_day if day < today)[-_MOST_DAYS:]
    for place in range(len(days) - 1, 0, -1):
        now, before = by_day[days[place]].total, by_day[days[place - 1]].total
        if _is_another(now, before):
            return days[place:]
    return days


def _is_another(now: float, before: float) -> bool:
    return abs(now - before) > _CHANGED * max(now, before)


def slopes(days: Sequence[int], values: Sequence[float]) -> tuple[float, float, float]:
    """Return the slope of Theil and Sen and the limits of its confidence interval of 95 %.

    `days` are different and rise; there are at least two.
    """
    each = sorted(
        (values[later] - values[earlier]) / (days[later] - days[earlier])
        for earlier in range(len(days))
        for later in range(earlier + 1, len(days))
    )
    count = len(days)
    spread = _Z * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = max(0, math.floor((len(each) - spread) / 2))
    high = min(len(each) - 1, math.ceil((len(each) + spread) / 2))
    return median(each), each[low], each[high]
