"""What receivers are told of reports that are made by themselves, as conditions of the monitor.

That one was made is told once, when it lies there: the condition lasts while it may be objected to
and for a week at least, until its period is closed. It is read from what lies on the disk and in
the records, so that no restart in between loses it. That one came to nothing is so until it was
made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from api.ports_carrier_reports import ReportRow
from store.reports import Place

READY: Final = "report"
FAILED: Final = "report_failed"
_AT_LEAST: Final = 7 * 86_400
"""Seconds for which one is told that was made late, when nobody may object any more."""


class Notice(NamedTuple):
    """What is so of a carrier's period: the arguments of `Telling.own`."""

    condition: str
    subject: str
    bad: bool


def subject(carrier: str, period: str) -> str:
    """Name a carrier's period; messages show the carrier by its title."""
    return f"{carrier}/{period}"


def notices(
    rows: Sequence[ReportRow],
    final: Collection[Place],
    periods: Collection[str],
    failed: Collection[tuple[str, str]],
    now: int,
) -> Iterator[Notice]:
    """Yield how it stands with each report.

    `final`: what was made after its evidence was frozen; `periods`: those that are made by
    themselves; `failed`: carrier and period of those whose last making came to nothing.
    """
    for row in rows:
        if row.revision != 1:
            continue
        made = Place(row.carrier, row.period, row.revision) in final
        until = max(row.appeal_until, (row.made_at or 0) + _AT_LEAST)
        waits = row.state == "draft" and row.period in periods and now < until
        name = subject(row.carrier, row.period)
        yield Notice(READY, name, made and waits)
        if made and (row.carrier, row.period) not in failed:
            yield Notice(FAILED, name, bad=False)
    for carrier, period in failed:
        yield Notice(FAILED, subject(carrier, period), bad=True)
