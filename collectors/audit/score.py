"""The score: 100 less what each kind of finding costs, line by line, and what alone fails a site.

The vetoes are those of 国办秘函〔2019〕19号 that a crawl can see. Its points for links are the
weights' defaults; points and caps of the other lines are ours (docs/website-audit.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from collectors.audit.form import Column, Counts, Days, Deduction, Weights

_MAIN: Final = frozenset({"news", "notice"})
_EMPTY_COLUMNS: Final = 5
_MAIN_STALE: Final = 5
_LONG_STALE: Final = 10


def deductions(
    counts: Counts, columns: Iterable[Column], *, home_dead: int, home_stale: bool, weights: Weights
) -> tuple[Deduction, ...]:
    """Return the lines of the score; only those that cost something."""
    stale = [column for column in columns if column.verdict == "stale"]
    main = sum(column.kind in _MAIN for column in stale)
    dead = counts.dead_links + counts.broken_pictures - home_dead
    lines = (
        ("dead_home", home_dead, weights.dead_home, 30.0),
        ("dead_other", dead, weights.dead_other, 20.0),
        ("home_stale", int(home_stale), weights.home_stale, weights.home_stale),
        ("column_empty", counts.empty_columns, weights.column_empty, 25.0),
        ("column_stale", main, weights.column_stale, 25.0),
        ("column_old", len(stale) - main, weights.column_old, 10.0),
        ("page_error", counts.page_errors, weights.page_error, 10.0),
        ("mixed", counts.mixed, weights.mixed, 5.0),
    )
    return tuple(
        Deduction(code, count, each, most, round(min(count * each, most), 2))
        for code, count, each, most in lines
        if count and each
    )


def score(lines: Iterable[Deduction]) -> float:
    """Return 0-100, two decimals."""
    return round(max(0.0, 100.0 - sum(line.points for line in lines)), 2)


def vetoes(
    counts: Counts, columns: Iterable[Column], *, home_stale: bool, days: Days
) -> tuple[str, ...]:
    """Return which findings alone make the site fail (单项否决)."""
    stale = [column for column in columns if column.verdict == "stale"]
    main = [column for column in stale if column.kind in _MAIN]
    found = []
    if home_stale and days.home:
        found.append("home_stale")
    if len(main) >= _MAIN_STALE:
        found.append("main_columns_stale")
    if len(stale) >= _LONG_STALE:
        found.append("columns_stale")
    if counts.empty_columns >= _EMPTY_COLUMNS:
        found.append("columns_empty")
    return tuple(found)
