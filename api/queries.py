"""What may stand behind a `?`: the forms that several routes share."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import Path, Query

from api.refusal import Refusal
from sla.states import State

ZONE: Final = ZoneInfo("Asia/Shanghai")
_DAY: Final = r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_PERIOD: Final = re.compile(
    rf"\A(?:20\d\d(?:-(?:0[1-9]|1[0-2])|Q[1-4])?|{_DAY}\.\.{_DAY})\Z", re.ASCII
)
_LONGEST: Final = 4_102_444_800
"""2100-01-01: an instant beyond it is a mistake in units."""

Id = Annotated[str, Path(min_length=1, max_length=200)]
Name = Annotated[str | None, Query(min_length=1, max_length=200)]
Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Instant = Annotated[int | None, Query(ge=0, le=_LONGEST, description="UTC seconds")]
States = Annotated[
    str | None, Query(max_length=80, description="one or more states, with commas between")
]
Period = Annotated[
    str | None,
    Query(
        max_length=24,
        description="2026, 2026Q4, 2026-11 or 2026-10-01..2026-11-15; absent = this month",
    ),
]


def wanted_states(text: str | None) -> frozenset[State | None] | None:
    """Read `down,degraded,unconnected`; None = all. Raises Refusal."""
    if text is None:
        return None
    names: dict[str, State | None] = {state.name.lower(): state for state in State}
    names["unconnected"] = None
    wanted = text.lower().split(",")
    for name in wanted:
        if name not in names:
            raise Refusal(422, "unknown_state", state=name, accepted=", ".join(names))
    return frozenset(names[name] for name in wanted)


def period_of(text: str | None, now: int) -> str:
    """Return a period in an accepted form; the current month when none is named."""
    if text is None:
        return datetime.fromtimestamp(now, UTC).astimezone(ZONE).strftime("%Y-%m")
    if _PERIOD.match(text) is None:
        raise Refusal(422, "unknown_period", period=text)
    return text


def window(since: int | None, until: int | None, now: int, default: int) -> tuple[int, int]:
    """Return [since, until), by default the last `default` seconds. Raises Refusal."""
    end = now if until is None else until
    start = end - default if since is None else since
    if start >= end:
        raise Refusal(422, "empty_window", since=start, until=end)
    return start, end
