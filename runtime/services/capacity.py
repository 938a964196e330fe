"""Zones and sites added up: what their hosts have and use now, and where that goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from api.ports_hosts import Group, Use
from metrics.capacity import FULL, RESOURCES, SILENT_DAYS, Amount, Daily, Resource, add_up, trend

HISTORY_DAYS: Final = 130
"""Days that trends are drawn from, with some to spare."""
_CHINA: Final = 8 * 3600
"""Seconds by which the clock of China is ahead of UTC, all year."""
_DAY: Final = 86_400
_EPOCH: Final = date(1970, 1, 1)


class Place(NamedTuple):
    """Where a host stands; "" = in no zone."""

    site: str
    zone: str


def day_of(now: int) -> int:
    """Return the number of the day in China, counted from 1970-01-01."""
    return (now + _CHINA) // _DAY


def roll_up(
    rows: Sequence[Daily], places: Mapping[str, Place], heard: Collection[str], today: int
) -> tuple[Group, ...]:
    """Add up all hosts, each zone and each site. Hosts that are not declared any more are out.

    A host belongs to where it is declared now, also on the days before it was moved.
    """
    groups: dict[tuple[Literal["all", "zone", "site"], str], set[str]] = {}
    for device, place in places.items():
        groups.setdefault(("all", ""), set()).add(device)
        if place.zone:
            groups.setdefault(("zone", place.zone), set()).add(device)
        groups.setdefault(("site", place.site), set()).add(device)
    order = {"all": 0, "zone": 1, "site": 2}
    by_device: dict[str, list[Daily]] = {}
    for row in rows:
        by_device.setdefault(row.device, []).append(row)
    return tuple(
        Group(
            kind,
            name,
            len(members),
            len(members.intersection(heard)),
            tuple(_uses([row for one in members for row in by_device.get(one, ())], today)),
        )
        for (kind, name), members in sorted(
            groups.items(), key=lambda one: (order[one[0][0]], one[0][1])
        )
    )


def _uses(rows: Sequence[Daily], today: int) -> Iterable[Use]:
    for resource in RESOURCES:
        now = _at_present(rows, resource, today)
        if now is None:
            continue
        found = trend(add_up(rows, resource), today, now)
        yield Use(
            resource,
            now.total,
            now.used,
            now.free,
            now.ratio,
            FULL,
            found.days,
            found.per_day,
            _written(found.full_on),
            _written(found.earliest),
            _written(found.latest),
            found.remark,
        )


def _at_present(rows: Iterable[Daily], resource: Resource, today: int) -> Amount | None:
    """Add up the last value of each host."""
    last: dict[str, Amount] = {}
    for row in rows:
        amount = row.of(resource)
        if amount is not None and row.day > today - SILENT_DAYS:
            last[row.device] = amount
    whole: Amount | None = None
    for amount in last.values():
        whole = amount if whole is None else whole + amount
    return whole


def _written(day: int | None) -> str | None:
    return None if day is None else (_EPOCH + timedelta(days=day)).isoformat()
