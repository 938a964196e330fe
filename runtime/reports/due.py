"""Which reports are due by themselves: those of months and quarters whose evidence is frozen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sla.deadlines import freezes
from sla.periods import whole
from sla.ruleset import RuleSet
from store.errors import StoreError
from store.ledger import FILE, open_reader

Kind = Literal["month", "quarter"]
EVERY: Final = 60
"""Seconds between two looks."""
AGAIN: Final = 3_600
"""Seconds after which one that failed is tried again."""
_MONTHS: Final = 4
"""Months back that are looked at: a quarter freezes a few days after its end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made by itself, and in which formats beside JSON."""

    schedule: tuple[Kind, ...] = ("month", "quarter")
    formats: tuple[str, ...] = ()
    language: str = "zh"


def periods(plan: Plan, rules: RuleSet, first: int | None, now: int) -> Iterator[str]:
    """Yield the periods, newest first, that are frozen, and not over before the monitor lived."""
    local = datetime.fromtimestamp(now, ZoneInfo(rules.zone))
    month = local.replace(day=1)
    for _ in range(_MONTHS):
        month = (month - timedelta(1)).replace(day=1)
        names = {"month": f"{month:%Y-%m}"}
        if month.month % 3 == 0:
            names["quarter"] = f"{month.year}Q{month.month // 3}"
        for kind in plan.schedule:
            name = names.get(kind)
            if name is None or freezes(name, rules) > now:
                continue
            if first is not None and first < whole(name, rules.zone).end:
                yield name


def first_heartbeat(store: Path) -> int | None:
    """Return when the monitor lived first, None = never, or nobody knows."""
    try:
        with closing(open_reader(store / FILE)) as reader:
            return reader.first_heartbeat()
    except StoreError:
        return None
