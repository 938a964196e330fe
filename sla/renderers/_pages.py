"""What of a report goes on a page: fewer columns than a sheet, and a bound of lines.

Page and PDF share it. Columns are those a reader signs for; the others are in Excel and CSV.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

import msgspec

from sla.renderers._tables import CLASSES, Column, Row, Table, tables
from sla.renderers._words import Words
from sla.report import Link, Report

_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "links": (
        "link", "title", "level", *CLASSES, "sum", "settled", "promised", "coverage", "status",
        "met", "started", "credit",
    ),
    "outages": (
        "link", "title", "start", "end", "in_window", "cause", "settled_by", "facts", "ticket",
        "repair", "in_time", "event", "remark", "leaves",
    ),
    "exclusions": (
        "overlay", "link", "kind", "filing_title", "start", "end", "seconds", "honoured", "reason",
        "filed_at", "filed_by", "approved_by", "leaf",
    ),
    "deductions": ("deducted", "why", "by", "approved_by", "record"),
}  # fmt: skip
"""A table that is not here is shown whole."""


_ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a page. `left_off`: lines that are not shown."""

    code: str
    columns: tuple[Column, ...]
    rows: Iterator[Row]
    shown: int
    all: int


def sections(report: Report, words: Words, most: int) -> Iterator[Section]:
    """Return the tables of a page with at most so many lines each."""
    sizes = _sizes(report)
    for table in tables(_looked_at(report), words):
        size = sizes[table.code]
        columns, rows = only(table, _SHOWN.get(table.code))
        yield Section(table.code, columns, islice(rows, most), min(size, most), size)


def only(table: Table, codes: Iterable[str] | None) -> tuple[tuple[Column, ...], Iterator[Row]]:
    """Return these columns of a table; None = all."""
    if codes is None:
        return table.columns, table.rows
    at = {column.code: place for place, column in enumerate(table.columns)}
    places = [at[code] for code in codes]
    return (
        tuple(table.columns[place] for place in places),
        ([row[place] for place in places] for row in table.rows),
    )


def outages_of(report: Report, words: Words, link: str) -> tuple[Section, Section]:
    """Return outages and exclusions of one circuit."""
    one = msgspec.structs.replace(
        report, links=tuple(each for each in report.links if each.link == link)
    )
    outages, exclusions = (
        each for each in sections(one, words, _ALL) if each.code in {"outages", "exclusions"}
    )
    return outages, exclusions


def _sizes(report: Report) -> Mapping[str, int]:
    return {
        "levels": len(report.levels),
        "items": len(report.items),
        "deductions": len(report.deductions),
        "links": len(report.links),
        "outages": sum(len(one.outages) for one in report.links),
        "exclusions": sum(len(one.exclusions) for one in report.links),
        "credits": len(report.credits.lines),
        "review": len(report.credits.review),
        "events": len(report.events),
        "not_scored": len(report.not_scored),
        "left_out": len(report.left_out),
    }


def _looked_at(report: Report) -> Report:
    """Return the report with the circuits first that a reader must look at."""
    return msgspec.structs.replace(report, links=tuple(sorted(report.links, key=_order)))


def _order(one: Link) -> tuple[bool, bool, int]:
    return one.met is not False, one.settled is not None, -one.seconds["DOWN"]
