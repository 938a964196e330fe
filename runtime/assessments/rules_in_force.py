"""Which rules hold for a period: a change takes effect at the edge of a window, and is on record.

The monitor notes which rules it was started with (`RulesActivated`), with their text. While nothing
was settled by the rules before, new ones hold for everything; afterwards from the next month on, so
that nobody is assessed by rules that came after the fact (methodology 2.8).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from runtime.assessments.rulesets import parse_text
from sla.periods import whole
from sla.records import PeriodClosed, Record, RulesActivated
from sla.ruleset import RuleSet


def in_force(records: Sequence[Record], start: int, current: RuleSet) -> RuleSet:
    """Return the rules for a window that begins at `start` (UTC seconds); else the current ones.

    Raises RulesError: those of then cannot be read any more.
    """
    held = [one for one in _activated(records) if one.since <= start]
    if not held or held[-1].rules == current.sha256:
        return current
    return parse_text(held[-1].text)


def activation(records: Sequence[Record], current: RuleSet, now: int) -> RulesActivated | None:
    """Return what is to be noted of the current rules; None = it stands on record."""
    noted = list(_activated(records))
    if noted and noted[-1].rules == current.sha256:
        return None
    settled = any(isinstance(record.body, PeriodClosed) for record in records)
    since = _next_month(now, current.zone) if noted and settled else 0
    return RulesActivated(since, current.sha256, current.text)


def _activated(records: Sequence[Record]) -> Sequence[RulesActivated]:
    return [record.body for record in records if isinstance(record.body, RulesActivated)]


def _next_month(now: int, zone: str) -> int:
    return whole(f"{datetime.fromtimestamp(now, ZoneInfo(zone)):%Y-%m}", zone).end
